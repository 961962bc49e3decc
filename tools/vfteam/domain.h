/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A domain's XML: its elements, and where each stands in the text. */
#ifndef VFTEAM_DOMAIN_H
#define VFTEAM_DOMAIN_H

#include "core/address.h"
#include "core/problem.h"

/* A domain has some 10 KB, 300 elements, seven deep. */
#define DOMAIN_MAX          ((size_t)4 << 20)
#define DOMAIN_DEPTH_MAX    64
#define DOMAIN_ELEMENTS_MAX 20000

struct attribute {
	char *name, *value;
	size_t begin, end; /* of the value as it is written, between the quotes */
};

/* All offsets are bytes of the text. */
struct element {
	char *name;
	unsigned line;         /* 0: it is not of the text that the user gave */
	size_t parent;         /* index; that of the root is its own */
	size_t begin, content; /* of its start tag, and behind that */
	size_t close, end;     /* of its end tag, and behind that */
	struct attribute *attributes;
	size_t n_attributes;
	struct strbuf text; /* what stands directly in it */
};

struct domain {
	const char *text; /* not owned */
	size_t size;
	struct element *elements; /* in the order of the text; the first is the root */
	size_t n;
};

void domain_clear(struct domain *d);
#define autodomain CLEANUP(domain_clear) struct domain

/* Reads TEXT, which has to outlive the domain. NAME names it in findings, as NAME:LINE.
 * Return: -EINVAL: no XML, no domain, or beyond the limits; -ENOMEM. */
int domain_read(const char *text, size_t size, const char *name, struct domain *ret,
		struct vfprep_problems *p);

/* The child of PARENT with that name (NULL: any) behind the child PREVIOUS (NULL: from the first);
 * NULL when there is none. */
const struct element *domain_child(const struct domain *d, const struct element *parent,
				   const char *name, const struct element *previous);
const struct element *domain_last_child(const struct domain *d, const struct element *parent,
					const char *name);
/* The <devices>; NULL: it has none. */
const struct element *domain_devices(const struct domain *d);

const char *element_attribute(const struct element *e, const char *name);
bool element_is(const struct element *e, const char *name);
/* As 4194304 of <memory>4194304</memory>, without blanks around it; never NULL. */
const char *element_text(const struct element *e);
/* The attribute of a child, as the address of <mac address='...'/>; NULL: it is not there. */
const char *domain_child_attribute(const struct domain *d, const struct element *e,
				   const char *child, const char *attribute);

/* A number as libvirt reads it: decimal, with 0x hexadecimal, with 0 octal. Return: -EINVAL. */
int domain_number(const char *text, unsigned max, unsigned *ret);
/* The four parts of an <address>, each 0 when it is not there. Return: -EINVAL. */
int domain_pci_address(const struct element *address, struct pci_address *ret);

/* The <address> of the PCI device that a hostdev, or an interface of type hostdev, gives to the
 * guest; NULL: it gives none. */
const struct element *domain_source_address(const struct domain *d, const struct element *device);

/* Every device with teaming, and what its <teaming> says. */
const struct element *domain_teaming(const struct domain *d, const struct element *device);
bool domain_is_persistent(const struct domain *d, const struct element *device);
bool domain_is_transient(const struct domain *d, const struct element *device);
/* The device that has this alias; NULL: none. */
const struct element *domain_by_alias(const struct domain *d, const char *alias);
/* The device that persistent= names: by its alias, or the interface to which libvirt gives that
 * number for one; NULL: none. */
const struct element *domain_persistent_side(const struct domain *d, const char *persistent);
/* Is it a controller that something can be plugged into? Of those each holds one device. */
bool domain_is_port(const struct element *e);
bool domain_has_no_hotplug(const struct domain *d, const struct element *port);
/* Does the <address> of a device place it on that PCI bus of the guest? */
bool domain_has_device_on_bus(const struct domain *d, unsigned bus);

/* ua- and letters, digits, '_' and '-': libvirt drops any other alias (src/conf/domain_conf.c,
 * virDomainDeviceInfoParseXML). */
bool alias_is_kept(const char *alias);

#endif
