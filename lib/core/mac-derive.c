/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Addresses that are the same at every boot without being written down anywhere. */
#include "core/desire.h"

#include <nettle/hmac.h>
#include <string.h>

void mac_derive_auto(const uint8_t machine_id[static 16], const uint8_t pf_mac[static 6],
		     unsigned index, uint8_t ret[static 6])
{
	static const uint8_t label[] = {
		'v', 'f', 'p', 'r', 'e', 'p', '1', '-', 'a', 'u', 't', 'o'
	};
	const uint8_t index_le32[4] = { (uint8_t)index, (uint8_t)(index >> 8),
					(uint8_t)(index >> 16), (uint8_t)(index >> 24) };
	uint8_t digest[SHA256_DIGEST_SIZE];
	struct hmac_sha256_ctx hmac;

	hmac_sha256_set_key(&hmac, 16, machine_id);
	hmac_sha256_update(&hmac, sizeof(label), label);
	hmac_sha256_update(&hmac, 6, pf_mac);
	hmac_sha256_update(&hmac, sizeof(index_le32), index_le32);
	hmac_sha256_digest(&hmac, sizeof(digest), digest);

	memcpy(ret, digest, 6);
	ret[0] = (uint8_t)((ret[0] & 0xfc) | 2); /* local, unicast */
	if (ret[0] == 0xfe)
		ret[0] = 0xfa; /* libvirt keeps fe */
}
