/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Blocking reads and writes. A FIFO stands for an attribute that does not answer. */
#include "host/guard.h"

#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "host/busy.h"
#include "host/deadline.h"
#include "host/fd.h"
#include "temp-tree.h"

static const struct pci_address pf = { .bus = 1 };

static int setup(void **state)
{
	static struct tree tree;

	tree_new(&tree);
	*state = &tree;
	return 0;
}

static int teardown(void **state)
{
	tree_free(*state);
	return 0;
}

/* A FIFO that is full: a write to it blocks until somebody reads. */
static int make_full_fifo(struct tree *t, const char *path)
{
	char page[4096] = { 0 };
	int fd;

	assert_int_equal(mkfifoat(t->fd, path, 0600), 0);
	fd = openat(t->fd, path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	assert_true(fd >= 0);
	while (write(fd, page, sizeof(page)) > 0)
		;
	return fd;
}

static void drain(int fd)
{
	char page[4096];

	while (read(fd, page, sizeof(page)) > 0)
		;
}

static bool wait_until_free(struct tree *t)
{
	uint64_t deadline = deadline_in(5000);

	do
		if (busy_holder(t->fd, pf, NULL, NULL) == 0)
			return true;
	while (deadline_nap(deadline, 5));
	return false;
}

static void a_write_that_ends_is_told(void **state)
{
	struct tree *t = *state;
	struct guard g = { .rundir_fd = t->fd, .pf = pf, .timeout_ms = 5000 };
	autofree char *detail = NULL;
	char content[8] = "";
	int fd;

	tree_add_file(t, "a", "");
	assert_int_equal(guard_write(&g, t->fd, "a", "4", "sriov_numvfs", &detail), 0);
	fd = openat(t->fd, "a", O_RDONLY | O_CLOEXEC);
	assert_int_equal(read(fd, content, sizeof(content)), 1);
	assert_string_equal(content, "4");
	close(fd);
	assert_null(detail);
	assert_int_equal(busy_holder(t->fd, pf, NULL, NULL), 0);
}

static void what_is_there_already_is_not_written(void **state)
{
	struct tree *t = *state;
	struct guard g = { .rundir_fd = t->fd, .pf = pf, .timeout_ms = 5000 };
	char content[8] = "";
	int fd;

	tree_add_file(t, "a", "igb\n");
	assert_int_equal(guard_replace(&g, t->fd, "a", "x", "igb", "driver_override", NULL), 1);
	assert_int_equal(guard_replace(&g, t->fd, "a", "x", "ig", "driver_override", NULL), 0);
	assert_int_equal(guard_replace(&g, t->fd, "none", "x", "ig", "x", NULL), -ENOENT);
	fd = openat(t->fd, "a", O_RDONLY | O_CLOEXEC);
	assert_int_equal(read(fd, content, sizeof(content)), 4);
	assert_string_equal(content, "xgb\n"); /* at the beginning, as sysfs wants it */
	close(fd);
}

static void the_errno_of_the_write_is_told(void **state)
{
	struct tree *t = *state;
	struct guard g = { .rundir_fd = -1, .timeout_ms = 5000 };
	int dev = open("/dev", O_PATH | O_CLOEXEC);

	assert_int_equal(guard_write(&g, dev, "full", "4", "x", NULL), -ENOSPC);
	close(dev);
	assert_int_equal(guard_write(&g, t->fd, "none", "4", "x", NULL), -ENOENT);
}

static void a_write_that_blocks_is_left_behind_with_the_lock(void **state)
{
	struct tree *t = *state;
	struct guard g = { .rundir_fd = t->fd, .pf = pf, .timeout_ms = 400 };
	autofree char *detail = NULL, *text = NULL, *pid = NULL;
	uint64_t deadline = 0;
	int fifo = make_full_fifo(t, "fifo");

	assert_int_equal(guard_write(&g, t->fd, "fifo", "0", "sriov_numvfs", &detail), -ETIMEDOUT);
	assert_int_equal(busy_holder(t->fd, pf, &text, &deadline), 1);
	assert_int_equal(strncmp(text, "pid ", 4), 0);
	assert_non_null(strstr(text, ", sriov_numvfs"));
	assert_true(deadline > 0 && deadline_left_ms(deadline) == 0);
	assert_int_equal(guard_write(&g, t->fd, "fifo", "0", "unbind", &detail), -EALREADY);
	assert_string_equal(detail, text);
	drain(fifo); /* now its write ends, and with it the lock */
	assert_true(wait_until_free(t));
	close(fifo);
}

static void the_lock_outlives_a_parent_that_is_killed(void **state)
{
	struct tree *t = *state;
	struct guard g = { .rundir_fd = t->fd, .pf = pf, .timeout_ms = 60000 };
	int fifo = make_full_fifo(t, "fifo");
	uint64_t deadline = deadline_in(5000);
	autofree char *text = NULL;
	pid_t parent = fork();

	if (parent == 0) {
		(void)guard_write(&g, t->fd, "fifo", "0", "sriov_numvfs", NULL);
		_exit(0);
	}
	while (!text || !strstr(text, "sriov_numvfs")) { /* until its child has signed */
		free(TAKE_PTR(text));
		assert_true(busy_holder(t->fd, pf, &text, NULL) >= 0);
		assert_true(deadline_nap(deadline, 5));
	}
	kill(parent, SIGKILL);
	waitpid(parent, NULL, 0);
	assert_int_equal(busy_holder(t->fd, pf, NULL, NULL), 1);
	drain(fifo);
	assert_true(wait_until_free(t));
	close(fifo);
}

static void a_child_left_behind_keeps_no_other_file_open(void **state)
{
	struct tree *t = *state;
	struct guard g = { .rundir_fd = t->fd, .pf = pf, .timeout_ms = 400 };
	int fifo = make_full_fifo(t, "fifo"), ends[2];
	struct pollfd p;

	assert_int_equal(pipe(ends), 0); /* stands for a group that is claimed */
	assert_int_equal(guard_write(&g, t->fd, "fifo", "0", "unbind", NULL), -ETIMEDOUT);
	close(ends[1]);
	p = (struct pollfd){ .fd = ends[0] };
	assert_int_equal(poll(&p, 1, 1000), 1);
	assert_true(p.revents & POLLHUP);
	close(ends[0]);
	drain(fifo);
	assert_true(wait_until_free(t));
	close(fifo);
}

static volatile sig_atomic_t signals;

static void count_signal(int number)
{
	(void)number;
	signals++;
}

static void the_caller_gets_no_sigchld(void **state)
{
	struct tree *t = *state;
	struct guard g = { .rundir_fd = t->fd, .pf = pf, .timeout_ms = 5000 };

	tree_add_file(t, "a", "");
	signals = 0;
	signal(SIGCHLD, count_signal);
	assert_int_equal(guard_write(&g, t->fd, "a", "4", "x", NULL), 0);
	signal(SIGCHLD, SIG_DFL);
	assert_int_equal(signals, 0);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

static void note_left_behind(void *user, size_t i, pid_t pid)
{
	((pid_t *)user)[i] = pid;
}

static void reading_goes_on_behind_what_blocks(void **state)
{
	static const char *const paths[] = { "a", "fifo", "none", "b" };
	struct tree *t = *state;
	pid_t left[4] = { 0 };
	char **texts = NULL;

	tree_add_file(t, "a", "vfio-pci\n");
	tree_add_file(t, "b", "(null)\n");
	assert_int_equal(mkfifoat(t->fd, "fifo", 0600), 0); /* opening it waits for a writer */
	assert_int_equal(guard_read(t->fd, paths, 4, 50, note_left_behind, left, &texts), 0);
	assert_string_equal(texts[0], "vfio-pci");
	assert_null(texts[1]);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(left[i] > 0, i == 1);
	assert_null(texts[2]);
	assert_string_equal(texts[3], "(null)");
	guard_free_texts(texts, 4);
}

static void reading_nothing_is_fine(void **state)
{
	struct tree *t = *state;
	char **texts = NULL;

	assert_int_equal(guard_read(t->fd, NULL, 0, 50, NULL, NULL, &texts), 0);
	guard_free_texts(texts, 0);
}

static void a_free_lock_is_nobodys(void **state)
{
	struct tree *t = *state;
	autofree char *text = NULL;
	int fd = -1, other = -1;

	assert_int_equal(busy_holder(-1, pf, &text, NULL), 0);
	assert_int_equal(busy_holder(t->fd, pf, &text, NULL), 0);
	assert_int_equal(busy_lock(t->fd, pf, &fd), 0);
	assert_int_equal(busy_lock(t->fd, pf, &other), -EBUSY);
	assert_int_equal(busy_holder(t->fd, pf, &text, NULL), 1);
	close(fd);
	assert_int_equal(busy_holder(t->fd, pf, NULL, NULL), 0);
	assert_int_equal(busy_lock(t->fd, pf, &fd), 0);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_write_that_ends_is_told, setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_there_already_is_not_written, setup,
						teardown),
		cmocka_unit_test_setup_teardown(the_errno_of_the_write_is_told, setup, teardown),
		cmocka_unit_test_setup_teardown(a_write_that_blocks_is_left_behind_with_the_lock,
						setup, teardown),
		cmocka_unit_test_setup_teardown(the_lock_outlives_a_parent_that_is_killed, setup,
						teardown),
		cmocka_unit_test_setup_teardown(a_child_left_behind_keeps_no_other_file_open, setup,
						teardown),
		cmocka_unit_test_setup_teardown(the_caller_gets_no_sigchld, setup, teardown),
		cmocka_unit_test_setup_teardown(reading_goes_on_behind_what_blocks, setup,
						teardown),
		cmocka_unit_test_setup_teardown(reading_nothing_is_fine, setup, teardown),
		cmocka_unit_test_setup_teardown(a_free_lock_is_nobodys, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
