/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A team as libvirt XML. With a directory named, it writes fragments there for libvirt-schema.sh.
 */
#include "core/fragment.h"

#include <errno.h>
#include <stdio.h>

#include "expect.h"

#define HEAD(type)                                                                                 \
	"<interface type='" type "'>\n"                                                            \
	"  <mac address='02:00:5e:10:00:01'/>\n"
#define TAIL                                                                                       \
	"  <model type='virtio'/>\n"                                                               \
	"  <teaming type='persistent'/>\n"                                                         \
	"  <alias name='ua-web0'/>\n"                                                              \
	"</interface>\n"

/* Each kind of hint, and the element that it makes. */
static const struct {
	const char *name, *hint, *xml;
} interfaces[] = {
	{ "user", "user", HEAD("user") TAIL },
	{ "passt", "passt", HEAD("user") "  <backend type='passt'/>\n" TAIL },
	{ "bridge", "bridge:br100", HEAD("bridge") "  <source bridge='br100'/>\n" TAIL },
	{ "network", "network:lab-net", HEAD("network") "  <source network='lab-net'/>\n" TAIL },
	{ "ethernet", "ethernet:tap7",
	  HEAD("ethernet") "  <target dev='tap7' managed='no'/>\n" TAIL },
	{ "direct", "direct:eth1.5",
	  HEAD("direct") "  <source dev='eth1.5' mode='bridge'/>\n" TAIL },
	{ "escaped", "network:a&b<c>'d'\"e\"",
	  HEAD("network") "  <source network='a&amp;b&lt;c>&apos;d&apos;\"e\"'/>\n" TAIL },
};

static struct team web0(void)
{
	static char name[] = "web0", driver[] = "vfio-pci";

	return (struct team){
		.name = name,
		.mac = { 0x02, 0x00, 0x5e, 0x10, 0x00, 0x01 },
		.transient = { { 0, 1, 0x10, 2 }, driver, 6 },
	};
}

static void each_hint_makes_its_interface(void **state)
{
	struct team t = web0();
	unsigned kinds = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(interfaces); i++) {
		CLEANUP(hint_clear) struct hint hint = { 0 };
		const char *why = NULL;
		assert_int_equal(hint_parse(interfaces[i].hint, &hint, &why), 0);
		assert_null(why);
		kinds |= 1u << hint.kind;
		expect_taken(fragment_interface(&t, interfaces[i].hint, NULL), interfaces[i].xml);
	}
	assert_int_equal(kinds, (1u << HINT_COUNT) - 1);
}

static void hostdev_names_the_vf_and_the_persistent_side(void **state)
{
	struct team t = web0();

	(void)state;
	expect_taken(fragment_hostdev(&t),
		     "<hostdev mode='subsystem' type='pci' managed='no'>\n"
		     "  <source>\n"
		     "    <address domain='0x0000' bus='0x01' slot='0x10' function='0x2'/>\n"
		     "  </source>\n"
		     "  <teaming type='transient' persistent='ua-web0'/>\n"
		     "  <alias name='ua-web0_vf'/>\n"
		     "</hostdev>\n");
}

static void hostdev_holds_a_wide_domain(void **state)
{
	struct team t = web0();
	t.transient.address = address_of("10000:e1:1f.7");
	autofree char *xml = fragment_hostdev(&t);

	(void)state;
	assert_non_null(strstr(xml, "domain='0x10000' bus='0xe1' slot='0x1f' function='0x7'"));
}

static void mtu_and_queues_are_said_when_asked_for(void **state)
{
	const struct interface_tuning tuning = { .mtu = 9000, .queues = 4 };
	struct team t = web0();

	(void)state;
	expect_taken(fragment_interface(&t, "bridge:br100", &tuning),
		     HEAD("bridge") "  <source bridge='br100'/>\n"
				    "  <mtu size='9000'/>\n"
				    "  <model type='virtio'/>\n"
				    "  <driver queues='4'/>\n"
				    "  <teaming type='persistent'/>\n"
				    "  <alias name='ua-web0'/>\n"
				    "</interface>\n");
}

static void hostdev_can_have_the_persistent_side_of_others(void **state)
{
	struct team t = web0();
	autofree char *xml = fragment_hostdev_of(&t, "ua-net_0");

	(void)state;
	assert_non_null(strstr(xml, "persistent='ua-net_0'/>\n  <alias name='ua-web0_vf'/>"));
}

