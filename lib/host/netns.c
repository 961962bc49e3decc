/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Interfaces of PFs in other network namespaces. The kernel tells of an interface only to who asks
 * in its namespace, and a namespace is entered by its file: below /run/netns where it has a name,
 * in /proc of each process in it. */
#include "host/netns.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <linux/capability.h>
#include <linux/ethtool.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <netlink/msg.h>

#include "core/nl-link.h"
#include "host/child.h"
#include "host/deadline.h"
#include "host/fd.h"
#include "host/pfnet.h"
#include "host/sysfs.h"

#define PLACES_MAX  4096
#define MESSAGE_MAX 32768 /* the kernel makes no longer ones of a dump */
#define END_MS      500   /* for the end of a child that was killed, unless it is stuck */

/* Where network namespaces get names: by ip(8) and what goes by it (CNI, podman), by docker. */
static const char *const name_dirs[] = { "run/netns", "var/run/netns", "run/docker/netns" };

/* A network namespace. */
struct place {
	char *path; /* of its file, from the root */
	char *name; /* NULL: none */
	unsigned pid;
	dev_t device;
	ino_t inode;
};

struct search {
	int root_fd;
	struct stat own;
	struct place *places;
	size_t n_places;
	struct pf **pfs;
	char (*addresses)[PCI_ADDRESS_TEXT];
	size_t n_pfs;
	struct nl_msg *request;
};

/* What the child writes: that PF's interface is in that place. */
struct finding {
	uint32_t place, pf, up;
	char name[IFNAMSIZ];
};

static void search_clear(struct search *s)
{
	for (size_t i = 0; i < s->n_places; i++) {
		free(s->places[i].path);
		free(s->places[i].name);
	}
	free(s->places);
	free(s->pfs);
	free(s->addresses);
	nlmsg_free(s->request);
}

int netns_device(int sock, const char *interface, char ret[static NETNS_DEVICE])
{
	struct ethtool_drvinfo info = { .cmd = ETHTOOL_GDRVINFO };
	struct ifreq request = { .ifr_data = (char *)&info };

	static_assert(sizeof(info.bus_info) == NETNS_DEVICE, "as in linux/ethtool.h");
	if (strlen(interface) >= sizeof(request.ifr_name))
		return -ENAMETOOLONG;
	memcpy(request.ifr_name, interface, strlen(interface) + 1);
	if (ioctl(sock, SIOCETHTOOL, &request) < 0)
		return -errno;
	memcpy(ret, info.bus_info, NETNS_DEVICE);
	ret[NETNS_DEVICE - 1] = '\0';
	return 0;
}

/* child_*: in the child, see child.h. */
static void child_report(const struct search *s, size_t place, int sock, const struct link_place *l)
{
	struct finding finding = { .place = (uint32_t)place, .up = l->up };
	const char *device = l->device;
	char asked_for[NETNS_DEVICE];

	if (strlen(l->name) >= IFNAMSIZ || (l->port_name && pfnet_is_representor(l->port_name)))
		return;
	memcpy(finding.name, l->name, strlen(l->name) + 1);
	if (!device && !l->is_virtual && netns_device(sock, l->name, asked_for) == 0)
		device = asked_for;
	for (size_t i = 0; device && i < s->n_pfs; i++) {
		finding.pf = (uint32_t)i;
		if (strcmp(device, s->addresses[i]) == 0)
			child_write_all(CHILD_PIPE, &finding, sizeof(finding));
	}
}

/* Asks for all interfaces of the namespace that the child is in. */
static void child_ask(const struct search *s, size_t place, int sock)
{
	char buffer[MESSAGE_MAX] __attribute__((aligned(NLMSG_ALIGNTO)));
	const struct nlmsghdr *request = nlmsg_hdr(s->request);

	if (send(sock, request, request->nlmsg_len, 0) < 0)
		return;
	for (;;) {
		ssize_t size = recv(sock, buffer, sizeof(buffer), 0);
		struct nlmsghdr *h = (struct nlmsghdr *)buffer;
		int left = (int)size;

		if (size <= 0)
			return;
		for (; nlmsg_ok(h, left); h = nlmsg_next(h, &left)) {
			struct link_place l;

			if (h->nlmsg_type == NLMSG_DONE || h->nlmsg_type == NLMSG_ERROR)
				return;
			if (nl_link_place(h, &l) == 0)
				child_report(s, place, sock, &l);
		}
	}
}

