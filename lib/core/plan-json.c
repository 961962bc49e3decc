/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A plan as JSON. */
#include "core/json.h"
#include "core/plan.h"

#include <errno.h>

static int step_to_object(const struct step *s, struct json_object **ret)
{
	autojson o = json_object_new_object();
	if (!o || json_add_text(o, "subject", s->subject) < 0 ||
	    json_add_text(o, "what", s->what) < 0 || json_add_text(o, "old", s->old_text) < 0 ||
	    json_add_text(o, "new", s->new_text) < 0)
		return -ENOMEM;
	*ret = TAKE_PTR(o);
	return 0;
}

int plan_steps_to_object(const struct vfprep_plan *plan, struct json_object **ret)
{
	autojson steps = json_object_new_array();
	for (size_t i = 0; steps && i < plan->n; i++) {
		struct json_object *step;
		if (step_to_object(&plan->steps[i], &step) < 0 ||
		    json_object_array_add(steps, step) < 0)
			return -ENOMEM;
	}
	if (!steps)
		return -ENOMEM;
	*ret = TAKE_PTR(steps);
	return 0;
}
