/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The machine as JSON: machine/full.json has each key, each null and each absence. */
#include "core/machine-json.h"

#include "config-files.h"
#include "core/json.h"
#include "expect.h"

static int read_machine(const char *text, struct vfprep_machine **ret, struct vfprep_problems *p)
{
	return machine_from_json(text, strlen(text), "machine.json", ret, p);
}

static struct vfprep_machine *full_machine(void)
{
	autofree char *text = read_source("tests/unit/machine/full.json", NULL);
	struct vfprep_machine *m = NULL;
	assert_int_equal(read_machine(text, &m, NULL), 0);
	return m;
}

/* The same JSON, whatever its blanks and the order of its keys. */
static bool same_json(const char *a, const char *b)
{
	autojson x = json_tokener_parse(a);
	autojson y = json_tokener_parse(b);
	return x && y && json_object_equal(x, y);
}

static void machine_reads_and_writes_back_with_every_key(void **state)
{
	autofree char *text = read_source("tests/unit/machine/full.json", NULL);
	automachine m = full_machine();
	autofree char *written = machine_to_json(m);

	(void)state;
	if (!same_json(text, written))
		fail_msg("written back as %s", written);
}

static void copy_of_a_machine_is_the_same(void **state)
{
	automachine m = full_machine();
	automachine copy = machine_new();

	(void)state;
	assert_int_equal(text_replace(&copy->boot_id, m->boot_id), 0);
	assert_int_equal(text_replace(&copy->rundir, m->rundir), 0);
	copy->has_vfio_pci = m->has_vfio_pci;
	for (size_t i = 0; i < m->n_variants; i++)
		assert_int_equal(machine_add_driver(copy, m->variants[i]), 0);
	copy->no_iommu = m->no_iommu;
	copy->groups = TAKE_PTR(m->groups); /* nobody copies them */
	copy->n_groups = m->n_groups;
	for (size_t i = 0; i < m->n_pfs; i++)
		assert_int_equal(pf_copy(&m->pfs[i], machine_add_pf(copy, m->pfs[i].address)), 0);
	for (size_t i = 0; i < m->n_teams; i++) {
		struct team *t = array_add(&copy->teams, &copy->n_teams, sizeof(*t));
		assert_int_equal(team_copy(&m->teams[i], t), 0);
	}
	m->groups = copy->groups;
	autofree char *text = machine_to_json(m);
	m->groups = NULL;
	m->n_groups = 0;
	machine_free(TAKE_PTR(m)); /* nothing is shared */
	expect_taken(machine_to_json(copy), text);
}

static void null_is_none_and_absent_is_unknown(void **state)
{
	automachine m = full_machine();
	const struct pf *pf = &m->pfs[0];
	const struct function *full = &pf->vfs[0].function, *none = &pf->vfs[1].function;
	const struct function *some = &pf->vfs[2].function, *unknown = &pf->vfs[3].function;

	(void)state;
	assert_int_equal(full->has, FUNCTION_DRIVER | FUNCTION_OVERRIDE | FUNCTION_NODE);
	assert_true(full->node.exists);
	assert_int_equal(full->node.mode, 0660);
	assert_int_equal(full->group, 6);
	assert_int_equal(none->has, FUNCTION_DRIVER | FUNCTION_OVERRIDE | FUNCTION_NODE);
	assert_null(none->driver);
	assert_null(none->override);
	assert_false(none->node.exists);
	assert_int_equal(none->group, 0);
	assert_int_equal(some->has, FUNCTION_DRIVER | FUNCTION_NODE);
	assert_true(some->node.exists); /* though the group is not known */
	assert_string_equal(some->netdev, "enp1s0f0v2");
	assert_int_equal(unknown->has, 0);
	assert_int_equal(unknown->group, -1);
	assert_int_equal(pf->vfs[3].settings.present, 0);
	assert_int_equal(pf->vfs[3].use.pid, 7);
	assert_null(pf->vfs[3].use.what);
	assert_int_equal(m->pfs[1].has, 0);
	assert_null(m->pfs[1].name);
	assert_null(m->pfs[1].record);
	assert_int_equal(m->teams[0].transient.group, -1);
}

