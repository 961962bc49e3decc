/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What libvirt and QEMU ask of a domain with teams. Each rule names where it is from; what libvirt
 * or QEMU do was tried with libvirt 9.0 (QEMU 7.2) and 11.3 (QEMU 10.0). The silent ones matter
 * most: with failover QEMU hides the VF until the guest asks for it, so that a domain starts and
 * the guest runs without its VF, and nobody is told. */
#include "tools/vfteam/domain-rules.h"

#include <errno.h>
#include <string.h>

struct check {
	const struct domain *d;
	const char *name;
	struct vfprep_problems *p;
};

int domain_fault(struct vfprep_problems *p, const char *name, const struct element *e,
		 const char *advice, const char *message, ...)
{
	autostrbuf text = { 0 };
	va_list args;

	va_start(args, message);
	strbuf_vaddf(&text, message, args);
	va_end(args);
	autofree char *subject = e->line ? text_format("%s:%u", name, e->line) : strdup(name);
	return problem_add(p, -EINVAL, VFPREP_CONFIG, subject, advice, "%s", strbuf_text(&text));
}

#define FAULT(check, e, advice, ...)                                                               \
	((void)domain_fault((check)->p, (check)->name, (e), (advice), __VA_ARGS__))

static const struct element *next_device(const struct check *c, const struct element *e)
{
	return domain_child(c->d, domain_devices(c->d), NULL, e);
}

static const char *alias_of(const struct check *c, const struct element *e)
{
	return domain_child_attribute(c->d, e, "alias", "name");
}

static const char *persistent_of(const struct check *c, const struct element *e)
{
	return domain_child_attribute(c->d, e, "teaming", "persistent");
}

/* The device in words: as 'ua-web0', or <hostdev>. */
static const char *device_word(const struct check *c, const struct element *e)
{
	const char *alias = alias_of(c, e);
	return alias ? alias : e->name;
}

/* QEMU wants the VF on a PCI Express bus (hw/pci/pci.c, pci_qdev_realize). With <acpi/> a domain of
 * machine pc starts all the same, and the VF is missing. */
static bool machine_is_express(const char *arch, const char *machine)
{
	bool x86 = !arch || strcmp(arch, "x86_64") == 0 || strcmp(arch, "i686") == 0;

	if (!machine) /* libvirt takes pc for x86, virt for the others that have it */
		return !x86 && (strcmp(arch, "aarch64") == 0 || strcmp(arch, "riscv64") == 0);
	size_t n = strlen(machine);
	/* Ubuntu's "ubuntu-q35" stands for its newest "pc-q35-NAME". */
	return strcmp(machine, "q35") == 0 || strncmp(machine, "pc-q35-", 7) == 0 ||
	       (n > 4 && strcmp(machine + n - 4, "-q35") == 0) || strcmp(machine, "virt") == 0 ||
	       strncmp(machine, "virt-", 5) == 0;
}

static void rule_machine(const struct check *c, const struct element *device)
{
	const struct element *os = domain_child(c->d, c->d->elements, "os", NULL);
	const struct element *type = os ? domain_child(c->d, os, "type", NULL) : NULL;
	const char *machine = type ? element_attribute(type, "machine") : NULL;

	if (!domain_teaming(c->d, device) ||
	    machine_is_express(type ? element_attribute(type, "arch") : NULL, machine))
		return;
	FAULT(c, type ? type : c->d->elements, "use machine='q35'",
	      machine ? "machine '%s' has no PCI Express, without which QEMU plugs in no VF of a "
			"team"
		      : "without machine= libvirt takes one%s that has no PCI Express, without "
			"which "
			"QEMU plugs in no VF of a team",
	      machine ? machine : "");
}

/* libvirt refuses these: src/conf/domain_conf.c, virDomainNetTeamingInfoParseXML;
 * src/conf/domain_validate.c, virDomainHostdevDefValidate; src/qemu/qemu_validate.c. */
static void rule_words(const struct check *c, const struct element *device)
{
	const struct element *teaming = domain_teaming(c->d, device);
	const char *type = teaming ? element_attribute(teaming, "type") : NULL;
	const char *persistent = teaming ? element_attribute(teaming, "persistent") : NULL;
	const char *of = element_attribute(device, "type");

	if (!teaming)
		return;
	bool transient = text_equal(type, "transient");
	if (!transient && !text_equal(type, "persistent"))
		FAULT(c, teaming, NULL, "teaming type '%s' is neither persistent nor transient",
		      type ? type : "");
	else if (element_is(device, "hostdev") && !transient)
		FAULT(c, teaming, NULL, "teaming of a hostdev has to be of type 'transient'");
	else if (transient && !persistent)
		FAULT(c, teaming, "name the alias of its interface", "teaming has no persistent=");
	else if (!transient && persistent)
		FAULT(c, teaming, NULL, "teaming of type 'persistent' takes no persistent=");
	else if (element_is(device, "hostdev") && !text_equal(of, "pci"))
		FAULT(c, device, NULL, "a hostdev with teaming has to be of type 'pci'");
	else if (element_is(device, "interface") && transient && !text_equal(of, "hostdev") &&
		 !text_equal(of, "network"))
		FAULT(c, device, NULL,
		      "a transient interface has to be of type 'hostdev', not '%s'", of ? of : "");
}

