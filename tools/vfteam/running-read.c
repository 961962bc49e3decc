/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vfteam check --running: a domain's QEMU, what it has open, and its log. */
#include "core/cmdline.h"
#include "host/fd.h"
#include "host/files.h"
#include "host/sysfs.h"
#include "tools/vfteam/running.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

/* Of a longer log its end is read; virtlogd begins another at 2 MiB. */
#define LOG_MAX ((size_t)4 * 1024 * 1024)

#define SYSTEM_LOGS "/var/log/libvirt/qemu"

static int read_args(const char *pid, struct qemu_args *ret)
{
	autofree char *path = text_format("/proc/%s/cmdline", pid);
	autofree char *text = NULL;
	size_t size;
	int r = path ? file_read(AT_FDCWD, path, CMDLINE_MAX, &text, &size) : -ENOMEM;

	return r < 0 ? r : qemu_args_read(text, size, ret);
}

static bool is_domain(const struct qemu_args *a, const char *domain)
{
	return text_equal(a->name, domain) || (a->uuid && strcasecmp(a->uuid, domain) == 0);
}

static int take_process(const char *domain, unsigned pid, bool is_named, struct running *ret)
{
	autofree char *number = text_format("%u", pid);
	CLEANUP(qemu_args_clear) struct qemu_args args = { 0 };
	int r = number ? read_args(number, &args) : -ENOMEM;

	if (r < 0)
		return r == -ENOMEM ? r : 0; /* it ended, or it is the kernel's */
	if (!is_domain(&args, domain) || (!args.is_qemu && !is_named))
		return 0;
	if (ret->pid)
		return -EEXIST;
	ret->pid = pid;
	ret->args = args;
	args = (struct qemu_args){ 0 };
	return 0;
}

static int find_process(const struct cli *cli, struct running *ret)
{
	autonames processes = { 0 };
	unsigned pid;
	int r = 0;

	if (cli->pid)
		return take_process(cli->running, cli->pid, true, ret);
	if (sysfs_list(AT_FDCWD, "/proc", &processes) == -ENOMEM)
		return -ENOMEM;
	for (size_t i = 0; r == 0 && i < processes.n; i++) {
		if (text_to_unsigned(processes.names[i], 10, 1, INT_MAX, &pid) == 0)
			r = take_process(cli->running, pid, false, ret);
	}
	return r;
}

/* The number at the end of "/dev/vfio/6"; before it may stand where another root is. */
static bool is_group_node(const char *link, unsigned *ret)
{
	static const char dir[] = "/dev/vfio/";
	const char *at = strstr(link, dir);

	return at && text_to_unsigned(at + strlen(dir), 10, 0, INT_MAX, ret) == 0;
}

static int take_link(const char *link, struct running *g)
{
	unsigned group;

	g->n_devices += strcmp(link, "anon_inode:[vfio-device]") == 0;
	if (!is_group_node(link, &group))
		return 0;
	int *item = array_add(&g->groups, &g->n_groups, sizeof(*item));
	if (!item)
		return -ENOMEM;
	*item = (int)group;
	return 0;
}

static int read_descriptors(struct running *g)
{
	autofree char *path = text_format("/proc/%u/fd", g->pid);
	autonames names = { 0 };
	autoclose int fds = -1;

	if (!path)
		return -ENOMEM;
	int r = sysfs_open_dir(AT_FDCWD, path, &fds);
	if (r == 0)
		r = sysfs_list(fds, ".", &names);
	if (r < 0)
		return r == -ENOMEM ? r : 0;
	g->sees_descriptors = true;
	for (size_t i = 0; r == 0 && i < names.n; i++) {
		char link[PATH_MAX];
		ssize_t n = readlinkat(fds, names.names[i], link, sizeof(link) - 1);
		link[n > 0 ? n : 0] = '\0';
		r = take_link(link, g);
	}
	return r;
}

/* The VF's group by sysfs, or as it was published. */
static int group_of(const struct qemu_device *vf, const struct teams *teams)
{
	autoclose int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	autoclose int fd = -1;
	int group;

	if (!vf->has_address)
		return -1;
	if (root >= 0 && sysfs_open_function(root, vf->address, &fd) == 0 &&
	    sysfs_read_group(fd, &group) == 0)
		return group;
	const struct found_team *t = teams_by_vf(teams, vf->address);
	return t ? t->team.transient.group : -1;
}

