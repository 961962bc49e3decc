/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One netlink socket. libnl makes and binds it and builds and walks messages; sending and receiving
 * is done here, because libnl turns the kernel's errno into numbers of its own that collide with
 * errno (-EBUSY comes back as -25), has no deadline and drops the kernel's text. */
#include "host/nl-socket.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>

#include "host/deadline.h"

/* A list of 334 VFs has 65 KB, which fills libnl's default of 32 KB: ENOBUFS. The kernel cuts this
 * down to net.core.rmem_max, which is enough. */
#define RECEIVE_BUFFER (1024 * 1024)

/* An error without its request, and the kernel's text with it. */
#define ACKNOWLEDGEMENT_MAX 4096

#define DUMP_TRIES 3

struct netlink {
	struct nl_sock *sock;
	unsigned timeout_ms;
	uint32_t sequence;
	char *buffer;
	size_t size;
};

/* A request under way. */
struct exchange {
	uint32_t sequence;
	bool acknowledged; /* it ends with an acknowledgement, not with its data */
	bool interrupted;  /* the dump is not of one piece */
	bool done;
	int result;
	int (*take)(const struct nlmsghdr *h, void *user);
	void *user;
	char *detail;
};

int netlink_open(unsigned timeout_ms, struct netlink **ret)
{
	CLEANUP(netlink_freep) struct netlink *n = calloc(1, sizeof(*n));
	int on = 1, fd;

	if (!n)
		return -ENOMEM;
	n->timeout_ms = timeout_ms;
	n->sock = nl_socket_alloc();
	if (!n->sock)
		return -ENOMEM;
	errno = 0;
	if (nl_connect(n->sock, NETLINK_ROUTE) < 0)
		return errno > 0 ? -errno : -EIO;
	fd = nl_socket_get_fd(n->sock);
	(void)nl_socket_set_buffer_size(n->sock, RECEIVE_BUFFER, 0); /* else only long lists fail */
	/* The kernel's text, and errors that do not repeat the request; without them it works. */
	(void)setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
	(void)setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on));
	*ret = TAKE_PTR(n);
	return 0;
}

void netlink_free(struct netlink *n)
{
	if (!n)
		return;
	nl_socket_free(n->sock);
	free(n->buffer);
	free(n);
}

static int send_request(struct netlink *n, struct nl_msg *msg, struct exchange *x)
{
	struct nlmsghdr *h = nlmsg_hdr(msg);
	ssize_t sent;

	h->nlmsg_seq = x->sequence = ++n->sequence;
	h->nlmsg_pid = nl_socket_get_local_port(n->sock);
	x->acknowledged = h->nlmsg_flags & NLM_F_ACK;
	do
		sent = send(nl_socket_get_fd(n->sock), h, h->nlmsg_len, 0);
	while (sent < 0 && errno == EINTR);
	return sent < 0 ? -errno : 0;
}

static int make_room(struct netlink *n, size_t size)
{
	if (size <= n->size)
		return 0;
	char *buffer = realloc(n->buffer, size);
	if (!buffer)
		return -ENOMEM;
	n->buffer = buffer;
	n->size = size;
	return 0;
}

/* Takes the next datagram, which is there already where the kernel answers at once; makes the
 * buffer as long as it is, which needs no look where only an acknowledgement comes: what is longer
 * is no answer to that. Return: -EAGAIN once one may have come. */
static int receive(struct netlink *n, bool acknowledged, uint64_t deadline, size_t *ret_size)
{
	struct pollfd p = { .fd = nl_socket_get_fd(n->sock), .events = POLLIN };
	ssize_t size = acknowledged ? ACKNOWLEDGEMENT_MAX
				    : recv(p.fd, NULL, 0, MSG_PEEK | MSG_TRUNC | MSG_DONTWAIT);
	int r = size < 0 ? -errno : make_room(n, (size_t)size);

	if (r == 0) {
		size = recv(p.fd, n->buffer, n->size, MSG_DONTWAIT);
		r = size < 0 ? -errno : 0;
	}
	if (r == -EAGAIN) {
		int ready = poll(&p, 1, deadline_left_ms(deadline));

		return ready == 0 ? -ETIMEDOUT : ready < 0 && errno != EINTR ? -errno : -EAGAIN;
	}
	if (r == 0)
		*ret_size = (size_t)size;
	return r;
}

/* The kernel's text stands behind the error, and behind the request where that is repeated. */
static char *error_text(const struct nlmsghdr *h)
{
	const struct nlmsgerr *e = nlmsg_data(h);
	struct nlattr *attributes[NLMSGERR_ATTR_MSG + 1], *a;
	size_t skip = sizeof(*e), len = (size_t)nlmsg_datalen(h);

	if (!(h->nlmsg_flags & NLM_F_ACK_TLVS))
		return NULL;
	if (!(h->nlmsg_flags & NLM_F_CAPPED))
		skip += NLMSG_ALIGN(e->msg.nlmsg_len) - NLMSG_HDRLEN;
	if (skip > len)
		return NULL;
	nl_first_attributes((struct nlattr *)((char *)e + skip), (int)(len - skip), attributes,
			    NLMSGERR_ATTR_MSG);
	a = attributes[NLMSGERR_ATTR_MSG];
	return a ? strndup(nla_data(a), (size_t)nla_len(a)) : NULL;
}

