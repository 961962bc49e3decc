/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Will a guest in this container get its VFs? */
#include "core/preflight.h"

#include "core/machine.h"

#include <errno.h>
#include <string.h>

#define CLASS_ETHERNET 0x0200

/* PCI Express has 4096 bytes of it; by the size libvirt chooses the kind of slot
 * (virPCIDeviceIsPCIExpress), and QEMU's failover wants PCI Express. */
#define CONFIG_SIZE_EXPRESS 4096

struct version {
	unsigned major, minor, micro;
};

void preflight_host_clear(struct preflight_host *h)
{
	free(h->libvirt);
	free(h->qemu);
	free(h->emulator);
	free(h->process);
	*h = (struct preflight_host){ 0 };
}

void preflight_vf_clear(struct preflight_vf *v)
{
	free(v->driver);
	free(v->holder);
	*v = (struct preflight_vf){ .group = -1 };
}

static bool version_parse(const char *text, struct version *ret)
{
	autofree char *copy = strdup(text);
	char *rest = copy;
	unsigned *const parts[] = { &ret->major, &ret->minor, &ret->micro };

	*ret = (struct version){ 0 };
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		const char *part = strsep(&rest, ".");
		if (!part)
			return i > 0; /* "10" and "9.0" are versions too */
		if (text_to_unsigned(part, 10, 0, 99999, parts[i]) < 0)
			return false;
	}
	return true;
}

static bool is_older(const struct version *v, unsigned major, unsigned minor)
{
	return v->major < major || (v->major == major && v->minor < minor);
}

/* The node at PATH; *RET_WHY stays NULL where it is as it has to be. */
static void check_node(const struct preflight_node *n, const char *path, unsigned uid,
		       struct check_verdict *v)
{
	if (!n->exists) {
		v->advice = "give it to the container: --device, or the team's CDI device";
		v->why = text_format("%s is not there", path);
	} else if (!n->is_device) {
		v->advice = "give the container the device, not a file of that name";
		v->why = text_format("%s is no character device", path);
	} else if (n->wanted && n->number != n->wanted) {
		v->advice = "make the container anew: group numbers change from boot to boot";
		v->why = text_format("%s is another device: it has the number %llu:%llu, sysfs "
				     "says %llu:%llu",
				     path, (unsigned long long)(n->number >> 32),
				     (unsigned long long)(n->number & UINT32_MAX),
				     (unsigned long long)(n->wanted >> 32),
				     (unsigned long long)(n->wanted & UINT32_MAX));
	} else if (n->error == EACCES || n->error == EPERM) {
		v->advice = "set Owner= or Group= on the host, or the owner where the container "
			    "gets the device";
		v->why = text_format("%s cannot be opened by uid %u: %s (it is %u:%u %04o)", path,
				     uid, strerror(n->error), n->uid, n->gid, n->mode);
	} else if (n->error == EBUSY) {
		v->advice = "stop the guest that has it";
		v->why = text_format("%s is held by a process that is not seen from here", path);
	} else if (n->error > 0) {
		v->advice = "run vfprep verify on the host";
		v->why = text_format("%s cannot be opened: %s", path, strerror(n->error));
	}
}

static int check_vfio(const struct preflight_host *h, struct checks *ret, struct vfprep_problems *p)
{
	autoverdict v = { 0 };

	check_node(&h->vfio, "/dev/vfio/vfio", h->uid, &v);
	if (!v.why && h->vfio.error == 0 && (!h->has_api || !h->has_type1)) {
		v.advice = "load vfio_iommu_type1 on the host";
		v.why = text_format("/dev/vfio/vfio has no %s",
				    h->has_api ? "type 1 IOMMU" : "VFIO interface that is known");
	}
	if (!v.why && !h->has_groups) {
		v.advice = "mount /sys with the groups; on the host an IOMMU has to be on";
		v.why = text_format("/sys/kernel/iommu_groups shows no group, and libvirt takes "
				    "that for a host without VFIO");
	}
	if (!v.why)
		v.detail = text_format("/dev/vfio/vfio opens, type 1 IOMMU");
	return checks_add_verdict(ret, "VFIO", NULL, &v, p);
}

static int unknown(struct checks *ret, const char *name, const char *why)
{
	return checks_add(ret, name, NULL, CHECK_UNKNOWN, "%s", why);
}

/* <teaming> in a plain <hostdev>: libvirt commit db64acfbda59. */
static int check_libvirt(const struct preflight_host *h, struct checks *ret,
			 struct vfprep_problems *p)
{
	autoverdict v = { 0 };
	struct version version;

