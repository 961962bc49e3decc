/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Teams as container engines take them. */
#include "core/cdi.h"

#include "core/json.h"
#include "core/memlock.h"

#include <ctype.h>
#include <string.h>

#define FILE_START "vfprep.dev-team_"
#define FILE_END   ".json"
#define FILE_NEW   ".new"

/* It opens no VFIO group and takes no lock, so it ends at once. */
#define HOOK_SECONDS 10

/* The kernel's own mode of it (drivers/vfio): it is of no use without a group. */
#define CONTAINER_MODE 0666

bool cdi_has_device(const struct team *t)
{
	return t->transient.group >= 0 && t->container.known;
}

/* The lowest version that has what is used; engines refuse those that they do not know, as Debian
 * 12's podman those above 0.5.0. What is used is in 0.3.0 but for one: a name may begin with a
 * digit since 0.5.0 (specs-go/version.go). */
static const char *lowest_version(const struct team *const *teams, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (isdigit((unsigned char)teams[i]->name[0]))
			return "0.5.0";
	}
	return "0.3.0";
}

/* Adds VALUE, which is taken over, to a list. */
static int add_item(struct json_object *list, struct json_object *value)
{
	if (value && json_object_array_add(list, value) == 0)
		return 0;
	json_object_put(value);
	return -1;
}

static struct json_object *make_list(const char *const *texts, size_t n)
{
	autojson list = json_object_new_array();

	for (size_t i = 0; i < n; i++) {
		if (!list || add_item(list, json_object_new_string(texts[i])) < 0)
			return NULL;
	}
	return TAKE_PTR(list);
}

/* Owner and mode are always given: where they are not, some engines make them 0666 and others the
 * host's (docs/man/vfprep-cdi.8.scd). */
static struct json_object *make_node(const char *path, const struct container_node *c,
				     unsigned mode)
{
	autojson o = json_object_new_object();

	if (!o || json_add_text(o, "path", path) < 0 || json_add_text(o, "type", "c") < 0 ||
	    json_add_text(o, "permissions", "rw") < 0 ||
	    json_add_unsigned(o, "fileMode", mode) < 0 || json_add_unsigned(o, "uid", c->uid) < 0 ||
	    json_add_unsigned(o, "gid", c->gid) < 0)
		return NULL;
	return TAKE_PTR(o);
}

static struct json_object *make_nodes(const struct team *t)
{
	autofree char *path = text_format("/dev/vfio/%d", t->transient.group);
	autojson list = json_object_new_array();

	if (!path || !list ||
	    add_item(list, make_node("/dev/vfio/vfio", &t->container, CONTAINER_MODE)) < 0 ||
	    add_item(list, make_node(path, &t->container, t->container.mode)) < 0)
		return NULL;
	return TAKE_PTR(list);
}

/* The directory, not its files: of a file that is written anew the container would keep the old
 * one. */
static struct json_object *make_mounts(const struct team *t, const char *rundir)
{
	static const char *const options[] = { "ro", "bind", "nosuid", "nodev", "noexec" };
	autofree char *from = text_format("%s/teams/%s", rundir, t->name);
	autofree char *to = text_format(TEAM_RUNDIR "/teams/%s", t->name);
	autojson list = json_object_new_array();
	autojson o = json_object_new_object();

	if (!from || !to || !list || !o || json_add_text(o, "hostPath", from) < 0 ||
	    json_add_text(o, "containerPath", to) < 0 ||
	    json_add(o, "options", make_list(options, ARRAY_SIZE(options))) < 0 ||
	    add_item(list, TAKE_PTR(o)) < 0)
		return NULL;
	return TAKE_PTR(list);
}

/* The command line of the hook, for TEAM or for those that the annotation names (NULL). */
static struct json_object *make_arguments(const char *team, const char *rundir)
{
	autofree char *option = text_format("--rundir=%s", rundir);
	const char *words[4] = { "vfprep", "oci-hook" };
	size_t n = 2;

	if (!option)
		return NULL;
	if (strcmp(rundir, TEAM_RUNDIR) != 0)
		words[n++] = option;
	if (team)
		words[n++] = team;
	return make_list(words, n);
}

static struct json_object *make_hooks(const struct team *t, const char *rundir)
{
	autojson list = json_object_new_array();
	autojson o = json_object_new_object();

