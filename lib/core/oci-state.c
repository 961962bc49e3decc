/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a container runtime tells a hook. */
#include "core/oci-state.h"

#include "core/cdi.h"
#include "core/json.h"

#include <errno.h>
#include <string.h>

#define SUBJECT "standard input"

/* The kernel has no more processes (PID_MAX_LIMIT, include/linux/threads.h). */
#define PID_MAX (4 * 1024 * 1024)

void oci_state_clear(struct oci_state *s)
{
	for (size_t i = 0; i < s->n_teams; i++)
		free(s->teams[i]);
	free(s->teams);
	*s = (struct oci_state){ 0 };
}

static int add_team(struct oci_state *s, const char *name, struct vfprep_problems *p)
{
	if (!team_name_valid(name))
		return problem_add(p, -EINVAL, VFPREP_SYSTEM, SUBJECT,
				   "name teams, with a blank between two",
				   "the annotation " CDI_ANNOTATION " has what is no team name");
	for (size_t i = 0; i < s->n_teams; i++) {
		if (strcmp(s->teams[i], name) == 0)
			return 0;
	}
	char **slot = array_add(&s->teams, &s->n_teams, sizeof(*slot));
	return slot ? text_replace(slot, name) : -ENOMEM;
}

static int read_teams(struct json_object *root, struct oci_state *s, struct vfprep_problems *p)
{
	struct json_object *annotations;
	const char *value;

	/* runc writes null where there are none. */
	if (json_get_object(root, "annotations", &annotations) != 1)
		return 0;
	int r = json_get_text(annotations, CDI_ANNOTATION, &value);
	if (r == 0)
		return 0;
	autofree char *copy = r < 0 ? NULL : strdup(value);
	if (r == 1 && !copy)
		return -ENOMEM;
	if (r < 0)
		return add_team(s, "", p);
	char *rest = copy;
	for (char *word = strsep(&rest, ", \t"); word; word = strsep(&rest, ", \t")) {
		r = *word ? add_team(s, word, p) : 0;
		if (r < 0)
			return r;
	}
	return 0;
}

static int read_pid(struct json_object *root, struct oci_state *s, struct vfprep_problems *p)
{
	static const char advice[] = "have it called as a createRuntime hook";
	uint64_t pid;

	int r = json_get_unsigned(root, "pid", PID_MAX, &pid);
	if (r <= 0 || pid == 0)
		return problem_add(p, -EINVAL, VFPREP_SYSTEM, SUBJECT, advice,
				   "the state of the container has no process");
	/* In the container's own numbers its first process is 1; in ours 1 is the host's. */
	if (pid == 1)
		return problem_add(
			p, -EINVAL, VFPREP_SYSTEM, SUBJECT, advice,
			"pid 1 is not one of the host's containers: this hook was called "
			"inside of one");
	s->pid = (unsigned)pid;
	return 0;
}

int oci_state_read(const char *text, size_t size, struct oci_state *ret, struct vfprep_problems *p)
{
	CLEANUP(oci_state_clear) struct oci_state s = { 0 };
	autojson root = NULL;

	int r = json_parse(text, size, OCI_STATE_MAX, SUBJECT, &root, p);
	if (r == 0)
		r = read_pid(root, &s, p);
	if (r == 0)
		r = read_teams(root, &s, p);
	if (r < 0)
		return r;
	*ret = s;
	s = (struct oci_state){ 0 };
	return 0;
}