static void derived_and_reported_values_are_read(void **state)
{
	automachine m = full_machine();
	const struct pf *pf = &m->pfs[0];
	const struct vf *vf = &pf->vfs[0];

	(void)state;
	assert_int_equal(pf->has, PF_NUMVFS | PF_AUTOPROBE | PF_LINK | PF_ADDR_GEN_MODE | PF_MAC |
					  PF_PERMANENT_MAC);
	assert_int_equal(pf->vendor, 0x8086);
	assert_int_equal(pf->device, 0x10c9);
	assert_int_equal(pf->n_auto_macs, 2);
	assert_int_equal(pf->auto_macs[1][0], 0x1a);
	assert_string_equal(pf->altnames[1], "with space");
	assert_true(pf->in_use && pf->carrier && pf->lists_vfs && pf->up && !pf->autoprobe);
	assert_true(vf->use.kind == USE_PROCESS && vf->ours);
	assert_string_equal(vf->use.what, "qemu-system-x86");
	assert_null(vf->team); /* what is wanted is no part of it */
	assert_int_equal(vf->settings.present, (1u << SETTING_COUNT) - 1);
	assert_int_equal(pf->record->making, 4);
	assert_true(pf->record->to_probe);
	assert_int_equal(pf->record->original.has,
			 PF_NUMVFS | PF_AUTOPROBE | PF_LINK | PF_ADDR_GEN_MODE);
	assert_int_equal(pf->record->original.addr_gen_mode, ADDR_GEN_STABLE_PRIVACY);
	assert_true(pf->record->original.vfs[0].function.inode == UINT64_MAX - 1);
	assert_string_equal(m->teams[1].hint, "bridge:br100");
	assert_string_equal(pf->vf_auto_driver, "mlx5_vfio_pci");
	assert_string_equal(vf->function.auto_driver, "pds_vfio_pci");
	assert_null(pf->vfs[1].function.auto_driver);
	assert_true(machine_has_driver(m, "xe-vfio-pci") && machine_has_driver(m, "vfio-pci"));
	assert_false(machine_has_driver(m, "pds_vfio_pci"));
}

static void record_reads_and_writes_back_alone(void **state)
{
	automachine m = full_machine();
	struct record *copy = NULL;
	autofree char *text = record_to_json(m->pfs[0].record);

	(void)state;
	assert_int_equal(record_from_json(text, strlen(text), "record", &copy, NULL), 0);
	expect_taken(record_to_json(copy), text);
	record_free(copy);
	copy = record_dup(m->pfs[0].record);
	expect_taken(record_to_json(copy), text);
	record_free(copy);
}

static void empty_machine_is_a_machine(void **state)
{
	automachine m = NULL;

	(void)state;
	assert_int_equal(read_machine("{\"version\":1}", &m, NULL), 0);
	assert_int_equal(m->n_pfs + m->n_teams, 0);
	assert_null(m->boot_id);
	autofree char *text = machine_to_json(m);
	assert_true(same_json(text, "{\"version\":1,\"vfio_pci\":false,\"pfs\":[],\"teams\":[]}"));
}

static void other_version_is_refused(void **state)
{
	autoproblems p = vfprep_problems_new();
	autoproblems q = vfprep_problems_new();
	automachine m = NULL;
	struct record *r = NULL;

	(void)state;
	assert_int_equal(read_machine("{\"version\":2}", &m, p), -EPROTONOSUPPORT);
	expect_finding(p, VFPREP_SYSTEM, "machine.json", "version 2");
	assert_int_equal(record_from_json("{\"version\":2}", 13, "record", &r, q),
			 -EPROTONOSUPPORT);
	expect_finding(q, VFPREP_SYSTEM, "record", "version 2");
	assert_null(m);
	assert_null(r);
}

/* What must not be absent, by the key that its object is the value of, or an item of. */
static const struct {
	const char *parent, *key;
} required[] = {
	{ "groups", "number" },    { "groups", "members" }, { "members", "address" },
	{ "", "version" },         { "pfs", "address" },    { "vfs", "index" },
	{ "vfs", "address" },      { "vfs", "node_uid" },   { "vfs", "node_gid" },
	{ "record", "boot_id" },   { "record", "ifindex" }, { "record", "original" },
	{ "original", "address" }, { "teams", "team" },     { "teams", "mac" },
	{ "teams", "boot_id" },    { "teams", "pf" },       { "teams", "transient" },
	{ "pf", "address" },       { "pf", "vf" },          { "transient", "address" },
	{ "transient", "driver" }, { "port", "ifindex" },   { "container", "uid" },
	{ "container", "gid" },    { "container", "mode" }, { "vfs", "kept_uid" },
	{ "vfs", "kept_gid" },
};

