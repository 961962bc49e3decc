/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a domain's log says of a VF that QEMU could not take. */
#ifndef CORE_QEMU_LOG_H
#define CORE_QEMU_LOG_H

#include "core/qemu-args.h"

/* The last warning since the domain was started, of the log's TEXT, that is about that VF or about
 * failover, without what stands before "warning:". Return: 1; 0: there is none; -ENOMEM. */
int qemu_log_warning(const char *text, const struct qemu_device *vf, char **ret);

#endif
