/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the tests of core share: findings as a user reads them, and values from their text. */
#ifndef TESTS_EXPECT_H
#define TESTS_EXPECT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/address.h"
#include "core/problem.h"

/* The one finding in P is of that kind, about SUBJECT, and has WORD in its message. */
static inline void expect_finding(const struct vfprep_problems *p, enum vfprep_fault fault,
				  const char *subject, const char *word)
{
	assert_int_equal(vfprep_problems_count(p), 1);
	struct vfprep_problem f = vfprep_problems_get(p, 0);
	assert_int_equal(f.fault, fault);
	assert_string_equal(f.subject, subject);
	if (!strstr(f.message, word))
		fail_msg("'%s' does not say '%s'", f.message, word);
}

static inline struct pci_address address_of(const char *text)
{
	struct pci_address a;
	assert_int_equal(pci_address_parse(text, &a), 0);
	return a;
}

static inline void expect_address(struct pci_address a, const char *text)
{
	char is[PCI_ADDRESS_TEXT];
	assert_string_equal(pci_address_format(a, is), text);
}

/* TEXT, given by its owner, is EXPECTED; it is freed. */
static inline void expect_taken(char *text, const char *expected)
{
	assert_non_null(text);
	assert_string_equal(text, expected);
	free(text);
}

#endif
