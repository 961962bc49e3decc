/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Root ports to spare. A VF that was not there when the domain was started is plugged into a root
 * port that is free, and none can be added to a running domain ("No more available PCI slots").
 * libvirt puts devices into the ports that a domain names before it makes more (nova does the
 * same: num_pcie_ports), so ports count as taken for every device that still waits for its place.
 */
#include "tools/vfteam/inject.h"
#include "tools/vfteam/layout.h"

#include <string.h>

static bool is_pci_controller(const struct element *e)
{
	return element_is(e, "controller") && text_equal(element_attribute(e, "type"), "pci");
}

static bool is_one_of(const char *text, const char *const *words, size_t n)
{
	for (size_t i = 0; text && i < n; i++) {
		if (strcmp(text, words[i]) == 0)
			return true;
	}
	return false;
}

/* Devices that libvirt puts into a root port when they have no address (src/qemu/
 * qemu_domain_address.c, qemuDomainDeviceCalculatePCIConnectFlags): what is virtio, and what is
 * Express. Rather one too many: a port that stays free costs nothing. */
static bool wants_port(const struct domain *d, const struct element *e)
{
	static const char *const always[] = { "interface", "rng", "vsock", "crypto", "filesystem" };
	static const char *const controllers[] = { "scsi", "virtio-serial", "usb", "nvme" };
	const char *type = element_attribute(e, "type");
	const char *bus = domain_child_attribute(d, e, "target", "bus");

	if (domain_child(d, e, "address", NULL))
		return false; /* it has its place */
	if (element_is(e, "hostdev"))
		return text_equal(type, "pci");
	if (element_is(e, "disk"))
		return text_equal(bus, "virtio");
	if (element_is(e, "controller"))
		return is_one_of(type, controllers, ARRAY_SIZE(controllers));
	if (element_is(e, "input"))
		return text_equal(element_attribute(e, "bus"), "virtio");
	if (element_is(e, "memballoon"))
		return !text_equal(element_attribute(e, "model"), "none");
	return is_one_of(e->name, always, ARRAY_SIZE(always));
}

/* What libvirt adds to a domain that says nothing of it: a balloon, an USB controller, and one for
 * channels. */
static size_t count_implied(const struct domain *d, const struct element *devices)
{
	bool usb = false, serial = false;

	for (const struct element *e = NULL; (e = domain_child(d, devices, "controller", e));) {
		usb = usb || text_equal(element_attribute(e, "type"), "usb");
		serial = serial || text_equal(element_attribute(e, "type"), "virtio-serial");
	}
	return (size_t)!domain_child(d, devices, "memballoon", NULL) + (size_t)!usb +
	       (size_t)(!serial && domain_child(d, devices, "channel", NULL));
}

/* The index of a controller; libvirt gives the lowest free one to those without. */
static bool has_index(const struct element *e, unsigned *ret)
{
	const char *index = element_attribute(e, "index");

	return index && domain_number(index, 0xff, ret) == 0;
}

/* Above all that is named: of controllers, and of buses of ports that are not there yet. */
static unsigned first_free_index(const struct domain *d, const struct element *devices)
{
	unsigned most = 0, index;

	for (const struct element *e = NULL; (e = domain_child(d, devices, NULL, e));) {
		const struct element *address = domain_child(d, e, "address", NULL);
		struct pci_address at;
		if (is_pci_controller(e) && has_index(e, &index) && index > most)
			most = index;
		if (address && text_equal(element_attribute(address, "type"), "pci") &&
		    domain_pci_address(address, &at) == 0 && at.bus > most)
			most = at.bus;
	}
	return most + 1;
}

void inject_spare_ports(const struct domain *d, size_t n, struct splices *s)
{
	const struct element *devices = domain_devices(d), *after = NULL;
	size_t free_ports = 0, wanted = n + count_implied(d, devices);
	autostrbuf xml = { 0 };

	for (const struct element *e = NULL; (e = domain_child(d, devices, NULL, e));) {
		unsigned index = 0;
		free_ports += domain_is_port(e) && !domain_has_no_hotplug(d, e) &&
			      !(has_index(e, &index) && domain_has_device_on_bus(d, index));
		wanted += wants_port(d, e);
		after = is_pci_controller(e) ? e : after;
	}
	unsigned index = first_free_index(d, devices);
	for (size_t i = free_ports; i < wanted; i++)
		strbuf_addf(&xml, "<controller type='pci' index='%u' model='pcie-root-port'/>\n",
			    index++);
	if (xml.failed)
		s->failed = true;
	else if (xml.len)
		layout_add(d, devices, after ? after : domain_last_child(d, devices, "controller"),
			   NULL, xml.data, s);
}
