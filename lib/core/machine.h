/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The machine: PFs, their VFs and what is published. One set of types serves for what the kernel
 * reports, for what is wanted of it and for originals that were saved; in the latter two only
 * what is marked as present means anything. */
#ifndef CORE_MACHINE_H
#define CORE_MACHINE_H

#include "core/address.h"
#include "core/elsewhere.h"
#include "core/problem.h"
#include "core/setting.h"
#include "core/team.h"

#include <limits.h>
#include <sys/types.h>

/* Bits of struct function's `has`. */
enum {
	FUNCTION_DRIVER = 1 << 0,
	FUNCTION_OVERRIDE = 1 << 1,
	FUNCTION_NODE = 1 << 2,
};

/* The VFIO group node of a function: /dev/vfio/GROUP. */
struct node {
	bool exists; /* else it is known that there is none, and the rest is 0 */
	unsigned uid, gid, mode;
};

/* Who or what has a function in use. */
enum use_kind {
	USE_UNKNOWN, /* it could not be found out */
	USE_FREE,
	USE_PROCESS,   /* a process holds its group, or names it on its command line */
	USE_INTERFACE, /* the host uses the interface that its net driver made */
	USE_DRIVER,    /* a driver that is neither VFIO's nor makes an interface */
	USE_CLOSED,    /* its group cannot be opened, so nobody can say */
	USE_COUNT,
};

struct use {
	enum use_kind kind;
	unsigned pid; /* of the process; 0: it could not be found */
	char *what;   /* command, interface and why, driver; NULL: not known */
};
const char *use_kind_name(enum use_kind kind);
int use_kind_parse(const char *text, enum use_kind *ret);
/* "pid 812 (qemu-system-x86)". NULL when memory ran out; the caller frees it. */
char *use_text(const struct use *use);

/* What every PCI function has. */
struct function {
	struct pci_address address;
	unsigned has;
	char *driver;   /* NULL: unbound */
	char *override; /* NULL: none */
	struct node node;
	uint64_t node_number; /* of the device, as stat() has it; 0: not known */
	int group;            /* IOMMU group, -1: none or not known */
	uint64_t inode; /* of its directory in sysfs; 0: not known. A function made anew has another
			 */
	char *netdev;   /* interface of a VF that a net driver has; NULL: none */
	char *auto_driver; /* what Driver=auto stands for; NULL: not known. Wanted: it was chosen so
			    */
};

/* In place of an index: not a VF of the PF, but the NIC itself. */
#define VF_SELF TEAM_OF_NIC

/* The interface of its PF that a VF belongs to, where the PF has one for each of several ports. */
struct port {
	unsigned ifindex; /* 0: the PF has but one port, or it is not known which is the VF's */
	char *name;
	unsigned mtu;
	bool up;
};

struct vf {
	unsigned index; /* or VF_SELF */
	struct port port;
	struct function function;
	struct settings settings;
	struct use use;
	bool ours;     /* in a record: vfprep made this VF */
	bool prepared; /* wanted, in a record: by vfprep prepare, so that apply leaves it alone */
	struct node kept; /* in a record: whom its node belongs to while it is prepared, also a new
			   * one; not there: it is not prepared, or is not to be given away */
	char *team;       /* wanted: published under this name; NULL: not published */
	char *persistent; /* wanted: the hint for the persistent side; NULL: none */
	struct container_node container; /* wanted: how a container sees its node */
	uint64_t guest_memory;           /* wanted: of its guest; 0: not known */
	/* wanted, in a record: its team is parked, so that it has PARKING_MAC, not TEAM_MAC */
	bool parked;
	uint8_t team_mac[6], parking_mac[6];
};

/* Bits of struct pf's `has`. */
enum {
	PF_NUMVFS = 1 << 0,
	PF_AUTOPROBE = 1 << 1,
	PF_LINK = 1 << 2,
	PF_ADDR_GEN_MODE = 1 << 3,
	PF_MAC = 1 << 4,
	PF_PERMANENT_MAC = 1 << 5,
};

