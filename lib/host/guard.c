/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads and writes of sysfs that may block for ever, in a child process with a deadline. */
#include "host/guard.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>

#include "host/busy.h"
#include "host/child.h"
#include "host/deadline.h"
#include "host/fd.h"
#include "host/sysfs.h"

#define PAGE_MAX 4096 /* sysfs has no longer attributes */
#define DIGITS   16   /* room for "pid N" */

/* What readers are to read. */
struct readings {
	const char *const *paths;
	char **texts;
	size_t n;
	size_t next; /* the file that the reader is at */
};

/* Memory that a reader shares with its parent, so that no file costs more than to open, read and
 * close it. For each file that is done: its size, or -errno, as int32_t, and so many bytes. */
struct shelf {
	atomic_size_t done;
	char bytes[];
};

/* What is to be written, and what stands there when it need not be. */
struct value {
	const char *text, *same; /* SAME NULL: it is not looked at */
	size_t size, same_size;
};

/* "pid N" goes in front of the words, where its parent left DIGITS bytes for it. */
static void child_sign(char *words)
{
	static const char who[] = { 'p', 'i', 'd', ' ' };
	char *at = words + DIGITS;

	for (unsigned pid = (unsigned)getpid(); pid > 0; pid /= 10)
		*--at = (char)('0' + pid % 10);
	at -= sizeof(who);
	memcpy(at, who, sizeof(who));
	child_write_all(CHILD_LOCK, at, strlen(at));
}

static bool child_finds(const char *text, size_t size)
{
	char page[PAGE_MAX];
	ssize_t n = pread(CHILD_FILE, page, sizeof(page), 0);

	if (n > 0 && page[n - 1] == '\n')
		n--;
	return n >= 0 && (size_t)n == size && memcmp(page, text, size) == 0;
}

static void __attribute__((noreturn)) child_write(const struct value *value)
{
	int32_t r = 1;

	if (!value->same || !child_finds(value->same, value->same_size)) {
		ssize_t n = write(CHILD_FILE, value->text, value->size);

		r = n < 0 ? -errno : (size_t)n == value->size ? 0 : -EIO;
	}
	child_write_all(CHILD_PIPE, &r, sizeof(r));
	_exit(0);
}

static void __attribute__((noreturn)) child_read(const struct readings *all, struct shelf *shelf)
{
	char *at = shelf->bytes;

	for (size_t i = all->next; i < all->n; i++) {
		int fd = openat(CHILD_FILE, all->paths[i], O_RDONLY | O_CLOEXEC);
		ssize_t n = fd < 0 ? -1 : read(fd, at + sizeof(int32_t), PAGE_MAX);
		int32_t size = n < 0 ? -errno : (int32_t)n;

		if (fd >= 0)
			(void)close(fd);
		memcpy(at, &size, sizeof(size));
		at += sizeof(size) + (size > 0 ? (size_t)size : 0);
		atomic_fetch_add(&shelf->done, 1);
	}
	child_write_all(CHILD_PIPE, "", 1);
	_exit(0);
}

static int write_in_child(int fd, const struct value *value, unsigned timeout_ms, int lock_fd,
			  const char *words)
{
	uint64_t deadline = deadline_in(timeout_ms);
	autofree char *signature =
		text_format("%*s, %s\n%llu\n", DIGITS, "", words, (unsigned long long)deadline);
	autoclose int from = -1, to = -1;
	int32_t result = 0;
	pid_t pid;
	int r = signature ? child_pipe(&from, &to) : -ENOMEM;

	if (r < 0)
		return r;
	pid = child_fork();
	if (pid < 0)
		return pid;
	if (pid == 0) {
		child_keep(to, fd, lock_fd);
		if (lock_fd >= 0)
			child_sign(signature);
		child_write(value);
	}
	(void)close(TAKE_FD(to)); /* so that the end of the child is the end of the pipe */
	r = child_receive(from, &result, sizeof(result), deadline);
	if (r == -ETIMEDOUT)
		return r;
	child_reap(pid);
	return r == -ENODATA ? -EIO : r < 0 ? r : result;
}