/* What is for other readers only: it follows from the rest. */
static const struct {
	const char *parent, *key;
} unread[] = {
	{ "vfs", "team" },        { "record", "version" },  { "teams", "version" },
	{ "transient", "alias" }, { "transient", "nodes" }, { "persistent", "alias" },
};

static bool is_required(const char *parent, const char *key)
{
	for (size_t i = 0; i < ARRAY_SIZE(required); i++) {
		if (strcmp(required[i].parent, parent) == 0 && strcmp(required[i].key, key) == 0)
			return true;
	}
	return false;
}

static bool is_unread(const char *parent, const char *key)
{
	for (size_t i = 0; i < ARRAY_SIZE(unread); i++) {
		if (strcmp(unread[i].parent, parent) == 0 && strcmp(unread[i].key, key) == 0)
			return true;
	}
	return false;
}

static void expect_root(struct json_object *root, const char *parent, const char *key, int expected)
{
	autoproblems p = vfprep_problems_new();
	automachine m = NULL;
	autofree char *text = json_text(root, false);

	if (read_machine(text, &m, p) != expected)
		fail_msg("'%s' of '%s': not %d with %s", key, parent, expected, text);
	if (expected < 0)
		expect_finding(p, VFPREP_SYSTEM, "machine.json", "no");
}

/* A value that no reader of OLD takes. */
static struct json_object *of_another_type(struct json_object *old)
{
	return json_object_is_type(old, json_type_object) ? json_object_new_array()
							  : json_object_new_object();
}

static unsigned spoil_keys(struct json_object *root, struct json_object *o, const char *parent);

/* Goes into objects and arrays. Returns how many keys there are. */
static unsigned spoil_value(struct json_object *root, struct json_object *value, const char *key)
{
	unsigned n = 0;
	if (json_object_is_type(value, json_type_object))
		return spoil_keys(root, value, key);
	for (size_t i = 0;
	     json_object_is_type(value, json_type_array) && i < json_object_array_length(value);
	     i++)
		n += spoil_value(root, json_object_array_get_idx(value, i), key);
	return n;
}

/* Takes each key of an object away and gives it a wrong value, one at a time. */
static unsigned spoil_keys(struct json_object *root, struct json_object *o, const char *parent)
{
	char *keys[64];
	size_t n = 0;
	unsigned spoilt = 0;

	json_object_object_foreach(o, name, ignored)
	{
		(void)ignored;
		assert_true(n < ARRAY_SIZE(keys));
		keys[n++] = strdup(name);
	}
	for (size_t i = 0; i < n; i++) {
		struct json_object *value = json_object_get(json_object_object_get(o, keys[i]));
		spoilt += 1 + spoil_value(root, value, keys[i]);
		json_object_object_add(o, keys[i], of_another_type(value));
		expect_root(root, parent, keys[i], is_unread(parent, keys[i]) ? 0 : -EINVAL);
		json_object_object_del(o, keys[i]);
		expect_root(root, parent, keys[i], is_required(parent, keys[i]) ? -EINVAL : 0);
		json_object_object_add(o, keys[i], value);
		free(keys[i]);
	}
	return spoilt;
}

static void each_key_of_a_wrong_type_or_missing_is_refused(void **state)
{
	autofree char *text = read_source("tests/unit/machine/full.json", NULL);
	autojson root = json_tokener_parse(text);

	(void)state;
	assert_true(spoil_keys(root, root, "") > 100); /* it went everywhere */
}

static void expect_malformed(const char *old, const char *new)
{
	autofree char *text = read_source("tests/unit/machine/full.json", NULL);
	autoproblems p = vfprep_problems_new();
	automachine m = NULL;
	const char *at = strstr(text, old);

	if (!at)
		fail_msg("there is no %s", old);
	autofree char *changed =
		text_format("%.*s%s%s", (int)(at - text), text, new, at + strlen(old));
	if (read_machine(changed, &m, p) != -EINVAL)
		fail_msg("'%s' for '%s' was accepted", new, old);
	expect_finding(p, VFPREP_SYSTEM, "machine.json", "not a machine");
	assert_null(m);
}

