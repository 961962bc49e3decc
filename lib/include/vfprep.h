/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libvfprep: prepares SR-IOV network cards of a host for virtual machines. C99 and C++.
 *
 * There are two ways to use it. The flow is what the program vfprep does: configuration and machine
 * make a plan, and the plan is run, verified and published, or undone. The parts are for programs
 * that have a flow of their own: the settings that a PF decides for its VFs, by interface index,
 * and the driver that has a VF.
 *
 * Unless it says otherwise, a function returns 0 or a negative errno; -ENOMEM may come from any. A
 * ret_ parameter is written on success only. What went wrong for whom, and what to do about it, is
 * added to the list of findings P, which may be NULL. Text from the library is valid as long as the
 * object that it comes from; a `char *` that is returned is the caller's, to be freed with free().
 *
 * A context is used by one thread at a time, and not by its own callbacks (-EBUSY); different
 * contexts are independent, but what changes the machine takes one lock, /run/vfprep/lock. Between
 * two calls nothing of it is open. For sysfs files whose reads and writes may block for ever the
 * library forks children, and waits for them by pid. They raise no SIGCHLD, and of the waits for
 * any child only one with __WALL or __WCLONE sees them. Loading a module may run what modprobe.d(5)
 * says, with system(3).
 */
#ifndef VFPREP_H
#define VFPREP_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#pragma GCC visibility push(default)
#endif

struct vfprep;          /* a context: where the machine is, and how long to wait for it */
struct vfprep_config;   /* what the files ask for */
struct vfprep_machine;  /* what the kernel reports, a saved copy of it, or what is wanted of it */
struct vfprep_plan;     /* ordered steps */
struct vfprep_problems; /* findings; the only error carrier */

/* Findings */

/* What kind of thing went wrong. VFPREP_NOTE is worth telling and no fault. */
enum vfprep_fault {
	VFPREP_NOTE = 0,
	VFPREP_CONFIG,      /* a configuration file, or an argument, is wrong */
	VFPREP_PERMISSION,  /* this process may not */
	VFPREP_UNSUPPORTED, /* the hardware, its driver or the kernel cannot */
	VFPREP_ABSENT,      /* a thing that was named is not there */
	VFPREP_BUSY,        /* in use, refused, or past a deadline */
	VFPREP_DRIFT,       /* the machine is not as published */
	VFPREP_SYSTEM,      /* anything else the system said no to */
	VFPREP_HOST         /* the host is not fit, or something else on it sets VFs too */
};

/* One finding. The strings are never NULL ("" where there is nothing to say) and live as long as
 * the list. */
struct vfprep_problem {
	enum vfprep_fault fault;
	const char *subject; /* whom: "10-uplink.conf:12", "0000:01:00.0 vf 3" */
	const char *message; /* what is wrong, in lower case and without a full stop */
	const char *advice;  /* what to do about it */
};

/* An empty list. Return: NULL when there is no memory. The caller frees it. */
struct vfprep_problems *vfprep_problems_new(void);

/* Frees the list and its strings. NULL is fine. */
void vfprep_problems_free(struct vfprep_problems *p);

/* How many findings there are, notes included. */
size_t vfprep_problems_count(const struct vfprep_problems *p);

/* Finding i, counted from 0; i has to be below the count. */
struct vfprep_problem vfprep_problems_get(const struct vfprep_problems *p, size_t i);

/* The context */

/* A context for the machine that this process runs on, which each call opens anew: only what it is
 * told below is kept. The caller frees it. */
int vfprep_new(struct vfprep **ret_ctx);

/* NULL is fine. */
void vfprep_free(struct vfprep *ctx);

/* Has LOG told, in syslog's priorities, of each step that was tried (LOG_INFO) and of what is
 * waited for (LOG_DEBUG); a line has no newline and lives as long as the call. NULL: nobody. */
void vfprep_set_log(struct vfprep *ctx, void (*log)(void *user, int priority, const char *line),
		    void *user);

/* Where configuration files are read instead of /etc/vfprep, /run/vfprep/conf.d and
 * /usr/lib/vfprep, and where state and teams are kept instead of /run/vfprep; the CDI devices of
 * teams are then in its `cdi`, and not in /var/run/cdi. NULL: there. It is so from the next call
 * on. */
int vfprep_set_directories(struct vfprep *ctx, const char *confdir, const char *rundir);

/* Scales every deadline, in percent (100 from the start, 1 to 10000), and says how long to wait for
 * another process that changes the machine (0 from the start). Return: -EINVAL. */
int vfprep_set_timeouts(struct vfprep *ctx, unsigned percent, unsigned lock_wait_ms);

/* The flow */

/* Reads the configuration files; their format is in vfprep.conf(5). Return: -EINVAL when a file is
 * at fault: P has all faults of all files, with file and line. The caller frees the configuration.
 */
int vfprep_config_load(struct vfprep *ctx, struct vfprep_config **ret_config,
		       struct vfprep_problems *p);
