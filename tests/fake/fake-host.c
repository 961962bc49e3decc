/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The machine in memory as tests use it. */
#include "fake-host.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/desire.h"
#include "core/prepare.h"
#include "host/files.h"
#include "host/sysfs.h"

static void check(bool good, const char *what)
{
	if (good)
		return;
	(void)fprintf(stderr, "fake host: %s\n", what);
	abort();
}

static int lookup(const char *name, unsigned *ret)
{
	*ret = strcmp(name, "kvm") == 0 ? 104 : 64055;
	return 0;
}

void fake_host_configure(struct fake_host *h, const char *config)
{
	static const struct names names = { lookup, lookup };
	autoproblems p = vfprep_problems_new();

	config_free(h->config);
	h->config = config_new();
	check(config_add_file(h->config, "test.conf", config, strlen(config), &names, p) == 0 &&
		      !problems_any(p),
	      "bad configuration");
}

void fake_host_open(struct fake_host *h, const char *config)
{
	*h = (struct fake_host){ .fake = fake_new() };
	/* In memory, where there is that: every file is synced. */
	strcpy(h->dir, access("/dev/shm", W_OK) == 0 ? "/dev/shm/vfprep-test-XXXXXX"
						     : "/tmp/vfprep-test-XXXXXX");
	check(mkdtemp(h->dir), "no directory");
	h->host = (struct host){ .ops = &fake_ops,
				 .kernel = h->fake,
				 .rundir = strdup("/run/vfprep"),
				 .realpath = strdup("/run/vfprep") };
	autofree char *cdi = text_format("%s/cdi", h->dir);
	check(dir_open(h->dir, false, &h->host.rundir_fd) == 0, "no run directory");
	check(dir_open(cdi, true, &h->host.cdi_fd) == 0, "no directory of CDI files");
	h->problems = vfprep_problems_new();
	fake_host_configure(h, config);
}

void fake_host_close(struct fake_host *h)
{
	autofree char *command = text_format("rm -r %s", h->dir);
	check(system(command) == 0, "the run directory stays");
	(void)close(h->host.rundir_fd);
	(void)close(h->host.cdi_fd);
	free(h->host.rundir);
	free(h->host.realpath);
	fake_free(h->fake);
	config_free(h->config);
	vfprep_problems_free(h->problems);
}

static int do_run(struct fake_host *h, const struct wish *wish)
{
	const struct run_request request = {
		.wish = wish,
		.settings_wait_ms = h->settings_wait_ms,
	};

	vfprep_problems_free(h->problems);
	h->problems = vfprep_problems_new();
	h->outcome = VFPREP_DONE;
	return run(&h->host, &request, &h->outcome, h->problems);
}

int fake_host_apply(struct fake_host *h)
{
	return do_run(h, &(struct wish){ .aim = AIM_APPLY, .config = h->config });
}

int fake_host_release_all(struct fake_host *h)
{
	return do_run(h, &(struct wish){ .aim = AIM_RELEASE });
}

int fake_host_prepare(struct fake_host *h, const char *name, const char *team)
{
	static const struct names names = { lookup, lookup };
	const struct prepare_request by_hand = { .name = name,
						 .values[PREPARE_TEAM] = team,
						 .names = &names };

	return do_run(h, &(struct wish){ .aim = AIM_APPLY, .prepare = &by_hand });
}

int fake_host_park(struct fake_host *h, const char *team, bool parked)
{
	return do_run(h, &(struct wish){
				 .aim = AIM_PARK, .names = &team, .n_names = 1, .parked = parked });
}

void fake_host_heal(struct fake_host *h)
{
	h->fake->ops = h->fake->fail_at = h->fake->die_at = 0;
	h->fake->counts = (struct fake_counts){ 0 };
	h->fake->fail_on = false;
	free(h->fake->failed_step);
	h->fake->failed_step = NULL;
}

static void add_files(int dir_fd, const char *dir, struct strbuf *b)
{
	autonames names = { 0 };

	if (sysfs_list(dir_fd, dir, &names) < 0)
		return;
	for (size_t i = 0; i < names.n; i++) {
		autofree char *path = text_format("%s%s%s", strcmp(dir, ".") == 0 ? "" : dir,
						  strcmp(dir, ".") == 0 ? "" : "/", names.names[i]);
		autonames below = { 0 };
		bool is_dir = sysfs_list(dir_fd, path, &below) == 0;
		if (is_dir && below.n == 0 && strncmp(path, "teams/", strlen("teams/")) == 0)
			strbuf_addf(b, "nothing in %s\n", path);
		else if (is_dir)
			add_files(dir_fd, path, b);
		else if (strcmp(path, "lock") != 0)
			strbuf_addf(b, "file %s\n", path);
	}
}

char *fake_host_state(const struct fake_host *h)
{
	autofree char *state = fake_state(h->fake);
	struct strbuf b = { 0 };

	strbuf_add(&b, state);
	add_files(h->host.rundir_fd, ".", &b);
	return strbuf_take(&b);
}

void fake_host_raw(struct fake_host *h, const char *words)
{
	autofree char *copy = strdup(words);
	const char *list[8];
	size_t n = 0;
	char *rest = NULL;

	for (char *word = strtok_r(copy, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
		list[n++] = word;
	check(fake_raw(h->fake, list, n) == 0, words);
}
