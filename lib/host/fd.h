/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owned file descriptors. */
#ifndef HOST_FD_H
#define HOST_FD_H

#include "core/text.h"

#include <unistd.h>

static inline void fd_closep(const int *fd)
{
	if (*fd >= 0)
		(void)close(*fd); /* nothing that is written by us is buffered behind it */
}
#define autoclose CLEANUP(fd_closep)

/* Hands an owned descriptor over: its value, leaving -1 behind. */
#define TAKE_FD(fd)                                                                                \
	({                                                                                         \
		int *taken_ = &(fd);                                                               \
		int value_ = *taken_;                                                              \
		*taken_ = -1;                                                                      \
		value_;                                                                            \
	})

#endif
