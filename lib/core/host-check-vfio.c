/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Can this host give a device to a guest: its IOMMU, and VFIO. */
#include <errno.h>
#include <string.h>

#include "core/host-check-internal.h"

/* What makers call it, and how the kernel is told; Documentation/admin-guide/kernel-parameters. */
static const struct maker {
	const char *cpu_vendor, *name, *table, *kernel_advice;
} makers[] = {
	{ "GenuineIntel", "VT-d", "DMAR", "boot with intel_iommu=on" },
	{ "AuthenticAMD", "AMD-Vi", "IVRS", "see what the kernel's log says of AMD-Vi" },
	{ "HygonGenuine", "AMD-Vi", "IVRS", "see what the kernel's log says of AMD-Vi" },
};

static const struct maker *find_maker(const struct host_facts *f)
{
	for (size_t i = 0; f->cpu_vendor && i < ARRAY_SIZE(makers); i++) {
		if (strcmp(makers[i].cpu_vendor, f->cpu_vendor) == 0)
			return &makers[i];
	}
	return NULL;
}

/* Is WORD one of the kernel's command line? */
static bool is_booted_with(const struct host_facts *f, const char *word)
{
	size_t length = strlen(word);
	for (const char *at = f->cmdline; at && *at; at += strcspn(at, " "), at += *at ? 1 : 0) {
		if (strncmp(at, word, length) == 0 && (!at[length] || at[length] == ' '))
			return true;
	}
	return false;
}

static const char *find_switch_off(const struct host_facts *f)
{
	static const char *const words[] = { "intel_iommu=off", "amd_iommu=off", "iommu=off" };
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (is_booted_with(f, words[i]))
			return words[i];
	}
	return NULL;
}

static void report_firmware(struct checker *c, const struct maker *maker, bool is_guest)
{
	autofree char *advice =
		is_guest ? strdup("give this virtual machine an IOMMU")
			 : text_format("switch %s on in the firmware's setup%s", maker->name,
				       strcmp(maker->table, "DMAR") == 0
					       ? ", and boot with intel_iommu=on"
					       : "");
	(void)problem_add(c->problems, 0, VFPREP_HOST, "iommu", advice,
			  "the firmware has none, or has it switched off: there is no ACPI "
			  "table '%s'",
			  maker->table);
}

/* There is none that works: who has it switched off, firmware or kernel? */
static void report_none(struct checker *c)
{
	static const struct host_facts nothing;
	const struct host_facts *f = c->in->facts ? c->in->facts : &nothing;
	const struct maker *maker = find_maker(f);
	const char *off = find_switch_off(f);
	enum answer table = !maker                              ? ANSWER_UNKNOWN
			    : strcmp(maker->table, "DMAR") == 0 ? f->has_dmar
								: f->has_ivrs;

	if (off) {
		autofree char *advice =
			text_format("boot without it%s",
				    maker == &makers[0] ? ", and with intel_iommu=on" : "");
		(void)problem_add(c->problems, 0, VFPREP_HOST, "iommu", advice,
				  "the kernel's command line switches it off: '%s'", off);
	} else if (table == ANSWER_NO) {
		report_firmware(c, maker, f->is_guest);
	} else if (table == ANSWER_YES) {
		(void)problem_add(c->problems, 0, VFPREP_HOST, "iommu", maker->kernel_advice,
				  "the firmware has one, and the kernel does not use it");
	} else {
		(void)problem_add(c->problems, 0, VFPREP_HOST, "iommu",
				  "switch it on in the firmware's setup and for the kernel "
				  "(intel_iommu=on)",
				  "there are no IOMMU groups, so no device can be given to a "
				  "guest");
	}
}

static bool report_unsafe(struct checker *c, const struct host_facts *f)
{
	if (f->unsafe_interrupts == ANSWER_YES)
		(void)problem_add(c->problems, 0, VFPREP_NOTE, "vfio_iommu_type1",
				  "set it only on a host without interrupt remapping whose guests "
				  "are trusted",
				  "allow_unsafe_interrupts is on: a guest may send interrupts that "
				  "are not its device's");
	if (f->noiommu != ANSWER_YES)
		return false;
	(void)problem_add(c->problems, 0, VFPREP_HOST, "vfio",
			  "write N to /sys/module/vfio/parameters/enable_unsafe_noiommu_mode, and "
			  "remove it from modprobe.d and the kernel's command line",
			  "enable_unsafe_noiommu_mode is on: a device may write to all memory, and "
			  "no guest can have one");
	return true;
}

