/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The search of network namespaces, as far as a machine without PFs has something to find. */
#include "host/netns.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "host/fd.h"
#include "host/sysfs.h"
#include "temp-tree.h"

static const struct pci_address pf_address = { .bus = 1 };

static struct vfprep_machine *machine_without_its_interface(struct tree *t)
{
	struct vfprep_machine *m = machine_new();

	tree_new(t);
	tree_add_dir(t, "sys/bus/pci/devices/0000:01:00.0/net");
	machine_add_pf(m, pf_address)->elsewhere.is = true;
	return m;
}

/* None of them is a namespace, and none of them stops it. */
static void what_is_not_found_is_still_elsewhere(void **state)
{
	struct tree t;
	automachine m = machine_without_its_interface(&t);

	(void)state;
	tree_add_file(&t, "run/netns/left-behind", "");
	tree_add_link(&t, "run/netns/gone", "nowhere");
	assert_int_equal(mkfifoat(t.fd, "run/netns/blocks", 0600), 0);
	tree_add_link(&t, "proc/7/ns/net", "/proc/self/ns/mnt");
	tree_add_dir(&t, "proc/8");
	assert_int_equal(netns_find(t.fd, 5000, m), 0);
	assert_true(m->pfs[0].elsewhere.is);
	assert_null(m->pfs[0].elsewhere.interface);
	tree_free(&t);
}

/* Who searches again and again, in a process that goes on, has no children left from it. Without
 * the privilege there is none to leave. */
static void a_search_that_ran_out_of_time_leaves_no_child(void **state)
{
	struct tree t;
	automachine m = machine_without_its_interface(&t);

	(void)state;
	tree_add_link(&t, "proc/7/ns/net", "/proc/self/ns/mnt");
	assert_int_equal(netns_find(t.fd, 0, m), 0);
	assert_int_equal(waitpid(-1, NULL, __WALL | WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
	tree_free(&t);
}

/* That of a driver that was unbound while we looked. */
static void an_interface_that_is_no_more_is_not_elsewhere(void **state)
{
	struct tree t;
	automachine m = machine_without_its_interface(&t);

	(void)state;
	assert_int_equal(unlinkat(t.fd, "sys/bus/pci/devices/0000:01:00.0/net", AT_REMOVEDIR), 0);
	assert_int_equal(netns_find(t.fd, 5000, m), 0);
	assert_false(m->pfs[0].elsewhere.is);
	tree_free(&t);
}

/* On whatever bus the interfaces of this machine are. */
static void ethtool_tells_the_device_of_an_interface(void **state)
{
	autoclose int sock = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, 0);
	autonames names = { 0 };
	char device[NETNS_DEVICE];
	size_t n = 0;

	(void)state;
	assert_int_equal(netns_device(sock, "a-name-that-is-too-long", device), -ENAMETOOLONG);
	assert_int_equal(netns_device(sock, "none-such", device), -ENODEV);
	if (sysfs_list(AT_FDCWD, "/sys/class/net", &names) < 0)
		skip();
	for (size_t i = 0; i < names.n; i++) {
		autofree char *link = text_format("/sys/class/net/%s/device", names.names[i]);
		autofree char *path = realpath(link, NULL);
		if (!path || netns_device(sock, names.names[i], device) < 0 || !*device)
			continue;
		assert_non_null(strstr(path, device));
		n++;
	}
	if (!n)
		skip();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_not_found_is_still_elsewhere),
		cmocka_unit_test(a_search_that_ran_out_of_time_leaves_no_child),
		cmocka_unit_test(an_interface_that_is_no_more_is_not_elsewhere),
		cmocka_unit_test(ethtool_tells_the_device_of_an_interface),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
