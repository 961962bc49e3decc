/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads and writes of sysfs that may block for ever, in a child process with a deadline. */
#include "host/guard.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>

#include "host/busy.h"
#include "host/child.h"
#include "host/deadline.h"
#include "host/fd.h"
#include "host/sysfs.h"

#define PAGE_MAX 4096 /* sysfs has no longer attributes */

/* What a reader sends, followed by `size` bytes. */
struct reading {
	uint32_t index;
	int32_t size; /* or -errno */
};

/* The reader's answers so far. */
struct readings {
	const char *const *paths;
	char **texts;
	size_t n;
	size_t next; /* the file that the reader is at */
};

/* "pid N" in front of the words, which its parent prepared. */
static void child_sign(const char *words)
{
	char digits[16];
	size_t i = sizeof(digits);

	for (unsigned pid = (unsigned)getpid(); pid > 0; pid /= 10)
		digits[--i] = (char)('0' + pid % 10);
	if (ftruncate(CHILD_LOCK, 0) < 0)
		return;
	child_write_all(CHILD_LOCK, "pid ", 4);
	child_write_all(CHILD_LOCK, digits + i, sizeof(digits) - i);
	child_write_all(CHILD_LOCK, words, strlen(words));
}

static void __attribute__((noreturn)) child_write(const char *value, size_t size)
{
	ssize_t n = write(CHILD_FILE, value, size);
	int32_t r = n < 0 ? -errno : (size_t)n == size ? 0 : -EIO;

	child_write_all(CHILD_PIPE, &r, sizeof(r));
	_exit(0);
}

static void __attribute__((noreturn)) child_read(const struct readings *all)
{
	char page[PAGE_MAX];

	for (size_t i = all->next; i < all->n; i++) {
		struct reading reading = { .index = (uint32_t)i };
		int fd = openat(CHILD_FILE, all->paths[i], O_RDONLY | O_CLOEXEC);
		ssize_t n = fd < 0 ? -1 : read(fd, page, sizeof(page));

		reading.size = n < 0 ? -errno : (int32_t)n;
		if (fd >= 0)
			(void)close(fd);
		child_write_all(CHILD_PIPE, &reading, sizeof(reading));
		if (n > 0)
			child_write_all(CHILD_PIPE, page, (size_t)n);
	}
	_exit(0);
}

static int write_in_child(int fd, const char *value, unsigned timeout_ms, int lock_fd,
			  const char *words)
{
	uint64_t deadline = deadline_in(timeout_ms);
	autofree char *rest = text_format(", %s\n%llu\n", words, (unsigned long long)deadline);
	autoclose int from = -1, to = -1;
	size_t size = strlen(value);
	int32_t result = 0;
	pid_t pid;
	int r = rest ? child_pipe(&from, &to) : -ENOMEM;

	if (r < 0)
		return r;
	pid = child_fork();
	if (pid < 0)
		return pid;
	if (pid == 0) {
		child_keep(to, fd, lock_fd);
		if (lock_fd >= 0)
			child_sign(rest);
		child_write(value, size);
	}
	(void)close(TAKE_FD(to)); /* so that the end of the child is the end of the pipe */
	r = child_receive(from, &result, sizeof(result), deadline);
	if (r == -ETIMEDOUT)
		return r;
	child_reap(pid);
	return r == -ENODATA ? -EIO : r < 0 ? r : result;
}

int guard_write(const struct guard *g, int dir_fd, const char *path, const char *value,
		const char *words, char **ret_detail)
{
	autoclose int fd = -1, lock_fd = -1;
	int r = sysfs_open_to_write(dir_fd, path, &fd);

	if (r < 0)
		return r;
	r = busy_lock(g->rundir_fd, g->pf, &lock_fd);
	if (r == -EBUSY) {
		(void)busy_holder(g->rundir_fd, g->pf, ret_detail, NULL); /* or nobody any more */
		return -EALREADY;
	}
	if (r < 0)
		return r;
	r = write_in_child(fd, value, g->timeout_ms, lock_fd, words);
	if (r != -ETIMEDOUT)
		busy_remove(g->rundir_fd, g->pf);
	return r;
}

static int take_reading(int fd, uint64_t deadline, struct readings *all)
{
	struct reading reading = { 0 };
	autofree char *text = NULL;
	int r = child_receive(fd, &reading, sizeof(reading), deadline);

	if (r < 0)
		return r;
	if (reading.index != all->next || reading.size > PAGE_MAX)
		return -EIO;
	if (reading.size >= 0) {
		text = calloc(1, (size_t)reading.size + 1);
		if (!text)
			return -ENOMEM;
		r = child_receive(fd, text, (size_t)reading.size, deadline);
		if (r < 0)
			return r;
		text[strcspn(text, "\n")] = '\0';
	}
	all->texts[all->next++] = TAKE_PTR(text);
	return 0;
}

/* One child, for as far as it comes. Return: -ETIMEDOUT when it blocks. */
static int read_on(int dir_fd, unsigned timeout_ms, struct readings *all, pid_t *ret_pid)
{
	autoclose int from = -1, to = -1;
	pid_t pid;
	int r = child_pipe(&from, &to);

	if (r < 0)
		return r;
	pid = child_fork();
	if (pid < 0)
		return pid;
	if (pid == 0) {
		child_keep(to, dir_fd, -1);
		child_read(all);
	}
	(void)close(TAKE_FD(to));
	while (r == 0 && all->next < all->n)
		r = take_reading(from, deadline_in(timeout_ms), all);
	(void)kill(pid, SIGKILL); /* it is at its end, or may end when the kernel lets it */
	if (r != -ETIMEDOUT)
		child_reap(pid);
	*ret_pid = pid;
	return r;
}

int guard_read(int dir_fd, const char *const *paths, size_t n, unsigned timeout_ms,
	       void (*left_behind)(void *user, size_t i, pid_t pid), void *user, char ***ret_texts)
{
	struct readings all = { .paths = paths, .n = n };

	all.texts = calloc(n + 1, sizeof(*all.texts));
	if (!all.texts)
		return -ENOMEM;
	while (all.next < n) {
		pid_t pid = 0;
		int r = read_on(dir_fd, timeout_ms, &all, &pid);

		if (r == -ETIMEDOUT) {
			if (left_behind)
				left_behind(user, all.next, pid);
			all.next++; /* a new child goes on behind it */
		} else if (r < 0) {
			guard_free_texts(all.texts, n);
			return r;
		}
	}
	*ret_texts = all.texts;
	return 0;
}

void guard_free_texts(char **texts, size_t n)
{
	for (size_t i = 0; texts && i < n; i++)
		free(texts[i]);
	free(texts);
}