static void value_out_of_its_range_is_refused(void **state)
{
	(void)state;
	expect_malformed("\"address\": \"0000:01:00.0\"", "\"address\": \"eth0\"");
	expect_malformed("\"numvfs\": 0", "\"numvfs\": -1");
	expect_malformed("\"addr_gen_mode\": \"none\"", "\"addr_gen_mode\": \"None\"");
	expect_malformed("\"device\": \"8086:10c9\"", "\"device\": \"8086-10c9\"");
	expect_malformed("\"device\": \"8086:10c9\"", "\"device\": \"8086:10c\"");
	expect_malformed("\"device\": \"8086:10c9\"", "\"device\": \"808g:10c9\"");
	expect_malformed("\"device\": \"8086:10c9\"", "\"device\": \"80:6:10c9\"");
	expect_malformed("\"node_mode\": \"0660\"", "\"node_mode\": \"0680\"");
	expect_malformed("\"node_mode\": \"0660\"", "\"node_mode\": \"10000\"");
	expect_malformed("\"node_uid\": 64055", "\"node_uid\": 4294967296");
	expect_malformed("\"iommu_group\": 6", "\"iommu_group\": 2147483648");
	expect_malformed("\"inode\": 4711", "\"inode\": 18446744073709551616");
	expect_malformed("\"index\": 65534", "\"index\": 65536");
	expect_malformed("\"vlan\": 100", "\"vlan\": 4096");
	expect_malformed("\"mac\": \"52:54:00:aa:00:01\"", "\"mac\": \"none\"");
	expect_malformed("\"7a:a2:0b:42:07:68\"", "null");
	expect_malformed("\"7a:a2:0b:42:07:68\"", "\"7a:a2:0b:42:07\"");
	expect_malformed("\"7a:a2:0b:42:07:68\"", "\"7a:a2:0b:42:07:68\\u0000\"");
	expect_malformed("\"xe-vfio-pci\"", "\"vfio-pci\""); /* that has a key of its own */
	expect_malformed("\"xe-vfio-pci\"", "\"igbvf\"");
	expect_malformed("\"xe-vfio-pci\"", "null");
	expect_malformed("\"uplink\"", "7");
	expect_malformed("\"uplink\"", "\"up\\u0000link\"");
	expect_malformed("\"team\": \"bare\"", "\"team\": \"../bare\"");
}

static void thing_that_stands_there_twice_is_refused(void **state)
{
	(void)state;
	expect_malformed("\"index\": 2", "\"index\": 0");
	expect_malformed("\"address\": \"10000:e1:00.0\"", "\"address\": \"0000:01:00.0\"");
	expect_malformed("\"team\": \"bare\"", "\"team\": \"web0\"");
}

static void item_that_is_no_object_is_refused(void **state)
{
	(void)state;
	expect_malformed("\"pfs\": [", "\"pfs\": [ null,");
	expect_malformed("\"vfs\": [", "\"vfs\": [ 1,");
	expect_malformed("\"teams\": [", "\"teams\": [ [],");
}

static void addr_gen_modes_go_there_and_back(void **state)
{
	enum addr_gen_mode mode;

	(void)state;
	for (unsigned i = 0; i < ADDR_GEN_COUNT; i++) {
		assert_int_equal(addr_gen_mode_parse(addr_gen_mode_name(i), &mode), 0);
		assert_int_equal(mode, i);
	}
	assert_int_equal(addr_gen_mode_parse("", &mode), -EINVAL);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(machine_reads_and_writes_back_with_every_key),
		cmocka_unit_test(copy_of_a_machine_is_the_same),
		cmocka_unit_test(null_is_none_and_absent_is_unknown),
		cmocka_unit_test(derived_and_reported_values_are_read),
		cmocka_unit_test(record_reads_and_writes_back_alone),
		cmocka_unit_test(empty_machine_is_a_machine),
		cmocka_unit_test(other_version_is_refused),
		cmocka_unit_test(each_key_of_a_wrong_type_or_missing_is_refused),
		cmocka_unit_test(value_out_of_its_range_is_refused),
		cmocka_unit_test(thing_that_stands_there_twice_is_refused),
		cmocka_unit_test(item_that_is_no_object_is_refused),
		cmocka_unit_test(addr_gen_modes_go_there_and_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
