/* SPDX-License-Identifier: Apache-2.0 */
#include "base/sha256.h"

#include <endian.h>
#include <string.h>

#include "base/sha256_blocks.h"

enum {
	ROUNDS = SHA256_ROUNDS,
	MANY_BLOCKS = 64, /* worth to ask the processor what it can do */
};

/* The first 32 bits of the fractional parts of the cube roots of the first 64 primes (4.2.2). */
const uint32_t sha256_round_words[ROUNDS] = {
	0x428a2f98,
	0x71374491,
	0xb5c0fbcf,
	0xe9b5dba5,
	0x3956c25b,
	0x59f111f1,
	0x923f82a4,
	0xab1c5ed5,
	0xd807aa98,
	0x12835b01,
	0x243185be,
	0x550c7dc3,
	0x72be5d74,
	0x80deb1fe,
	0x9bdc06a7,
	0xc19bf174,
	0xe49b69c1,
	0xefbe4786,
	0x0fc19dc6,
	0x240ca1cc,
	0x2de92c6f,
	0x4a7484aa,
	0x5cb0a9dc,
	0x76f988da,
	0x983e5152,
	0xa831c66d,
	0xb00327c8,
	0xbf597fc7,
	0xc6e00bf3,
	0xd5a79147,
	0x06ca6351,
	0x14292967,
	0x27b70a85,
	0x2e1b2138,
	0x4d2c6dfc,
	0x53380d13,
	0x650a7354,
	0x766a0abb,
	0x81c2c92e,
	0x92722c85,
	0xa2bfe8a1,
	0xa81a664b,
	0xc24b8b70,
	0xc76c51a3,
	0xd192e819,
	0xd6990624,
	0xf40e3585,
	0x106aa070,
	0x19a4c116,
	0x1e376c08,
	0x2748774c,
	0x34b0bcb5,
	0x391c0cb3,
	0x4ed8aa4a,
	0x5b9cca4f,
	0x682e6ff3,
	0x748f82ee,
	0x78a5636f,
	0x84c87814,
	0x8cc70208,
	0x90befffa,
	0xa4506ceb,
	0xbef9a3f7,
	0xc67178f2,
};

static uint32_t rotate(uint32_t word, unsigned n)
{
	return word >> n | word << (32 - n);
}

/* 6.2.2, step 1 */
static void schedule(const uint8_t *block, uint32_t words[ROUNDS])
{
	for (size_t t = 0; t < 16; t++) {
		uint32_t big;

		memcpy(&big, block + 4 * t, sizeof(big));
		words[t] = be32toh(big);
	}
	for (size_t t = 16; t < ROUNDS; t++) {
		uint32_t near = words[t - 2], far = words[t - 15];

		words[t] = words[t - 16] + words[t - 7] +
			   (rotate(near, 17) ^ rotate(near, 19) ^ near >> 10) +
			   (rotate(far, 7) ^ rotate(far, 18) ^ far >> 3);
	}
}

/* One round; instead of moving eight variables along, the next round gets them by other names. */
#define ROUND(a, b, c, d, e, f, g, h, t)                                               \
	do {                                                                           \
		uint32_t one = h + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) +    \
			       (g ^ (e & (f ^ g))) + sha256_round_words[t] + words[t]; \
                                                                                       \
		d += one;                                                              \
		h = one + (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) +             \
		    ((a & b) | (c & (a | b)));                                         \
	} while (0)

/* 6.2.2, steps 2 to 4 */
static void take_block(uint32_t state[8], const uint8_t *block)
{
	uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
	uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
	uint32_t words[ROUNDS];

	schedule(block, words);
	for (size_t t = 0; t < ROUNDS; t += 8) {
		ROUND(a, b, c, d, e, f, g, h, t);
		ROUND(h, a, b, c, d, e, f, g, t + 1);
		ROUND(g, h, a, b, c, d, e, f, t + 2);
		ROUND(f, g, h, a, b, c, d, e, t + 3);
		ROUND(e, f, g, h, a, b, c, d, t + 4);
		ROUND(d, e, f, g, h, a, b, c, t + 5);
		ROUND(c, d, e, f, g, h, a, b, t + 6);
		ROUND(b, c, d, e, f, g, h, a, t + 7);
	}
	state[0] += a;
	state[1] += b;
	state[2] += c;
	state[3] += d;
	state[4] += e;
	state[5] += f;
	state[6] += g;
	state[7] += h;
}

/* Whole blocks straight from the caller's memory. */
static void take_blocks(uint32_t state[8], const uint8_t *blocks, size_t n)
{
	if (n >= MANY_BLOCKS && sha256_take_blocks_fast(state, blocks, n))
		return;
	for (; n > 0; n--, blocks += SHA256_BLOCK_BYTES)
		take_block(state, blocks);
}

void sha256_add(struct sha256 *hash, const void *bytes, size_t size)
{
	const uint8_t *next = bytes;

	while (size > 0) {
		size_t held = hash->n_bytes % SHA256_BLOCK_BYTES;
		size_t n = SHA256_BLOCK_BYTES - held;

		if (held == 0 && size >= SHA256_BLOCK_BYTES) {
			n = size - size % SHA256_BLOCK_BYTES;
			take_blocks(hash->state, next, n / SHA256_BLOCK_BYTES);
			hash->n_bytes += n;
			next += n;
			size -= n;
			continue;
		}
		if (n > size)
			n = size;
		memcpy(hash->block + held, next, n);
		hash->n_bytes += n;
		next += n;
		size -= n;
		if (held + n == SHA256_BLOCK_BYTES)
			take_block(hash->state, hash->block);
	}
}

/* A one bit, zeros, and the length in bits fill the last block (5.1.1). */
void sha256_end(struct sha256 *hash, uint8_t ret_digest[SHA256_BYTES])
{
	static const uint8_t padding[SHA256_BLOCK_BYTES] = { 0x80 };
	uint64_t n_bits = htobe64(hash->n_bytes * 8);
	size_t held = hash->n_bytes % SHA256_BLOCK_BYTES;
	size_t end = SHA256_BLOCK_BYTES - sizeof(n_bits);

	sha256_add(hash, padding, (held < end ? end : end + SHA256_BLOCK_BYTES) - held);
	sha256_add(hash, &n_bits, sizeof(n_bits));
	for (size_t i = 0; i < 8; i++) {
		uint32_t big = htobe32(hash->state[i]);

		memcpy(ret_digest + 4 * i, &big, sizeof(big));
	}
}

void sha256_hex(const uint8_t digest[SHA256_BYTES], char ret_text[SHA256_HEX_BYTES])
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < SHA256_BYTES; i++) {
		ret_text[2 * i] = digits[digest[i] >> 4];
		ret_text[2 * i + 1] = digits[digest[i] & 15];
	}
	ret_text[SHA256_HEX_BYTES - 1] = '\0';
}
