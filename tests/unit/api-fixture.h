/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A context of the public API whose machine is one in memory. */
#ifndef TESTS_API_FIXTURE_H
#define TESTS_API_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <assert.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "expect.h"
#include "fake-host.h"
#include "host/context.h"
#include "host/files.h"

/* Everything but the machine is public from here on. */
#include "vfprep.h"

static const char config_text[] = "[Match]\nAddress=0000:01:00.0\n[PF]\nVirtualFunctions=2\n"
				  "[VF 0]\nTeam=web0\n[VF 1]\nTeam=web1\n";

struct fixture {
	struct fake_host h;
	struct vfprep *ctx;
	struct vfprep_problems *p;
	struct strbuf lines, log;
};

static struct fixture f;

/* The context borrows the fixture's machine. */
static inline int open_fake(int rundir_fd, unsigned timeout_percent, const struct log *log,
			    void **ret_kernel)
{
	(void)rundir_fd;
	(void)timeout_percent;
	(void)log;
	*ret_kernel = f.h.fake;
	return 0;
}

static inline void close_fake(void *kernel)
{
	(void)kernel; /* it is the fixture's */
}

static const struct kernel_source source = { &fake_ops, open_fake, close_fake, NULL };

static inline void log_line(void *user, int priority, const char *line)
{
	struct strbuf *b = user;
	strbuf_addf(b, "<%d>%s\n", priority, line);
}

static inline int setup(void **state)
{
	(void)state;
	f = (struct fixture){ 0 };
	fake_host_open(&f.h, "[Match]\nAddress=0000:09:00.0\n");
	autofree char *conf = text_format("%s/conf", f.h.dir);
	autofree char *run = text_format("%s/run", f.h.dir);
	assert_int_equal(file_write(f.h.host.rundir_fd, "conf/10-uplink.conf", config_text), 0);
	assert_int_equal(context_new(&source, &f.ctx), 0);
	assert_int_equal(vfprep_set_directories(f.ctx, conf, run), 0);
	assert_int_equal(vfprep_set_timeouts(f.ctx, 10, 0), 0);
	f.p = vfprep_problems_new();
	return 0;
}

static inline int teardown(void **state)
{
	(void)state;
	vfprep_free(f.ctx);
	vfprep_problems_free(f.p);
	strbuf_free(&f.lines);
	strbuf_free(&f.log);
	fake_host_close(&f.h);
	return 0;
}

static inline void forget_problems(void)
{
	vfprep_problems_free(f.p);
	f.p = vfprep_problems_new();
}

static inline const struct vf *vf_of_first(unsigned index)
{
	return pf_find_vf(&f.h.fake->machine->pfs[0], index);
}

#endif