	if (!list || !o || json_add_text(o, "hookName", "createRuntime") < 0 ||
	    json_add_text(o, "path", VFPREP_PROGRAM) < 0 ||
	    json_add(o, "args", make_arguments(t->name, rundir)) < 0 ||
	    json_add_unsigned(o, "timeout", HOOK_SECONDS) < 0 || add_item(list, TAKE_PTR(o)) < 0)
		return NULL;
	return TAKE_PTR(list);
}

static struct json_object *make_device(const struct team *t, const char *rundir)
{
	autojson o = json_object_new_object();
	autojson edits = json_object_new_object();

	if (!o || !edits || json_add_text(o, "name", t->name) < 0 ||
	    json_add(edits, "deviceNodes", make_nodes(t)) < 0 ||
	    json_add(edits, "mounts", make_mounts(t, rundir)) < 0)
		return NULL;
	if (t->guest_memory && json_add(edits, "hooks", make_hooks(t, rundir)) < 0)
		return NULL;
	return json_add(o, "containerEdits", TAKE_PTR(edits)) < 0 ? NULL : TAKE_PTR(o);
}

char *cdi_spec(const struct team *const *teams, size_t n, const char *rundir)
{
	autojson root = json_object_new_object();
	autojson devices = json_object_new_array();

	for (size_t i = 0; i < n; i++) {
		if (!devices || add_item(devices, make_device(teams[i], rundir)) < 0)
			return NULL;
	}
	if (!root || json_add_text(root, "cdiVersion", lowest_version(teams, n)) < 0 ||
	    json_add_text(root, "kind", CDI_KIND) < 0 ||
	    json_add(root, "devices", TAKE_PTR(devices)) < 0)
		return NULL;
	return json_text(root, true);
}

char *cdi_file(const char *team)
{
	return text_format(FILE_START "%s" FILE_END, team);
}

static bool take_end(char *text, const char *end)
{
	size_t n = strlen(text), length = strlen(end);

	if (n < length || strcmp(text + n - length, end) != 0)
		return false;
	text[n - length] = '\0';
	return true;
}

char *cdi_file_team(const char *file)
{
	size_t start = strlen(FILE_START);
	autofree char *name = strncmp(file, FILE_START, start) == 0 ? strdup(file + start) : NULL;

	if (!name)
		return NULL;
	(void)take_end(name, FILE_NEW); /* it may, and need not, have it */
	return take_end(name, FILE_END) && team_name_valid(name) ? TAKE_PTR(name) : NULL;
}

/* The format is that of oci-hooks(5), 1.0.0. */
char *cdi_hook_file(const char *rundir)
{
	static const char *const stages[] = { "createRuntime" };
	autojson root = json_object_new_object();
	autojson hook = json_object_new_object();
	autojson when = json_object_new_object();
	autojson annotations = json_object_new_object();

	if (!root || !hook || !when || !annotations ||
	    json_add_text(hook, "path", VFPREP_PROGRAM) < 0 ||
	    json_add(hook, "args", make_arguments(NULL, rundir)) < 0 ||
	    json_add_unsigned(hook, "timeout", HOOK_SECONDS) < 0 ||
	    json_add_text(annotations, "^vfprep\\.dev/team$", ".+") < 0 ||
	    json_add(when, "annotations", TAKE_PTR(annotations)) < 0 ||
	    json_add_text(root, "version", "1.0.0") < 0 ||
	    json_add(root, "hook", TAKE_PTR(hook)) < 0 ||
	    json_add(root, "when", TAKE_PTR(when)) < 0 ||
	    json_add(root, "stages", make_list(stages, ARRAY_SIZE(stages))) < 0)
		return NULL;
	return json_text(root, true);
}

char *cdi_run_options(const struct team *const *teams, size_t n, const char *rundir)
{
	autostrbuf b = { 0 };
	uint64_t guest = 0;

	strbuf_add(&b, "--device=/dev/vfio/vfio:/dev/vfio/vfio:rw\n");
	for (size_t i = 0; i < n; i++) {
		const struct team *t = teams[i];
		strbuf_addf(&b, "--device=/dev/vfio/%d:/dev/vfio/%d:rw\n", t->transient.group,
			    t->transient.group);
		strbuf_addf(&b,
			    "--mount=type=bind,source=%s/teams/%s,target=" TEAM_RUNDIR
			    "/teams/%s,readonly\n",
			    rundir, t->name, t->name);
		guest = t->guest_memory > guest ? t->guest_memory : guest;
	}
	if (guest) {
		unsigned long long limit = memlock_need(guest);
		strbuf_addf(&b, "--ulimit=memlock=%llu:%llu\n", limit, limit);
	}
	return strbuf_take(&b);
}
