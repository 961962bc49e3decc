/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* PCI addresses, MAC addresses and GUIDs: parse and format. */
#include "core/address.h"

#include "core/text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* N hexadecimal digits at TEXT as a number; -EINVAL when one is none. */
static int parse_hex(const char *text, size_t n, uint32_t *ret)
{
	char digits[9];

	if (n >= sizeof(digits) || strnlen(text, n) < n)
		return -EINVAL;
	memcpy(digits, text, n);
	digits[n] = '\0';
	return text_to_unsigned(digits, 16, 0, UINT32_MAX, ret) < 0 ? -EINVAL : 0;
}

int pci_address_parse(const char *text, struct pci_address *ret)
{
	uint32_t domain, bus, device, function;

	const char *colon = strchr(text, ':');
	size_t n = colon ? (size_t)(colon - text) : 0;
	if (n < 4 || n > 8 || strlen(colon) != strlen(":01:10.0") || colon[3] != ':' ||
	    colon[6] != '.')
		return -EINVAL;
	if (parse_hex(text, n, &domain) < 0 || parse_hex(colon + 1, 2, &bus) < 0 ||
	    parse_hex(colon + 4, 2, &device) < 0 || parse_hex(colon + 7, 1, &function) < 0)
		return -EINVAL;
	if (device > 31 || function > 7)
		return -EINVAL;
	*ret = (struct pci_address){ domain, (uint8_t)bus, (uint8_t)device, (uint8_t)function };
	return 0;
}

const char *pci_address_format(struct pci_address a, char text[static PCI_ADDRESS_TEXT])
{
	(void)snprintf(text, PCI_ADDRESS_TEXT, "%04x:%02x:%02x.%x", a.domain, a.bus, a.device,
		       a.function & 15u); /* at most 8+1+2+1+2+1+1 letters */
	return text;
}

static uint64_t address_key(struct pci_address a)
{
	return (uint64_t)a.domain << 16 | (uint64_t)a.bus << 8 | (uint64_t)(a.device << 3) |
	       a.function;
}

int pci_address_compare(struct pci_address a, struct pci_address b)
{
	uint64_t x = address_key(a), y = address_key(b);
	return x < y ? -1 : x > y;
}

struct pci_address pci_address_of_vf(struct pci_address pf, unsigned offset, unsigned stride,
				     unsigned index)
{
	uint64_t key = address_key(pf) + offset + (uint64_t)stride * index;
	return (struct pci_address){ pf.domain, (uint8_t)(key >> 8), (uint8_t)(key >> 3 & 31),
				     (uint8_t)(key & 7) };
}

/* N octets with ':' between them, to the end of TEXT. */
static int parse_octets(const char *text, uint8_t *ret, size_t n)
{
	if (strlen(text) != n * 3 - 1)
		return -EINVAL;
	for (size_t i = 0; i < n; i++) {
		uint32_t octet;
		if (parse_hex(text + i * 3, 2, &octet) < 0 || (i + 1 < n && text[i * 3 + 2] != ':'))
			return -EINVAL;
		ret[i] = (uint8_t)octet;
	}
	return 0;
}

int mac_parse(const char *text, uint8_t ret[static 6])
{
	uint8_t mac[6];
	int r = parse_octets(text, mac, sizeof(mac));
	if (r == 0)
		memcpy(ret, mac, sizeof(mac));
	return r;
}

const char *mac_format(const uint8_t mac[static 6], char text[static MAC_TEXT])
{
	(void)snprintf(text, MAC_TEXT, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2],
		       mac[3], mac[4], mac[5]); /* exactly 17 letters */
	return text;
}

bool mac_is_zero(const uint8_t mac[static 6])
{
	static const uint8_t zero[6];
	return memcmp(mac, zero, sizeof(zero)) == 0;
}

const char *mac_unfit(const uint8_t mac[static 6])
{
	if (mac_is_zero(mac))
		return "is all zero, which no guest driver takes";
	if (mac[0] & 1)
		return "is a multicast address";
	/* libvirt makes the host's side of a tap device from it: src/util/virnetdevtap.c. */
	if (mac[0] == 0xfe)
		return "starts with fe, which libvirt keeps for tap devices";
	return NULL;
}

int guid_parse(const char *text, uint64_t *ret)
{
	uint8_t octets[8];
	int r = parse_octets(text, octets, sizeof(octets));
	if (r < 0)
		return r;
	uint64_t guid = 0;
	for (size_t i = 0; i < sizeof(octets); i++)
		guid = guid << 8 | octets[i];
	*ret = guid;
	return 0;
}

const char *guid_format(uint64_t guid, char text[static GUID_TEXT])
{
	for (unsigned i = 0; i < 8; i++) {
		(void)snprintf(text + i * 3, 4, i < 7 ? "%02x:" : "%02x",
			       (unsigned)(guid >> (56 - 8 * i)) & 0xff); /* 24 bytes in all */
	}
	return text;
}
