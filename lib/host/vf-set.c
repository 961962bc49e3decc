/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The public API: the settings of a PF's VFs, by the index of its interface alone. */
#include "host/context.h"

#include "core/step.h"
#include "core/vf-public.h"
#include "host/deadline.h"

#include <errno.h>
#include <string.h>

#define NAP_MS 100

/* One VF that is to be set. */
struct change {
	unsigned index;
	struct settings want;
	unsigned sent; /* bits of what the kernel took */
	int r;
};

struct batch {
	const struct host *host;
	unsigned ifindex;
	struct vf_list before; /* without entries where nothing is listed or can be believed */
	struct change *changes;
	size_t n;
	struct vfprep_problems *p;
};

static void batch_clear(struct batch *b)
{
	vf_list_clear(&b->before);
	free(b->changes);
}

static char *subject_of(const struct batch *b, unsigned index)
{
	return *b->before.name ? text_format("%s vf %u", b->before.name, index)
			       : text_format("interface %u vf %u", b->ifindex, index);
}

/* Return: as struct kernel_ops has it; -EOVERFLOW is told by the caller. */
static int read_list(const struct batch *b, struct vf_list *ret)
{
	int r = b->ifindex ? b->host->ops->list(b->host->kernel, b->ifindex, ret) : -ENODEV;

	if (r == -ENODEV)
		(void)problem_add(b->p, r, VFPREP_ABSENT, NULL, NULL,
				  "no interface has the index %u", b->ifindex);
	else if (r < 0 && r != -EOVERFLOW && r != -ENOMEM)
		(void)problem_add(b->p, r, VFPREP_SYSTEM, NULL, NULL,
				  "the VFs of interface %u could not be read: %s", b->ifindex,
				  strerror(-r));
	return r;
}

static int read_vfs(const struct batch *b, struct vfprep_vf **ret_vfs, size_t *ret_n)
{
	autovflist list = { 0 };

	int r = read_list(b, &list);
	if (r == -EOVERFLOW)
		return problem_add(b->p, r, VFPREP_UNSUPPORTED, NULL, NULL,
				   "interface %u has more VFs than the kernel can list",
				   b->ifindex);
	if (r < 0)
		return r;
	struct vfprep_vf *vfs = calloc((size_t)list.announced + 1, sizeof(*vfs));
	if (!vfs)
		return -ENOMEM;
	for (unsigned i = 0; i < list.announced; i++) {
		static const struct settings nothing;
		const struct settings *s = vf_list_find(&list, i);
		settings_to_vf(s ? s : &nothing, i, &vfs[i]);
	}
	*ret_vfs = vfs;
	*ret_n = list.announced;
	return 0;
}

int vfprep_vf_read(struct vfprep *ctx, unsigned ifindex, struct vfprep_vf **ret_vfs, size_t *ret_n,
		   struct vfprep_problems *p)
{
	const struct batch b = { .host = &ctx->host, .ifindex = ifindex, .p = p };
	int r = context_open(ctx, RUNDIR_UNUSED, p);

	if (r < 0)
		return r;
	r = read_vfs(&b, ret_vfs, ret_n);
	context_close(ctx);
	return r;
}

/* Setting I of a VF becomes that of TO; what there is before it is only told. */
static int send_setting(const struct batch *b, unsigned index, enum setting i,
			const struct settings *from, const struct settings *to)
{
	autostrbuf old = { 0 }, new = { 0 };
	autofree char *detail = NULL;
	struct step s = { .kind = STEP_SETTING, .group = -1 };

	s.of_vf = true;
	s.ifindex = b->ifindex;
	s.vf = index;
	s.setting = i;
	setting_copy(i, &s.value, to);
	s.subject = subject_of(b, index);
	if (from && setting_has(from, i))
		setting_format(i, from, &old);
	else
		strbuf_add(&old, "unknown");
	setting_format(i, to, &new);
	(void)text_replace(&s.what, setting_table[i].name);
	s.old_text = strbuf_take(&old);
	s.new_text = strbuf_take(&new);
	int r = s.subject && s.what && s.old_text && s.new_text
			? b->host->ops->act(b->host->kernel, &s, &detail)
			: -ENOMEM;
	if (r < 0 && r != -ENOMEM)
		(void)step_explain(&s, r, detail, NULL, b->p);
	step_clear(&s);
	return r < 0 ? r : 0;
}

/* Gives a VF back what was sent before something failed. */
static void put_back(const struct batch *b, const struct change *c)
{
	const struct settings *before = vf_list_find(&b->before, c->index);

	for (unsigned i = SETTING_COUNT; i-- > 0;) {
		if (!(c->sent & (1u << i)))
			continue;
		if (before && setting_has(before, i)) {
			(void)send_setting(b, c->index, i, &c->want, before); /* it is told */
			continue;
		}
		autofree char *subject = subject_of(b, c->index);
		(void)problem_add(b->p, 0, VFPREP_SYSTEM, subject, NULL,
				  "what its %s was before is not known, so it stays",
				  setting_table[i].name);
	}
}

static void send_change(const struct batch *b, struct change *c)
{
	const struct settings *before = vf_list_find(&b->before, c->index);

	for (unsigned i = 0; i < SETTING_COUNT; i++) {
		if (!setting_has(&c->want, i) || (before && setting_same(i, before, &c->want)))
			continue;
		c->r = send_setting(b, c->index, i, before, &c->want);
		if (c->r < 0) {
			put_back(b, c);
			return;
		}
		c->sent |= 1u << i;
	}
}

