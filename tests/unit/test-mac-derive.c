/* SPDX-License-Identifier: GPL-2.0-or-later */
/* MACAddress=auto as docs/mac-derivation.md publishes it. */
#include "core/desire.h"

#include "config-files.h"
#include "expect.h"

#define PAGE "docs/mac-derivation.md"

/* The fields of a row of the page's table; false where the line is no such row. */
static bool parse_row(const char *line, char machine_id[static 33], char pf[static 18],
		      unsigned *index, char hmac[static 18], char mac[static 18])
{
	return sscanf(line, "| %32[0-9a-f] | %17[0-9a-f:] | %u | %17[0-9a-f:] | %17[0-9a-f:] |",
		      machine_id, pf, index, hmac, mac) == 5;
}

static void machine_id_parse(const char *text, uint8_t ret[static 16])
{
	assert_int_equal(strlen(text), 32);
	for (size_t i = 0; i < 16; i++) {
		char octet[] = { text[2 * i], text[2 * i + 1], '\0' };
		unsigned value;
		assert_int_equal(text_to_unsigned(octet, 16, 0, 255, &value), 0);
		ret[i] = (uint8_t)value;
	}
}

/* Rows of a table of the page, and those whose address would start with fe. */
struct tally {
	unsigned rows, moved;
};

static void expect_row(const uint8_t *mac, const char *hmac, const char *expected, struct tally *t)
{
	char text[MAC_TEXT];

	assert_string_equal(mac_format(mac, text), expected);
	assert_string_equal(text + 2, hmac + 2);
	assert_null(mac_unfit(mac));
	t->moved += strncmp(hmac, "f", 1) == 0 && strchr("cdef", hmac[1]);
	t->rows++;
}

/* TAKE passes over the lines that are of no such table. */
static void expect_table(void (*take)(const char *line, struct tally *t), unsigned rows,
			 unsigned moved)
{
	autofree char *page = read_source(PAGE, NULL);
	struct tally t = { 0 };

	for (char *rest = page, *line; (line = strsep(&rest, "\n"));)
		take(line, &t);
	assert_int_equal(t.rows, rows);
	assert_int_equal(t.moved, moved);
}

static void take_auto(const char *line, struct tally *t)
{
	char id_text[33], pf_text[18], hmac[18], expected[18];
	uint8_t id[16], pf[6], mac[6];
	unsigned index;

	if (!parse_row(line, id_text, pf_text, &index, hmac, expected))
		return;
	machine_id_parse(id_text, id);
	assert_int_equal(mac_parse(pf_text, pf), 0);
	mac_derive_auto(id, pf, index, mac);
	expect_row(mac, hmac, expected, t);
}

static void take_team(const char *line, struct tally *t)
{
	char site[65], team[33], hmac[18], expected[18];
	uint8_t mac[6];

	if (sscanf(line, "| %64[^ |] | %32[^ |] | %17[0-9a-f:] | %17[0-9a-f:] |", site, team, hmac,
		   expected) != 4 ||
	    strlen(hmac) != 17)
		return;
	mac_derive_team(site, team, mac);
	expect_row(mac, hmac, expected, t);
}

static void take_park(const char *line, struct tally *t)
{
	char team_text[18], pf_text[18], hmac[18], expected[18];
	uint8_t team[6], pf[6], mac[6];
	unsigned index;

	if (sscanf(line, "| %17[0-9a-f:] | %17[0-9a-f:] | %u | %17[0-9a-f:] | %17[0-9a-f:] |",
		   team_text, pf_text, &index, hmac, expected) != 5 ||
	    mac_parse(team_text, team) < 0)
		return;
	assert_int_equal(mac_parse(pf_text, pf), 0);
	mac_derive_park(team, pf, index, mac);
	expect_row(mac, hmac, expected, t);
}

static void published_vectors_come_out(void **state)
{
	(void)state;
	expect_table(take_auto, 11, 4);
}

static void published_vectors_of_teams_come_out(void **state)
{
	(void)state;
	expect_table(take_team, 9, 3);
}

static void published_vectors_of_parking_come_out(void **state)
{
	(void)state;
	expect_table(take_park, 11, 4);
}

static void every_address_is_local_unicast_and_not_libvirts(void **state)
{
	static const uint8_t id[16] = { 1 }, pf[6] = { 0x52, 0x54 };

	(void)state;
	for (unsigned index = 0; index < 5000; index++) {
		uint8_t mac[6];
		mac_derive_auto(id, pf, index, mac);
		assert_null(mac_unfit(mac));
		assert_int_equal(mac[0] & 3, 2);
		uint8_t parking[6];
		mac_derive_park(mac, pf, index, parking);
		assert_null(mac_unfit(parking));
		assert_int_equal(parking[0] & 3, 2);
		assert_memory_not_equal(parking, mac, 6);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(published_vectors_come_out),
		cmocka_unit_test(published_vectors_of_teams_come_out),
		cmocka_unit_test(published_vectors_of_parking_come_out),
		cmocka_unit_test(every_address_is_local_unicast_and_not_libvirts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
