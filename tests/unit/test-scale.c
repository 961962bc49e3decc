/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How much is done for 7 and for 256 VFs: counted on a machine in memory, never timed. Each number
 * is A + B * VFs with the same A and B for both, so that nothing grows with the square, and
 * docs/scale.md says what each is for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "core/verify.h"
#include "fake-host.h"

static const unsigned sizes[] = { 7, 256 };

static const char fresh_config[] = "[Match]\nDriver=igb\n"
				   "[PF]\nVirtualFunctions=max\n"
				   "[VF]\nOwner=someone\nGroup=kvm\nTeam=db%i\nVLANId=5\n";

/* Another VLAN for each. */
static const char changed_config[] = "[Match]\nDriver=igb\n"
				     "[PF]\nVirtualFunctions=max\n"
				     "[VF]\nOwner=someone\nGroup=kvm\nTeam=db%i\nVLANId=6\n";

/* VFs that others made, with two settings, driver and node to be changed. */
static const char others_config[] = "[Match]\nDriver=igb\n"
				    "[VF]\nOwner=someone\nGroup=kvm\nTeam=db%i\nVLANId=5\n";

/* A number of operations. */
struct count {
	unsigned once, each; /* for all of it, and for each VF */
};

struct counts {
	struct count reads, claims, stores, acts[STEP_COUNT];
};

static void expect_count(const char *what, unsigned got, struct count want, unsigned n)
{
	if (got != want.once + want.each * n)
		fail_msg("%s for %u VFs: %u, want %u + %u for each", what, n, got, want.once,
			 want.each);
}

/* Compares what was done since the last time, and counts anew. */
static void expect_counts(struct fake_host *h, const struct counts *want, unsigned n)
{
	static const char *const names[] = {
		[STEP_MODULE] = "module",
		[STEP_WITHDRAW] = "withdraw",
		[STEP_ADDR_GEN_MODE] = "addr_gen_mode",
		[STEP_LINK] = "link",
		[STEP_AUTOPROBE] = "autoprobe",
		[STEP_NUMVFS] = "numvfs",
		[STEP_SETTING] = "settings",
		[STEP_OVERRIDE] = "driver_override",
		[STEP_DRIVER] = "driver",
		[STEP_NODE] = "node",
		[STEP_DRIVERS_PROBE] = "drivers_probe",
		[STEP_PUBLISH] = "publish",
	};
	const struct fake_counts *got = &h->fake->counts;

	_Static_assert(ARRAY_SIZE(names) == STEP_COUNT, "a name for each kind of step");
	expect_count("reads", got->reads, want->reads, n);
	expect_count("claims", got->claims, want->claims, n);
	expect_count("stores", got->stores, want->stores, n);
	for (size_t i = 0; i < STEP_COUNT; i++)
		expect_count(names[i], got->acts[i], want->acts[i], n);
	assert_int_equal(got->lists, 0);
	fake_host_heal(h);
}

static void open_machine(struct fake_host *h, const char *config, unsigned n)
{
	fake_host_open(h, config);
	fake_grow(h->fake, n);
}

static void apply(struct fake_host *h)
{
	assert_int_equal(fake_host_apply(h), 0);
	assert_int_equal(vfprep_problems_count(h->problems), 0);
	assert_int_equal(h->outcome, VFPREP_DONE);
}

/* Three reads: of the machine, of what was made, and of what came of the steps. Three saves of the
 * record, and two files for each team. */
static const struct counts fresh_counts = {
	.reads = { 3, 0 },
	.stores = { 3, 3 },
	.acts = {
		[STEP_MODULE] = { 1, 0 },
		[STEP_ADDR_GEN_MODE] = { 1, 0 },
		[STEP_LINK] = { 1, 0 },
		[STEP_AUTOPROBE] = { 2, 0 },
		[STEP_NUMVFS] = { 1, 0 },
		[STEP_SETTING] = { 0, 2 },
		[STEP_OVERRIDE] = { 0, 1 },
		[STEP_DRIVER] = { 0, 1 },
		[STEP_NODE] = { 0, 1 },
	},
};

static void vfs_are_made_by_the_least_operations(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		unsigned n = sizes[i];
		struct fake_host h;

		open_machine(&h, fresh_config, n);
		apply(&h);
		assert_int_equal(h.fake->machine->pfs[0].n_vfs, n);
		expect_counts(&h, &fresh_counts, n);
		fake_host_close(&h);
	}
}

