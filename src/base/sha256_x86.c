/* SPDX-License-Identifier: Apache-2.0 */
/* Blocks by Intel's SHA extensions (Intel 64 manual, volume 2: SHA256RNDS2, SHA256MSG1, MSG2). */
#include "base/sha256.h"
#include "base/sha256_blocks.h"

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>

#define SHA_CODE __attribute__((target("sha,sse4.1,ssse3")))

enum {
	EXTENDED_FEATURES = 7, /* leaf of cpuid */
	EBX_SHA = 1 << 29,
	ECX_SSSE3 = 1 << 9, /* of leaf 1 */
	ECX_SSE41 = 1 << 19,
};

static bool has_instructions(void)
{
	static int known; /* 1: yes, -1: no */
	unsigned a, b, c, d;

	if (known == 0) {
		known = -1;
		if (__get_cpuid(1, &a, &b, &c, &d) && (c & ECX_SSSE3) && (c & ECX_SSE41) &&
			__get_cpuid_count(EXTENDED_FEATURES, 0, &a, &b, &c, &d) && (b & EBX_SHA))
			known = 1;
	}
	return known > 0;
}

/* The instructions hold the eight variables as ABEF and CDGH. */
SHA_CODE static void take_blocks(uint32_t state[8], const uint8_t *block, size_t n)
{
	const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
	__m128i low = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)state), 0xb1);
	__m128i cdgh = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)(state + 4)), 0x1b);
	__m128i abef = _mm_alignr_epi8(low, cdgh, 8);

	cdgh = _mm_blend_epi16(cdgh, low, 0xf0);
	for (; n > 0; n--, block += SHA256_BLOCK_BYTES) {
		const __m128i abef_before = abef, cdgh_before = cdgh;
		__m128i words[4];

		for (int i = 0; i < 4; i++)
			words[i] = _mm_shuffle_epi8(
				_mm_loadu_si128((const __m128i *)(block + 16 * i)), big_endian);
#pragma GCC unroll 16
		for (int i = 0; i < SHA256_ROUNDS / 4; i++) {
			__m128i *word = &words[i % 4];
			__m128i sum = _mm_add_epi32(*word,
				_mm_loadu_si128((const __m128i *)&sha256_round_words[4 * i]));
			__m128i after = words[(i + 3) % 4];

			cdgh = _mm_sha256rnds2_epu32(cdgh, abef, sum);
			abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(sum, 0x0e));
			*word = _mm_sha256msg2_epu32(
				_mm_add_epi32(_mm_sha256msg1_epu32(*word, words[(i + 1) % 4]),
					_mm_alignr_epi8(after, words[(i + 2) % 4], 4)),
				after);
		}
		abef = _mm_add_epi32(abef, abef_before);
		cdgh = _mm_add_epi32(cdgh, cdgh_before);
	}
	low = _mm_shuffle_epi32(abef, 0x1b);
	cdgh = _mm_shuffle_epi32(cdgh, 0xb1);
	_mm_storeu_si128((__m128i *)state, _mm_blend_epi16(low, cdgh, 0xf0));
	_mm_storeu_si128((__m128i *)(state + 4), _mm_alignr_epi8(cdgh, low, 8));
}

bool sha256_take_blocks_fast(uint32_t state[8], const uint8_t *blocks, size_t n_blocks)
{
	if (!has_instructions())
		return false;
	take_blocks(state, blocks, n_blocks);
	return true;
}

#else

bool sha256_take_blocks_fast(uint32_t state[8], const uint8_t *blocks, size_t n_blocks)
{
	(void)state;
	(void)blocks;
	(void)n_blocks;
	return false;
}

#endif
