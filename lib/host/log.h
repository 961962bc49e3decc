/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Telling whoever asked for it what is done and what is waited for. */
#ifndef HOST_LOG_H
#define HOST_LOG_H

#include "core/text.h"

#include <syslog.h>

/* LINE is NULL when nobody listens; priorities are syslog's. */
struct log {
	void (*line)(void *user, int priority, const char *line);
	void *user;
};

/* Where memory is short nothing is told. */
void log_tell(const struct log *log, int priority, const char *format, ...) FORMAT(3, 4);

#endif
