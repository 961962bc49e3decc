/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Interfaces and their addresses <-> netlink bytes. */
#include "core/nl-link.h"

#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>

#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

static struct nl_msg *message(int type, int flags, const void *head, size_t size)
{
	struct nl_msg *msg = nlmsg_alloc_simple(type, NLM_F_REQUEST | flags);

	if (!msg)
		return NULL;
	if (nlmsg_append(msg, (void *)head, size, NLMSG_ALIGNTO) < 0) {
		nlmsg_free(msg);
		return NULL;
	}
	return msg;
}

static struct nl_msg *link_message(int type, int flags, unsigned ifindex)
{
	struct ifinfomsg info = { .ifi_family = AF_UNSPEC, .ifi_index = (int)ifindex };

	return message(type, flags, &info, sizeof(info));
}

static int text_of(struct nlattr *a, char **ret)
{
	size_t n = strnlen(nla_data(a), (size_t)nla_len(a));
	char *text = strndup(nla_data(a), n);

	if (!text)
		return -ENOMEM;
	*ret = text;
	return 0;
}

static unsigned number_of(struct nlattr *a)
{
	return a && nla_len(a) >= (int)sizeof(uint32_t) ? nla_get_u32(a) : 0;
}

static void take_mac(struct nlattr *a, unsigned bit, uint8_t mac[static 6], unsigned *has)
{
	if (!a || nla_len(a) != 6)
		return;
	memcpy(mac, nla_data(a), 6);
	*has |= bit;
}

static void take_port_id(struct nlattr *a, struct link_facts *l)
{
	if (!a || nla_len(a) > PORT_ID_MAX)
		return;
	l->port_id_size = (unsigned)nla_len(a);
	memcpy(l->port_id, nla_data(a), l->port_id_size);
}

static int take_altnames(struct nlattr *list, struct link_facts *l)
{
	struct nlattr *a;
	int left;

	nla_for_each_nested(a, list, left)
	{
		char **name;

		if (nla_type(a) != IFLA_ALT_IFNAME)
			continue;
		name = array_add(&l->altnames, &l->n_altnames, sizeof(*name));
		if (!name || text_of(a, name) < 0)
			return -ENOMEM;
	}
	return 0;
}

static void take_addr_gen_mode(struct nlattr *families, struct link_facts *l)
{
	struct nlattr *by_family[AF_INET6 + 1], *inet6[IFLA_INET6_ADDR_GEN_MODE + 1], *mode;

	nl_first_attributes(nla_data(families), nla_len(families), by_family, AF_INET6);
	if (!by_family[AF_INET6])
		return;
	nl_first_attributes(nla_data(by_family[AF_INET6]), nla_len(by_family[AF_INET6]), inet6,
			    IFLA_INET6_ADDR_GEN_MODE);
	mode = inet6[IFLA_INET6_ADDR_GEN_MODE];
	if (!mode || nla_len(mode) < 1 || nla_get_u8(mode) >= ADDR_GEN_COUNT)
		return;
	l->addr_gen_mode = nla_get_u8(mode);
	l->has |= LINK_ADDR_GEN_MODE;
}

static int take_facts(struct nlattr **attributes, struct link_facts *l)
{
	struct nlattr *carrier = attributes[IFLA_CARRIER];
	int r = 0;

	if (!attributes[IFLA_IFNAME])
		return -EBADMSG;
	r = text_of(attributes[IFLA_IFNAME], &l->name);
	if (r == 0 && attributes[IFLA_PROP_LIST])
		r = take_altnames(attributes[IFLA_PROP_LIST], l);
	if (r < 0)
		return r;
	take_mac(attributes[IFLA_ADDRESS], LINK_MAC, l->mac, &l->has);
	take_mac(attributes[IFLA_PERM_ADDRESS], LINK_PERMANENT_MAC, l->permanent_mac, &l->has);
	if (attributes[IFLA_AF_SPEC])
		take_addr_gen_mode(attributes[IFLA_AF_SPEC], l);
	take_port_id(attributes[IFLA_PHYS_PORT_ID], l);
	if (attributes[IFLA_PARENT_DEV_NAME])
		r = text_of(attributes[IFLA_PARENT_DEV_NAME], &l->parent);
	l->carrier = carrier && nla_len(carrier) >= 1 && nla_get_u8(carrier);
	l->mtu = number_of(attributes[IFLA_MTU]);
	l->master = number_of(attributes[IFLA_MASTER]);
	return r;
}