static int do_write(const struct guard *g, int fd, const struct value *value, const char *words,
		    char **ret_detail)
{
	autoclose int lock_fd = -1;
	int r = busy_lock(g->rundir_fd, g->pf, &lock_fd);

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

int guard_write(const struct guard *g, int dir_fd, const char *path, const char *value,
		const char *words, char **ret_detail)
{
	const struct value v = { .text = value, .size = strlen(value) };
	autoclose int fd = -1;
	int r = sysfs_open_to_write(dir_fd, path, &fd);

	return r < 0 ? r : do_write(g, fd, &v, words, ret_detail);
}

int guard_replace(const struct guard *g, int dir_fd, const char *path, const char *value,
		  const char *same, const char *words, char **ret_detail)
{
	const struct value v = {
		.text = value, .same = same, .size = strlen(value), .same_size = strlen(same)
	};
	autoclose int fd = openat(dir_fd, path, O_RDWR | O_CLOEXEC);

	return fd < 0 ? -errno : do_write(g, fd, &v, words, ret_detail);
}

/* Waits until the reader is at its end. Return: -ETIMEDOUT when it is at one file for so long. */
static int wait_for_reader(int from, unsigned timeout_ms, struct shelf *shelf)
{
	uint64_t deadline = deadline_in(timeout_ms);
	int look_ms = (int)(timeout_ms / 2 + 1);
	size_t seen = 0;

	for (;;) {
		struct pollfd p = { .fd = from, .events = POLLIN };
		int ready = poll(&p, 1, look_ms);
		size_t done = atomic_load(&shelf->done);

		if (ready > 0)
			return 0;
		if (ready < 0 && errno != EINTR)
			return -errno;
		if (done > seen)
			deadline = deadline_in(timeout_ms);
		else if (deadline_left_ms(deadline) == 0)
			return -ETIMEDOUT;
		seen = done;
	}
}

/* What the reader has done goes to the texts. */
static int take_readings(const struct shelf *shelf, size_t done, struct readings *all)
{
	const char *at = shelf->bytes;

	for (size_t i = 0; i < done; i++) {
		char *text = NULL;
		int32_t size;

		memcpy(&size, at, sizeof(size));
		at += sizeof(size);
		if (size >= 0) {
			text = strndup(at, (size_t)size);
			if (!text)
				return -ENOMEM;
			text[strcspn(text, "\n")] = '\0';
			at += size;
		}
		all->texts[all->next++] = text;
	}
	return 0;
}

/* One child, for as far as it comes. Return: -ETIMEDOUT when it blocks. */
static int read_on(int dir_fd, unsigned timeout_ms, struct readings *all, struct shelf *shelf,
		   pid_t *ret_pid)
{
	autoclose int from = -1, to = -1;
	size_t left = all->n - all->next, done;
	int r = child_pipe(&from, &to);

	if (r < 0)
		return r;
	pid_t pid = child_fork();
	if (pid < 0)
		return pid;
	if (pid == 0) {
		child_keep(to, dir_fd, -1);
		child_read(all, shelf);
	}
	(void)close(TAKE_FD(to));
	r = wait_for_reader(from, timeout_ms, shelf);
	done = atomic_load(&shelf->done);
	if (done == left)
		r = 0; /* perhaps just now */
	else if (r == 0)
		r = -ENODATA;     /* somebody ended it */
	(void)kill(pid, SIGKILL); /* it is at its end, or may end when the kernel lets it */
	if (r != -ETIMEDOUT)
		child_reap(pid);
	*ret_pid = pid;
	int taken = take_readings(shelf, done, all);
	return taken < 0 ? taken : r;
}

/* A new one for each reader: one that is left behind may still write to its own. */
static int read_with_shelf(int dir_fd, unsigned timeout_ms, struct readings *all, pid_t *ret_pid)
{
	size_t size = sizeof(struct shelf) + (all->n - all->next) * (sizeof(int32_t) + PAGE_MAX);
	struct shelf *shelf = mmap(NULL, size, PROT_READ | PROT_WRITE,
				   MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (shelf == MAP_FAILED)
		return -errno;
	int r = read_on(dir_fd, timeout_ms, all, shelf, ret_pid);
	(void)munmap(shelf, size);
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
		int r = read_with_shelf(dir_fd, timeout_ms, &all, &pid);

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