/* libvirt drops an alias that is not of its form, numbers the device instead, and the reference
 * dangles: the VF is plugged in at once and the failover is silently absent. */
static void rule_alias(const struct check *c, const struct element *device)
{
	const struct element *alias = domain_child(c->d, device, "alias", NULL);
	const char *name = alias ? element_attribute(alias, "name") : NULL;

	if (!domain_teaming(c->d, device) || !alias)
		return;
	if (!name)
		FAULT(c, alias, NULL, "the alias has no name=");
	else if (!alias_is_kept(name))
		FAULT(c, alias, "begin it with ua-, and use letters, digits, '-' and '_'",
		      "libvirt drops the alias '%s'", name);
}

/* libvirt: "non unique alias detected" (src/conf/domain_conf.c,
 * virDomainDefValidateAliases). */
static void rule_alias_is_unique(const struct check *c, const struct element *device)
{
	const char *alias = alias_of(c, device);

	if (!alias || !alias_is_kept(alias))
		return;
	for (const struct element *e = device; (e = next_device(c, e));) {
		bool concerned = domain_teaming(c->d, device) || domain_teaming(c->d, e);
		if (!concerned || !text_equal(alias_of(c, e), alias))
			continue;
		const struct element *at = e->line ? e : device;
		const struct element *other = e->line ? device : e;
		if (other->line)
			FAULT(c, at, NULL, "the alias '%s' is that of the %s in line %u too", alias,
			      other->name, other->line);
		else
			FAULT(c, at, "give this device another alias",
			      "the alias '%s' is taken, and the team needs it", alias);
	}
}

/* Neither libvirt nor QEMU looks whether there is such an interface: the VF is not hidden, and the
 * failover is silently absent. */
static void rule_reference(const struct check *c, const struct element *device)
{
	const char *persistent = persistent_of(c, device);

	if (!domain_is_transient(c->d, device) || !persistent)
		return;
	const struct element *teaming = domain_teaming(c->d, device);
	const struct element *e = domain_persistent_side(c->d, persistent);
	if (!e)
		FAULT(c, teaming, NULL, "persistent='%s' is the alias of no device", persistent);
	else if (!domain_is_persistent(c->d, e))
		FAULT(c, teaming, "give that <teaming type='persistent'/>",
		      "persistent='%s' is a%s %s without teaming of its own", persistent,
		      strchr("aeiou", *e->name) ? "n" : "", e->name);
	else if (!alias_of(c, e)) /* works, until somebody adds one before it */
		(void)problem_add(c->p, 0, VFPREP_NOTE, persistent,
				  "give the interface an alias that begins with ua-",
				  "libvirt numbers this alias, and a new interface may take it");
}

/* QEMU: "Cannot attach more than one primary device" (hw/net/virtio-net.c). */
static void rule_one_transient(const struct check *c, const struct element *device)
{
	const char *persistent = persistent_of(c, device);

	if (!domain_is_transient(c->d, device) || !persistent)
		return;
	for (const struct element *e = device; (e = next_device(c, e));) {
		if (domain_is_transient(c->d, e) && text_equal(persistent_of(c, e), persistent))
			FAULT(c, e->line ? e : device, NULL,
			      "'%s' has '%s' for its transient side already", persistent,
			      device_word(c, e->line ? device : e));
	}
}

/* libvirt: "must be <model type='virtio'/>" (src/qemu/qemu_validate.c; virDomainNetIsVirtioModel
 * in src/conf/domain_conf.c). */
static void rule_model(const struct check *c, const struct element *device)
{
	const char *model = domain_child_attribute(c->d, device, "model", "type");

	if (!domain_is_persistent(c->d, device))
		return;
	if (!model)
		FAULT(c, device, "give it <model type='virtio'/>",
		      "the persistent side has no model, and libvirt's default is not virtio");
	else if (strcmp(model, "virtio") != 0 && strcmp(model, "virtio-transitional") != 0 &&
		 strcmp(model, "virtio-non-transitional") != 0)
		FAULT(c, device, "give it <model type='virtio'/>",
		      "the persistent side has to be of model virtio, not '%s'", model);
}

