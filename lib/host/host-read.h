/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The facts of a host, for its check. Nothing is written, no device node is opened, and an ordinary
 * user gets what he may see. */
#ifndef HOST_HOST_READ_H
#define HOST_HOST_READ_H

#include "core/host-facts.h"

/* ROOT_FD is "/" or another tree. What cannot be read is not known. Return: -ENOMEM. */
int host_read_facts(int root_fd, struct host_facts **ret);

/* Adds what other programs have been told to do with VFs. Return: -ENOMEM. */
int host_read_rivals(int root_fd, struct host_facts *f);

#endif