/* Those of the VF's settings that were sent and read back as something else. */
static unsigned find_others(const struct change *c, const struct vf_list *now)
{
	const struct settings *s = vf_list_find(now, c->index);
	unsigned others = 0;

	for (unsigned i = 0; s && c->r == 0 && i < SETTING_COUNT; i++) {
		if (c->sent & (1u << i) && setting_has(s, i) && !setting_same(i, s, &c->want))
			others |= 1u << i;
	}
	return others;
}

/* i40e and ice leave a VF out of their list while they reset it for what was set. */
static bool is_hidden(const struct batch *b, const struct change *c, const struct vf_list *now)
{
	return c->sent && c->r == 0 && vf_list_find(&b->before, c->index) &&
	       !vf_list_find(now, c->index);
}

static bool is_late(const struct batch *b, const struct vf_list *now)
{
	for (size_t i = 0; i < b->n; i++) {
		const struct change *c = &b->changes[i];
		if (find_others(c, now) || is_hidden(b, c, now))
			return true;
	}
	return false;
}

/* ixgbe and mlx5 show a MAC some time after they took it. */
static int read_back(const struct batch *b, unsigned wait_ms, struct vf_list *ret)
{
	uint64_t deadline = deadline_in(wait_ms);

	for (;;) {
		autovflist now = { 0 };
		int r = read_list(b, &now);
		if (r < 0 && r != -EOVERFLOW)
			return r;
		if (!is_late(b, &now) || !deadline_nap(deadline, NAP_MS)) {
			*ret = now;
			now = (struct vf_list){ 0 };
			return 0;
		}
	}
}

/* Return: 1 when all that was sent is as wanted as far as it is listed, and some is not. */
static int judge(const struct batch *b, struct change *c, const struct vf_list *now)
{
	const struct settings *s = vf_list_find(now, c->index);
	unsigned others = find_others(c, now);

	for (unsigned i = 0; i < SETTING_COUNT; i++) {
		autostrbuf is = { 0 };
		autofree char *subject = NULL;
		if (!(others & (1u << i)))
			continue;
		setting_format(i, s, &is);
		subject = subject_of(b, c->index);
		c->r = problem_add(b->p, -EREMOTEIO, VFPREP_SYSTEM, subject, "see the kernel log",
				   "%s: the kernel took it, but reports %s", setting_table[i].name,
				   strbuf_text(&is));
	}
	if (c->r < 0) {
		put_back(b, c);
		return c->r;
	}
	return (c->want.present & ~(s ? s->present : 0)) != 0;
}

static int check_change(const struct batch *b, const struct vfprep_vf *vf, struct change *c)
{
	const char *why = NULL;
	autofree char *subject = subject_of(b, vf->index);

	c->index = vf->index;
	if (settings_from_vf(vf, &c->want, &why) < 0)
		return problem_add(b->p, -EINVAL, VFPREP_CONFIG, subject, NULL, "%s", why);
	for (const struct change *other = b->changes; other < c; other++) {
		if (other->index == c->index)
			return problem_add(b->p, -EINVAL, VFPREP_CONFIG, subject, NULL,
					   "it is given twice");
	}
	return 0;
}

/* What is wrong is found before anything is sent. */
static int check_batch(struct batch *b, const struct vfprep_vf *vfs, size_t n)
{
	int r = 0;

	b->changes = calloc(n + 1, sizeof(*b->changes));
	if (!b->changes)
		return -ENOMEM;
	for (b->n = 0; b->n < n; b->n++) {
		int one = check_change(b, &vfs[b->n], &b->changes[b->n]);
		r = r < 0 ? r : one;
	}
	if (r < 0)
		return r;
	r = read_list(b, &b->before);
	if (r == -EOVERFLOW)
		return 0; /* then the kernel says whether there is such a VF */
	for (size_t i = 0; r == 0 && i < n; i++) {
		autofree char *subject = subject_of(b, vfs[i].index);
		if (vfs[i].index >= b->before.announced)
			r = problem_add(b->p, -EINVAL, VFPREP_ABSENT, subject,
					"make VFs first, by sriov_numvfs",
					"there is no such VF: its PF has %u", b->before.announced);
	}
	return r;
}

static int set_vfs(struct batch *b, const struct vfprep_vf *vfs, size_t n, unsigned wait_ms)
{
	autovflist now = { 0 };
	bool sent = false, unreported = false;

	int r = check_batch(b, vfs, n);
	if (r < 0)
		return r;
	for (size_t i = 0; i < b->n; i++) {
		send_change(b, &b->changes[i]);
		sent = sent || b->changes[i].sent;
	}
	int unread = sent ? read_back(b, wait_ms, &now) : 0;
	for (size_t i = 0; i < b->n; i++) {
		struct change *c = &b->changes[i];
		int one = c->r < 0 ? c->r : unread;
		if (one == 0)
			one = judge(b, c, sent ? &now : &b->before);
		unreported = unreported || one > 0;
		if (r == 0 && one < 0)
			r = one;
	}
	return r < 0 ? r : unreported;
}

int vfprep_vf_set(struct vfprep *ctx, unsigned ifindex, const struct vfprep_vf *vfs, size_t n,
		  struct vfprep_problems *p)
{
	CLEANUP(batch_clear)
	struct batch b = { .host = &ctx->host, .ifindex = ifindex, .p = p };

	int r = context_open(ctx, RUNDIR_UNUSED, p);
	if (r < 0)
		return r;
	r = set_vfs(&b, vfs, n, context_settings_wait_ms(ctx));
	context_close(ctx);
	return r;
}
