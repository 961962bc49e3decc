/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Telling whoever asked for it what is done and what is waited for. */
#include "host/log.h"

void log_tell(const struct log *log, int priority, const char *format, ...)
{
	autostrbuf b = { 0 };
	va_list args;

	if (!log->line)
		return;
	va_start(args, format);
	strbuf_vaddf(&b, format, args);
	va_end(args);
	log->line(log->user, priority, strbuf_text(&b));
}
