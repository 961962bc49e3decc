/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The public names of vfprep: what every layer and every caller shares. C99 and C++. */
#ifndef VFPREP_H
#define VFPREP_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

struct vfprep_config;   /* what the files ask for */
struct vfprep_machine;  /* what the kernel reports, a saved copy of it, or what is wanted of it */
struct vfprep_plan;     /* ordered steps */
struct vfprep_problems; /* findings; the only error carrier */

/* What kind of thing went wrong. VFPREP_NOTE is worth telling and no fault. */
enum vfprep_fault {
	VFPREP_NOTE = 0,
	VFPREP_CONFIG,      /* a configuration file is wrong */
	VFPREP_PERMISSION,  /* this process may not */
	VFPREP_UNSUPPORTED, /* the hardware, its driver or the kernel cannot */
	VFPREP_ABSENT,      /* a thing that was named is not there */
	VFPREP_BUSY,        /* in use, refused, or past a deadline */
	VFPREP_DRIFT,       /* the machine is not as published */
	VFPREP_SYSTEM,      /* anything else the system said no to */
	VFPREP_HOST,        /* the host is not fit, or something else on it sets VFs too */
};

/* One finding. The strings are never NULL ("" where there is nothing to say) and live as long as
 * the list. */
struct vfprep_problem {
	enum vfprep_fault fault;
	const char *subject; /* whom: "10-uplink.conf:12", "0000:01:00.0 vf 3" */
	const char *message; /* what is wrong, in lower case and without a full stop */
	const char *advice;  /* what to do about it */
};

/* An empty list. Return: NULL when there is no memory. The caller frees it. */
struct vfprep_problems *vfprep_problems_new(void);

/* Frees the list and its strings. NULL is fine. */
void vfprep_problems_free(struct vfprep_problems *p);

/* How many findings there are, notes included. */
size_t vfprep_problems_count(const struct vfprep_problems *p);

/* Finding i, counted from 0; i has to be below the count. */
struct vfprep_problem vfprep_problems_get(const struct vfprep_problems *p, size_t i);

/* How a run ended. */
enum vfprep_outcome {
	VFPREP_DONE,   /* all of it, or nothing was to do */
	VFPREP_UNDONE, /* something failed; what failed has its old values again */
	VFPREP_LEFT,   /* something failed and could not be put back: the findings say what */
};

#ifdef __cplusplus
}
#endif

#endif