static void __attribute__((noreturn)) child_search(const struct search *s)
{
	for (size_t i = 0; i < s->n_places; i++) {
		int fd = openat(CHILD_FILE, s->places[i].path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
		bool there = fd >= 0 && setns(fd, CLONE_NEWNET) == 0;
		int sock = there ? socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE) : -1;

		if (sock >= 0) {
			child_ask(s, i, sock);
			(void)close(sock);
		}
		if (fd >= 0)
			(void)close(fd);
	}
	_exit(0);
}

/* Names that are no sane ones are not told: the namespace has a process, or none to tell. */
static bool is_told(const char *name)
{
	for (const char *c = name; *c; c++)
		if (!isgraph((unsigned char)*c))
			return false;
	return true;
}

/* The one that is in the list already; NULL: none. */
static struct place *find_place(const struct search *s, const struct stat *st)
{
	for (size_t i = 0; i < s->n_places; i++)
		if (s->places[i].inode == st->st_ino && s->places[i].device == st->st_dev)
			return &s->places[i];
	return NULL;
}

/* Adds the namespace of PATH, which it takes over, unless it is in the list or our own. */
static int add_place(struct search *s, char *path, const char *name, unsigned pid)
{
	autofree char *owned = path;
	struct stat st;

	if (!path)
		return -ENOMEM;
	if (fstatat(s->root_fd, path, &st, 0) < 0 ||
	    (st.st_ino == s->own.st_ino && st.st_dev == s->own.st_dev))
		return 0;
	struct place *place = find_place(s, &st);
	if (place || s->n_places >= PLACES_MAX) {
		if (place && !place->pid)
			place->pid = pid;
		return 0;
	}
	place = array_add(&s->places, &s->n_places, sizeof(*place));
	if (!place)
		return -ENOMEM;
	*place = (struct place){ .pid = pid, .device = st.st_dev, .inode = st.st_ino };
	place->path = TAKE_PTR(owned);
	return text_replace(&place->name, name);
}

static int add_named(struct search *s, const char *dir)
{
	autonames names = { 0 };
	int r = sysfs_list(s->root_fd, dir, &names);

	if (r < 0)
		return r == -ENOMEM ? r : 0;
	for (size_t i = 0; r == 0 && i < names.n; i++) {
		char *path = text_format("%s/%s", dir, names.names[i]);
		/* ip(8) looks in the first of them alone. */
		autofree char *name = dir == name_dirs[2] && path ? text_format("/%s", path)
								  : strdup(names.names[i]);

		if (!name || !is_told(name)) {
			free(path);
			r = name ? 0 : -ENOMEM;
		} else {
			r = add_place(s, path, name, 0);
		}
	}
	return r;
}

static int add_processes(struct search *s)
{
	autonames names = { 0 };
	int r = sysfs_list(s->root_fd, "proc", &names);

	if (r < 0)
		return r == -ENOMEM ? r : 0;
	for (size_t i = 0; r == 0 && i < names.n; i++) {
		unsigned pid;

		if (text_to_unsigned(names.names[i], 10, 1, UINT32_MAX, &pid) == 0)
			r = add_place(s, text_format("proc/%u/ns/net", pid), NULL, pid);
	}
	return r;
}

static int add_pfs(struct search *s, const struct vfprep_machine *m)
{
	s->pfs = calloc(m->n_pfs + 1, sizeof(struct pf *));
	s->addresses = calloc(m->n_pfs + 1, sizeof(*s->addresses));
	if (!s->pfs || !s->addresses)
		return -ENOMEM;
	for (size_t i = 0; i < m->n_pfs; i++) {
		if (!m->pfs[i].elsewhere.is)
			continue;
		pci_address_format(m->pfs[i].address, s->addresses[s->n_pfs]);
		s->pfs[s->n_pfs++] = &m->pfs[i];
	}
	return 0;
}

static bool may_enter(void)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct caps[_LINUX_CAPABILITY_U32S_3] = { 0 };

	return syscall(SYS_capget, &head, caps) == 0 && caps[0].effective & 1u << CAP_SYS_ADMIN;
}

