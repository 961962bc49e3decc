/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finding elements of a domain, and what they say. */
#include "tools/vfteam/domain.h"

#include <errno.h>
#include <string.h>

bool element_is(const struct element *e, const char *name)
{
	return strcmp(e->name, name) == 0;
}

const char *element_attribute(const struct element *e, const char *name)
{
	for (size_t i = 0; i < e->n_attributes; i++) {
		if (strcmp(e->attributes[i].name, name) == 0)
			return e->attributes[i].value;
	}
	return NULL;
}

const char *element_text(const struct element *e)
{
	return strbuf_text(&e->text);
}

const struct element *domain_child(const struct domain *d, const struct element *parent,
				   const char *name, const struct element *previous)
{
	size_t of = (size_t)(parent - d->elements);
	size_t i = previous ? (size_t)(previous - d->elements) + 1 : of + 1;

	for (; i < d->n && d->elements[i].begin < parent->end; i++) {
		const struct element *e = &d->elements[i];
		if (e->parent == of && (!name || element_is(e, name)))
			return e;
	}
	return NULL;
}

const struct element *domain_last_child(const struct domain *d, const struct element *parent,
					const char *name)
{
	const struct element *last = NULL;
	for (const struct element *e = NULL; (e = domain_child(d, parent, name, e));)
		last = e;
	return last;
}

const struct element *domain_devices(const struct domain *d)
{
	return domain_child(d, d->elements, "devices", NULL);
}

const char *domain_child_attribute(const struct domain *d, const struct element *e,
				   const char *child, const char *attribute)
{
	const struct element *found = domain_child(d, e, child, NULL);
	return found ? element_attribute(found, attribute) : NULL;
}

int domain_number(const char *text, unsigned max, unsigned *ret)
{
	if (strncmp(text, "0x", 2) == 0 || strncmp(text, "0X", 2) == 0)
		return text_to_unsigned(text + 2, 16, 0, max, ret) < 0 ? -EINVAL : 0;
	return text_to_unsigned(text, *text == '0' ? 8 : 10, 0, max, ret) < 0 ? -EINVAL : 0;
}

static int part(const struct element *e, const char *name, unsigned max, unsigned *ret)
{
	const char *text = element_attribute(e, name);
	*ret = 0;
	return text ? domain_number(text, max, ret) : 0;
}

int domain_pci_address(const struct element *address, struct pci_address *ret)
{
	unsigned domain, bus, slot, function;

	if (part(address, "domain", UINT32_MAX, &domain) < 0 ||
	    part(address, "bus", 0xff, &bus) < 0 || part(address, "slot", 0x1f, &slot) < 0 ||
	    part(address, "function", 7, &function) < 0)
		return -EINVAL;
	*ret = (struct pci_address){ domain, (uint8_t)bus, (uint8_t)slot, (uint8_t)function };
	return 0;
}

const struct element *domain_source_address(const struct domain *d, const struct element *device)
{
	const struct element *source = domain_child(d, device, "source", NULL);
	const char *type = element_attribute(device, "type");

	if (!source || !(element_is(device, "hostdev")
				 ? text_equal(type, "pci")
				 : element_is(device, "interface") && text_equal(type, "hostdev")))
		return NULL;
	return domain_child(d, source, "address", NULL);
}

const struct element *domain_teaming(const struct domain *d, const struct element *device)
{
	bool may_have = element_is(device, "interface") || element_is(device, "hostdev");
	return may_have ? domain_child(d, device, "teaming", NULL) : NULL;
}

bool domain_is_persistent(const struct domain *d, const struct element *device)
{
	const struct element *teaming = domain_teaming(d, device);
	return teaming && element_is(device, "interface") &&
	       text_equal(element_attribute(teaming, "type"), "persistent");
}

bool domain_is_transient(const struct domain *d, const struct element *device)
{
	const struct element *teaming = domain_teaming(d, device);
	return teaming && (element_is(device, "hostdev") ||
			   text_equal(element_attribute(teaming, "type"), "transient"));
}

const struct element *domain_by_alias(const struct domain *d, const char *alias)
{
	const struct element *devices = domain_devices(d);
	for (const struct element *e = NULL; (e = domain_child(d, devices, NULL, e));) {
		if (text_equal(domain_child_attribute(d, e, "alias", "name"), alias))
			return e;
	}
	return NULL;
}

/* libvirt counts those that have no alias, or lose it; what is of type hostdev has a number of
 * another kind (src/qemu/qemu_alias.c, qemuAssignDeviceNetAlias). */
static const struct element *by_number(const struct domain *d, const char *alias)
{
	const struct element *devices = domain_devices(d);
	unsigned number, n = 0;

	if (strncmp(alias, "net", 3) != 0 ||
	    text_to_unsigned(alias + 3, 10, 0, UINT32_MAX, &number) < 0)
		return NULL;
	for (const struct element *e = NULL; (e = domain_child(d, devices, "interface", e));) {
		const char *own = domain_child_attribute(d, e, "alias", "name");
		bool is_numbered = !(own && alias_is_kept(own)) &&
				   !text_equal(element_attribute(e, "type"), "hostdev");
		if (is_numbered && n++ == number)
			return e;
	}
	return NULL;
}

const struct element *domain_persistent_side(const struct domain *d, const char *persistent)
{
	const struct element *e = by_number(d, persistent);
	return e ? e : domain_by_alias(d, persistent);
}

bool domain_is_port(const struct element *e)
{
	const char *model = element_attribute(e, "model");

	return element_is(e, "controller") && text_equal(element_attribute(e, "type"), "pci") &&
	       (text_equal(model, "pcie-root-port") ||
		text_equal(model, "pcie-switch-downstream-port"));
}

bool domain_has_no_hotplug(const struct domain *d, const struct element *port)
{
	return text_equal(domain_child_attribute(d, port, "target", "hotplug"), "off");
}

bool domain_has_device_on_bus(const struct domain *d, unsigned bus)
{
	const struct element *devices = domain_devices(d);

	for (const struct element *e = NULL; (e = domain_child(d, devices, NULL, e));) {
		const struct element *address = domain_child(d, e, "address", NULL);
		struct pci_address at;
		if (address && text_equal(element_attribute(address, "type"), "pci") &&
		    domain_pci_address(address, &at) == 0 && at.bus == bus)
			return true;
	}
	return false;
}

bool alias_is_kept(const char *alias)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
	return strncmp(alias, "ua-", 3) == 0 && alias[3] && alias[strspn(alias, letters)] == '\0';
}
