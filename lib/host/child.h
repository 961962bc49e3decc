/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Child processes for what may block for ever. A thread would not do: a process cannot end while
 * one of its threads is in such a call. */
#ifndef HOST_CHILD_H
#define HOST_CHILD_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Where a child has its descriptors: 0 to 2 are /dev/null. */
enum { CHILD_PIPE = 3, CHILD_FILE, CHILD_LOCK, CHILD_FDS };

int child_pipe(int *ret_read, int *ret_write);

/* A child without the signal at its end: whoever uses the library may have a handler for SIGCHLD
 * that waits for any child. Its parent's handlers never run in it, all signals being blocked.
 * Return: 0 in the child, else its pid or -errno. */
pid_t child_fork(void);

/* In the child, where only what is safe after a fork of a process with threads may be called, the
 * first thing. LOCK_FD may be -1. Its parent's other descriptors would keep groups claimed as long
 * as it is stuck. */
void child_keep(int pipe_fd, int fd, int lock_fd);
/* In the child: all of it, or it ends. */
void child_write_all(int fd, const void *bytes, size_t size);

/* In the parent: reads SIZE bytes. Return: 0, -ETIMEDOUT, -ENODATA when the child ended without. */
int child_receive(int fd, void *bytes, size_t size, uint64_t deadline);
/* In the parent: waits for the end of a child that is sure to end. */
void child_reap(pid_t pid);

#endif
