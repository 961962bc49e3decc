/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The words for an interface that is in another network namespace, and for what brings it back. */
#include "core/elsewhere.h"

#include "expect.h"

static const struct {
	struct elsewhere e;
	const char *text, *advice;
} rows[] = {
	{ { .interface = (char *)"eth1", .netns = (char *)"blue" },
	  "its interface 'eth1' is in network namespace 'blue'",
	  "bring it back: ip -n blue link set eth1 netns 1" },
	{ { .interface = (char *)"eth1",
	    .netns = (char *)"cni-1",
	    .pid = 812,
	    .command = (char *)"nginx" },
	  "its interface 'eth1' is in network namespace 'cni-1' (pid 812, nginx)",
	  "bring it back: ip -n cni-1 link set eth1 netns 1" },
	{ { .interface = (char *)"eth1", .netns = (char *)"/run/docker/netns/1a", .pid = 812 },
	  "its interface 'eth1' is in network namespace '/run/docker/netns/1a' (pid 812)",
	  "bring it back: nsenter --net=/run/docker/netns/1a ip link set eth1 netns 1" },
	{ { .interface = (char *)"eth1", .pid = 812, .command = (char *)"sleep" },
	  "its interface 'eth1' is in the network namespace of pid 812 (sleep)",
	  "bring it back: nsenter -t 812 -n ip link set eth1 netns 1" },
	{ { .interface = (char *)"eth1", .pid = 1, .command = (char *)"systemd" },
	  "its interface 'eth1' is in the network namespace of pid 1 (systemd)",
	  "run vfprep in the network namespace of pid 1" },
	/* nothing that a shell would take for a command */
	{ { .interface = (char *)"eth1", .netns = (char *)"a;reboot" },
	  "its interface 'eth1' is in network namespace 'a;reboot'",
	  "bring it back to the network namespace that vfprep runs in" },
	{ { .interface = (char *)"$(x)", .pid = 812 },
	  "its interface '$(x)' is in the network namespace of pid 812",
	  "bring it back to the network namespace that vfprep runs in" },
	{ { .is = true },
	  "its interface is in another network namespace",
	  "bring it back to the network namespace that vfprep runs in" },
};

static void each_place_has_its_words_and_its_way_back(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		expect_taken(elsewhere_text(&rows[i].e), rows[i].text);
		expect_taken(elsewhere_advice(&rows[i].e), rows[i].advice);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_place_has_its_words_and_its_way_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
