/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Teams as container engines take them: CDI specs, a file for hooks.d, options of a command line.
 * CDI: https://github.com/cncf-tags/container-device-interface, SPEC.md. */
#ifndef CORE_CDI_H
#define CORE_CDI_H

#include "core/team.h"

#define CDI_KIND "vfprep.dev/team"

/* Where engines look for what comes and goes; they prefer it to /etc/cdi. */
#define CDI_DIR "/var/run/cdi"

/* Where containers have the teams, wherever the host has them. */
#define TEAM_RUNDIR "/run/vfprep"

/* In the annotation of a container that names its teams; a blank or a comma between two. */
#define CDI_ANNOTATION CDI_KIND

/* Is there anything to hand to a container: a VFIO group, and who is to have its node? */
bool cdi_has_device(const struct team *t);

/* The spec of N teams that have a device, one device a team; N is not 0. RUNDIR is the absolute
 * path of the host's run directory. NULL when memory ran out; the caller frees it. */
char *cdi_spec(const struct team *const *teams, size_t n, const char *rundir);

/* The name of the file with the spec of one team. NULL when memory ran out. */
char *cdi_file(const char *team);
/* The team whose file that is, complete or not yet (".new"); NULL: it is none of ours, or memory
 * ran out. The caller frees it. */
char *cdi_file_team(const char *file);

/* What has podman and CRI-O call the hook for containers with the annotation: a file for hooks.d.
 * NULL when memory ran out. */
char *cdi_hook_file(const char *rundir);

/* The options of podman-run(1) and of docker run for N teams that have a device, one a line. NULL
 * when memory ran out. */
char *cdi_run_options(const struct team *const *teams, size_t n, const char *rundir);

#endif
