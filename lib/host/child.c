/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Child processes for what may block for ever. */
#include "host/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/deadline.h"

#define HIGH_FD 32 /* above all of them */

void child_keep(int pipe_fd, int fd, int lock_fd)
{
	int p = fcntl(pipe_fd, F_DUPFD_CLOEXEC, HIGH_FD), f = fcntl(fd, F_DUPFD_CLOEXEC, HIGH_FD);
	int l = lock_fd < 0 ? -1 : fcntl(lock_fd, F_DUPFD_CLOEXEC, HIGH_FD);
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	(void)setsid(); /* no signal of its parent's terminal may reach it */
	null = fcntl(null, F_DUPFD_CLOEXEC, HIGH_FD);
	for (int i = 0; i < CHILD_PIPE; i++)
		(void)dup2(null, i);
	if (dup2(p, CHILD_PIPE) < 0 || dup2(f, CHILD_FILE) < 0 ||
	    (lock_fd >= 0 && dup2(l, CHILD_LOCK) < 0))
		_exit(1);
	if (lock_fd < 0)
		(void)close(CHILD_LOCK);
	if (close_range(CHILD_FDS, ~0U, 0) < 0) /* before Linux 5.9 */
		for (int i = CHILD_FDS; i < 4096; i++)
			(void)close(i);
}

void child_write_all(int fd, const void *bytes, size_t size)
{
	const char *at = bytes;

	while (size > 0) {
		ssize_t n = write(fd, at, size);

		if (n < 0 && errno != EINTR)
			_exit(1);
		if (n > 0) {
			at += n;
			size -= (size_t)n;
		}
	}
}

pid_t child_fork(void)
{
	sigset_t all, old;
	long pid;

	sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &old); /* cannot fail with these arguments */
	/* No flag and no signal. The order of arguments depends on the architecture; all are 0. */
	pid = syscall(SYS_clone, 0L, 0L, 0L, 0L, 0L);
	if (pid < 0)
		pid = -errno;
	if (pid != 0)
		(void)pthread_sigmask(SIG_SETMASK, &old, NULL);
	return (pid_t)pid;
}

void child_reap(pid_t pid)
{
	while (waitpid(pid, NULL, __WALL) < 0 && errno == EINTR)
		;
}

int child_receive(int fd, void *bytes, size_t size, uint64_t deadline)
{
	char *at = bytes;

	while (size > 0) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		int ready = poll(&p, 1, deadline_left_ms(deadline));
		ssize_t n;

		if (ready == 0)
			return -ETIMEDOUT;
		if (ready < 0 && errno == EINTR)
			continue;
		n = ready < 0 ? -1 : read(fd, at, size);
		if (n < 0)
			return -errno;
		if (n == 0)
			return -ENODATA;
		at += n;
		size -= (size_t)n;
	}
	return 0;
}

int child_pipe(int *ret_read, int *ret_write)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC) < 0)
		return -errno;
	*ret_read = fds[0];
	*ret_write = fds[1];
	return 0;
}