static void a_second_apply_reads_once(void **state)
{
	static const struct counts want = { .reads = { 1, 0 }, .stores = { 1, 0 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct fake_host h;

		open_machine(&h, fresh_config, sizes[i]);
		apply(&h);
		fake_host_heal(&h);
		apply(&h);
		expect_counts(&h, &want, sizes[i]);
		fake_host_close(&h);
	}
}

/* The team is not true while its VF is changed: its two files, and one that may be there too, go
 * and two come. Each VF is claimed once. */
static void a_setting_is_one_message(void **state)
{
	static const struct counts want = {
		.reads = { 2, 0 },
		.claims = { 0, 1 },
		.stores = { 1, 4 + 3 },
		.acts = { [STEP_SETTING] = { 0, 1 } },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct fake_host h;

		open_machine(&h, fresh_config, sizes[i]);
		apply(&h);
		fake_host_configure(&h, changed_config);
		fake_host_heal(&h);
		apply(&h);
		expect_counts(&h, &want, sizes[i]);
		fake_host_close(&h);
	}
}

/* Of VFs that vanish nothing is put back; each is claimed, and its team's files and directory go.
 * The record is saved before the count changes, and goes in the end. */
static void all_is_released_by_the_least_operations(void **state)
{
	static const struct counts want = {
		.reads = { 2, 0 },
		.claims = { 0, 1 },
		.stores = { 2, 5 },
		.acts = {
			[STEP_ADDR_GEN_MODE] = { 1, 0 },
			[STEP_LINK] = { 1, 0 },
			[STEP_NUMVFS] = { 1, 0 },
		},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct fake_host h;

		open_machine(&h, fresh_config, sizes[i]);
		apply(&h);
		fake_host_heal(&h);
		assert_int_equal(fake_host_release_all(&h), 0);
		assert_int_equal(vfprep_problems_count(h.problems), 0);
		expect_counts(&h, &want, sizes[i]);
		fake_host_close(&h);
	}
}

/* VFs of others, which stay: what each had is put back. */
static void others_vfs_are_taken_and_given_back(void **state)
{
	static const struct counts taken = {
		.reads = { 2, 0 },
		.stores = { 2, 3 },
		.acts = {
			[STEP_MODULE] = { 1, 0 },
			[STEP_ADDR_GEN_MODE] = { 1, 0 },
			[STEP_LINK] = { 1, 0 },
			[STEP_SETTING] = { 0, 2 },
			[STEP_OVERRIDE] = { 0, 1 },
			[STEP_DRIVER] = { 0, 1 },
			[STEP_NODE] = { 0, 1 },
		},
	};
	static const struct counts given_back = {
		.reads = { 2, 0 },
		.claims = { 0, 1 },
		.stores = { 2, 5 }, /* the first time it says that they are nobody's */
		.acts = {
			[STEP_ADDR_GEN_MODE] = { 1, 0 },
			[STEP_LINK] = { 1, 0 },
			[STEP_SETTING] = { 0, 2 },
			[STEP_OVERRIDE] = { 0, 1 },
			[STEP_DRIVER] = { 0, 1 },
		},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		unsigned n = sizes[i];
		autofree char *words = text_format("numvfs 0000:01:00.0 %u", n);
		struct fake_host h;

		open_machine(&h, others_config, n);
		fake_host_raw(&h, words);
		assert_int_equal(fake_host_apply(&h), 0);
		assert_int_equal(h.outcome, VFPREP_DONE);
		expect_counts(&h, &taken, n);
		assert_int_equal(fake_host_release_all(&h), 0);
		assert_int_equal(h.outcome, VFPREP_DONE);
		expect_counts(&h, &given_back, n);
		fake_host_close(&h);
	}
}

/* What plan, list and verify do: one read. */
static void looking_is_one_read(void **state)
{
	static const struct counts want = { .reads = { 1, 0 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		CLEANUP(verdicts_clear) struct verdicts v = { 0 };
		automachine m = NULL;
		struct fake_host h;

		open_machine(&h, fresh_config, sizes[i]);
		apply(&h);
		fake_host_heal(&h);
		assert_int_equal(host_read(&h.host, NULL, &m, h.problems), 0);
		assert_int_equal(verify_teams(m, NULL, 0, &v, h.problems), 0);
		assert_int_equal(v.n, sizes[i]);
		for (size_t k = 0; k < v.n; k++)
			assert_true(v.items[k].good);
		expect_counts(&h, &want, sizes[i]);
		fake_host_close(&h);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vfs_are_made_by_the_least_operations),
		cmocka_unit_test(a_second_apply_reads_once),
		cmocka_unit_test(a_setting_is_one_message),
		cmocka_unit_test(all_is_released_by_the_least_operations),
		cmocka_unit_test(others_vfs_are_taken_and_given_back),
		cmocka_unit_test(looking_is_one_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