/* Without one libvirt makes one up, of zeros QEMU or libvirt do: the guest's driver then does not
 * take the two for one. libvirt refuses multicast and what it cannot parse
 * (src/conf/domain_conf.c). */
static void rule_mac(const struct check *c, const struct element *device)
{
	const char *text = domain_child_attribute(c->d, device, "mac", "address");
	uint8_t mac[6];

	if (!domain_is_persistent(c->d, device))
		return;
	if (!text)
		FAULT(c, device, "give it the <mac> of its VF",
		      "the persistent side has no MAC, and libvirt makes one up");
	else if (mac_parse(text, mac) < 0)
		FAULT(c, device, NULL, "'%s' is no MAC; it reads as 02:00:5e:10:00:01", text);
	else if (mac_is_zero(mac))
		FAULT(c, device, "give it the <mac> of its VF",
		      "a MAC of zeros is none: another takes its place");
	else if (mac[0] & 1)
		FAULT(c, device, NULL, "'%s' is a multicast address, and no MAC of a guest", text);
}

static bool same_mac(const struct check *c, const struct element *a, const struct element *b)
{
	const char *x = domain_child_attribute(c->d, a, "mac", "address");
	const char *y = domain_child_attribute(c->d, b, "mac", "address");
	uint8_t mac_x[6], mac_y[6];

	return x && y && mac_parse(x, mac_x) == 0 && mac_parse(y, mac_y) == 0 &&
	       memcmp(mac_x, mac_y, sizeof(mac_x)) == 0;
}

/* The guest's net_failover pairs by MAC (drivers/net/net_failover.c, net/core/failover.c): with a
 * third of that MAC it may take the wrong one. An <interface type='hostdev'> may be the VF. */
static void rule_mac_is_unique(const struct check *c, const struct element *device)
{
	if (!domain_is_persistent(c->d, device))
		return;
	for (const struct element *e = NULL; (e = next_device(c, e));) {
		if (e == device || !element_is(e, "interface") || !same_mac(c, device, e) ||
		    (domain_is_persistent(c->d, e) && e < device))
			continue;
		if (domain_is_transient(c->d, e) && persistent_of(c, e) &&
		    domain_persistent_side(c->d, persistent_of(c, e)) == device)
			continue; /* its VF */
		const struct element *at = e->line ? e : device;
		FAULT(c, at,
		      "give it another MAC, or take it out; vfteam inject --onto has it as the "
		      "team's own",
		      "this %s has the MAC of the persistent side '%s'", at->name,
		      device_word(c, at == e ? device : e));
	}
}

/* libvirt reads no <mac> in a hostdev. managed='yes' makes libvirt 11.3 look for the host's
 * modules.alias, which no container has, and bind the VF to drivers that vfprep chose. */
static void rule_hostdev(const struct check *c, const struct element *device)
{
	const struct element *mac = domain_child(c->d, device, "mac", NULL);

	if (!element_is(device, "hostdev") || !domain_teaming(c->d, device))
		return;
	if (mac)
		FAULT(c, mac, "take it out; the MAC is that which the host has set",
		      "libvirt ignores a <mac> in a hostdev");
	if (text_equal(element_attribute(device, "managed"), "yes"))
		FAULT(c, device, "use managed='no'",
		      "with managed='yes' libvirt binds the VF itself, which it cannot in a "
		      "container");
}

/* What stands at the other end of a bus; NULL: libvirt will choose. */
static const struct element *controller_of_bus(const struct check *c, unsigned bus)
{
	for (const struct element *e = NULL; (e = next_device(c, e));) {
		const char *index = element_attribute(e, "index");
		unsigned number;
		if (element_is(e, "controller") &&
		    text_equal(element_attribute(e, "type"), "pci") && index &&
		    domain_number(index, UINT32_MAX, &number) == 0 && number == bus)
			return e;
	}
	return NULL;
}

/* The VF is plugged in when the guest asks for it, so its bus has to be one that takes that, and
 * Express; and it has to have a slot to itself (QEMU, hw/pci/pci.c, pci_qdev_realize;
 * softmmu/qdev-monitor.c). Where hotplug is off it only warns (hw/pci/pcie.c,
 * pcie_cap_slot_pre_plug_cb). */
static void check_bus(const struct check *c, const struct element *address, unsigned bus)
{
	static const char advice[] = "leave <address> out, or name a pcie-root-port";
	const struct element *port = controller_of_bus(c, bus);
	const char *model = port ? element_attribute(port, "model") : NULL;

	if (bus == 0)
		FAULT(c, address, advice, "QEMU plugs in nothing on bus 0, the root complex");
	else if (model && !domain_is_port(port))
		FAULT(c, address, advice,
		      "bus %u is that of a %s, where QEMU plugs in no VF of a team", bus, model);
	else if (model && domain_has_no_hotplug(c->d, port))
		FAULT(c, address, "take hotplug='off' out there, or name another port",
		      "hotplug is off on bus %u, the %s in line %u, where QEMU plugs in no VF of a "
		      "team",
		      bus, model, port->line);
}

