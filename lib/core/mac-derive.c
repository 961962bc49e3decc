/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Addresses that are the same at every boot without being written down anywhere. */
#include "core/desire.h"

#include <nettle/hmac.h>
#include <string.h>

/* Six bytes that are a local, unicast address, and none of those that libvirt keeps (fe). */
static void finish(struct hmac_sha256_ctx *hmac, uint8_t ret[static 6])
{
	uint8_t digest[SHA256_DIGEST_SIZE];

	hmac_sha256_digest(hmac, sizeof(digest), digest);
	memcpy(ret, digest, 6);
	ret[0] = (uint8_t)((ret[0] & 0xfc) | 2);
	if (ret[0] == 0xfe)
		ret[0] = 0xfa;
}

static void add_text(struct hmac_sha256_ctx *hmac, const char *text)
{
	hmac_sha256_update(hmac, strlen(text), (const uint8_t *)text);
}

/* What is its own for each VF of a PF. */
static void derive_by_vf(const uint8_t *key, size_t key_size, const char *what,
			 const uint8_t pf_mac[static 6], unsigned index, uint8_t ret[static 6])
{
	const uint8_t index_le32[4] = { (uint8_t)index, (uint8_t)(index >> 8),
					(uint8_t)(index >> 16), (uint8_t)(index >> 24) };
	struct hmac_sha256_ctx hmac;

	hmac_sha256_set_key(&hmac, key_size, key);
	add_text(&hmac, what);
	hmac_sha256_update(&hmac, 6, pf_mac);
	hmac_sha256_update(&hmac, sizeof(index_le32), index_le32);
	finish(&hmac, ret);
}

void mac_derive_auto(const uint8_t machine_id[static 16], const uint8_t pf_mac[static 6],
		     unsigned index, uint8_t ret[static 6])
{
	derive_by_vf(machine_id, 16, "vfprep1-auto", pf_mac, index, ret);
}

void mac_derive_team(const char *site_id, const char *team, uint8_t ret[static 6])
{
	struct hmac_sha256_ctx hmac;

	hmac_sha256_set_key(&hmac, strlen(site_id), (const uint8_t *)site_id);
	add_text(&hmac, "vfprep1-team");
	add_text(&hmac, team);
	finish(&hmac, ret);
}

void mac_derive_park(const uint8_t team_mac[static 6], const uint8_t pf_mac[static 6],
		     unsigned index, uint8_t ret[static 6])
{
	derive_by_vf(team_mac, 6, "vfprep1-park", pf_mac, index, ret);
}