	if (!h->libvirt || !version_parse(h->libvirt, &version))
		return unknown(ret, "libvirt",
			       h->libvirt ? h->libvirt : "neither virtqemud nor libvirtd is there");
	if (is_older(&version, 7, 1)) {
		v.advice = "install libvirt 7.1.0 or later";
		v.why = text_format("libvirt %s takes no <teaming> in a plain <hostdev>",
				    h->libvirt);
	} else {
		v.detail = strdup(h->libvirt);
	}
	return checks_add_verdict(ret, "libvirt", NULL, &v, p);
}

/* Failover came with 4.2, whose 4.2.0 crashes when the VF is unplugged. */
static int check_qemu(const struct preflight_host *h, struct checks *ret, struct vfprep_problems *p)
{
	autoverdict v = { 0 };
	struct version version;

	if (h->emulator && !h->has_emulator) {
		v.advice = "name one that is, or leave <emulator> out";
		v.why = text_format("the domain's <emulator> '%s' is not there", h->emulator);
		return checks_add_verdict(ret, "QEMU", NULL, &v, p);
	}
	if (!h->qemu || !version_parse(h->qemu, &version))
		return unknown(ret, "QEMU",
			       h->qemu       ? h->qemu
			       : h->emulator ? "the domain's <emulator> does not tell its version"
					     : "no qemu-system-x86_64 is there");
	v.advice = "install QEMU 4.2.1 or later";
	if (is_older(&version, 4, 2))
		v.why = text_format("QEMU %s has no failover", h->qemu);
	else if (version.major == 4 && version.minor == 2 && version.micro == 0)
		v.why = text_format("QEMU %s crashes when the VF is unplugged", h->qemu);
	else
		v.detail = strdup(h->qemu);
	return checks_add_verdict(ret, "QEMU", NULL, &v, p);
}

static char *mebibytes(uint64_t bytes)
{
	return bytes == MEMLOCK_UNLIMITED
		       ? strdup("unlimited")
		       : text_format("%llu MiB", (unsigned long long)(bytes >> 20));
}

/* To whole MiB. */
static uint64_t round_up(uint64_t bytes)
{
	uint64_t more = (1 << 20) - 1;

	return bytes > MEMLOCK_UNLIMITED - more ? bytes : bytes + more;
}

static int check_memory(const struct preflight_host *h, struct checks *ret,
			struct vfprep_problems *p)
{
	autoverdict v = { 0 };
	autofree char *limit = h->has_limit ? mebibytes(h->limit.hard) : strdup("not known");
	autofree char *who = text_format("pid %u (%s)", h->pid, h->process ? h->process : "?");

	if (!limit || !who)
		return -ENOMEM;
	uint64_t wanted = memlock_of_guest(&h->guest);
	if (!h->has_limit || (!wanted && h->limit.hard != MEMLOCK_UNLIMITED)) {
		autofree char *text = text_format("%s may lock %s; give --memory", who, limit);
		return text ? unknown(ret, "memory lock", text) : -ENOMEM;
	}
	if (wanted && !memlock_suffices(h->limit, wanted)) {
		autofree char *need = mebibytes(round_up(wanted));
		autofree char *why = memlock_reason(&h->guest);
		v.advice = "raise the container's hard limit: --ulimit memlock=, or GuestMemory= "
			   "on the host";
		v.why = text_format("%s may lock %s (%llu bytes), the guest needs %s: %s", who,
				    limit, (unsigned long long)h->limit.hard, need ? need : "?",
				    why ? why : "?");
	} else if (h->guest.hard_limit && h->guest.hard_limit < h->guest.memory) {
		autofree char *most = mebibytes(h->guest.hard_limit);
		v.advice = "raise it to the guest's memory and 1 GiB, or take it out";
		v.why = text_format("its <hard_limit> of %s is all that QEMU may lock, and less "
				    "than the guest's memory: it cannot take the VF",
				    most ? most : "?");
	} else {
		v.detail = text_format("%s may lock %s", who, limit);
	}
	return checks_add_verdict(ret, "memory lock", NULL, &v, p);
}

int preflight_check_host(const struct preflight_host *h, struct checks *ret,
			 struct vfprep_problems *p)
{
	static int (*const checks[])(const struct preflight_host *h, struct checks *ret,
				     struct vfprep_problems *p) = {
		check_vfio,
		check_memory,
		check_libvirt,
		check_qemu,
	};
	int r = 0;

	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(checks); i++)
		r = checks[i](h, ret, p);
	return r;
}

