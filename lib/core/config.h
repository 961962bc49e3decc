/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Configuration files to rules. */
#ifndef CORE_CONFIG_H
#define CORE_CONFIG_H

#include "core/address.h"
#include "core/problem.h"
#include "core/setting.h"

/* Globs of one [Match] key; any may fit. */
struct globs {
	char **items;
	size_t n;
};

enum match_key {
	MATCH_ADDRESS,
	MATCH_NAME,
	MATCH_PERMANENT_MAC,
	MATCH_PATH,
	MATCH_DRIVER,
	MATCH_DEVICE,
	MATCH_COUNT,
};

enum mac_wish { MAC_LITERAL, MAC_AUTO, MAC_TEAM, MAC_NONE };

/* What one [VF] section says. A key is unset, set, or explicitly unset again (`Key=`). */
enum vf_key {
	VF_KEY_TEAM,
	VF_KEY_DRIVER,
	VF_KEY_OWNER,
	VF_KEY_GROUP,
	VF_KEY_MODE,
	VF_KEY_CONTAINER_OWNER,
	VF_KEY_CONTAINER_GROUP,
	VF_KEY_GUEST_MEMORY,
	VF_KEY_PERSISTENT,
	VF_KEY_MAC,
	VF_KEY_VLAN_ID, /* from here on settings, config-settings.c */
	VF_KEY_QOS,
	VF_KEY_VLAN_PROTOCOL,
	VF_KEY_TRUST,
	VF_KEY_SPOOFCHECK,
	VF_KEY_LINK_STATE,
	VF_KEY_MIN_RATE,
	VF_KEY_MAX_RATE,
	VF_KEY_RSS_QUERY,
	VF_KEY_NODE_GUID,
	VF_KEY_PORT_GUID,
	VF_KEY_COUNT,
};

struct vf_wish {
	unsigned set;                /* bits: this section names the key ... */
	unsigned emptied;            /* ... and leaves it empty */
	unsigned line[VF_KEY_COUNT]; /* where */
	char *team;                  /* with its specifiers still in it */
	char *driver;                /* a name, "auto" or "none" */
	unsigned owner, group, mode;
	unsigned container_owner, container_group;
	uint64_t guest_memory; /* in bytes */
	char *persistent;
	enum mac_wish mac_wish;
	struct settings settings; /* a literal MAC is in here; of a rate perhaps only one half */
};

/* A [VF n] section: the VFs that it is for, as inclusive ranges. */
struct vf_section {
	unsigned line;
	struct vf_range {
		unsigned first, last;
	} *ranges;
	size_t n_ranges;
	struct vf_wish wish;
};

enum numvfs_wish { NUMVFS_UNSET, NUMVFS_COUNT, NUMVFS_MAX };

/* One file. */
struct rule {
	char *file; /* as findings name it */
	struct globs match[MATCH_COUNT];
	enum numvfs_wish numvfs_wish;
	unsigned numvfs, numvfs_line;
	bool nic;                   /* [NIC]: `defaults` is about the NIC itself, not about VFs */
	bool bring_up;              /* default: yes */
	bool recreate, adopt;       /* default: no */
	struct vf_section defaults; /* [VF]; line 0: there is none */
	struct vf_section *sections;
	size_t n_sections;
};

struct vfprep_config {
	struct rule *rules; /* in the order in which they are tried */
	size_t n_rules;
	char *site_id, *site_file; /* [Site] Id=, and the file that says so; NULL: none does */
	unsigned site_line;
	struct rule *faulty; /* what is right of files with faults: only for config_check() */
	size_t n_faulty;
};

/* Who Owner= and Group= name. Looking that up touches the machine, so the caller brings it. */
struct names {
	/* Return: -ENOENT when there is no such user or group. */
	int (*user)(const char *name, unsigned *ret_uid);
	int (*group)(const char *name, unsigned *ret_gid);
};

struct vfprep_config *config_new(void);
void config_free(struct vfprep_config *c);
DEFINE_CLEANUP(struct vfprep_config, config_free)
#define autoconfig CLEANUP(config_freep) struct vfprep_config *

/* Adds the rule that SIZE bytes of TEXT, the content of FILE, make. All that is wrong with it is
 * added to P as VFPREP_CONFIG with "FILE:LINE" as subject. A file with faults adds no rule.
 * Return: 0 also then; -ENOMEM. */
int config_add_file(struct vfprep_config *c, const char *file, const char *text, size_t size,
		    const struct names *names, struct vfprep_problems *p);

/* What is wrong between files and can be seen without a machine: a literal MAC or a literal team
 * name that comes out twice, MACAddress=team without a [Site]. A file whose [Match] an earlier one
 * has too never counts. */
void config_check(const struct vfprep_config *c, struct vfprep_problems *p);

/* A PF that a file names literally, by Address= or PermanentMACAddress=. */
struct missing {
	const char *file, *value;
};

/* The first such PF that ACTUAL has not, or not with its driver yet, or, PATIENT, not with the
 * interface that most drivers make; its words belong to the configuration. */
struct vfprep_machine;
bool config_find_missing(const struct vfprep_config *config, const struct vfprep_machine *actual,
			 bool patient, struct missing *ret);

/* The memory of the largest guest that any file has a team for, in bytes; 0: none says so. */
uint64_t config_largest_guest(const struct vfprep_config *c);

/* The sections and their keys, in the order of the table; the manual page and the completion are
 * checked against it. */
enum config_section {
	CONFIG_MATCH,
	CONFIG_PF,
	CONFIG_VF,
	CONFIG_NIC,
	CONFIG_SITE,
	CONFIG_SECTION_COUNT
};
const char *config_section_name(enum config_section section);
/* Key I of a section, counted from 0; NULL behind the last. */
const char *config_key_name(enum config_section section, size_t i);

/* All that VF INDEX is to be by a rule: [VF] overridden key by key by the section that names it.
 * In the result `emptied` is 0 and `set` holds what has a value; strings belong to the rule.
 * False when the rule names no such VF. */
bool rule_wish(const struct rule *r, unsigned index, struct vf_wish *ret);

#endif