/* Addresses that every interface has, or that nobody can be reached by from elsewhere. */
static bool inet_is_local(const void *address)
{
	uint32_t a;

	memcpy(&a, address, sizeof(a));
	a = ntohl(a);
	return (a >> 16) == 0xa9fe || (a >> 24) == 127;
}

static bool inet6_is_local(const void *address)
{
	struct in6_addr a;

	memcpy(&a, address, sizeof(a));
	return IN6_IS_ADDR_LINKLOCAL(&a) || IN6_IS_ADDR_LOOPBACK(&a);
}

void link_facts_clear(struct link_facts *l)
{
	free(l->name);
	for (size_t i = 0; i < l->n_altnames; i++)
		free(l->altnames[i]);
	free(l->altnames);
	free(l->parent);
	*l = (struct link_facts){ 0 };
}

int nl_first_attributes(struct nlattr *head, int len, struct nlattr **attributes, int max)
{
	struct nlattr *a;
	int left;

	memset(attributes, 0, sizeof(*attributes) * (size_t)(max + 1));
	nla_for_each_attr(a, head, len, left)
	{
		int type = nla_type(a);

		if (type <= max && !attributes[type])
			attributes[type] = a;
	}
	return left;
}

struct nlattr *nl_nest_begin(struct nl_msg *msg, int type)
{
	struct nlattr *nest = nlmsg_tail(nlmsg_hdr(msg));

	return nla_put(msg, type, 0, NULL) < 0 ? NULL : nest;
}

void nl_nest_end(struct nl_msg *msg, struct nlattr *nest)
{
	nest->nla_len = (uint16_t)((char *)nlmsg_tail(nlmsg_hdr(msg)) - (char *)nest);
}

struct nl_msg *nl_link_change(unsigned ifindex)
{
	return link_message(RTM_SETLINK, NLM_F_ACK, ifindex);
}

struct nl_msg *nl_link_get(unsigned ifindex)
{
	return link_message(RTM_GETLINK, 0, ifindex);
}

static struct nl_msg *filtered(struct nl_msg *msg, uint32_t mask)
{
	if (msg && nla_put_u32(msg, IFLA_EXT_MASK, mask) < 0) {
		nlmsg_free(msg);
		return NULL;
	}
	return msg;
}

struct nl_msg *nl_link_get_vfs(unsigned ifindex)
{
	return filtered(link_message(RTM_GETLINK, 0, ifindex),
			RTEXT_FILTER_VF | RTEXT_FILTER_SKIP_STATS);
}

struct nl_msg *nl_link_dump(void)
{
	return filtered(link_message(RTM_GETLINK, NLM_F_DUMP, 0), RTEXT_FILTER_SKIP_STATS);
}

struct nl_msg *nl_link_set_up(unsigned ifindex, bool up)
{
	struct nl_msg *msg = nl_link_change(ifindex);
	struct ifinfomsg *info = NULL;

	if (!msg)
		return NULL;
	info = nlmsg_data(nlmsg_hdr(msg));
	info->ifi_change = IFF_UP;
	info->ifi_flags = up ? IFF_UP : 0;
	return msg;
}

struct nl_msg *nl_link_set_addr_gen_mode(unsigned ifindex, enum addr_gen_mode mode)
{
	struct nl_msg *msg = nl_link_change(ifindex);
	struct nlattr *families = msg ? nl_nest_begin(msg, IFLA_AF_SPEC) : NULL;
	struct nlattr *inet6 = families ? nl_nest_begin(msg, AF_INET6) : NULL;

	if (!inet6 || nla_put_u8(msg, IFLA_INET6_ADDR_GEN_MODE, (uint8_t)mode) < 0) {
		nlmsg_free(msg);
		return NULL;
	}
	nl_nest_end(msg, inet6);
	nl_nest_end(msg, families);
	return msg;
}