/* The VF's function, as libvirt reads it. */
static int check_device(const struct preflight_vf *f, const struct team *t, struct checks *ret,
			struct vfprep_problems *p)
{
	autoverdict v = { .advice = "run vfprep verify on the host" };
	char address[PCI_ADDRESS_TEXT];

	pci_address_format(t->transient.address, address);
	if (!f->there) {
		v.why = text_format("%s is not there", address);
	} else if (f->group < 0 || f->group != t->transient.group) {
		v.why = text_format("%s is in IOMMU group %d, and was published in %d", address,
				    f->group, t->transient.group);
	} else if (f->class != CLASS_ETHERNET) {
		v.advice = "use a VF of an Ethernet card";
		v.why = text_format("%s has the class %04x, and QEMU pairs Ethernet (0200) only",
				    address, f->class);
	} else if (f->config_size && f->config_size < CONFIG_SIZE_EXPRESS) {
		v.advice = "use a PCI Express slot";
		v.why = text_format("%s is no PCI Express device, and QEMU pairs no other",
				    address);
	} else {
		v.detail = strdup(address);
	}
	return checks_add_verdict(ret, "device", t->name, &v, p);
}

/* libvirt before 9.7.0 knows vfio-pci by its name alone. */
static int check_driver(const struct preflight_host *h, const struct preflight_vf *f,
			const struct team *t, struct checks *ret, struct vfprep_problems *p)
{
	autoverdict v = { .advice = "run vfprep apply on the host" };
	struct version version;

	if (!f->driver) {
		v.why = text_format("no driver has it, and libvirt wants it detached beforehand");
	} else if (!driver_is_vfio(f->driver)) {
		v.why = text_format("the driver '%s' has it, which is none of VFIO's", f->driver);
	} else if (driver_is_variant(f->driver) && h->libvirt &&
		   version_parse(h->libvirt, &version) && is_older(&version, 9, 7)) {
		v.advice = "set Driver=vfio-pci on the host, or install libvirt " LIBVIRT_VARIANTS;
		v.why = text_format("libvirt %s does not know the driver '%s'", h->libvirt,
				    f->driver);
	} else {
		v.detail = strdup(f->driver);
	}
	return checks_add_verdict(ret, "driver", t->name, &v, p);
}

static int check_group(const struct preflight_host *h, const struct preflight_vf *f,
		       const struct team *t, struct checks *ret, struct vfprep_problems *p)
{
	autoverdict v = { 0 };
	autofree char *path = text_format("/dev/vfio/%d", t->transient.group);
	char address[PCI_ADDRESS_TEXT];

	if (!path)
		return -ENOMEM;
	check_node(&f->node, path, h->uid, &v);
	if (!v.why && f->holder) {
		v.advice = "stop it";
		v.why = f->names ? text_format("%s names %s on its command line, and QEMU takes it "
					       "when its guest asks",
					       f->holder,
					       pci_address_format(t->transient.address, address))
				 : text_format("%s has %s", f->holder, path);
	}
	if (!v.why && f->node.error == 0 && !f->viable) {
		v.advice = "run vfprep check on the host";
		v.why = text_format("its IOMMU group cannot go to a guest: another device in it "
				    "has a driver of the host");
	}
	if (!v.why)
		v.detail = text_format("%s opens", path);
	return checks_add_verdict(ret, "group", t->name, &v, p);
}

static int check_mac(const struct team *t, struct checks *ret, struct vfprep_problems *p)
{
	autoverdict v = { 0 };
	char mac[MAC_TEXT];

	if (t->parked) {
		v.advice = "run vfprep unpark on the host";
		v.why = text_format("its VF is parked: it has another MAC for now");
	} else {
		v.detail = text_format("%s, %s", mac_format(t->mac, mac),
				       t->verified ? "verified on the host"
						   : "not verified: its PF reports none");
	}
	return checks_add_verdict(ret, "MAC", t->name, &v, p);
}

int preflight_check_team(const struct preflight_host *h, const struct preflight_vf *f,
			 const struct team *t, struct checks *ret, struct vfprep_problems *p)
{
	int r = check_device(f, t, ret, p);

	if (r == 0 && f->there)
		r = check_driver(h, f, t, ret, p);
	if (r == 0)
		r = check_group(h, f, t, ret, p);
	return r < 0 ? r : check_mac(t, ret, p);
}
