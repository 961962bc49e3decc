/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How much memory a domain's QEMU has to be allowed to lock: libvirt's
 * qemuDomainGetMemLockLimitBytes() (src/qemu/qemu_domain.c), read in 9.0.0 and 11.3.0, for machines
 * that have PCI Express. */
#include "tools/vfteam/domain-memory.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#define KIB UINT64_C(1024)
#define MIB (KIB * 1024)

/* 256 TiB: no guest has more, and the sum over all elements that a domain may have does not wrap.
 * What libvirt takes for no limit (9007199254740991 KiB) is above it. */
#define SIZE_LIMIT (UINT64_C(1) << 48)

static bool is_one_of(const char *text, const char *const *words, size_t n)
{
	for (size_t i = 0; text && i < n; i++) {
		if (strcasecmp(text, words[i]) == 0)
			return true;
	}
	return false;
}

/* virScaleInteger() (src/util/virutil.c). 0: there is no such unit. */
static uint64_t scale_of(const char *unit)
{
	static const char *const bytes[] = { "b", "byte", "bytes" };
	static const char letters[] = "kmgtpe";

	if (!unit || !*unit)
		return KIB;
	if (is_one_of(unit, bytes, ARRAY_SIZE(bytes)))
		return 1;
	char letter[] = { *unit, '\0' };
	const char *found = strcasestr(letters, letter);
	uint64_t base = !unit[1] || strcasecmp(unit + 1, "iB") == 0 ? 1024
			: strcasecmp(unit + 1, "b") == 0            ? 1000
								    : 0;
	uint64_t scale = 1;
	for (const char *c = letters; found && c <= found; c++)
		scale *= base;
	return found ? scale : 0;
}

int domain_size(const char *text, const char *unit, uint64_t *ret)
{
	uint64_t scale = scale_of(unit), value;

	if (!scale)
		return -EINVAL;
	int r = text_to_u64(text, 10, 0, SIZE_LIMIT / scale, &value);
	if (r == 0)
		*ret = value * scale;
	return r;
}

/* To a multiple of UNIT, as libvirt aligns it before it counts (qemuDomainAlignMemorySizes()). */
static uint64_t aligned(uint64_t size, uint64_t unit)
{
	return (size + unit - 1) / unit * unit;
}

/* 0: it does not read. */
static uint64_t size_of_element(const struct element *e)
{
	uint64_t size;

	return e && domain_size(element_text(e), element_attribute(e, "unit"), &size) == 0 ? size
											   : 0;
}

static const struct element *child_of(const struct domain *d, const struct element *e,
				      const char *name)
{
	return e ? domain_child(d, e, name, NULL) : NULL;
}

/* Of all nodes that <numa> names; 0: of none. */
static uint64_t size_of_nodes(const struct domain *d)
{
	const struct element *numa = child_of(d, child_of(d, d->elements, "cpu"), "numa");
	uint64_t sum = 0, size;

	for (const struct element *e = NULL; numa && (e = domain_child(d, numa, "cell", e));) {
		const char *memory = element_attribute(e, "memory");
		if (memory && domain_size(memory, element_attribute(e, "unit"), &size) == 0)
			sum += aligned(size, MIB);
	}
	return sum;
}

/* Of the modules that are plugged in from the start: <memory model='dimm'> among the devices. */
static uint64_t size_of_modules(const struct domain *d)
{
	uint64_t sum = 0;

	for (const struct element *e = NULL; (e = domain_child(d, domain_devices(d), "memory", e));)
		sum += aligned(size_of_element(child_of(d, child_of(d, e, "target"), "size")),
			       2 * MIB);
	return sum;
}

/* Of nodes and modules, or else what <memory> says, modules included. <maxMemory> is what may be
 * plugged in later, and counts then. */
static uint64_t size_of_guest(const struct domain *d)
{
	uint64_t nodes = size_of_nodes(d);

	return nodes ? nodes + size_of_modules(d)
		     : aligned(size_of_element(child_of(d, d->elements, "memory")), MIB);
}

/* Each device that counts the guest's memory by itself does; VFs together do once, unless the guest
 * has an IOMMU of its own. libvirt 9.0 does not count disks of type nvme, later ones do. */
static unsigned count_times(const struct domain *d)
{
	unsigned vfio = 0, others = 0;

	for (const struct element *e = NULL; (e = domain_child(d, domain_devices(d), NULL, e));) {
		static const char *const hostdevs[] = { "pci", "mdev" };
		static const char *const disks[] = { "nvme", "vhostvdpa" };
		const char *type = element_attribute(e, "type");
		vfio += (element_is(e, "hostdev") &&
			 is_one_of(type, hostdevs, ARRAY_SIZE(hostdevs))) ||
			(element_is(e, "interface") && text_equal(type, "hostdev"));
		others += (element_is(e, "interface") && text_equal(type, "vdpa")) ||
			  (element_is(e, "disk") && is_one_of(type, disks, ARRAY_SIZE(disks)));
	}
	bool has_iommu = child_of(d, domain_devices(d), "iommu");
	return others + (has_iommu ? vfio : vfio > 0);
}

struct memlock_guest domain_memory(const struct domain *d)
{
	const struct element *tune = child_of(d, d->elements, "memtune");
	const struct element *backing = child_of(d, d->elements, "memoryBacking");

	return (struct memlock_guest){
		.memory = size_of_guest(d),
		.times = count_times(d),
		.hard_limit = size_of_element(child_of(d, tune, "hard_limit")),
		.locked = child_of(d, backing, "locked"),
	};
}
