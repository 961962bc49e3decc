/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Points in time after which nobody waits any more: milliseconds on CLOCK_MONOTONIC, which all
 * processes of a boot share. */
#ifndef HOST_DEADLINE_H
#define HOST_DEADLINE_H

#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

static inline uint64_t deadline_in(unsigned ms)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000 + ms;
}

/* As poll() wants it; 0 when it has passed. */
static inline int deadline_left_ms(uint64_t deadline)
{
	uint64_t now = deadline_in(0);

	if (now >= deadline)
		return 0;
	return deadline - now > INT_MAX ? INT_MAX : (int)(deadline - now);
}

/* For what sends no event: a short nap before the next look. Return: false once the deadline has
 * passed. */
static inline bool deadline_nap(uint64_t deadline, int ms)
{
	int left = deadline_left_ms(deadline);

	if (left == 0)
		return false;
	(void)poll(NULL, 0, left < ms ? left : ms); /* a signal makes it shorter, that is all */
	return true;
}

#endif
