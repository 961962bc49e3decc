/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Readers that were left behind keep later ones from going after them, as long as they are there.
 */
#include "host/stuck.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "expect.h"
#include "temp-tree.h"

static const struct pci_address vf = { .bus = 1, .device = 16 };

static void who_waits_is_known_until_its_end(void **state)
{
	struct tree t;
	int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	(void)state;
	tree_new(&t);
	assert_false(stuck_is_there(root, t.fd, vf));
	assert_false(stuck_any(t.fd));
	pid_t pid = fork();
	if (pid == 0) {
		pause();
		_exit(0);
	}
	stuck_note(root, t.fd, vf, pid);
	assert_true(stuck_is_there(root, t.fd, vf));
	assert_true(stuck_any(t.fd));
	assert_false(stuck_is_there(root, -1, vf));
	assert_false(stuck_any(-1));
	const struct pci_address other = { .bus = 2 };
	assert_false(stuck_is_there(root, t.fd, other));

	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitid(P_PID, (id_t)pid, NULL, WEXITED | WNOWAIT), 0);
	assert_false(stuck_is_there(root, t.fd, vf)); /* it has ended, though nobody asked for it */
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(faccessat(t.fd, "state/0000:01:10.0.reader", F_OK, 0), -1);
	assert_false(stuck_any(t.fd));
	tree_free(&t);
	close(root);
}

static void another_process_with_the_same_number_is_not_it(void **state)
{
	struct tree t;
	int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	autofree char *text = text_format("%d 1", (int)getpid());

	(void)state;
	tree_new(&t);
	assert_int_equal(mkdirat(t.fd, "state", 0755), 0);
	tree_add_file(&t, "state/0000:01:10.0.reader", text);
	assert_false(stuck_is_there(root, t.fd, vf));
	tree_add_file(&t, "state/0000:01:10.0.reader", "what is this");
	assert_false(stuck_is_there(root, t.fd, vf));
	tree_free(&t);
	close(root);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_waits_is_known_until_its_end),
		cmocka_unit_test(another_process_with_the_same_number_is_not_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