void vfprep_config_free(struct vfprep_config *config);

/* Reads the machine: sysfs, netlink, udev, /proc, and vfprep's own records. It changes nothing and
 * opens no VFIO group. What cannot be read is absent, and a finding. Return: -errno when the list
 * of PCI devices or the run directory cannot be read. The caller frees it. */
int vfprep_machine_read(struct vfprep *ctx, struct vfprep_machine **ret_machine,
			struct vfprep_problems *p);

/* The machine from what vfprep_machine_to_json() or `vfprep list --json` made of it, perhaps
 * elsewhere. SIZE bytes of TEXT need no NUL. Return: -EINVAL when it is no such text,
 * or more than 16 MiB; -EPROTONOSUPPORT when it is another version of it. The caller frees it. */
int vfprep_machine_from_json(const char *text, size_t size, struct vfprep_machine **ret_machine,
			     struct vfprep_problems *p);

/* What `vfprep list --json` prints; machine.schema.json describes it. NULL when there is no memory.
 */
char *vfprep_machine_to_json(const struct vfprep_machine *machine);
void vfprep_machine_free(struct vfprep_machine *machine);

/* Flags of plans. */
enum vfprep_flags {
	VFPREP_FORCE = 1, /* also VFs that a driver has that is neither VFIO's nor makes an
			     interface, as uio */
	VFPREP_LIVE = 2,  /* change settings of VFs in use, and nothing else of them */
	VFPREP_PRUNE = 4  /* of vfprep_plan_apply(): put back PFs that CONFIG is not for any more */
};

/* The steps that make ACTUAL what CONFIG asks for. PFS is a list, ended by NULL, of the PFs to plan
 * for, by address or interface; NULL: all. What must not be done, as to VFs in use, is left out and
 * a finding; so is a name that fits nothing. CONFIG has to live as long as the plan. Return:
 * -ENOTUNIQ when a name fits two things; -EINVAL for a list of no names, or an unknown flag. The
 * caller frees the plan. */
int vfprep_plan_apply(const struct vfprep_config *config, const char *const *pfs, unsigned flags,
		      const struct vfprep_machine *actual, struct vfprep_plan **ret_plan,
		      struct vfprep_problems *p);

/* The steps that put back what was there before vfprep. NAMES is a list, ended by NULL, of PFs, VFs
 * and teams; NULL: all that is on record. Return: as above. */
int vfprep_plan_release(const char *const *names, unsigned flags,
			const struct vfprep_machine *actual, struct vfprep_plan **ret_plan,
			struct vfprep_problems *p);

/* The steps that would make the teams that are published true again; none when they are. Each team
 * that is not is a VFPREP_DRIFT finding. NAMES are teams; NULL: all. This plan is to be read:
 * vfprep_run() does not take it. Return: -EINVAL for a list of no names. */
int vfprep_plan_verify(const char *const *names, const struct vfprep_machine *actual,
		       struct vfprep_plan **ret_plan, struct vfprep_problems *p);

/* How many steps it has. */
size_t vfprep_plan_count(const struct vfprep_plan *plan);

/* Step i, counted from 0 and below the count: "SUBJECT: WHAT OLD -> NEW". NULL when there is no
 * memory. */
char *vfprep_plan_line(const struct vfprep_plan *plan, size_t i);

/* [{"subject":...,"what":...,"old":...,"new":...}]. NULL when there is no memory. */
char *vfprep_plan_to_json(const struct vfprep_plan *plan);
void vfprep_plan_free(struct vfprep_plan *plan);

/* How a run ended. */
enum vfprep_outcome {
	VFPREP_DONE,   /* all of it but what was refused, as VFs in use; or nothing was to do */
	VFPREP_UNDONE, /* something failed; what failed has its old values again */
	VFPREP_LEFT    /* something failed and could not be put back: the findings say what */
};

/* Runs a plan of vfprep_plan_apply() or vfprep_plan_release(), whole: takes the lock, reads the
 * machine again, saves the originals, claims the VFs, takes the steps, verifies them, publishes the
 * teams; and puts back what failed. STEP, when not NULL, is told of each step that was tried: R is
 * 0, 1 when the machine had it already, 2 when a driver does not clear a MAC, which then stays, or
 * -errno; lines of what is put back begin with "undo: ".
 * Return: 0 whenever it came to an outcome, and negative only when nothing was touched: -ESTALE
 * when the machine has changed so that PLAN is no longer what would be done; -EBUSY when another
 * process changes the machine; -EINVAL for a plan of vfprep_plan_verify(); -EACCES or -EROFS when
 * the run directory cannot be written. */
int vfprep_run(struct vfprep *ctx, const struct vfprep_plan *plan,
	       void (*step)(void *user, const char *line, int r), void *user,
	       enum vfprep_outcome *ret_outcome, struct vfprep_problems *p);

/* The parts */