static void take_error(const struct nlmsghdr *h, struct exchange *x)
{
	const struct nlmsgerr *e = nlmsg_data(h);

	x->done = true;
	if (nlmsg_datalen(h) < (int)sizeof(*e)) {
		x->result = -EBADMSG;
		return;
	}
	x->result = e->error > 0 ? -EBADMSG : e->error;
	if (x->result < 0)
		x->detail = error_text(h);
}

static void take_message(const struct nlmsghdr *h, struct exchange *x)
{
	if (h->nlmsg_flags & NLM_F_DUMP_INTR)
		x->interrupted = true;
	switch (h->nlmsg_type) {
	case NLMSG_NOOP:
		break;
	case NLMSG_OVERRUN:
		x->result = -ENOBUFS;
		x->done = true;
		break;
	case NLMSG_ERROR:
		take_error(h, x);
		break;
	case NLMSG_DONE:
		x->done = true;
		if (nlmsg_datalen(h) >= (int)sizeof(int) && *(int *)nlmsg_data(h) < 0)
			x->result = *(int *)nlmsg_data(h);
		break;
	default:
		if (x->take && x->result == 0)
			x->result = x->take(h, x->user);
		if (!x->acknowledged && !(h->nlmsg_flags & NLM_F_MULTI))
			x->done = true;
	}
}

/* Answers to an earlier request that nobody waited for any more have another number. */
static void take_datagram(struct netlink *n, size_t size, struct exchange *x)
{
	struct nlmsghdr *h = (struct nlmsghdr *)n->buffer;
	int left = (int)size;

	for (; nlmsg_ok(h, left) && !x->done; h = nlmsg_next(h, &left))
		if (h->nlmsg_seq == x->sequence)
			take_message(h, x);
}

static int exchange(struct netlink *n, struct nl_msg *msg, struct exchange *x)
{
	uint64_t deadline = deadline_in(n->timeout_ms);
	int r = send_request(n, msg, x);

	if (r < 0)
		return r;
	while (!x->done) {
		size_t size = 0;

		r = receive(n, x->acknowledged, deadline, &size);
		if (r == -EAGAIN)
			continue;
		if (r < 0)
			return r;
		take_datagram(n, size, x);
	}
	return x->result == 0 && x->interrupted ? -EAGAIN : x->result;
}

static int ask(struct netlink *n, struct nl_msg *msg,
	       int (*take)(const struct nlmsghdr *h, void *user), void *user)
{
	struct exchange x = { .take = take, .user = user };
	int r = msg ? exchange(n, msg, &x) : -ENOMEM;

	nlmsg_free(msg);
	free(x.detail);
	return r;
}

int netlink_change(struct netlink *n, struct nl_msg *msg, char **ret_detail)
{
	struct exchange x = { 0 };
	int r = msg ? exchange(n, msg, &x) : -ENOMEM;

	nlmsg_free(msg);
	if (r < 0 && ret_detail && x.detail)
		*ret_detail = TAKE_PTR(x.detail);
	free(x.detail);
	return r;
}

static int take_link(const struct nlmsghdr *h, void *user)
{
	link_facts_clear(user);
	return nl_link_decode(h, user);
}

int netlink_get_link(struct netlink *n, unsigned ifindex, struct link_facts *ret)
{
	autolink l = { 0 };
	int r = ask(n, nl_link_get(ifindex), take_link, &l);

	if (r < 0)
		return r;
	*ret = l;
	l = (struct link_facts){ 0 };
	return 0;
}

static int take_vfs(const struct nlmsghdr *h, void *user)
{
	vf_list_clear(user);
	return nl_vf_decode(h, user);
}

int netlink_get_vfs(struct netlink *n, unsigned ifindex, struct vf_list *ret)
{
	autovflist l = { 0 };
	int r = ask(n, nl_link_get_vfs(ifindex), take_vfs, &l);

	/* EMSGSIZE: a kernel that notices that the list does not fit. */
	if (r < 0)
		return r == -EMSGSIZE ? -EOVERFLOW : r;
	*ret = l;
	l = (struct vf_list){ 0 };
	return 0;
}

struct addressed {
	unsigned *ifindexes;
	size_t n;
};

static int take_address(const struct nlmsghdr *h, void *user)
{
	struct addressed *all = user;
	unsigned ifindex, *room = NULL;

	/* What it cannot make sense of is no address that it knows. */
	if (nl_address_decode(h, &ifindex) != 1)
		return 0;
	room = array_add(&all->ifindexes, &all->n, sizeof(*room));
	if (!room)
		return -ENOMEM;
	*room = ifindex;
	return 0;
}

int netlink_get_addressed(struct netlink *n, unsigned **ret_ifindexes, size_t *ret_n)
{
	int r = 0;

	for (unsigned try = 0; try < DUMP_TRIES; try++) {
		struct addressed all = { 0 };

		r = ask(n, nl_address_dump(), take_address, &all);
		if (r == 0) {
			*ret_ifindexes = all.ifindexes;
			*ret_n = all.n;
			return 0;
		}
		free(all.ifindexes);
		if (r != -EAGAIN)
			break;
	}
	return r;
}
