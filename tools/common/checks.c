/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Verdicts as a table, and as JSON. */
#include "tools/common/checks.h"

#include "core/json.h"
#include "tools/common/program.h"
#include "tools/common/table.h"

#include <errno.h>

static int checks_to_json(const struct checks *checks, struct json_object **ret)
{
	autojson list = json_object_new_array();
	for (size_t i = 0; list && i < checks->n; i++) {
		const struct check *check = &checks->items[i];
		autojson o = json_object_new_object();
		if (!o || json_add_text(o, "check", check->name) < 0 ||
		    json_add_text(o, "subject", check->subject) < 0 ||
		    json_add_text(o, "result", check_result_name(check->result)) < 0 ||
		    json_add_text(o, "detail", check->detail) < 0 ||
		    json_object_array_add(list, json_object_get(o)) < 0)
			return -ENOMEM;
	}
	if (!list)
		return -ENOMEM;
	*ret = TAKE_PTR(list);
	return 0;
}

static void checks_print(const struct checks *checks)
{
	CLEANUP(table_clear) struct table t = { .columns = 3 };

	if (!checks->n)
		return; /* it did not come so far */
	table_add(&t, "CHECK");
	table_add(&t, "RESULT");
	table_add(&t, "DETAIL");
	for (size_t i = 0; i < checks->n; i++) {
		const struct check *check = &checks->items[i];
		table_take(&t, text_format("%s%s%s", check->name, check->subject ? " " : "",
					   check->subject ? check->subject : ""));
		table_add(&t, check_result_name(check->result));
		table_add(&t, check->detail);
	}
	table_print(&t);
}

int checks_report(const struct checks *checks, const struct vfprep_problems *problems, bool json,
		  bool quiet)
{
	autojson list = NULL;

	if (!json) {
		if (!quiet)
			checks_print(checks);
		return 0;
	}
	if (checks_to_json(checks, &list) < 0)
		return EXIT_OTHER;
	return program_print_json(problems, VFPREP_DONE, "checks", list);
}