/* A NIC that was to go to a guest as a whole is in use there. */
static int tell_use(struct pf *pf)
{
	if (!pf->self || pf->self->use.kind != USE_INTERFACE)
		return 0;
	autofree char *where = elsewhere_text(&pf->elsewhere);
	return where ? vf_set_use(pf->self, USE_INTERFACE, 0, where) : -ENOMEM;
}

static int take(const struct search *s, const struct finding *finding)
{
	if (finding->place >= s->n_places || finding->pf >= s->n_pfs ||
	    !memchr(finding->name, '\0', sizeof(finding->name)))
		return -EIO;
	const struct place *place = &s->places[finding->place];
	struct elsewhere *e = &s->pfs[finding->pf]->elsewhere;
	autofree char *path = text_format("proc/%u/comm", place->pid);
	if (e->interface) /* another port of the card */
		return 0;
	e->pid = place->pid;
	e->up = finding->up;
	if (!path || text_replace(&e->interface, finding->name) < 0 ||
	    text_replace(&e->netns, place->name) < 0)
		return -ENOMEM;
	if (place->pid && sysfs_read(s->root_fd, path, &e->command) == -ENOMEM)
		return -ENOMEM;
	return tell_use(s->pfs[finding->pf]);
}

static bool is_complete(const struct search *s)
{
	for (size_t i = 0; i < s->n_pfs; i++)
		if (!s->pfs[i]->elsewhere.interface)
			return false;
	return true;
}

/* Its pipe ends with it. More often than stuck it just had too many namespaces before it. */
static bool is_at_its_end(int from)
{
	uint64_t deadline = deadline_in(END_MS);
	struct finding late;
	int r = 0;

	while (r == 0)
		r = child_receive(from, &late, sizeof(late), deadline);
	return r != -ETIMEDOUT;
}

static int search_in_child(const struct search *s, unsigned timeout_ms)
{
	uint64_t deadline = deadline_in(timeout_ms);
	autoclose int from = -1, to = -1;
	int r = child_pipe(&from, &to);

	if (r < 0)
		return r;
	pid_t pid = child_fork();
	if (pid < 0)
		return pid;
	if (pid == 0) {
		child_keep(to, s->root_fd, -1);
		child_search(s);
	}
	(void)close(TAKE_FD(to));
	while (r == 0 && !is_complete(s)) {
		struct finding finding;
		r = child_receive(from, &finding, sizeof(finding), deadline);
		if (r == 0)
			r = take(s, &finding);
	}
	(void)kill(pid, SIGKILL); /* it is at its end, or may end when the kernel lets it */
	if (is_at_its_end(from))
		child_reap(pid);
	return r;
}

static int find_places(struct search *s)
{
	int r = 0;

	(void)fstatat(s->root_fd, "proc/self/ns/net", &s->own, 0); /* else it is one more */
	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(name_dirs); i++)
		r = add_named(s, name_dirs[i]);
	if (r == 0)
		r = add_processes(s);
	s->request = r == 0 ? nl_link_dump() : NULL;
	return r == 0 && !s->request ? -ENOMEM : r;
}

/* A driver that was just unbound has taken its interface with it. */
static bool has_directory(int root_fd, struct pci_address address)
{
	autoclose int fd = -1;
	return sysfs_open_function(root_fd, address, &fd) == 0 && sysfs_exists(fd, "net");
}

int netns_find(int root_fd, unsigned timeout_ms, struct vfprep_machine *m)
{
	CLEANUP(search_clear) struct search s = { .root_fd = root_fd };

	int r = add_pfs(&s, m);
	if (r < 0 || s.n_pfs == 0)
		return r;
	if (may_enter())
		r = find_places(&s);
	if (r == 0 && s.n_places > 0)
		r = search_in_child(&s, timeout_ms);
	for (size_t i = 0; i < s.n_pfs; i++)
		if (!s.pfs[i]->elsewhere.interface && !has_directory(root_fd, s.pfs[i]->address))
			elsewhere_clear(&s.pfs[i]->elsewhere);
	return r == -ENOMEM ? r : 0;
}
