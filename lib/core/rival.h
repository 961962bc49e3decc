/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rivals: files of other programs that make VFs or set them too. */
#ifndef CORE_RIVAL_H
#define CORE_RIVAL_H

#include "core/config.h"

/* Whose file it is. */
enum rival_kind {
	RIVAL_NETWORKMANAGER,
	RIVAL_SYSTEMD,
	RIVAL_NETPLAN,
	RIVAL_OPERATOR, /* the SR-IOV network operator of Kubernetes */
	RIVAL_UDEV,
	RIVAL_MODULE, /* max_vfs of a PF's driver */
	RIVAL_DRIVERCTL,
	RIVAL_SCRIPT,
	RIVAL_COUNT,
};

/* Something that sets VFs, and of which devices: those that have one of the globs of each key that
 * has any, as [Match] of a configuration file says it. */
struct rival {
	enum rival_kind kind;
	char *file;    /* from '/' on; NULL: nothing found (yet) */
	unsigned line; /* 0: the file as a whole */
	struct globs match[MATCH_COUNT];
	bool partly; /* it has conditions that vfprep does not follow: it may be for fewer devices
		      */
	char *value; /* RIVAL_DRIVERCTL: the driver; NULL: none */
};

struct rivals {
	struct rival *items;
	size_t n;
};

void rival_clear(struct rival *r);
#define autorival CLEANUP(rival_clear) struct rival
void rivals_clear(struct rivals *list);

/* Adds one without a condition; NULL when memory ran out. */
struct rival *rivals_add(struct rivals *list, enum rival_kind kind, const char *file,
			 unsigned line);
/* Takes R over when something was found, and leaves it empty. Return: -ENOMEM. */
int rivals_take(struct rivals *list, struct rival *r);

/* Adds to R the condition that KEY has one of the VALUES, which stand between SEPARATORS. Values
 * that exclude ('!') or that cannot be ones of KEY make it `partly`. Return: -ENOMEM. */
int rival_add_match(struct rival *r, enum match_key key, const char *values,
		    const char *separators);

/* The formats. TEXT ends at its first NUL; FILE is what findings name. Return: -ENOMEM. */

/* Keyfiles of NetworkManager, *.link and *.network of systemd, which have drop-ins: all that
 * belongs together is read into one R, and R->file tells whether VFs are set. */
enum rival_ini { RIVAL_INI_KEYFILE, RIVAL_INI_LINK, RIVAL_INI_NETWORK };
int rival_read_ini(struct rival *r, enum rival_ini format, const char *file, const char *text);

int rival_read_netplan(struct rivals *list, const char *file, const char *text);
int rival_read_udev(struct rivals *list, const char *file, const char *text);
/* modprobe.d(5). */
int rival_read_modprobe(struct rivals *list, const char *file, const char *text);
/* The kernel's command line. */
int rival_read_cmdline(struct rivals *list, const char *file, const char *text);
/* Shell scripts and units: lines that write sriov_numvfs. */
int rival_read_script(struct rivals *list, const char *file, const char *text);

/* The device that a path to sriov_numvfs in WORDS names becomes a condition of R. */
int rival_add_path(struct rival *r, const char *words);
/* max_vfs=VALUE of MODULE, found at LINE of FILE; 0 asks for nothing. */
int rival_add_max_vfs(struct rivals *list, const char *file, unsigned line, const char *module,
		      const char *value);

#endif
