/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The public API: the context and the flow, thin over what the program uses too. */
#include "host/context.h"

#include "core/address.h"
#include "core/json.h"
#include "core/machine-json.h"
#include "core/step.h"
#include "core/verify.h"
#include "host/config-load.h"
#include "host/fd.h"
#include "host/run.h"

#include <errno.h>
#include <string.h>

/* The context */

int context_new(const struct kernel_source *source, struct vfprep **ret_ctx)
{
	struct vfprep *ctx = calloc(1, sizeof(*ctx));

	if (!ctx)
		return -ENOMEM;
	ctx->source = source;
	ctx->host = HOST_NONE;
	ctx->timeout_percent = 100;
	*ret_ctx = ctx;
	return 0;
}

int vfprep_new(struct vfprep **ret_ctx)
{
	return context_new(&kernel_linux_source, ret_ctx);
}

void vfprep_free(struct vfprep *ctx)
{
	if (!ctx)
		return;
	free(ctx->confdir);
	free(ctx->rundir);
	free(ctx);
}

void vfprep_set_log(struct vfprep *ctx, void (*log)(void *user, int priority, const char *line),
		    void *user)
{
	ctx->host.log = (struct log){ log, user };
}

int vfprep_set_directories(struct vfprep *ctx, const char *confdir, const char *rundir)
{
	autofree char *conf = NULL;
	int r = text_replace(&conf, confdir);

	if (r == 0)
		r = text_replace(&ctx->rundir, rundir);
	if (r < 0)
		return r;
	free(ctx->confdir);
	ctx->confdir = TAKE_PTR(conf);
	return 0;
}

int vfprep_set_timeouts(struct vfprep *ctx, unsigned percent, unsigned lock_wait_ms)
{
	if (percent < 1 || percent > 10000)
		return -EINVAL;
	ctx->timeout_percent = percent;
	ctx->lock_wait_ms = lock_wait_ms;
	return 0;
}

int context_open(struct vfprep *ctx, enum rundir_use use, struct vfprep_problems *p)
{
	if (ctx->host.kernel)
		return problem_add(p, -EBUSY, VFPREP_BUSY, "vfprep", "use another context",
				   "the context is in use by a call that is under way");
	int r = host_open(&ctx->host, ctx->source, ctx->rundir, use, ctx->timeout_percent, p);
	if (r < 0)
		context_close(ctx);
	return r;
}

void context_close(struct vfprep *ctx)
{
	host_close(&ctx->host, ctx->source);
}

unsigned context_settings_wait_ms(const struct vfprep *ctx)
{
	return SETTINGS_WAIT_MS * ctx->timeout_percent / 100;
}

/* Configuration and machine */

int vfprep_config_load(struct vfprep *ctx, struct vfprep_config **ret_config,
		       struct vfprep_problems *p)
{
	autoproblems found = vfprep_problems_new();
	autoconfig config = NULL;
	int r = found ? config_load(ctx->confdir, &config, found) : -ENOMEM;

	if (r < 0)
		return r;
	if (p)
		problem_add_all(p, found);
	if (problems_have(found, VFPREP_CONFIG))
		return -EINVAL;
	*ret_config = TAKE_PTR(config);
	return 0;
}

void vfprep_config_free(struct vfprep_config *config)
{
	config_free(config);
}

int vfprep_machine_read(struct vfprep *ctx, struct vfprep_machine **ret_machine,
			struct vfprep_problems *p)
{
	int r = context_open(ctx, RUNDIR_READ, p);

	if (r < 0)
		return r;
	r = host_read(&ctx->host, NULL, ret_machine, p);
	context_close(ctx);
	return r;
}

int vfprep_machine_from_json(const char *text, size_t size, struct vfprep_machine **ret_machine,
			     struct vfprep_problems *p)
{
	return machine_from_json(text, size, "machine", ret_machine, p);
}