int check_iommu(struct checker *c)
{
	const struct host_facts *f = c->in->facts;
	enum answer has = f ? f->has_groups : ANSWER_UNKNOWN;

	if (has == ANSWER_UNKNOWN && c->in->machine && c->in->machine->no_iommu)
		has = ANSWER_NO;
	bool unsafe = f && report_unsafe(c, f);
	if (has == ANSWER_NO) {
		report_none(c);
		return checker_add(c, "iommu", NULL, CHECK_PROBLEM, "none that works");
	}
	if (has == ANSWER_UNKNOWN)
		return checker_add(c, "iommu", NULL, unsafe ? CHECK_PROBLEM : CHECK_UNKNOWN,
				   "its groups are not known");
	bool direct = is_booted_with(f, "iommu=pt") || is_booted_with(f, "iommu.passthrough=1");
	return checker_add(c, "iommu", NULL, unsafe ? CHECK_PROBLEM : CHECK_OK, "%zu group%s%s",
			   f->n_groups, f->n_groups == 1 ? "" : "s",
			   unsafe   ? ", no-IOMMU mode on"
			   : direct ? ", the host's own devices pass through"
				    : "");
}

/* Which of VFIO's interfaces the kernel was built without. */
static bool report_interfaces(struct checker *c, const struct host_facts *f)
{
	if (f->vfio_group == ANSWER_NO)
		(void)problem_add(c->problems, 0, VFPREP_HOST, "vfio",
				  "use a kernel with CONFIG_VFIO_GROUP=y",
				  "the kernel has no group nodes (/dev/vfio/GROUP), only "
				  "/dev/vfio/devices, which vfprep does not hand out");
	if (f->vfio_container == ANSWER_NO)
		(void)problem_add(c->problems, 0, VFPREP_HOST, "vfio",
				  "use a kernel with CONFIG_VFIO_CONTAINER=y or "
				  "CONFIG_IOMMUFD_VFIO_CONTAINER=y",
				  "the kernel has no /dev/vfio/vfio, which guests need");
	return f->vfio_group == ANSWER_NO || f->vfio_container == ANSWER_NO;
}

static void report_module(struct checker *c, const char *module, const char *release)
{
	(void)problem_add(c->problems, 0, VFPREP_HOST, module,
			  "install all modules of this kernel, or use one that has it",
			  "the kernel %s does not have this module", release ? release : "");
}

int check_vfio(struct checker *c)
{
	static const char *const states[] = {
		[MODULE_UNKNOWN] = "whether the kernel has vfio-pci is not known",
		[MODULE_ABSENT] = "no vfio-pci",
		[MODULE_LOADABLE] = "vfio-pci can be loaded",
		[MODULE_LOADED] = "vfio-pci is loaded",
		[MODULE_BUILTIN] = "vfio-pci is built in",
	};
	const struct host_facts *f = c->in->facts;
	enum module_state state = f ? f->vfio_pci : MODULE_UNKNOWN;

	if (state == MODULE_UNKNOWN && c->in->machine && c->in->machine->has_vfio_pci)
		state = MODULE_LOADED;
	bool bad = f && report_interfaces(c, f);
	if (state == MODULE_ABSENT)
		report_module(c, "vfio-pci", f->release);
	/* Only x86 is sure to need it: POWER has another. */
	bool no_type1 = f && f->cpu_vendor && f->vfio_type1 == MODULE_ABSENT;
	if (no_type1)
		report_module(c, "vfio_iommu_type1", f->release);
	if (bad && state != MODULE_ABSENT)
		return checker_add(c, "vfio", NULL, CHECK_PROBLEM, "no %s",
				   f->vfio_group == ANSWER_NO ? "group nodes" : "/dev/vfio/vfio");
	if (no_type1 && state != MODULE_ABSENT)
		return checker_add(c, "vfio", NULL, CHECK_PROBLEM, "no vfio_iommu_type1");
	return checker_add(c, "vfio", NULL,
			   state == MODULE_ABSENT    ? CHECK_PROBLEM
			   : state == MODULE_UNKNOWN ? CHECK_UNKNOWN
						     : CHECK_OK,
			   "%s", states[state]);
}
