/* SPDX-License-Identifier: CC0-1.0 */
/*
 * An example of libvfprep's parts: the VFs of a PF listed, set and bound.
 *
 *   cc vf.c $(pkg-config --cflags --libs libvfprep)
 *
 *   vf list INTERFACE
 *   vf set INTERFACE NUMBER KEY=VALUE...
 *   vf macs INTERFACE COUNT MAC
 *   vf bind ADDRESS DRIVER
 *   vf unbind ADDRESS
 */
#include <errno.h>
#include <inttypes.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <vfprep.h>

#define KEY(name, bit, member, base)                                                               \
	{ name, bit, offsetof(struct vfprep_vf, member), sizeof(((struct vfprep_vf *)0)->member),  \
	  base }

/* What is listed as KEY=VALUE, and can be set so; besides mac. VLAN and rate are one setting each,
 * with all their members. */
static const struct key {
	const char *name;
	unsigned bit;
	size_t offset, size;
	int base;
} keys[] = {
	KEY("trust", VFPREP_TRUST, trust, 10),
	KEY("vlan", VFPREP_VLAN, vlan, 10),
	KEY("qos", VFPREP_VLAN, vlan_qos, 10),
	KEY("protocol", VFPREP_VLAN, vlan_protocol, 16),
	KEY("spoofcheck", VFPREP_SPOOFCHECK, spoofcheck, 10),
	KEY("min_rate", VFPREP_RATE, min_rate_mbps, 10),
	KEY("max_rate", VFPREP_RATE, max_rate_mbps, 10),
	KEY("link_state", VFPREP_LINK_STATE, link_state, 10), /* enum vfprep_link */
	KEY("rss_query", VFPREP_RSS_QUERY, rss_query, 10),
	KEY("node_guid", VFPREP_NODE_GUID, node_guid, 16),
	KEY("port_guid", VFPREP_PORT_GUID, port_guid, 16),
};

#define N_KEYS (sizeof(keys) / sizeof(keys[0]))

static uint64_t get(const struct vfprep_vf *vf, const struct key *k)
{
	const void *at = (const char *)vf + k->offset;

	switch (k->size) {
	case sizeof(uint8_t):
		return *(const uint8_t *)at;
	case sizeof(uint16_t):
		return *(const uint16_t *)at;
	case sizeof(uint32_t):
		return *(const uint32_t *)at;
	default:
		return *(const uint64_t *)at;
	}
}

static void put(struct vfprep_vf *vf, const struct key *k, uint64_t value)
{
	void *at = (char *)vf + k->offset;

	switch (k->size) {
	case sizeof(uint8_t):
		*(uint8_t *)at = (uint8_t)value;
		break;
	case sizeof(uint16_t):
		*(uint16_t *)at = (uint16_t)value;
		break;
	case sizeof(uint32_t):
		*(uint32_t *)at = (uint32_t)value;
		break;
	default:
		*(uint64_t *)at = value;
	}
}

static void print_vf(const struct vfprep_vf *vf)
{
	const uint8_t *m = vf->mac;

	printf("vf %u", vf->index);
	if (vf->present & VFPREP_MAC)
		printf(" mac=%02x:%02x:%02x:%02x:%02x:%02x", m[0], m[1], m[2], m[3], m[4], m[5]);
	for (size_t i = 0; i < N_KEYS; i++) {
		if (!(vf->present & keys[i].bit))
			continue;
		if (keys[i].base == 16)
			printf(" %s=%#" PRIx64, keys[i].name, get(vf, &keys[i]));
		else
			printf(" %s=%" PRIu64, keys[i].name, get(vf, &keys[i]));
	}
	printf("\n");
}

static int list(struct vfprep *ctx, unsigned ifindex, struct vfprep_problems *p)
{
	struct vfprep_vf *vfs;
	size_t n;
	int r = vfprep_vf_read(ctx, ifindex, &vfs, &n, p);

	if (r < 0)
		return r;
	for (size_t i = 0; i < n; i++)
		print_vf(&vfs[i]);
	free(vfs);
	return 0;
}

/* A whole number, of a VF or of VFs. */
static int parse_number(const char *text, unsigned *ret)
{
	char *end;
	unsigned long number = strtoul(text, &end, 10);

	if (end == text || *end || number > UINT16_MAX) {
		fprintf(stderr, "vf: '%s' is no number of VFs\n", text);
		return -EINVAL;
	}
	*ret = (unsigned)number;
	return 0;
}

static int parse_mac(const char *text, uint8_t mac[6])
{
	for (int i = 0; i < 6; i++) {
		char *end;
		unsigned long byte = strtoul(text, &end, 16);

		if (byte > UINT8_MAX || end != text + 2 || *end != (i < 5 ? ':' : '\0'))
			return -EINVAL;
		mac[i] = (uint8_t)byte;
		text = end + 1;
	}
	return 0;
}

