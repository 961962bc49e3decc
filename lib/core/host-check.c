/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Is a host fit? The list of checks, and the kernel's age. */
#include "core/host-check.h"

#include <errno.h>
#include <string.h>

#include "core/desire.h"
#include "core/host-check-internal.h"

/* The first long-term series in which all is there that vfprep asks for; the last to come was
 * IFLA_PERM_ADDRESS in 5.6, of which MACAddress=auto is made. */
#define KERNEL_MAJOR 5
#define KERNEL_MINOR 10

int checker_add(struct checker *c, const char *name, const char *subject, enum check_result result,
		const char *detail, ...)
{
	va_list args;

	va_start(args, detail);
	int r = checks_vadd(c->checks, name, subject, result, detail, args);
	va_end(args);
	return r;
}

const struct rule *checker_rule(const struct checker *c, const struct pf *pf)
{
	return c->in->config ? config_rule_for(c->in->config, pf) : NULL;
}

/* The leading "MAJOR.MINOR" of a release. */
static bool read_release(const char *release, unsigned *ret_major, unsigned *ret_minor)
{
	autofree char *copy = strdup(release);
	char *rest = copy;
	const char *major = strsep(&rest, ".");
	if (!rest)
		return false;
	rest[strspn(rest, "0123456789")] = '\0';
	return text_to_unsigned(major, 10, 0, 9999, ret_major) == 0 &&
	       text_to_unsigned(rest, 10, 0, 9999, ret_minor) == 0;
}

static int check_kernel(struct checker *c)
{
	const char *release = c->in->facts ? c->in->facts->release : NULL;
	unsigned major, minor;

	if (!release || !read_release(release, &major, &minor))
		return checker_add(c, "kernel", NULL, CHECK_UNKNOWN, "%s",
				   release ? release : "its release is not known");
	bool old = major < KERNEL_MAJOR || (major == KERNEL_MAJOR && minor < KERNEL_MINOR);
	if (old)
		(void)problem_add(c->problems, 0, VFPREP_HOST, "kernel", "boot a newer kernel",
				  "'%s' is older than %u.%u, which vfprep needs", release,
				  KERNEL_MAJOR, KERNEL_MINOR);
	return checker_add(c, "kernel", NULL, old ? CHECK_PROBLEM : CHECK_OK, "%s", release);
}

static int check_config(struct checker *c)
{
	const struct vfprep_config *config = c->in->config;

	if (!config)
		return checker_add(c, "configuration", NULL, CHECK_PROBLEM, "has faults");
	if (c->in->machine)
		config_tell_unmatched(config, c->in->machine, c->problems);
	return checker_add(c, "configuration", NULL, CHECK_OK, "%zu file%s", config->n_rules,
			   config->n_rules == 1 ? "" : "s");
}

int host_check(const struct check_input *in, struct checks *ret, struct vfprep_problems *p)
{
	static int (*const checks[])(struct checker *c) = {
		check_config, check_kernel, check_iommu,   check_vfio,   check_variants,
		check_pfs,    check_groups, check_layouts, check_memory, check_rivals,
	};
	struct checker c = { in, ret, p };
	int r = 0;

	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(checks); i++)
		r = checks[i](&c);
	return r;
}
