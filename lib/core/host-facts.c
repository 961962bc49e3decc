/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a host tells of itself: the texts of /proc and of the kernel's files. */
#include "core/host-facts.h"

#include <errno.h>
#include <string.h>

#include "core/lines.h"
#include "core/machine.h"
#include "core/memlock.h"

#define CAP_SYS_RESOURCE_BIT 24 /* include/uapi/linux/capability.h */

struct host_facts *host_facts_new(void)
{
	return calloc(1, sizeof(struct host_facts));
}

void host_facts_free(struct host_facts *f)
{
	if (!f)
		return;
	free(f->release);
	free(f->cmdline);
	free(f->cpu_vendor);
	free(f->operator_by);
	for (size_t i = 0; i < f->n_processes; i++)
		free(f->processes[i].command);
	free(f->processes);
	for (size_t i = 0; i < f->n_unread; i++)
		free(f->unread[i].path);
	free(f->unread);
	for (size_t i = 0; i < f->n_vfio_modules; i++)
		free(f->vfio_modules[i]);
	free(f->vfio_modules);
	rivals_clear(&f->rivals);
	free(f);
}

/* The value of "KEY : VALUE" in the first line of TEXT that has it; the caller frees it. */
static char *find_value(const char *text, const char *key)
{
	autolines l = { .at = text };

	while (lines_next(&l)) {
		char *colon = strchr(l.line, ':');
		if (!colon)
			continue;
		*colon = '\0';
		if (strcmp(line_trim(l.line), key) == 0)
			return strdup(line_trim(colon + 1));
	}
	return NULL;
}

int host_facts_cpu(struct host_facts *f, const char *cpuinfo)
{
	autofree char *vendor = find_value(cpuinfo, "vendor_id");
	autofree char *flags = find_value(cpuinfo, "flags");
	char *rest = flags;

	for (char *flag = strsep(&rest, " "); flag; flag = strsep(&rest, " "))
		f->is_guest = f->is_guest || strcmp(flag, "hypervisor") == 0;
	return vendor ? text_replace(&f->cpu_vendor, vendor) : 0;
}

static enum answer option_of(const char *config, const char *option)
{
	autofree char *set = text_format("%s=", option);
	autofree char *not_set = text_format("# %s is not set", option);
	autolines l = { .at = config };

	while (set && not_set && lines_next(&l)) {
		const char *line = line_trim(l.line);
		if (strncmp(line, set, strlen(set)) == 0)
			return ANSWER_YES;
		if (strcmp(line, not_set) == 0)
			return ANSWER_NO;
	}
	return ANSWER_UNKNOWN;
}

/* drivers/vfio/Kconfig: VFIO_CONTAINER is an option since Linux 6.2, VFIO_GROUP since 6.6; before,
 * both are always there. iommufd has a /dev/vfio/vfio of its own. */
void host_facts_kernel_config(struct host_facts *f, const char *config)
{
	if (option_of(config, "CONFIG_VFIO") != ANSWER_YES)
		return;
	f->vfio_group =
		option_of(config, "CONFIG_VFIO_GROUP") == ANSWER_NO ? ANSWER_NO : ANSWER_YES;
	bool none = option_of(config, "CONFIG_VFIO_CONTAINER") == ANSWER_NO &&
		    option_of(config, "CONFIG_IOMMUFD_VFIO_CONTAINER") != ANSWER_YES;
	f->vfio_container = none ? ANSWER_NO : ANSWER_YES;
}

void process_limits(struct process *p, const char *limits)
{
	struct memlock m;

	if (memlock_from_limits(limits, &m) < 0)
		return;
	p->has_memlock = true;
	p->memlock = m.hard; /* the soft one a process may raise itself */
}

void process_status(struct process *p, const char *status)
{
	autofree char *effective = find_value(status, "CapEff");
	uint64_t bits;

	p->may_raise = effective && text_to_u64(effective, 16, 0, UINT64_MAX, &bits) == 0 &&
		       bits >> CAP_SYS_RESOURCE_BIT & 1;
}

/* Are the first N bytes of TEXT that module's name, in which '-' and '_' are the same? */
static bool is_module(const char *text, size_t n, const char *module)
{
	for (size_t i = 0; i < n; i++) {
		char c = text[i] == '-' ? '_' : text[i];
		if (c != module[i]) /* its NUL too */
			return false;
	}
	return !module[n];
}

/* Lines like "kernel/drivers/vfio/pci/vfio-pci.ko.xz: ..."; modules.builtin has the first part.
 * Returns the name in LINE. */
static const char *find_module(const char *line, size_t *ret_length)
{
	const char *name = line;
	size_t path = strcspn(line, ":\n");

	for (size_t i = 0; i < path; i++)
		name = line[i] == '/' ? line + i + 1 : name;
	*ret_length = strcspn(name, ".:\n");
	return name;
}

static const char *next_line(const char *line)
{
	line += strcspn(line, "\n");
	return *line ? line + 1 : line;
}

bool module_is_listed(const char *list, const char *module)
{
	for (const char *line = list; *line; line = next_line(line)) {
		size_t length;
		const char *name = find_module(line, &length);
		if (is_module(name, length, module))
			return true;
	}
	return false;
}

int host_facts_vfio_modules(struct host_facts *f, const char *list)
{
	for (const char *line = list; *line; line = next_line(line)) {
		size_t length;
		const char *at = find_module(line, &length);
		autofree char *name = strndup(at, length);
		if (!name)
			return -ENOMEM;
		for (char *c = name; *c; c++)
			*c = *c == '-' ? '_' : *c;
		if (!driver_is_vfio(name))
			continue;
		char **slot = array_add(&f->vfio_modules, &f->n_vfio_modules, sizeof(*slot));
		if (!slot)
			return -ENOMEM;
		*slot = TAKE_PTR(name);
	}
	return 0;
}

bool host_facts_has_module(const struct host_facts *f, const char *driver)
{
	for (size_t i = 0; i < f->n_vfio_modules; i++) {
		if (is_module(driver, strlen(driver), f->vfio_modules[i]))
			return true;
	}
	return false;
}

char *size_text(uint64_t bytes)
{
	static const struct {
		unsigned shift;
		const char *unit;
	} units[] = { { 30, "GiB" }, { 20, "MiB" }, { 10, "KiB" } };

	for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
		uint64_t count = bytes >> units[i].shift;
		if (count && count << units[i].shift == bytes)
			return text_format("%llu %s", (unsigned long long)count, units[i].unit);
	}
	return text_format("%llu bytes", (unsigned long long)bytes);
}