char *vfprep_machine_to_json(const struct vfprep_machine *machine)
{
	return machine_to_json(machine);
}

void vfprep_machine_free(struct vfprep_machine *machine)
{
	machine_free(machine);
}

/* Plans */

static size_t count_names(const char *const *names)
{
	size_t n = 0;

	while (names && names[n])
		n++;
	return n;
}

/* The list of nothing is nothing, while no list is all. */
static int check_names(const char *const *names, struct vfprep_problems *p)
{
	if (names && !names[0])
		return problem_add(p, -EINVAL, VFPREP_CONFIG, NULL,
				   "give NULL in place of a list for all", "no name is given");
	return 0;
}

static int make_plan(struct wish *wish, const char *const *names, unsigned flags,
		     const struct vfprep_machine *actual, struct vfprep_plan **ret_plan,
		     struct vfprep_problems *p)
{
	autoplan plan = NULL;

	unsigned known = VFPREP_FORCE | VFPREP_LIVE | (wish->aim == AIM_APPLY ? VFPREP_PRUNE : 0);
	if (flags & ~known)
		return problem_add(p, -EINVAL, VFPREP_CONFIG, NULL, NULL, "unknown flags: %#x",
				   flags & ~known);
	wish->names = names;
	wish->n_names = count_names(names);
	wish->force = flags & VFPREP_FORCE;
	wish->live = flags & VFPREP_LIVE;
	wish->prune = flags & VFPREP_PRUNE;
	int r = check_names(names, p);
	if (r == 0)
		r = wish_plan(wish, actual, &plan, p);
	if (r == 0)
		r = plan_keep_wish(plan, wish);
	if (r == 0)
		*ret_plan = TAKE_PTR(plan);
	return r;
}

int vfprep_plan_apply(const struct vfprep_config *config, const char *const *pfs, unsigned flags,
		      const struct vfprep_machine *actual, struct vfprep_plan **ret_plan,
		      struct vfprep_problems *p)
{
	return make_plan(&(struct wish){ .aim = AIM_APPLY, .config = config }, pfs, flags, actual,
			 ret_plan, p);
}

int vfprep_plan_release(const char *const *names, unsigned flags,
			const struct vfprep_machine *actual, struct vfprep_plan **ret_plan,
			struct vfprep_problems *p)
{
	return make_plan(&(struct wish){ .aim = AIM_RELEASE }, names, flags, actual, ret_plan, p);
}

int vfprep_plan_verify(const char *const *names, const struct vfprep_machine *actual,
		       struct vfprep_plan **ret_plan, struct vfprep_problems *p)
{
	CLEANUP(verdicts_clear) struct verdicts v = { 0 };
	int r = check_names(names, p);

	if (r == 0)
		r = verify_teams(actual, names, count_names(names), &v, p);
	if (r == 0)
		*ret_plan = TAKE_PTR(v.plan);
	return r;
}

size_t vfprep_plan_count(const struct vfprep_plan *plan)
{
	return plan->n;
}

char *vfprep_plan_line(const struct vfprep_plan *plan, size_t i)
{
	return plan_line(plan, i);
}

char *vfprep_plan_to_json(const struct vfprep_plan *plan)
{
	struct json_object *steps;

	if (plan_steps_to_object(plan, &steps) < 0)
		return NULL;
	autojson owned = steps;
	return json_text(owned, true);
}

void vfprep_plan_free(struct vfprep_plan *plan)
{
	plan_free(plan);
}

/* Running */

struct listener {
	const struct log *log;
	void (*step)(void *user, const char *line, int r);
	void *user;
};

static void tell_step(void *user, enum run_phase phase, const struct step *s, int r)
{
	const struct listener *l = user;
	autofree char *step = step_line(s);
	autofree char *line =
		step ? text_format("%s%s", phase == RUN_UNDO ? "undo: " : "", step) : NULL;

	if (!line)
		return;
	log_tell(l->log, LOG_INFO, "%s%s", line, run_result_words(r));
	if (l->step)
		l->step(l->user, line, r);
}

