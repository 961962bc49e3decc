/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How much memory a process may lock. */
#include "core/memlock.h"

#include "core/lines.h"

#include <errno.h>
#include <string.h>

/* What libvirt lets QEMU lock beside the guest's memory (qemuDomainGetMemLockLimitBytes()). */
#define BESIDE (UINT64_C(1) << 30)

uint64_t memlock_need(uint64_t guest_memory)
{
	return guest_memory + BESIDE; /* GUEST_MEMORY_MAX leaves room */
}

/* qemuDomainGetMemLockLimitBytes() in libvirt's qemu_domain.c: a hard limit goes before <locked/>,
 * and both before what the devices need. */
uint64_t memlock_of_guest(const struct memlock_guest *g)
{
	unsigned times = g->times ? g->times : 1;

	if (g->hard_limit)
		return g->hard_limit;
	if (g->locked)
		return MEMLOCK_UNLIMITED;
	if (!g->memory)
		return 0;
	return g->memory > (MEMLOCK_UNLIMITED - BESIDE) / times ? MEMLOCK_UNLIMITED
								: memlock_need(g->memory * times);
}

char *memlock_reason(const struct memlock_guest *g)
{
	if (g->hard_limit)
		return strdup("its <hard_limit>");
	if (g->locked)
		return strdup("with <locked/> libvirt takes the limit away");
	if (g->times > 1)
		return text_format("%u times its memory, which libvirt counts for each device, and "
				   "1 GiB",
				   g->times);
	return strdup("its memory and 1 GiB");
}

struct memlock memlock_raise(struct memlock have, uint64_t need)
{
	return (struct memlock){
		.soft = have.soft < need ? need : have.soft,
		.hard = have.hard < need ? need : have.hard,
	};
}

bool memlock_equal(struct memlock a, struct memlock b)
{
	return a.soft == b.soft && a.hard == b.hard;
}

bool memlock_suffices(struct memlock have, uint64_t need)
{
	return have.hard >= need;
}

static int parse_limit(const char *word, uint64_t *ret)
{
	if (!word)
		return -EINVAL;
	if (strcmp(word, "unlimited") != 0)
		return text_to_u64(word, 10, 0, UINT64_MAX, ret);
	*ret = MEMLOCK_UNLIMITED;
	return 0;
}

/* "Max locked memory  SOFT  HARD  bytes", proc_pid_limits() in fs/proc/base.c. */
int memlock_from_limits(const char *limits, struct memlock *ret)
{
	static const char name[] = "Max locked memory";
	autolines l = { .at = limits };

	while (lines_next(&l)) {
		struct memlock m;
		if (strncmp(l.line, name, strlen(name)) != 0)
			continue;
		char *rest = line_trim(l.line + strlen(name));
		const char *soft = strsep(&rest, " ");
		rest = rest ? line_trim(rest) : NULL;
		const char *hard = rest ? strsep(&rest, " ") : NULL;
		if (parse_limit(soft, &m.soft) < 0 || parse_limit(hard, &m.hard) < 0)
			return -EINVAL;
		*ret = m;
		return 0;
	}
	return -EINVAL;
}

static void add_limit(struct strbuf *b, uint64_t limit)
{
	if (limit == MEMLOCK_UNLIMITED)
		strbuf_add(b, "unlimited");
	else
		strbuf_addf(b, "%llu", (unsigned long long)limit);
}

char *memlock_text(struct memlock m)
{
	autostrbuf b = { 0 };

	add_limit(&b, m.soft);
	strbuf_add(&b, ":");
	add_limit(&b, m.hard);
	return strbuf_take(&b);
}
