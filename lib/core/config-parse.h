/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A configuration file while it is being read: what the parts of the reader share. */
#ifndef CORE_CONFIG_PARSE_H
#define CORE_CONFIG_PARSE_H

#include "core/config.h"
#include "core/ini.h"

#define SITE_ID_MAX 64

/* How many sections a file may have. */
#define CONFIG_SECTIONS_MAX 4096

/* PCIe counts VFs in 16 bits, so the highest is number 65534. */
#define NUMVFS_LIMIT 65535

enum pf_key { PF_KEY_NUMVFS, PF_KEY_BRING_UP, PF_KEY_RECREATE, PF_KEY_ADOPT, PF_KEY_COUNT };

/* [NIC] has the keys of [VF] up to MACAddress. */
#define CONFIG_KEY_COUNT (MATCH_COUNT + PF_KEY_COUNT + VF_KEY_COUNT + VF_KEY_MAC + 1)

struct config_parser {
	const char *file;
	const struct names *names;
	struct vfprep_problems *problems; /* of this file alone */
	struct rule rule;                 /* as far as it has been read */

	char *site_id; /* of [Site], or NULL */
	unsigned site_line;

	unsigned line;
	enum config_section section; /* CONFIG_SECTION_COUNT: none, or one that is not known */
	struct vf_section *vf;       /* in CONFIG_VF and CONFIG_NIC: what is filled in */
	unsigned section_line[CONFIG_SECTION_COUNT]; /* where each stands first; not [VF n] */
	unsigned key_line[CONFIG_KEY_COUNT];         /* where each key stands in this section */
	unsigned n_sections;
	size_t n_findings; /* before this section */
	bool match_faults; /* there are findings in [Match] */
};

/* Adds a finding about the line that is being read. Return: -EINVAL. */
#define config_fault(parser, advice, ...)                                                          \
	ini_fault((parser)->problems, (parser)->file, (parser)->line, advice, __VA_ARGS__)

/* Each parses the value of the key that INDEX, of the section's enum, stands for; the value is not
 * empty. Return: 0; -EINVAL when a finding was added; -ENOMEM. */
int config_parse_match(struct config_parser *p, unsigned index, const char *value);
int config_parse_pf(struct config_parser *p, unsigned index, const char *value);
int config_parse_vf(struct config_parser *p, unsigned index, const char *value);

int config_parse_site(struct config_parser *p, unsigned index, const char *value);
int config_parse_setting(struct config_parser *p, enum vf_key key, const char *value);

/* "yes", "off", "1" and the like. Return: -EINVAL. */
int config_boolean(const char *text, bool *ret);
int config_parse_boolean(struct config_parser *p, const char *value, bool *ret);

/* Takes the part of a setting that KEY is. */
void vf_wish_copy_setting(struct vf_wish *to, const struct vf_wish *from, enum vf_key key);

/* Does a section itself give the key a value? Does any numbered one? */
bool vf_section_sets(const struct vf_section *s, enum vf_key key);
bool rule_section_sets(const struct rule *rule, enum vf_key key);

/* Reports settings that make no sense together. */
void config_check_settings(const struct config_parser *p, const struct vf_section *s);

/* Parses "1-3,7" behind VF into the ranges of a section. Return: as above. */
int config_parse_vf_list(struct config_parser *p, const char *list, struct vf_section *section);

/* For how many VFs a numbered section is. */
unsigned vf_section_count(const struct vf_section *s);

/* What a VF is to be by a section over the defaults. */
void vf_wish_resolve(const struct rule *r, const struct vf_section *section, struct vf_wish *ret);

/* Reports what is wrong with the file as a whole, once all of its lines were read.
 * Return: -ENOMEM. */
int config_check_rule(const struct config_parser *p);

#endif