/* IFLA_INET6_ADDR_GEN_MODE, include/uapi/linux/if_link.h. */
enum addr_gen_mode {
	ADDR_GEN_EUI64,
	ADDR_GEN_NONE,
	ADDR_GEN_STABLE_PRIVACY,
	ADDR_GEN_RANDOM,
	ADDR_GEN_COUNT,
};
const char *addr_gen_mode_name(enum addr_gen_mode m);
int addr_gen_mode_parse(const char *text, enum addr_gen_mode *ret);

struct record;

/* A PF, or any other NIC on the PCI bus that is no VF: one that can have none. */
struct pf {
	struct pci_address address;
	unsigned has;
	unsigned numvfs;
	bool autoprobe;
	bool up;
	enum addr_gen_mode addr_gen_mode;
	uint8_t mac[6], permanent_mac[6];

	/* Reported only. */
	unsigned totalvfs, offset, stride; /* totalvfs 0: a plain NIC */
	uint16_t vendor, device;
	char *driver; /* NULL: none */
	char *name;   /* its interface; NULL: it has none here */
	bool unnamed; /* udev is not through with that yet: it may get another name */
	struct elsewhere elsewhere;
	unsigned ifindex;
	uint64_t net_inode; /* of its interface's directory in sysfs; 0: not known */
	char **altnames;
	size_t n_altnames;
	bool knows_uppers;
	char **uppers; /* what lies on top of its interface and of its VFs', step by step: bridges,
			* bonds, VLANs, macvlans */
	size_t n_uppers;
	char *path; /* udev's ID_PATH; NULL: not known */
	unsigned mtu;
	bool carrier;
	bool in_use; /* by the host: it has an address (link-local ones do not count) or a master */
	bool default_route;   /* it leads out of the host */
	bool several_ports;   /* its interfaces are of different ports, and each VF is of one */
	bool infiniband;      /* its interface speaks that, and no Ethernet */
	bool unread_settings; /* they could not be read just now, whatever the driver lists */
	bool lists_vfs;       /* the driver reports its VFs' settings */
	char *busy; /* a process left behind on this PF: "pid 12, sriov_numvfs"; NULL: none */
	uint8_t (*auto_macs)[6]; /* MACAddress=auto for VF 0, 1, ...; they need no secret to be
				    shown */
	size_t n_auto_macs;
	char *vf_auto_driver;   /* what Driver=auto stands for on VFs to come; NULL: not known */
	bool unreadable_record; /* there is one, and what it says is not known */
	struct record *record;  /* what vfprep changed here; NULL: nothing */

	bool whole;           /* wanted: all of it, or nothing where one of its VFs is in use */
	bool recreate, adopt; /* wanted: N VFs may become M; VFs that others made count as well */

	struct vf *self; /* itself as a device for a guest; NULL: no NIC, or nothing is wanted */
	struct vf *vfs;  /* sorted by index */
	size_t n_vfs;
};

/* What was there before vfprep: in `original` exactly the values that it changed are present. It
 * is about the machine only while boot id, interface and, VF by VF, the inode agree. */
struct record {
	char *boot_id;
	unsigned ifindex;   /* 0: the PF had no interface, or none that could be seen */
	uint64_t net_inode; /* 0: not known */
	unsigned making;    /* numvfs is being written: exactly that many VFs will be ours; 0: it is
			       not */
	bool to_probe;      /* VFs that it made and nobody manages still wait for drivers_probe */
	struct pf original;
};

/* Members of an IOMMU group: a guest gets all of them or none. */
struct group_member {
	struct pci_address address;
	char *driver; /* NULL: unbound */
};

struct group {
	int number;
	struct group_member *members; /* sorted by address */
	size_t n_members;
};