struct nl_msg *nl_address_dump(void)
{
	struct ifaddrmsg info = { .ifa_family = AF_UNSPEC };

	return message(RTM_GETADDR, NLM_F_DUMP, &info, sizeof(info));
}

/* The parts of an RTM_NEWLINK. */
static int open_link(const struct nlmsghdr *h, const struct ifinfomsg **ret_info,
		     struct nlattr *attributes[static IFLA_MAX + 1])
{
	if (h->nlmsg_type != RTM_NEWLINK || !nlmsg_valid_hdr(h, sizeof(**ret_info)))
		return -EBADMSG;
	*ret_info = nlmsg_data(h);
	nl_first_attributes(nlmsg_attrdata(h, sizeof(**ret_info)),
			    nlmsg_attrlen(h, sizeof(**ret_info)), attributes, IFLA_MAX);
	return 0;
}

/* A text that ends within its attribute; NULL: there is none. */
static const char *text_in(const struct nlattr *a)
{
	return a && memchr(nla_data(a), '\0', (size_t)nla_len(a)) ? nla_data(a) : NULL;
}

int nl_link_place(const struct nlmsghdr *h, struct link_place *ret)
{
	struct nlattr *attributes[IFLA_MAX + 1], *kind[IFLA_INFO_KIND + 1] = { 0 };
	const struct ifinfomsg *info = NULL;
	int r = open_link(h, &info, attributes);

	if (r < 0)
		return r;
	if (!text_in(attributes[IFLA_IFNAME]))
		return -EBADMSG;
	if (attributes[IFLA_LINKINFO])
		nl_first_attributes(nla_data(attributes[IFLA_LINKINFO]),
				    nla_len(attributes[IFLA_LINKINFO]), kind, IFLA_INFO_KIND);
	*ret = (struct link_place){
		.name = text_in(attributes[IFLA_IFNAME]),
		.device = text_in(attributes[IFLA_PARENT_DEV_NAME]),
		.port_name = text_in(attributes[IFLA_PHYS_PORT_NAME]),
		.is_virtual = kind[IFLA_INFO_KIND] || info->ifi_flags & IFF_LOOPBACK,
		.up = info->ifi_flags & IFF_UP,
	};
	return 0;
}

int nl_link_decode(const struct nlmsghdr *h, struct link_facts *ret)
{
	struct nlattr *attributes[IFLA_MAX + 1];
	autolink l = { 0 };
	const struct ifinfomsg *info = NULL;
	int r = open_link(h, &info, attributes);

	if (r < 0)
		return r;
	l.ifindex = (unsigned)info->ifi_index;
	l.type = info->ifi_type;
	l.up = info->ifi_flags & IFF_UP;
	r = take_facts(attributes, &l);
	if (r < 0)
		return r;
	*ret = l;
	l = (struct link_facts){ 0 };
	return 0;
}

int nl_address_decode(const struct nlmsghdr *h, unsigned *ret_ifindex)
{
	struct nlattr *attributes[IFA_LOCAL + 1], *address;
	const struct ifaddrmsg *info = NULL;
	bool local;

	if (h->nlmsg_type != RTM_NEWADDR || !nlmsg_valid_hdr(h, sizeof(*info)))
		return -EBADMSG;
	info = nlmsg_data(h);
	nl_first_attributes(nlmsg_attrdata(h, sizeof(*info)), nlmsg_attrlen(h, sizeof(*info)),
			    attributes, IFA_LOCAL);
	/* On a point-to-point link IFA_ADDRESS is the other side. */
	address = attributes[IFA_LOCAL] ? attributes[IFA_LOCAL] : attributes[IFA_ADDRESS];
	if (!address)
		return -EBADMSG;
	if (info->ifa_family == AF_INET && nla_len(address) == sizeof(struct in_addr))
		local = inet_is_local(nla_data(address));
	else if (info->ifa_family == AF_INET6 && nla_len(address) == sizeof(struct in6_addr))
		local = inet6_is_local(nla_data(address));
	else
		return -EBADMSG;
	if (local)
		return 0;
	*ret_ifindex = info->ifa_index;
	return 1;
}