/* Takes one KEY=VALUE. */
static int take(struct vfprep_vf *vf, const char *word)
{
	const char *value = strchr(word, '=');
	size_t length = value ? (size_t)(value++ - word) : 0;
	char *end;

	if (length == 3 && strncmp(word, "mac", 3) == 0) {
		vf->present |= VFPREP_MAC;
		return parse_mac(value, vf->mac);
	}
	for (size_t i = 0; length > 0 && i < N_KEYS; i++) {
		if (strlen(keys[i].name) != length || strncmp(word, keys[i].name, length) != 0)
			continue;
		uint64_t number = strtoull(value, &end, keys[i].base);
		put(vf, &keys[i], number);
		vf->present |= keys[i].bit;
		return end > value && *end == '\0' && get(vf, &keys[i]) == number ? 0 : -EINVAL;
	}
	return -EINVAL;
}

static int set(struct vfprep *ctx, unsigned ifindex, const struct vfprep_vf *vfs, size_t n,
	       struct vfprep_problems *p)
{
	int r = vfprep_vf_set(ctx, ifindex, vfs, n, p);

	if (r == 1)
		printf("set, but the driver does not report all of it\n");
	return r;
}

static int set_one(struct vfprep *ctx, unsigned ifindex, char **words, struct vfprep_problems *p)
{
	struct vfprep_vf vf = { .index = 0 };
	int r = parse_number(words[0], &vf.index);

	for (size_t i = 1; r == 0 && words[i]; i++) {
		r = take(&vf, words[i]);
		if (r < 0)
			fprintf(stderr, "vf: '%s' is no setting\n", words[i]);
	}
	return r < 0 ? r : set(ctx, ifindex, &vf, 1, p);
}

/* Gives the first N VFs a MAC each, one after the other, by one call. */
static int set_macs(struct vfprep *ctx, unsigned ifindex, const char *count, const char *first,
		    struct vfprep_problems *p)
{
	uint8_t mac[6];
	unsigned n = 0;
	int r = parse_number(count, &n);

	if (r == 0)
		r = parse_mac(first, mac);
	struct vfprep_vf *vfs = calloc(n ? n : 1, sizeof(*vfs));
	if (!vfs)
		return -ENOMEM;

	for (unsigned i = 0; r == 0 && i < n; i++) {
		vfs[i].index = i;
		vfs[i].present = VFPREP_MAC;
		memcpy(vfs[i].mac, mac, sizeof(mac));
		for (int k = 5; k >= 0 && ++mac[k] == 0; k--)
			;
	}
	if (r == 0)
		r = set(ctx, ifindex, vfs, n, p);
	free(vfs);
	return r;
}

static int run(struct vfprep *ctx, int argc, char **argv, struct vfprep_problems *p)
{
	const char *what = argc > 2 ? argv[1] : "";
	bool of_interface = (argc == 3 && strcmp(what, "list") == 0) ||
			    (argc >= 5 && strcmp(what, "set") == 0) ||
			    (argc == 5 && strcmp(what, "macs") == 0);
	unsigned ifindex = of_interface ? if_nametoindex(argv[2]) : 0;

	if (of_interface && !ifindex) {
		fprintf(stderr, "vf: no interface is called '%s'\n", argv[2]);
		return -ENODEV;
	}
	if (of_interface && *what == 'l')
		return list(ctx, ifindex, p);
	if (of_interface && *what == 's')
		return set_one(ctx, ifindex, argv + 3, p);
	if (of_interface)
		return set_macs(ctx, ifindex, argv[3], argv[4], p);
	if (argc == 4 && strcmp(what, "bind") == 0)
		return vfprep_bind(ctx, argv[2], argv[3], p);
	if (argc == 3 && strcmp(what, "unbind") == 0)
		return vfprep_unbind(ctx, argv[2], p);
	fprintf(stderr, "usage: vf list INTERFACE | set INTERFACE NUMBER KEY=VALUE... | "
			"macs INTERFACE COUNT MAC | bind ADDRESS DRIVER | unbind ADDRESS\n");
	return -EINVAL;
}

int main(int argc, char **argv)
{
	struct vfprep_problems *problems = vfprep_problems_new();
	struct vfprep *ctx = NULL;
	int r = problems ? vfprep_new(&ctx) : -ENOMEM;

	if (r == 0)
		r = run(ctx, argc, argv, problems);
	for (size_t i = 0; problems && i < vfprep_problems_count(problems); i++) {
		struct vfprep_problem f = vfprep_problems_get(problems, i);
		fprintf(stderr, "%s%s%s\n", f.subject, *f.subject ? ": " : "", f.message);
		if (*f.advice)
			fprintf(stderr, "  to do: %s\n", f.advice);
	}
	if (r < 0)
		fprintf(stderr, "vf: %s\n", strerror(-r));
	vfprep_free(ctx);
	vfprep_problems_free(problems);
	return r < 0;
}
