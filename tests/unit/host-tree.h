/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A tree that stands for a host on which all is well, and what its check has to find. */
#ifndef TESTS_HOST_TREE_H
#define TESTS_HOST_TREE_H

#include "core/host-check.h"

#include <errno.h>

#include "config-files.h"
#include "host/host-read.h"
#include "machine-words.h"
#include "temp-tree.h"

#define RELEASE "6.1.0-56-amd64"
#define LIMITS(value)                                                                              \
	"Max cpu time  unlimited  unlimited  seconds\nMax locked memory  65536  " value "  "       \
	"bytes\n"
#define GIB (UINT64_C(1) << 30)

struct fixture {
	struct tree tree;
	struct vfprep_machine *machine;
	struct vfprep_config *config;
	struct vfprep_problems *problems;
	struct checks checks;
	uint64_t guest_memory;
};

static inline void set_config(struct fixture *f, const char *text)
{
	autoproblems p = vfprep_problems_new();

	config_free(f->config);
	f->config = config_new();
	add_text(f->config, "10.conf", text, p);
	assert_int_equal(vfprep_problems_count(p), 0);
}

static inline void add_process(struct tree *t, unsigned pid, const char *command,
			       const char *limits)
{
	autofree char *comm_path = text_format("proc/%u/comm", pid);
	autofree char *limits_path = text_format("proc/%u/limits", pid);
	autofree char *comm = text_format("%s\n", command);

	tree_add_file(t, comm_path, comm);
	tree_add_file(t, limits_path, limits);
}

/* A host on which all is well: one PF, eth0, with two VFs that the configuration names. */
static inline int setup(void **state)
{
	static struct fixture f;
	struct tree *t = &f.tree;

	tree_new(t);
	tree_add_file(t, "proc/sys/kernel/osrelease", RELEASE "\n");
	tree_add_file(t, "proc/cmdline", "root=/dev/sda1 intel_iommu=on quiet\n");
	tree_add_file(t, "proc/cpuinfo",
		      "processor\t: 0\nvendor_id\t: GenuineIntel\n"
		      "flags\t\t: fpu vmx\n");
	tree_add_dir(t, "sys/kernel/iommu_groups/0");
	tree_add_dir(t, "sys/kernel/iommu_groups/1");
	tree_add_file(t, "sys/firmware/acpi/tables/DMAR", "");
	tree_add_file(t, "sys/module/vfio_pci/initstate", "live\n");
	tree_add_file(t, "sys/module/vfio_iommu_type1/initstate", "live\n");
	tree_add_file(t, "sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts", "N\n");
	tree_add_file(t, "sys/module/vfio/parameters/enable_unsafe_noiommu_mode", "N\n");
	tree_add_dir(t, "sys/class/vfio");
	tree_add_dir(t, "sys/class/vfio-dev");
	add_process(t, 1, "systemd", LIMITS("unlimited"));
	f.machine = machine_with_vfs(2);
	assert_int_equal(text_replace(&f.machine->pfs[0].name, "eth0"), 0);
	f.problems = vfprep_problems_new();
	f.checks = (struct checks){ 0 };
	f.config = NULL;
	f.guest_memory = 0;
	set_config(&f, MATCH "[PF]\nVirtualFunctions=2\n[VF]\nTeam=web%i\n[VF 0-1]\n");
	*state = &f;
	return 0;
}

static inline int teardown(void **state)
{
	struct fixture *f = *state;

	machine_free(f->machine);
	config_free(f->config);
	vfprep_problems_free(f->problems);
	checks_clear(&f->checks);
	tree_free(&f->tree);
	return 0;
}

static inline void check(struct fixture *f)
{
	autofacts facts = NULL;
	struct check_input in = { NULL, f->machine, f->config, f->guest_memory };

	vfprep_problems_free(f->problems);
	f->problems = vfprep_problems_new();
	checks_clear(&f->checks);
	assert_int_equal(host_read_facts(f->tree.fd, &facts), 0);
	in.facts = facts;
	assert_int_equal(host_check(&in, &f->checks, f->problems), 0);
}

static inline void expect_verdict(struct fixture *f, const char *name, enum check_result result,
				  const char *word)
{
	for (size_t i = 0; i < f->checks.n; i++) {
		const struct check *c = &f->checks.items[i];
		if (strcmp(c->name, name) != 0)
			continue;
		assert_string_equal(check_result_name(c->result), check_result_name(result));
		if (*word && !strstr(c->detail, word))
			fail_msg("'%s' does not say '%s'", c->detail, word);
		return;
	}
	fail_msg("no verdict on %s", name);
}

/* The verdict on a part of an area that has a name. */
static inline void expect_verdict_on(struct fixture *f, const char *name, const char *subject,
				     enum check_result result, const char *word)
{
	for (size_t i = 0; i < f->checks.n; i++) {
		const struct check *c = &f->checks.items[i];
		if (strcmp(c->name, name) != 0 || !text_equal(c->subject, subject))
			continue;
		assert_string_equal(check_result_name(c->result), check_result_name(result));
		if (!strstr(c->detail, word))
			fail_msg("'%s' does not say '%s'", c->detail, word);
		return;
	}
	fail_msg("no verdict on %s %s", name, subject);
}

/* Nothing is found, and the verdict is ok. */
static inline void expect_ok(struct fixture *f, const char *name, const char *word)
{
	check(f);
	if (vfprep_problems_count(f->problems))
		fail_msg("found: %s", vfprep_problems_get(f->problems, 0).message);
	expect_verdict(f, name, CHECK_OK, word);
}

/* One finding, with something to do. */
static inline void expect_problem(struct fixture *f, const char *name, const char *subject,
				  const char *word, const char *advice)
{
	check(f);
	expect_finding(f->problems, VFPREP_HOST, subject, word);
	struct vfprep_problem p = vfprep_problems_get(f->problems, 0);
	if (!strstr(p.advice, advice))
		fail_msg("'%s' does not say '%s'", p.advice, advice);
	expect_verdict(f, name, CHECK_PROBLEM, "");
}

static inline void expect_note(struct fixture *f, const char *name, const char *subject,
			       const char *word)
{
	check(f);
	expect_finding(f->problems, VFPREP_NOTE, subject, word);
	expect_verdict(f, name, CHECK_OK, "");
}

static inline void expect_unknown(struct fixture *f, const char *name, const char *word)
{
	check(f);
	assert_false(problems_any(f->problems));
	expect_verdict(f, name, CHECK_UNKNOWN, word);
}

static inline void remove_file(struct fixture *f, const char *path)
{
	assert_int_equal(unlinkat(f->tree.fd, path, 0), 0);
}

static inline void remove_dir(struct fixture *f, const char *path)
{
	assert_int_equal(unlinkat(f->tree.fd, path, AT_REMOVEDIR), 0);
}

#endif
