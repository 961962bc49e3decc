/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is said of a team beside its XML, and its persistent side from what the host hints and the
 * user says. */
#include "core/persistent.h"

#include "tools/vfteam/cli.h"

#include <errno.h>
#include <string.h>

int cli_make_interface(const struct cli *cli, const struct team *t, char **ret_xml)
{
	CLEANUP(hint_clear) struct hint hint = { 0 };
	const char *text = cli->persistent ? cli->persistent : t->hint;
	const char *why = "out of memory";

	if (!text)
		return problem_add(cli->problems, -EINVAL, VFPREP_CONFIG, t->name,
				   "give --persistent, or set Persistent= on the host",
				   "nothing says what its persistent side is connected to");
	int r = hint_parse(text, &hint, &why);
	if (r < 0)
		return problem_add(cli->problems, r, r == -ENOMEM ? VFPREP_SYSTEM : VFPREP_CONFIG,
				   t->name, NULL, "its persistent side '%s': %s", text, why);
	r = persistent_check(t, &hint, &cli->tuning, cli->problems);
	if (r < 0)
		return r;
	char *xml = fragment_interface(t, text, &cli->tuning);
	if (!xml)
		return problem_add(cli->problems, -ENOMEM, VFPREP_SYSTEM, t->name, NULL,
				   "out of memory");
	*ret_xml = xml;
	return 0;
}

void cli_note_parked(const struct cli *cli, const struct team *t)
{
	if (t->parked)
		(void)problem_add(cli->problems, 0, VFPREP_NOTE, t->name,
				  "run vfprep unpark on the host before the guest gets the VF",
				  "it is parked: its VF has another MAC for now");
}
