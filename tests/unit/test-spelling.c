/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which words are taken for mistyped ones. */
#include "core/spelling.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void mistyped_word_is_near_the_right_one_only(void **state)
{
	(void)state;
	assert_int_equal(spelling_distance("macaddress", "MACAddress"), 0);
	assert_int_equal(spelling_distance("Onwer", "Owner"), 1);
	assert_int_equal(spelling_distance("Persistant", "Persistent"), 1);
	assert_int_equal(spelling_distance("Virtualfunction", "VirtualFunctions"), 1);
	assert_int_equal(spelling_distance("XF", "VF"), SPELLING_FAR);
	assert_int_equal(spelling_distance("", "VF"), SPELLING_FAR);
	assert_int_equal(spelling_distance("Trust", "Team"), SPELLING_FAR);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(mistyped_word_is_near_the_right_one_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
