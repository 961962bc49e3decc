/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the drivers of PFs have of their own. Read in Linux 6.1 and 6.12, drivers/net/ethernet; only
 * igb's were run. docs/drivers.md tells it to people. */
#include "core/driver-rule.h"

#include <errno.h>
#include <string.h>

#define BIT(setting) (1u << SETTING_##setting)
#define GUIDS        (BIT(NODE_GUID) | BIT(PORT_GUID))
#define ALL          ((1u << SETTING_COUNT) - 1)

/* Which ndo_set_vf_* its struct net_device_ops has not. GUIDs are InfiniBand's: ipoib_main.c. */
static const struct {
	const char *driver;
	unsigned lacks;
} lack_table[] = {
	{ "igb", BIT(LINK_STATE) | BIT(RSS_QUERY) | GUIDS },
	{ "ixgbe", GUIDS },
	{ "i40e", BIT(RSS_QUERY) | GUIDS },
	{ "ice", BIT(RSS_QUERY) | GUIDS },
	{ "fm10k", ALL & ~(BIT(MAC) | BIT(VLAN) | BIT(RATE)) },
	{ "mlx4_core", BIT(TRUST) | BIT(RSS_QUERY) },
	{ "mlx5_core", BIT(RSS_QUERY) },
	{ "bnxt_en", BIT(RSS_QUERY) | GUIDS },
	{ "bnx2x", BIT(TRUST) | BIT(RATE) | BIT(RSS_QUERY) | GUIDS },
	{ "qede", BIT(RSS_QUERY) | GUIDS },
	{ "cxgb4", BIT(TRUST) | BIT(SPOOFCHECK) | BIT(RSS_QUERY) | GUIDS },
	{ "be2net", BIT(TRUST) | BIT(RSS_QUERY) | GUIDS },
	{ "enic", ALL & ~BIT(MAC) },
	{ "ionic", BIT(RSS_QUERY) | GUIDS },
	{ "hns3", BIT(RSS_QUERY) | GUIDS },
	{ "hinic", BIT(RSS_QUERY) | GUIDS },
	{ "nfp", BIT(RSS_QUERY) | GUIDS },
	{ "rvu_nicpf", ALL & ~(BIT(MAC) | BIT(VLAN) | BIT(TRUST)) },
	{ "fsl_enetc", ALL & ~(BIT(MAC) | BIT(VLAN) | BIT(SPOOFCHECK)) },
	{ "qlcnic", BIT(TRUST) | BIT(LINK_STATE) | BIT(RSS_QUERY) | GUIDS },
	{ "funeth", ALL & ~(BIT(MAC) | BIT(VLAN) | BIT(RATE)) },
	{ "LiquidIO", BIT(RATE) | BIT(RSS_QUERY) | GUIDS },
	{ "sfc", BIT(TRUST) | BIT(RATE) | BIT(RSS_QUERY) | GUIDS },
	{ "ena", ALL },
	{ "idpf", ALL },
	{ "virtio-pci", ALL },
};

unsigned driver_lacks(const char *driver)
{
	for (size_t i = 0; i < ARRAY_SIZE(lack_table); i++) {
		if (text_equal(driver, lack_table[i].driver))
			return lack_table[i].lacks;
	}
	return 0;
}

bool driver_needs_up(const char *driver)
{
	return text_equal(driver, "bnxt_en"); /* bnxt_sriov.c (systemd/systemd#40739) */
}

unsigned driver_sets_when_up(const char *driver)
{
	/* otx2_pf.c, otx2_set_vf_mac() and otx2_set_vf_vlan() */
	return text_equal(driver, "rvu_nicpf") ? BIT(MAC) | BIT(VLAN) : 0;
}

/* igb was seen to, once the VF's driver has come up with the MAC; ixgbe_set_vf_mac() sets the
 * receive address at once, ixgbe_sriov.c; ice sets it again after each reset of the VF,
 * ice_vf_lib.c. */
bool driver_keeps_macs(const char *driver)
{
	return text_equal(driver, "igb") || text_equal(driver, "ixgbe") ||
	       text_equal(driver, "ice");
}

static bool always(const struct pf *pf, const struct step *s)
{
	(void)pf;
	(void)s;
	return true;
}

static bool is_beyond(const struct pf *pf, const struct step *s)
{
	return pf->has & PF_NUMVFS && s->vf >= pf->numvfs;
}

static bool clears_mac(const struct pf *pf, const struct step *s)
{
	(void)pf;
	return s->setting == SETTING_MAC && mac_is_zero(s->value.mac);
}

