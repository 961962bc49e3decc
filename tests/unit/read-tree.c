/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads a machine that is a tree of files, with a PF that has some VFs, between two calls that a
 * trace shows: read-tree VFS DRIVER (or none, and no state), for tests/unit/system-calls.sh. */
#include <stdio.h>

#include "core/machine-json.h"
#include "host/host.h"
#include "host/kernel-linux.h"
#include "temp-tree.h"

#define PORT_DIR "sys/devices/pci0000:00/0000:00:01.0/"
#define PF_DIR   PORT_DIR "0000:01:00.0"

static const struct log nobody;

/* Takes PATH. */
static void add(const struct tree *t, void (*how)(const struct tree *t, const char *, const char *),
		char *path, const char *text)
{
	how(t, path, text);
	free(path);
}

static void add_device(const struct tree *t, const char *address)
{
	autofree char *target = text_format("../../../devices/pci0000:00/0000:00:01.0/%s", address);
	autofree char *dir = text_format(PORT_DIR "%s", address);

	tree_add_dir(t, dir);
	add(t, tree_add_link, text_format("sys/bus/pci/devices/%s", address), target);
}

static void add_pf(const struct tree *t)
{
	static const char *const attributes[][2] = {
		{ "sriov_totalvfs", "256\n" },
		{ "sriov_offset", "128\n" },
		{ "sriov_stride", "2\n" },
		{ "vendor", "0x8086\n" },
		{ "sriov_drivers_autoprobe", "1\n" },
		{ "device", "0x10c9\n" },
		{ "class", "0x020000\n" },
	};

	add_device(t, "0000:01:00.0");
	for (size_t i = 0; i < ARRAY_SIZE(attributes); i++)
		add(t, tree_add_file, text_format(PF_DIR "/%s", attributes[i][0]),
		    attributes[i][1]);
	tree_add_link(t, PF_DIR "/driver", "../../../../bus/pci/drivers/igb");
}

static void add_vf(const struct tree *t, unsigned index, const char *driver)
{
	struct pci_address address =
		pci_address_of_vf((struct pci_address){ .bus = 1 }, 128, 2, index);
	char name[PCI_ADDRESS_TEXT];
	autofree char *target = text_format("../%s", pci_address_format(address, name));
	autofree char *group = text_format("../../../../kernel/iommu_groups/%u", 10 + index);
	autofree char *driver_dir = text_format("../../../../bus/pci/drivers/%s", driver);
	bool bound = strcmp(driver, "none") != 0;

	add_device(t, name);
	add(t, tree_add_file, text_format(PORT_DIR "%s/class", name), "0x020000\n");
	add(t, tree_add_file, text_format(PORT_DIR "%s/modalias", name),
	    "pci:v00008086d000010CAsv00008086sd0000A03Cbc02sc00i00\n");
	add(t, tree_add_link, text_format(PF_DIR "/virtfn%u", index), target);
	add(t, tree_add_link, text_format(PORT_DIR "%s/physfn", name), "../0000:01:00.0");
	add(t, tree_add_link, text_format(PORT_DIR "%s/iommu_group", name), group);
	add(t, tree_add_file, text_format(PORT_DIR "%s/driver_override", name),
	    bound ? driver : "(null)\n");
	add(t, tree_add_link,
	    text_format("sys/kernel/iommu_groups/%u/devices/%s", 10 + index, name),
	    "../../../../devices/x");
	if (bound)
		add(t, tree_add_link, text_format(PORT_DIR "%s/driver", name), driver_dir);
}

int main(int argc, char **argv)
{
	struct tree t;
	struct vfprep_machine *m = NULL;
	struct kernel_linux *kernel = NULL;
	struct host host = { .ops = &kernel_linux_ops, .rundir_fd = -1 };

	tree_must(argc == 3);
	unsigned n = (unsigned)strtoul(argv[1], NULL, 10);
	tree_new(&t);
	tree_add_file(&t, "proc/sys/kernel/random/boot_id",
		      "b4c6f1b2-0000-4000-8000-000000000000\n");
	tree_add_dir(&t, "sys/bus/pci/drivers/vfio-pci");
	tree_add_file(&t, "proc/sys/kernel/osrelease", "6.1.0\n");
	tree_add_file(&t, "lib/modules/6.1.0/modules.alias",
		      "alias vfio_pci:v000015B3d0000101Esv*sd*bc*sc*i* mlx5_vfio_pci\n");
	add_pf(&t);
	for (unsigned i = 0; i < n; i++)
		add_vf(&t, i, argv[2]);
	host.rundir_fd = open(t.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	tree_must(kernel_linux_new(t.fd, host.rundir_fd, 100, &nobody, &kernel) == 0);
	host.kernel = kernel;
	(void)access("/here it begins", F_OK);
	tree_must(host_read(&host, NULL, &m, NULL) == 0);
	(void)access("/here it ends", F_OK);
	tree_must(m->n_pfs == 1 && m->pfs[0].n_vfs == n);
	machine_free(m);
	kernel_linux_free(kernel);
	(void)close(host.rundir_fd);
	tree_free(&t);
	return 0;
}
