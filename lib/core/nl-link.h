/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Interfaces and their addresses <-> netlink bytes. Pure: nothing here has a socket. */
#ifndef CORE_NL_LINK_H
#define CORE_NL_LINK_H

#include "core/machine.h"

struct nl_msg;
struct nlattr;
struct nlmsghdr;

/* Bits of struct link_facts' `has`. */
enum {
	LINK_MAC = 1 << 0,
	LINK_PERMANENT_MAC = 1 << 1,
	LINK_ADDR_GEN_MODE = 1 << 2, /* absent where IPv6 is off */
};

#define PORT_ID_MAX 32 /* MAX_PHYS_ITEM_ID_LEN */

/* What the kernel says about an interface. */
struct link_facts {
	unsigned ifindex;
	unsigned type; /* ARPHRD_* */
	unsigned has;
	char *name;
	char **altnames;
	size_t n_altnames;
	uint8_t mac[6], permanent_mac[6];
	enum addr_gen_mode addr_gen_mode;
	bool up, carrier;
	unsigned mtu;
	unsigned master; /* ifindex of the bridge or bond that it is in; 0: none */
	uint8_t port_id[PORT_ID_MAX];
	unsigned port_id_size; /* phys_port_id; 0: none */
	char *parent; /* the device it is on, as 0000:01:00.0; NULL: none, or before 5.14 */
};

/* Where an interface is, in pointers into its message: for who may not allocate. */
struct link_place {
	const char *name;
	const char *device;    /* as 0000:01:00.0; NULL: on none, or before 5.14 */
	const char *port_name; /* phys_port_name; NULL: none */
	bool is_virtual;       /* a veth, a VLAN and the like: on no device */
	bool up;
};

void link_facts_clear(struct link_facts *l);
#define autolink CLEANUP(link_facts_clear) struct link_facts

/* All requests: NULL when memory ran out; nlmsg_free() frees them. Changes ask for an
 * acknowledgement; what brings data does not, its data is the answer. */

/* A change of one interface, for others to add attributes to. Flags stay as they are. */
struct nl_msg *nl_link_change(unsigned ifindex);

/* Asks for the facts about an interface, or for the settings of its VFs. They are two requests: a
 * VF list that wrapped spoils the attributes behind it, and with RTEXT_FILTER_SKIP_STATS the kernel
 * leaves out the addr_gen_mode (net/ipv6/addrconf.c, inet6_fill_ifla6_attrs). */
struct nl_msg *nl_link_get(unsigned ifindex);
struct nl_msg *nl_link_get_vfs(unsigned ifindex);

struct nl_msg *nl_link_set_up(unsigned ifindex, bool up);
struct nl_msg *nl_link_set_addr_gen_mode(unsigned ifindex, enum addr_gen_mode mode);

/* Asks for all addresses of all interfaces. */
struct nl_msg *nl_address_dump(void);

/* Asks for all interfaces. */
struct nl_msg *nl_link_dump(void);

/* Return: -EBADMSG when it is no RTM_NEWLINK that makes sense. */
int nl_link_place(const struct nlmsghdr *h, struct link_place *ret);
int nl_link_decode(const struct nlmsghdr *h, struct link_facts *ret);

/* The interface that has the address of an RTM_NEWADDR. Return: 1, 0 for an address that does not
 * count (link-local, loopback), -EBADMSG. */
int nl_address_decode(const struct nlmsghdr *h, unsigned *ret_ifindex);

/* The first attribute of each type up to MAX, NULL where there is none. The first and not the last
 * as nla_parse() does it: the rest of a VF list that wrapped reads like attributes of the link,
 * and IFLA_VF_INFO is the same number as IFLA_ADDRESS. Returns how many bytes are left over. */
int nl_first_attributes(struct nlattr *head, int len, struct nlattr **attributes, int max);

/* An attribute that holds others, without NLA_F_NESTED: old kernels do not know that flag. */
struct nlattr *nl_nest_begin(struct nl_msg *msg, int type);
void nl_nest_end(struct nl_msg *msg, struct nlattr *nest);

#endif