struct vfprep_machine {
	char *boot_id;
	char *rundir;      /* where teams are published; NULL: /run/vfprep */
	bool has_vfio_pci; /* the driver is there */
	char **variants;   /* VFIO drivers that are there besides it */
	size_t n_variants;
	struct pf *pfs; /* sorted by address */
	size_t n_pfs;
	bool no_iommu;        /* it is known that there is none, or that it is switched off */
	struct group *groups; /* those with more than one member that VFs are in */
	size_t n_groups;
	bool live, force;   /* wanted: settings also of VFs in use; VFs of any driver */
	struct team *teams; /* published; sorted by name */
	size_t n_teams;
};

struct vfprep_machine *machine_new(void);
void machine_free(struct vfprep_machine *m);
DEFINE_CLEANUP(struct vfprep_machine, machine_free)
#define automachine CLEANUP(machine_freep) struct vfprep_machine *

void group_clear(struct group *g);
void function_clear(struct function *f);
void vf_clear(struct vf *vf);
/* Replaces what TO is. Return: -ENOMEM. */
int port_replace(struct port *to, const struct port *from);
void pf_clear(struct pf *pf);
void record_free(struct record *r);
DEFINE_CLEANUP(struct record, record_free)

/* A deep copy into *RET, whose old content is overwritten, not freed. Return: -ENOMEM. */
int function_copy(const struct function *from, struct function *ret);
int vf_copy(const struct vf *from, struct vf *ret);
int pf_copy(const struct pf *from, struct pf *ret);
struct record *record_dup(const struct record *from);

/* Adds a zeroed one, its group -1; NULL when memory ran out. The caller keeps the order. */
struct pf *machine_add_pf(struct vfprep_machine *m, struct pci_address address);
struct vf *pf_add_vf(struct pf *pf, unsigned index);
void pf_drop_vfs(struct pf *pf);
void pf_drop_self(struct pf *pf);

/* NULL when there is none. */
struct pf *machine_find_pf(const struct vfprep_machine *m, struct pci_address address);
struct vf *machine_find_vf(const struct vfprep_machine *m, struct pci_address address,
			   struct pf **ret_pf);
struct vf *pf_find_vf(const struct pf *pf, unsigned index);
/* Its VFs, and itself behind them. */
size_t pf_count(const struct pf *pf);
struct vf *pf_at(const struct pf *pf, size_t i);
struct group *machine_find_group(const struct vfprep_machine *m, int number);
struct team *machine_find_team(const struct vfprep_machine *m, const char *name);
/* The team that is published for VF INDEX of a PF. */
struct team *machine_team_of_vf(const struct vfprep_machine *m, struct pci_address pf,
				unsigned index);

/* How findings name VF INDEX: "0000:01:00.0 vf 3". NULL when memory ran out; the caller frees it.
 */
char *vf_subject(const struct pf *pf, unsigned index);
/* The address that VF INDEX has or will have. */
struct pci_address pf_vf_address(const struct pf *pf, unsigned index);

/* A driver that hands the device to user space by VFIO. */
bool driver_is_vfio(const char *driver);
/* ... but for which libvirt has to be as new as LIBVIRT_VARIANTS (its NEWS.rst; before it knew
 * vfio-pci alone, by that name). */
bool driver_is_variant(const char *driver);
#define LIBVIRT_VARIANTS "9.7.0"
/* Adds the note that says so of a variant. */
void driver_note_variant(const char *driver, struct vfprep_problems *p);

/* Is that VFIO driver there: its module loaded, or built in? */
bool machine_has_driver(const struct vfprep_machine *m, const char *driver);
/* Adds one. Return: -ENOMEM. */
int machine_add_driver(struct vfprep_machine *m, const char *driver);

/* Must no step touch it? */
static inline bool vf_in_use(const struct vf *vf)
{
	return vf->use.kind >= USE_PROCESS;
}
/* Replaces what is known of its use; WHAT may be NULL. Return: -ENOMEM. */
int vf_set_use(struct vf *vf, enum use_kind kind, unsigned pid, const char *what);

#endif
