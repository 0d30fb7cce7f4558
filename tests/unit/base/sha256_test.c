/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/sha256.h"

static const char *digest_of(const void *bytes, size_t size)
{
	static char text[SHA256_HEX_BYTES];
	uint8_t digest[SHA256_BYTES];
	struct sha256 hash = SHA256_INIT;

	sha256_add(&hash, bytes, size);
	sha256_end(&hash, digest);
	sha256_hex(digest, text);
	return text;
}

static void the_examples_of_the_standard_come_out(void **state)
{
	static const struct {
		const char *text, *digest;
	} examples[] = {
		{ "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
		{ "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
		{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
			"248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
	};

	for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++)
		assert_string_equal(
			digest_of(examples[i].text, strlen(examples[i].text)), examples[i].digest);
}

static void a_million_letters_come_out(void **state)
{
	static char letters[1000000];

	memset(letters, 'a', sizeof(letters));
	assert_string_equal(digest_of(letters, sizeof(letters)),
		"cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

static void pieces_are_the_same_as_the_whole(void **state)
{
	uint8_t bytes[200], whole[SHA256_BYTES], pieces[SHA256_BYTES];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 7);
	for (size_t size = 0; size <= sizeof(bytes); size++)
		for (size_t piece = 1; piece < 70; piece += 23) {
			struct sha256 one = SHA256_INIT, many = SHA256_INIT;

			sha256_add(&one, bytes, size);
			for (size_t at = 0; at < size; at += piece)
				sha256_add(
					&many, bytes + at, size - at < piece ? size - at : piece);
			sha256_end(&one, whole);
			sha256_end(&many, pieces);
			assert_memory_equal(whole, pieces, SHA256_BYTES);
		}
}

/* Pieces that are too small for the processor's instructions, and one that is not. */
static void both_ways_to_take_blocks_agree(void **state)
{
	static uint8_t bytes[100000];
	uint8_t slow[SHA256_BYTES], fast[SHA256_BYTES];
	struct sha256 one = SHA256_INIT, many = SHA256_INIT;

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * i >> 3);
	for (size_t at = 0; at < sizeof(bytes); at += 64)
		sha256_add(&many, bytes + at, sizeof(bytes) - at < 64 ? sizeof(bytes) - at : 64);
	sha256_add(&one, bytes, 3);
	sha256_add(&one, bytes + 3, sizeof(bytes) - 3);
	sha256_end(&many, slow);
	sha256_end(&one, fast);
	assert_memory_equal(slow, fast, SHA256_BYTES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_examples_of_the_standard_come_out),
		cmocka_unit_test(a_million_letters_come_out),
		cmocka_unit_test(pieces_are_the_same_as_the_whole),
		cmocka_unit_test(both_ways_to_take_blocks_agree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
