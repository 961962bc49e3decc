/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The machine in memory as tests use it: configured, applied, released, compared. */
#ifndef FAKE_HOST_H
#define FAKE_HOST_H

#include "core/config.h"
#include "fake-kernel.h"
#include "host/run.h"

struct fake_host {
	struct fake *fake;
	struct host host;
	struct vfprep_config *config;
	struct vfprep_problems *problems; /* of the last run */
	enum vfprep_outcome outcome;      /* likewise */
	unsigned settings_wait_ms;        /* of runs; 0 from the start */
	char dir[32];
};

/* A fresh machine with its own run directory, and a configuration. */
void fake_host_open(struct fake_host *h, const char *config);
void fake_host_close(struct fake_host *h);
/* Another configuration from here on. */
void fake_host_configure(struct fake_host *h, const char *config);

/* As the commands do. Return: what run() did. */
int fake_host_apply(struct fake_host *h);
int fake_host_release_all(struct fake_host *h);
int fake_host_prepare(struct fake_host *h, const char *name, const char *team);
int fake_host_park(struct fake_host *h, const char *team, bool parked);

/* Lets nothing go wrong from here on, and counts operations anew. */
void fake_host_heal(struct fake_host *h);

/* fake_state(), and the files of the run directory as `state` in tests/lab lists them. */
char *fake_host_state(const struct fake_host *h);

/* By other means than vfprep: "numvfs 0000:01:00.0 3"; the test fails when the kernel says no. */
void fake_host_raw(struct fake_host *h, const char *words);

#endif