/* REQUEST says what to run. */
static int run_it(struct vfprep *ctx, struct run_request *request, struct listener *listener,
		  enum vfprep_outcome *ret_outcome, struct vfprep_problems *p)
{
	int r = context_open(ctx, RUNDIR_WRITE, p);

	if (r < 0)
		return r;
	listener->log = &ctx->host.log;
	request->step = tell_step;
	request->step_user = listener;
	request->lock_wait_ms = ctx->lock_wait_ms;
	request->settings_wait_ms = context_settings_wait_ms(ctx);
	r = run(&ctx->host, request, ret_outcome, p);
	context_close(ctx);
	return r;
}

int vfprep_run(struct vfprep *ctx, const struct vfprep_plan *plan,
	       void (*step)(void *user, const char *line, int r), void *user,
	       enum vfprep_outcome *ret_outcome, struct vfprep_problems *p)
{
	struct listener listener = { .step = step, .user = user };

	if (!plan->wish)
		return problem_add(p, -EINVAL, VFPREP_CONFIG, NULL, "plan an apply or a release",
				   "this plan is not to be run");
	return run_it(ctx, &(struct run_request){ .wish = plan->wish, .shown = plan }, &listener,
		      ret_outcome, p);
}

/* One errno for what went wrong, the first row that fits; the findings say more. */
static int errno_of(enum vfprep_outcome outcome, const struct vfprep_problems *found)
{
	static const struct {
		enum vfprep_fault fault;
		int error;
	} rows[] = {
		{ VFPREP_BUSY, EBUSY },
		{ VFPREP_PERMISSION, EPERM },
		{ VFPREP_ABSENT, ENODEV },
		{ VFPREP_UNSUPPORTED, EOPNOTSUPP },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (problems_have(found, rows[i].fault))
			return -rows[i].error;
	}
	return outcome != VFPREP_DONE || problems_any(found) ? -EIO : 0;
}

/* What is wrong elsewhere on the machine is told, and no failure of this. */
static int set_driver(struct vfprep *ctx, const struct driver_request *driver,
		      struct vfprep_problems *p)
{
	const struct wish wish = { .aim = AIM_APPLY, .driver = driver };
	enum vfprep_outcome outcome = VFPREP_DONE;
	autoproblems seen = vfprep_problems_new();
	autoproblems found = vfprep_problems_new();
	struct run_request request = { .wish = &wish, .seen = seen };
	struct listener listener = { 0 };
	struct pci_address address;

	if (pci_address_parse(driver->name, &address) < 0)
		return problem_add(p, -EINVAL, VFPREP_CONFIG, driver->name,
				   "write it in full, as 0000:01:10.0", "is no PCI address");
	if (!seen || !found)
		return -ENOMEM;
	int r = run_it(ctx, &request, &listener, &outcome, found);
	if (p) {
		problem_add_all(p, seen);
		problem_add_all(p, found);
	}
	return r < 0 ? r : errno_of(outcome, found);
}

/* As Driver= takes it: nothing that a path could be made of. */
static bool is_driver_name(const char *name)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789_-";
	return name && *name && !name[strspn(name, letters)];
}

int vfprep_bind(struct vfprep *ctx, const char *address, const char *driver,
		struct vfprep_problems *p)
{
	if (!is_driver_name(driver))
		return problem_add(p, -EINVAL, VFPREP_CONFIG, address,
				   "name the driver, as vfio-pci, or call vfprep_unbind()",
				   "'%s' is no driver's name", driver ? driver : "NULL");
	return set_driver(ctx, &(struct driver_request){ address, driver }, p);
}

int vfprep_unbind(struct vfprep *ctx, const char *address, struct vfprep_problems *p)
{
	return set_driver(ctx, &(struct driver_request){ address, NULL }, p);
}
