/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A machine in memory, changed by other means than vfprep. */
#include "fake-rules.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int raw_vf(struct fake *f, const char *verb, struct pf *pf, struct function *fn,
		  const char *value, const char *mode)
{
	if (strcmp(verb, "override") == 0)
		return text_replace(&fn->override, strcmp(value, "none") == 0 ? NULL : value);
	if (strcmp(verb, "bind") == 0)
		return fake_bind(f, pf, fn, value);
	if (strcmp(verb, "unbind") == 0)
		return fake_unbind(f, pf, fn);
	if (strcmp(verb, "probe") == 0) {
		fake_probe(f, pf, fn);
		return 0;
	}
	if (strcmp(verb, "chown") == 0) {
		struct node node = { .exists = true };
		char *colon = NULL;
		node.uid = (unsigned)strtoul(value, &colon, 10);
		node.gid = (unsigned)strtoul(colon + 1, NULL, 10);
		node.mode = (unsigned)strtoul(mode, NULL, 8);
		return fake_set_node(fn, &node);
	}
	if (strcmp(verb, "hold") == 0) {
		if (!fn->node.exists)
			return -ENOENT;
		if (f->held[fn->group])
			return -EBUSY;
		f->held[fn->group] = true;
		return 0;
	}
	if (strcmp(verb, "drop") == 0) {
		f->held[fn->group] = false;
		return 0;
	}
	return -EOPNOTSUPP;
}

static int raw_pf(struct fake *f, const char *verb, struct pf *pf, const char *value,
		  const char *more)
{
	if (strcmp(verb, "numvfs") == 0)
		return fake_set_numvfs(f, pf, (unsigned)strtoul(value, NULL, 10));
	if (strcmp(verb, "autoprobe") == 0)
		pf->autoprobe = *value == '1';
	else if (strcmp(verb, "link") == 0)
		pf->up = pf->carrier = strcmp(value, "up") == 0;
	else if (strcmp(verb, "upper") == 0) {
		char **upper = array_add(&pf->uppers, &pf->n_uppers, sizeof(*upper));
		return text_replace(upper, value);
	} else if (strcmp(verb, "addrgen") == 0)
		return addr_gen_mode_parse(value, &pf->addr_gen_mode);
	else if (strcmp(verb, "mac") == 0) {
		struct settings s = { .present = 1u << SETTING_MAC };
		if (mac_parse(more, s.mac) < 0)
			return -EINVAL;
		return fake_set_setting(f, pf, (unsigned)strtoul(value, NULL, 10), SETTING_MAC, &s);
	} else if (strcmp(verb, "variant") == 0) {
		for (size_t i = 0; i < pf_count(pf); i++)
			(void)text_replace(&pf_at(pf, i)->function.auto_driver, value);
		return text_replace(&pf->vf_auto_driver, value);
	} else
		return -EOPNOTSUPP;
	return 0;
}

int fake_raw(struct fake *f, const char *const *words, size_t n)
{
	struct pci_address address;
	struct pf *pf;

	if (n == 2 && strcmp(words[0], "module") == 0)
		return machine_add_driver(f->machine, words[1]);
	if (n < 2 || pci_address_parse(words[1], &address) < 0)
		return -EINVAL;
	const char *value = n > 2 ? words[2] : "", *more = n > 3 ? words[3] : "";
	struct vf *vf = machine_find_vf(f->machine, address, &pf);
	if (vf && vf->index != VF_SELF)
		return raw_vf(f, words[0], pf, &vf->function, value, more);
	pf = machine_find_pf(f->machine, address);
	if (!pf)
		return -ENOENT;
	int r = raw_pf(f, words[0], pf, value, more);
	return r == -EOPNOTSUPP ? raw_vf(f, words[0], pf, &pf->self->function, value, more) : r;
}