static void expect_bad_hint(const char *text, const char *word)
{
	struct hint hint = { .kind = HINT_DIRECT };
	const char *why = "";
	struct team t = web0();

	if (hint_parse(text, &hint, &why) != -EINVAL)
		fail_msg("'%s' was taken for a hint", text);
	if (!why || !strstr(why, word))
		fail_msg("'%s': '%s' does not say '%s'", text, why ? why : "", word);
	assert_int_equal(hint.kind, HINT_DIRECT);
	assert_null(hint.target);
	assert_null(fragment_interface(&t, text, NULL));
}

static void hint_of_no_kind_is_refused(void **state)
{
	static const char *const bad[] = {
		"",      "br0",   "Bridge:br0", " bridge:br0", "bridges:br0",
		"vhost", "userx", "bridge br0", ":br0",        "hostdev:a"
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		expect_bad_hint(bad[i], "none of user");
}

static void hint_without_its_name_or_with_one_too_many_is_refused(void **state)
{
	(void)state;
	expect_bad_hint("bridge", "needs a name");
	expect_bad_hint("bridge:", "has to follow");
	expect_bad_hint("network", "needs a name");
	expect_bad_hint("network:", "has to follow");
	expect_bad_hint("ethernet", "needs a name");
	expect_bad_hint("direct", "needs a name");
	expect_bad_hint("user:", "nothing may follow");
	expect_bad_hint("user:eth0", "nothing may follow");
	expect_bad_hint("passt:eth0", "nothing may follow");
}

static void name_that_no_interface_can_have_is_refused(void **state)
{
	(void)state;
	expect_bad_hint("bridge:abcdefghijklmnop", "15 letters");
	expect_bad_hint("bridge:a/b", "such a name");
	expect_bad_hint("bridge:a b", "such a name");
	expect_bad_hint("bridge:a:b", "such a name");
	expect_bad_hint("bridge:.", "such a name");
	expect_bad_hint("direct:..", "such a name");
	expect_bad_hint("ethernet:../tap", "such a name");
	expect_bad_hint("network:a/b", "'/'");
	expect_bad_hint("network:a\nb", "control");
	expect_bad_hint("bridge:a\x7f", "control");
}

static void longest_names_are_taken(void **state)
{
	static const char *const good[] = { "bridge:abcdefghijklmno", "ethernet:t", "direct:...",
					    "network:a much longer name: 2" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		CLEANUP(hint_clear) struct hint hint = { 0 };
		const char *why;
		assert_int_equal(hint_parse(good[i], &hint, &why), 0);
		assert_string_equal(hint.target, strchr(good[i], ':') + 1);
	}
}

static int write_fragment(const char *dir, const char *name, const char *xml)
{
	autofree char *path = text_format("%s/%s.xml", dir, name);
	FILE *f = fopen(path, "we");

	if (!f || fputs(xml, f) == EOF || fclose(f) != 0) {
		perror(path);
		return 1;
	}
	return 0;
}

static int write_fragments(const char *dir)
{
	struct team t = web0();
	autofree char *hostdev = fragment_hostdev(&t);
	int failed = write_fragment(dir, "hostdev", hostdev);

	for (size_t i = 0; i < ARRAY_SIZE(interfaces); i++) {
		autofree char *xml = fragment_interface(&t, interfaces[i].hint, NULL);
		failed |= write_fragment(dir, interfaces[i].name, xml);
	}
	const struct interface_tuning tuning = { .mtu = 9000, .queues = 4 };
	autofree char *tuned = fragment_interface(&t, "bridge:br100", &tuning);
	return failed | write_fragment(dir, "tuned", tuned);
}

int main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_hint_makes_its_interface),
		cmocka_unit_test(hostdev_names_the_vf_and_the_persistent_side),
		cmocka_unit_test(hostdev_holds_a_wide_domain),
		cmocka_unit_test(mtu_and_queues_are_said_when_asked_for),
		cmocka_unit_test(hostdev_can_have_the_persistent_side_of_others),
		cmocka_unit_test(hint_of_no_kind_is_refused),
		cmocka_unit_test(hint_without_its_name_or_with_one_too_many_is_refused),
		cmocka_unit_test(name_that_no_interface_can_have_is_refused),
		cmocka_unit_test(longest_names_are_taken),
	};

	if (argc > 1)
		return write_fragments(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