static bool has_lowest_rate(const struct pf *pf, const struct step *s)
{
	(void)pf;
	return s->value.rate.min_mbps > 0;
}

static bool is_dark(const struct pf *pf, const struct step *s)
{
	(void)s;
	return !pf->carrier;
}

static bool is_down(const struct pf *pf, const struct step *s)
{
	(void)s;
	return pf->has & PF_LINK && !pf->up;
}

static bool has_qos(const struct pf *pf, const struct step *s)
{
	(void)pf;
	return s->value.vlan.qos > 0;
}

static bool is_set_up(const struct pf *pf, const struct step *s)
{
	(void)pf;
	return s->setting != SETTING_VLAN || s->value.vlan.id > 0;
}

#define NO_CLEARING                                                                                \
	VFPREP_UNSUPPORTED, "this driver does not clear the MAC of a VF",                          \
		"give it a MAC, or remove MACAddress=none"
#define NO_LOWEST VFPREP_UNSUPPORTED, "this driver has no lowest rate", "remove MinRateMbps="
#define DARK                                                                                       \
	VFPREP_BUSY, "this driver takes a rate only while the PF has a carrier",                   \
		"see the cable and the switch, then run vfprep apply again"
#define DOWN                                                                                       \
	VFPREP_UNSUPPORTED, "this driver does not set it while the PF is down", "remove BringUp=no"
#define NO_QOS VFPREP_UNSUPPORTED, "this driver has no QoS of VLANs", "remove QualityOfService="
#define SWITCHDEV                                                                                  \
	VFPREP_UNSUPPORTED, "this driver does not set it while its switch is in switchdev mode",   \
		"use legacy mode (devlink dev eswitch show), or rules on the VF's representor"