/* Bits of struct vfprep_vf's `present`, one for each setting. The order is the order in which they
 * are set: trust before MAC, because qede lets a trusted VF treat its MAC as advice only
 * (drivers/net/ethernet/qlogic/qed/qed_sriov.c). */
enum vfprep_setting {
	VFPREP_TRUST = 1 << 0,
	VFPREP_MAC = 1 << 1,
	VFPREP_VLAN = 1 << 2,
	VFPREP_SPOOFCHECK = 1 << 3,
	VFPREP_RATE = 1 << 4,
	VFPREP_LINK_STATE = 1 << 5,
	VFPREP_RSS_QUERY = 1 << 6,
	VFPREP_NODE_GUID = 1 << 7,
	VFPREP_PORT_GUID = 1 << 8
};

/* IFLA_VF_LINK_STATE_*, include/uapi/linux/if_link.h. */
enum vfprep_link { VFPREP_LINK_AUTO, VFPREP_LINK_ENABLE, VFPREP_LINK_DISABLE };

/* What a PF decides for one VF. Only those settings whose bit is in `present` mean anything; VLAN
 * and rate are one setting each, with all their members. Numbers are in host order. */
struct vfprep_vf {
	unsigned index;   /* 0, 1, ... of its PF */
	unsigned present; /* enum vfprep_setting */
	uint8_t mac[6];   /* all zero: none, the VF may choose; never multicast */
	uint8_t trust, spoofcheck, rss_query; /* 0 or 1 */
	uint8_t vlan_qos;                     /* 0 to 7 */
	uint16_t vlan;                        /* 0 to 4094; 0: none */
	uint16_t vlan_protocol;               /* 0x8100 (802.1Q; so is 0), 0x88a8 (802.1ad) */
	uint16_t link_state;                  /* enum vfprep_link */
	uint32_t min_rate_mbps;               /* 0: no limit */
	uint32_t max_rate_mbps;               /* 0: no limit; not below the lowest */
	uint64_t node_guid, port_guid;        /* 0: none */
	uint64_t reserved[4];                 /* 0 */
};

/* Reads the settings of all VFs of the PF whose interface has that index, in order of their
 * numbers, into an array of *RET_N that the caller frees with free(). A VF that the driver does not
 * list, as none of enic's and enetc's, has nothing present. It needs no privilege.
 * Return: -ENODEV when there is no such interface; -EOVERFLOW when it has more VFs than the kernel
 * can list (above 334, or 277 with GUIDs), so that nothing can be said of any. */
int vfprep_vf_read(struct vfprep *ctx, unsigned ifindex, struct vfprep_vf **ret_vfs, size_t *ret_n,
		   struct vfprep_problems *p);

/* Sets what is present in each of N VFs of a PF: compares first and sends one message for each
 * setting that is not right already, then reads back until all of it shows or a deadline has
 * passed. A VF with a setting that fails gets what was set before it back, as far as the driver
 * lists it, and the others proceed. It takes no lock, looks for no user of the VFs and keeps no
 * record.
 * Return: 0 when the driver reports all of it; 1 when it took all and does not report some, so that
 * nobody can verify that; -EINVAL for a value or a VF number out of range, before anything is sent,
 * or for what the driver refuses; -ENODEV; -EOPNOTSUPP when the driver cannot set it;
 * -EPROTONOSUPPORT for a VLAN protocol; -EPERM; -EAGAIN or -EBUSY when the driver was busy to the
 * deadline; -EREMOTEIO when it took it and reports something else. With several VFs it is the first
 * error, and P has all. */
int vfprep_vf_set(struct vfprep *ctx, unsigned ifindex, const struct vfprep_vf *vfs, size_t n,
		  struct vfprep_problems *p);

/* Gives the VF, or the NIC that is no VF, at a PCI address, written in full as "0000:01:10.0", to a
 * driver ("auto": the best VFIO driver for it, as libvirt picks it), which its driver_override then
 * names; verified. As `vfprep prepare` does it: what was there is kept on record,
 * vfprep_plan_release() puts it back, and a team that would not be true any more is withdrawn. What
 * is wrong with other NICs is told in P and does not count here.
 * Return: 0 also when it has that driver already; -EINVAL for what is no such address or no
 * driver's name; -ENODEV when there is no such VF, NIC or driver; -EBUSY when it is in use, or
 * another process changes the machine, before anything is written, or when the driver lets go of
 * it too late; -EOPNOTSUPP when driver or IOMMU group cannot; -EPERM, and -EACCES or -EROFS when
 * the run directory cannot be written; -EIO when it did not come about otherwise. P says why, and
 * what is left where it could not be put back. */
int vfprep_bind(struct vfprep *ctx, const char *address, const char *driver,
		struct vfprep_problems *p);

/* Takes it from whatever driver has it; its driver_override stays. Return: as above. */
int vfprep_unbind(struct vfprep *ctx, const char *address, struct vfprep_problems *p);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#ifdef __cplusplus
}
#endif

#endif
