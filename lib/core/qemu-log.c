/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a domain's log says of a VF that QEMU could not take. QEMU says it once, as a warning, when
 * the guest asks for its VF (hw/net/virtio-net.c, virtio_net_set_features), and runs on. */
#include "core/qemu-log.h"

#include "core/lines.h"

#include <errno.h>
#include <string.h>

/* libvirt begins each start so (src/qemu/qemu_process.c, qemuLogOperation). */
static const char started[] = ": starting up libvirt version:";

/* Behind the last line that begins a start; the whole of a log without one. */
static const char *last_start(const char *text)
{
	const char *begin = text;

	for (const char *at = text; (at = strstr(at, started));) {
		at += strcspn(at, "\n");
		begin = at;
	}
	return begin;
}

/* Is the name in the line, with nothing on either side that could be part of a longer one? */
static bool has_word(const char *line, const char *word)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789_-";
	size_t n = word ? strlen(word) : 0;

	for (const char *at = line; n && (at = strstr(at, word)); at++) {
		bool begins = at == line || !strchr(letters, at[-1]);
		if (begins && (!at[n] || !strchr(letters, at[n])))
			return true;
	}
	return false;
}

/* Those that name no device: of hw/pci/pci.c, hw/net/virtio-net.c and softmmu/qdev-monitor.c; of
 * hw/pci/pcie.c and hw/acpi/pcihp.c, where a port has its hotplug off. */
static bool is_of_failover(const char *warning)
{
	static const char *const words[] = { "failover", "rimary device", "support hotplugging",
					     "Hot-plug failed", "Unsupported bus" };

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (strstr(warning, words[i]))
			return true;
	}
	return false;
}

static bool is_about(const char *warning, const struct qemu_device *vf)
{
	char address[PCI_ADDRESS_TEXT] = "";

	if (vf->has_address)
		(void)pci_address_format(vf->address, address);
	if (has_word(warning, address) || has_word(warning, vf->id) || has_word(warning, vf->pair))
		return true;
	/* That which names another VF is the other's. */
	return is_of_failover(warning) && !strstr(warning, "vfio ");
}

int qemu_log_warning(const char *text, const struct qemu_device *vf, char **ret)
{
	static const char mark[] = "warning: ";
	autofree char *last = NULL;
	autolines l = { .at = last_start(text) };

	while (lines_next(&l)) {
		char *warning = strstr(l.line, mark);
		if (!warning || !is_about(warning, vf))
			continue;
		int r = text_replace(&last, line_trim(warning + strlen(mark)));
		if (r < 0)
			return r;
	}
	if (l.failed)
		return -ENOMEM;
	if (!last)
		return 0;
	*ret = text_make_printable(TAKE_PTR(last));
	return 1;
}
