/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as the files of other programs; the first byte picks the format. */
#include "core/host-facts.h"

#include <assert.h>
#include <string.h>

#include "replay.h"

static int read_keyfile(struct rivals *list, const char *file, const char *text)
{
	autorival r = { 0 };
	int res = rival_read_ini(&r, RIVAL_INI_KEYFILE, file, text);
	return res < 0 ? res : rivals_take(list, &r);
}

static int read_link(struct rivals *list, const char *file, const char *text)
{
	autorival r = { 0 };
	int res = rival_read_ini(&r, RIVAL_INI_LINK, file, text);
	return res < 0 ? res : rivals_take(list, &r);
}

static int read_facts(struct rivals *list, const char *file, const char *text)
{
	autofacts f = host_facts_new();
	struct process p = { 0 };

	(void)list;
	(void)file;
	assert(f);
	int r = host_facts_cpu(f, text);
	host_facts_kernel_config(f, text);
	process_limits(&p, text);
	process_status(&p, text);
	(void)module_is_listed(text, "vfio_pci");
	return r;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int (*const readers[])(struct rivals *list, const char *file, const char *text) = {
		read_keyfile,        read_link,          rival_read_netplan, rival_read_udev,
		rival_read_modprobe, rival_read_cmdline, rival_read_script,  read_facts,
	};
	struct rivals list = { 0 };
	autofree char *text = size ? strndup((const char *)data + 1, size - 1) : NULL;

	if (!text || *data < '0' || *data >= '0' + (int)ARRAY_SIZE(readers))
		return 0;
	assert(readers[*data - '0'](&list, "/file", text) == 0);
	for (size_t i = 0; i < list.n; i++) {
		assert(strcmp(list.items[i].file, "/file") == 0);
		for (unsigned key = 0; key < MATCH_COUNT; key++) {
			for (size_t k = 0; k < list.items[i].match[key].n; k++)
				assert(*list.items[i].match[key].items[k] > ' ');
		}
	}
	rivals_clear(&list);
	return 0;
}