static int read_groups(struct running *g, const struct teams *teams)
{
	g->vf_groups = calloc(g->args.n + 1, sizeof(*g->vf_groups));
	if (!g->vf_groups)
		return -ENOMEM;
	for (size_t i = 0; i < g->args.n; i++)
		g->vf_groups[i] = group_of(&g->args.devices[i], teams);
	return 0;
}

/* The end of a regular file. */
static int read_log(const char *path, char **ret)
{
	autoclose int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	autofree char *text = NULL;
	struct stat st;
	size_t size;

	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	if ((uint64_t)st.st_size > LOG_MAX && lseek(fd, -(off_t)LOG_MAX, SEEK_END) < 0)
		return -errno;
	int r = fd_read(fd, 2 * LOG_MAX, &text, &size);
	if (r < 0)
		return r;
	for (char *nul = text; (nul = memchr(nul, '\0', (size_t)(text + size - nul)));)
		*nul = ' ';
	*ret = TAKE_PTR(text);
	return 0;
}

/* PATH is taken over. Return: whether it is a log. */
static bool try_log(struct running *g, char *path)
{
	autofree char *own = path;

	if (!own || read_log(own, &g->log) < 0)
		return false;
	g->log_path = TAKE_PTR(own);
	return true;
}

/* Where libvirt gives QEMU its log to write into itself, as in session mode. */
static char *stderr_of(unsigned pid)
{
	autofree char *path = text_format("/proc/%u/fd/2", pid);
	char link[PATH_MAX];
	ssize_t n = path ? readlink(path, link, sizeof(link) - 1) : -1;

	link[n > 0 ? n : 0] = '\0';
	size_t length = strlen(link);
	return length > 4 && strcmp(link + length - 4, ".log") == 0 ? strdup(link) : NULL;
}

static char *session_log(const char *name)
{
	const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");

	if (cache && *cache)
		return text_format("%s/libvirt/qemu/log/%s.log", cache, name);
	return home ? text_format("%s/.cache/libvirt/qemu/log/%s.log", home, name) : NULL;
}

static void find_log(const struct cli *cli, struct running *g)
{
	const char *name = g->args.name;

	if (cli->log) {
		int r = read_log(cli->log, &g->log);
		if (r < 0)
			(void)problem_add(cli->problems, r,
					  r == -ENOENT ? VFPREP_ABSENT : VFPREP_SYSTEM, cli->log,
					  NULL, "cannot be read: %s",
					  r == -EINVAL ? "not a regular file" : strerror(-r));
		else
			(void)text_replace(&g->log_path, cli->log); /* only shown */
		return;
	}
	if (try_log(g, stderr_of(g->pid)) || !name || strchr(name, '/'))
		return;
	bool is_root = getuid() == 0;
	for (unsigned i = 0; i < 2; i++) {
		bool system = is_root == (i == 0);
		if (try_log(g,
			    system ? text_format(SYSTEM_LOGS "/%s.log", name) : session_log(name)))
			return;
	}
}

int running_read(const struct cli *cli, const struct teams *teams, struct running *ret)
{
	CLEANUP(running_clear) struct running g = { 0 };
	int r = find_process(cli, &g);

	if (r == 0 && !g.pid)
		return problem_add(cli->problems, -ENOENT, VFPREP_ABSENT, cli->running,
				   "virsh list shows those that run; a QEMU is named by --pid too",
				   cli->pid ? "that process is no QEMU of this domain"
					    : "no QEMU that can be seen runs this domain");
	if (r == 0)
		r = read_groups(&g, teams);
	if (r == 0)
		r = read_descriptors(&g);
	if (r < 0)
		return r;
	find_log(cli, &g);
	*ret = g;
	g = (struct running){ 0 };
	return 0;
}

int check_running(const struct cli *cli, const struct teams *teams, struct checks *ret)
{
	CLEANUP(running_clear) struct running g = { 0 };
	int r = running_read(cli, teams, &g);

	if (r == 0)
		r = checks_add(ret, "guest", NULL, CHECK_OK, "%s, pid %u", cli->running, g.pid);
	if (r == 0)
		r = checks_add(ret, "log", NULL, g.log ? CHECK_OK : CHECK_UNKNOWN, "%s",
			       g.log_path ? g.log_path : "none is found; name it by --log");
	return r < 0 ? r : running_verdicts(&g, teams, ret, cli->problems);
}