/* The first that fits says it. A driver of NULL is any. */
static const struct {
	const char *driver;
	unsigned settings;
	struct meaning meaning;
	bool (*applies)(const struct pf *pf, const struct step *s);
} meaning_table[] = {
	{ NULL,
	  ALL,
	  { EINVAL, VFPREP_ABSENT, "the PF has fewer VFs by now", "run vfprep apply again" },
	  is_beyond },

	/* igb_main.c, igb_ndo_set_vf_bw(); ixgbe_sriov.c, ixgbe_ndo_set_vf_bw();
	 * i40e_virtchnl_pf.c, i40e_ndo_set_vf_bw() */
	{ "igb", BIT(RATE), { EINVAL, NO_LOWEST }, has_lowest_rate },
	{ "ixgbe", BIT(RATE), { EINVAL, NO_LOWEST }, has_lowest_rate },
	{ "i40e", BIT(RATE), { EINVAL, NO_LOWEST }, has_lowest_rate },
	{ "igb", BIT(RATE), { EINVAL, DARK }, is_dark },
	{ "ixgbe", BIT(RATE), { EINVAL, DARK }, is_dark },
	{ "igb",
	  BIT(RATE),
	  { EINVAL, VFPREP_UNSUPPORTED, "this driver takes no rate above the speed of its link",
	    "lower MaxRateMbps=" },
	  always },
	{ "ixgbe",
	  BIT(RATE),
	  { EINVAL, VFPREP_UNSUPPORTED,
	    "this driver takes a rate only on a link of 10 Gbit/s, from 11 Mbit/s on",
	    "remove MaxRateMbps=" },
	  always },
	{ "igb",
	  BIT(RATE),
	  { EOPNOTSUPP, VFPREP_UNSUPPORTED, "of igb's cards only the 82576 has rates",
	    "remove MaxRateMbps=" },
	  always },

	/* ice_sriov.c, ice_set_vf_bw() */
	{ "ice",
	  BIT(RATE),
	  { EINVAL, VFPREP_UNSUPPORTED,
	    "the lowest rates of all VFs come to more than the speed of the PF's link",
	    "lower MinRateMbps=, and see that the PF has a carrier" },
	  has_lowest_rate },
	{ "ice",
	  BIT(RATE),
	  { EOPNOTSUPP, VFPREP_UNSUPPORTED, "this driver has no lowest rate while DCB is on",
	    "remove MinRateMbps=, or switch DCB off" },
	  has_lowest_rate },

	/* cxgb4_main.c, cxgb4_mgmt_set_vf_vlan(); otx2_pf.c, otx2_set_vf_vlan() */
	{ "cxgb4", BIT(VLAN), { EPROTONOSUPPORT, NO_QOS }, has_qos },
	{ "rvu_nicpf", BIT(VLAN), { EINVAL, NO_QOS }, has_qos },
	/* lio_main.c, liquidio_set_vf_trust() */
	{ "LiquidIO",
	  BIT(TRUST),
	  { EPERM, VFPREP_UNSUPPORTED,
	    "not permitted, or this driver trusts one VF at a time and has one",
	    "run it as root; set Trust=yes for one VF" },
	  always },

	/* bnx2x_sriov.c, qede_main.c, cxgb4_main.c, be_main.c, hinic_sriov.c, otx2_pf.c,
	 * lio_main.c: they ask is_valid_ether_addr(). enetc_pf.c does with another errno.
	 * mlx4/cmd.c minds only with the spoof check on. */
	{ "bnx2x", BIT(MAC), { EINVAL, NO_CLEARING }, clears_mac },
	{ "qede", BIT(MAC), { EINVAL, NO_CLEARING }, clears_mac },
	{ "cxgb4", BIT(MAC), { EINVAL, NO_CLEARING }, clears_mac },
	{ "be2net", BIT(MAC), { EINVAL, NO_CLEARING }, clears_mac },
	{ "hinic", BIT(MAC), { EINVAL, NO_CLEARING }, clears_mac },
	{ "rvu_nicpf", BIT(MAC), { EINVAL, NO_CLEARING }, clears_mac },
	{ "LiquidIO", BIT(MAC), { EINVAL, NO_CLEARING }, clears_mac },
	{ "fsl_enetc", BIT(MAC), { EADDRNOTAVAIL, NO_CLEARING }, clears_mac },
	{ "mlx4_core",
	  BIT(MAC),
	  { EPERM, VFPREP_UNSUPPORTED,
	    "this driver does not clear the MAC of a VF whose spoof check is on",
	    "set MACSpoofCheck=no" },
	  clears_mac },

	/* qed_sriov.c, qed_iov_pf_sanity_check() */
	{ "qede",
	  ALL,
	  { EINVAL, VFPREP_BUSY, "this driver has not initialised the VF",
	    "see the kernel log, and make the VFs anew" },
	  always },
	/* otx2_pf.c: netif_running() */
	{ "rvu_nicpf", BIT(MAC) | BIT(VLAN), { EAGAIN, DOWN }, is_down },
	/* bnx2x_sriov.c, bnx2x_vf_op_prep() */
	{ "bnx2x", ALL, { EINVAL, DOWN }, is_down },
	/* i40e_virtchnl_pf.c, i40e_ndo_set_vf_trust() */
	{ "i40e",
	  BIT(TRUST),
	  { EINVAL, VFPREP_UNSUPPORTED, "this driver trusts no VF of a partitioned port (MFP)",
	    "remove Trust=" },
	  always },
	/* ice_vf_lib.c, ice_check_vf_ready_for_cfg() */
	{ "ice",
	  ALL,
	  { EINVAL, VFPREP_BUSY, "this driver has switched the VF off, as for misbehaviour",
	    "see the kernel log, and make the VFs anew" },
	  always },
	{ "ice", BIT(TRUST), { EOPNOTSUPP, SWITCHDEV }, always },
	/* mlx5/core/eswitch.c, esw/legacy.c */
	{ "mlx5_core",
	  BIT(VLAN) | BIT(SPOOFCHECK) | BIT(TRUST) | BIT(LINK_STATE),
	  { EOPNOTSUPP, SWITCHDEV },
	  is_set_up },
	{ "mlx5_core",
	  ALL,
	  { EPERM, VFPREP_UNSUPPORTED,
	    "not permitted, or this host does not manage the card's switch, as beside a DPU",
	    "run it as root; set it on the DPU" },
	  always },
	/* be_main.c, be_set_vf_mac() */
	{ "be2net",
	  ALL,
	  { EPERM, VFPREP_UNSUPPORTED, "not permitted, or SR-IOV is off in the adapter",
	    "run it as root; switch it on in the firmware" },
	  always },
	{ NULL,
	  ALL,
	  { ERROR_NOT_SUPPORTED, VFPREP_UNSUPPORTED, "the PF's driver cannot set it",
	    "remove the key" },
	  always },
};

const struct meaning *driver_meaning(const struct pf *pf, const struct step *s, int error)
{
	if (s->kind != STEP_SETTING)
		return NULL;
	for (size_t i = 0; i < ARRAY_SIZE(meaning_table); i++) {
		const char *driver = meaning_table[i].driver;
		if (meaning_table[i].meaning.error == error &&
		    meaning_table[i].settings & (1u << s->setting) &&
		    (!driver || text_equal(driver, pf->driver)) && meaning_table[i].applies(pf, s))
			return &meaning_table[i].meaning;
	}
	return NULL;
}
