/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* PCI addresses, MAC addresses and GUIDs: parse and format. */
#ifndef CORE_ADDRESS_H
#define CORE_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>

/* A PCI address. Domains above 0xffff exist (Intel VMD uses 0x10000). */
struct pci_address {
	uint32_t domain;
	uint8_t bus, device, function;
};

#define PCI_ADDRESS_TEXT 24 /* bytes that hold any address as text, its NUL included */
#define MAC_TEXT         18
#define GUID_TEXT        24

/* "0000:01:10.0" in full, in hexadecimal of either case. Return: -EINVAL. */
int pci_address_parse(const char *text, struct pci_address *ret);
/* Writes the address in full and in lower case; returns TEXT. */
const char *pci_address_format(struct pci_address a, char text[static PCI_ADDRESS_TEXT]);
int pci_address_compare(struct pci_address a, struct pci_address b);
/* Where VF INDEX of a PF comes to be: bus, device and function are one number of 16 bits, to which
 * the SR-IOV capability's offset and stride are added (PCIe base specification 9.3.3). */
struct pci_address pci_address_of_vf(struct pci_address pf, unsigned offset, unsigned stride,
				     unsigned index);

/* Six octets with ':' between them, in hexadecimal of either case. Return: -EINVAL. */
int mac_parse(const char *text, uint8_t ret[static 6]);
const char *mac_format(const uint8_t mac[static 6], char text[static MAC_TEXT]);
bool mac_is_zero(const uint8_t mac[static 6]);
/* NULL when a VF may have that MAC, else what is wrong with it, in words. */
const char *mac_unfit(const uint8_t mac[static 6]);

/* Eight octets with ':' between them. Return: -EINVAL. */
int guid_parse(const char *text, uint64_t *ret);
const char *guid_format(uint64_t guid, char text[static GUID_TEXT]);

#endif