/* Whether libvirt would pass over such a port was not tried. */
static void note_ports_without_hotplug(const struct check *c, const struct element *device)
{
	for (const struct element *e = NULL; (e = next_device(c, e));) {
		const char *index = element_attribute(e, "index");
		unsigned bus;
		bool is_taken = index && domain_number(index, UINT32_MAX, &bus) == 0 &&
				domain_has_device_on_bus(c->d, bus);
		if (!domain_is_port(e) || !domain_has_no_hotplug(c->d, e) || is_taken)
			continue;
		autofree char *subject = text_format("%s:%u", c->name, e->line);
		(void)problem_add(c->p, 0, VFPREP_NOTE, subject,
				  "give the VF an <address> on another port, or take hotplug='off' "
				  "out",
				  "hotplug is off on this %s, which libvirt may choose for the VF "
				  "'%s'",
				  element_attribute(e, "model"), device_word(c, device));
	}
}

static void rule_place(const struct check *c, const struct element *device)
{
	const struct element *address = domain_child(c->d, device, "address", NULL);
	const char *type = address ? element_attribute(address, "type") : NULL;
	struct pci_address at;

	if (!domain_is_transient(c->d, device))
		return;
	if (!address)
		note_ports_without_hotplug(c, device);
	else if (text_equal(type, "unassigned")) /* libvirt 6.0 and later */
		FAULT(c, address, "leave <address> out, or name a pcie-root-port",
		      "with <address type='unassigned'/> libvirt does not give it to the guest");
	if (!text_equal(type, "pci") || domain_pci_address(address, &at) < 0)
		return;
	check_bus(c, address, at.bus);
	if (at.function || text_equal(element_attribute(address, "multifunction"), "on"))
		FAULT(c, address, NULL, "the VF of a team needs a slot of its own");
}

/* libvirt: "Memory tuning is not available in session mode" (src/qemu/qemu_command.c,
 * qemuBuildCommandLineValidate). */
static void say_memory_tuning(const struct domain *d, const char *name, enum vfprep_fault fault,
			      struct vfprep_problems *p)
{
	static const char *const limits[] = { "hard_limit", "soft_limit", "swap_hard_limit" };
	const struct element *tune = domain_child(d, d->elements, "memtune", NULL);

	for (size_t i = 0; tune && i < ARRAY_SIZE(limits); i++) {
		const struct element *limit = domain_child(d, tune, limits[i], NULL);
		if (!limit)
			continue;
		autofree char *subject = text_format("%s:%u", name, limit->line);
		(void)problem_add(p, 0, fault, subject, fault == VFPREP_NOTE ? NULL : "take it out",
				  "libvirt in session mode refuses a domain with <%s>", limits[i]);
	}
}

/* Without privilege libvirt leaves it to a helper to make the tap (src/qemu/qemu_interface.c,
 * qemuCreateInBridgePortWithHelper). */
static void say_bridge_helper(const struct domain *d, const char *name, struct vfprep_problems *p)
{
	for (const struct element *e = NULL;
	     (e = domain_child(d, domain_devices(d), "interface", e));) {
		if (!domain_is_persistent(d, e) ||
		    !text_equal(element_attribute(e, "type"), "bridge"))
			continue;
		autofree char *subject = text_format("%s:%u", name, e->line);
		(void)problem_add(p, 0, VFPREP_NOTE, subject,
				  "have a tap made for the container, and take type='ethernet'",
				  "libvirt in session mode reaches a bridge by qemu-bridge-helper "
				  "alone, which has to be setuid and needs /etc/qemu/bridge.conf");
	}
}

void domain_rules_session(const struct domain *d, const char *name, bool sure,
			  struct vfprep_problems *p)
{
	say_memory_tuning(d, name, sure ? VFPREP_CONFIG : VFPREP_NOTE, p);
	if (sure)
		say_bridge_helper(d, name, p);
}

static void (*const rules[])(const struct check *c, const struct element *device) = {
	rule_machine,       rule_words,         rule_alias, rule_alias_is_unique,
	rule_reference,     rule_one_transient, rule_model, rule_mac,
	rule_mac_is_unique, rule_hostdev,       rule_place,
};

void domain_rules_check(const struct domain *d, const char *name, struct vfprep_problems *p)
{
	const struct check c = { d, name, p };

	for (const struct element *e = NULL; (e = next_device(&c, e));) {
		for (size_t i = 0; i < ARRAY_SIZE(rules); i++)
			rules[i](&c, e);
	}
}
