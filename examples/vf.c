/* SPDX-License-Identifier: CC0-1.0 */
/*
 * An example of libvfprep's parts: the VFs of a PF, one of them set, one of them bound.
 *
 *   cc vf.c $(pkg-config --cflags --libs libvfprep)
 *
 *   vf list INTERFACE
 *   vf mac INTERFACE NUMBER MAC
 *   vf bind ADDRESS DRIVER
 *   vf unbind ADDRESS
 */
#include <errno.h>
#include <inttypes.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <vfprep.h>

static void print_vf(const struct vfprep_vf *vf)
{
	printf("vf %u", vf->index);
	if (vf->present & VFPREP_MAC)
		printf(" mac %02x:%02x:%02x:%02x:%02x:%02x", vf->mac[0], vf->mac[1], vf->mac[2],
		       vf->mac[3], vf->mac[4], vf->mac[5]);
	if (vf->present & VFPREP_VLAN)
		printf(" vlan %u qos %u protocol %#x", vf->vlan, vf->vlan_qos, vf->vlan_protocol);
	if (vf->present & VFPREP_TRUST)
		printf(" trust %s", vf->trust ? "on" : "off");
	if (vf->present & VFPREP_SPOOFCHECK)
		printf(" spoofcheck %s", vf->spoofcheck ? "on" : "off");
	if (vf->present & VFPREP_RATE)
		printf(" rate %" PRIu32 " to %" PRIu32, vf->min_rate_mbps, vf->max_rate_mbps);
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

static int set_mac(struct vfprep *ctx, unsigned ifindex, const char *number, const char *mac,
		   struct vfprep_problems *p)
{
	struct vfprep_vf vf = { .present = VFPREP_MAC };
	uint8_t *m = vf.mac;
	int read = 0, more = 0;

	if (sscanf(number, "%5u%n", &vf.index, &read) != 1 || number[read]) {
		fprintf(stderr, "'%s' is no number of a VF\n", number);
		return -EINVAL;
	}
	if (sscanf(mac, "%2" SCNx8 ":%2" SCNx8 ":%2" SCNx8 ":%2" SCNx8 ":%2" SCNx8 ":%2" SCNx8 "%n",
		   &m[0], &m[1], &m[2], &m[3], &m[4], &m[5], &more) != 6 ||
	    mac[more]) {
		fprintf(stderr, "'%s' is no MAC address\n", mac);
		return -EINVAL;
	}
	int r = vfprep_vf_set(ctx, ifindex, &vf, 1, p);
	if (r == 1)
		printf("set, but the driver does not report it\n");
	return r;
}

/* The library knows interfaces by their index alone: names change. */
static int run_on_interface(struct vfprep *ctx, char **argv, struct vfprep_problems *p)
{
	unsigned ifindex = if_nametoindex(argv[2]);

	if (ifindex == 0) {
		fprintf(stderr, "no interface is called '%s'\n", argv[2]);
		return -ENODEV;
	}
	return strcmp(argv[1], "list") == 0 ? list(ctx, ifindex, p)
					    : set_mac(ctx, ifindex, argv[3], argv[4], p);
}

static int run(struct vfprep *ctx, int argc, char **argv, struct vfprep_problems *p)
{
	const char *what = argc > 2 ? argv[1] : "";

	if ((argc == 3 && strcmp(what, "list") == 0) || (argc == 5 && strcmp(what, "mac") == 0))
		return run_on_interface(ctx, argv, p);
	if (argc == 4 && strcmp(what, "bind") == 0)
		return vfprep_bind(ctx, argv[2], argv[3], p);
	if (argc == 3 && strcmp(what, "unbind") == 0)
		return vfprep_unbind(ctx, argv[2], p);
	fprintf(stderr, "usage: vf list INTERFACE | mac INTERFACE NUMBER MAC | "
			"bind ADDRESS DRIVER | unbind ADDRESS\n");
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
