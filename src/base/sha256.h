/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sha256: the digest of bytes (FIPS 180-4). Layer 0, every role; for names of what is kept, not
 * for secrets: it takes no care of timing.
 *
 *	struct sha256 hash = SHA256_INIT;
 *
 *	sha256_add(&hash, bytes, size);
 *	sha256_end(&hash, digest);
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum {
	SHA256_BYTES = 32,
	SHA256_BLOCK_BYTES = 64,
	SHA256_HEX_BYTES = 2 * SHA256_BYTES + 1, /* with the NUL */
};

struct sha256 {
	uint32_t state[8];
	uint64_t n_bytes;
	uint8_t block[SHA256_BLOCK_BYTES]; /* the bytes that do not fill one yet */
};

#define SHA256_INIT                                                                              \
	((struct sha256){ .state = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, \
				  0x9b05688c, 0x1f83d9ab, 0x5be0cd19 } })

void sha256_add(struct sha256 *hash, const void *bytes, size_t size);

/* hash is used up. */
void sha256_end(struct sha256 *hash, uint8_t ret_digest[SHA256_BYTES]);

/* In lower case. */
void sha256_hex(const uint8_t digest[SHA256_BYTES], char ret_text[SHA256_HEX_BYTES]);
