/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file of kept filters that is believed is the one that would be written, and its program ends
 * whatever call it is asked about; what the range tree makes of it decides the same.
 *
 * Input: a file, and once more a program without a head.
 */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "core/seccomp/internal.h"
#include "seccomp/compiler/compiler.h"

static const uint8_t key[SHA256_BYTES] = { 0 };

static void fuzz_file(struct arena *arena, const uint8_t *bytes, size_t size)
{
	struct seccomp_program program;
	struct err err = ERR_INIT;
	const void *again;
	size_t again_size;

	if (seccomp_cache_decode(arena, bytes, size, key, &program, &err) < 0) {
		assert(err.code > 0 && err.text[0] != '\0');
		return;
	}
	again = seccomp_cache_encode(arena, key, &program, &again_size);
	assert(again_size == size && memcmp(again, bytes, size) == 0);
}

static void compare(const struct seccomp_program *one, const struct seccomp_program *other)
{
	static const uint32_t archs[] = { 0xc000003e, 0x40000003, 0xc00000b7 };
	static const int numbers[] = { 0, 1, 41, 435, 0x40000000, -1 };

	for (size_t i = 0; i < sizeof(archs) / sizeof(archs[0]); i++)
		for (size_t k = 0; k < sizeof(numbers) / sizeof(numbers[0]); k++) {
			const struct seccomp_data data = { .nr = numbers[k], .arch = archs[i] };

			assert(seccomp_program_run(one->insns, &data) ==
				seccomp_program_run(other->insns, &data));
		}
}

static void fuzz_program(struct arena *arena, const uint8_t *bytes, size_t size)
{
	static enum oci_seccomp_arch listed[] = { OCI_ARCH_X86 };
	const struct oci_seccomp seccomp = { .architectures = listed, .n_architectures = 1 };
	size_t n = size / sizeof(struct sock_filter);
	struct seccomp_program program = {
		.insns = ARENA_NEW_ARRAY(arena, n, struct sock_filter),
		.n_insns = n,
	};
	struct seccomp_program tree = program;
	struct err err = ERR_INIT;

	memcpy(program.insns, bytes, n * sizeof(*program.insns));
	if (seccomp_program_check(program.insns, n, &err) < 0) {
		assert(err.code > 0 && err.text[0] != '\0');
		return;
	}
	seccomp_make_range_tree(arena, &seccomp, &tree);
	if (seccomp_program_check(tree.insns, tree.n_insns, &err) < 0)
		__builtin_trap();
	compare(&program, &tree);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	AUTO_ARENA arena = ARENA_INIT;

	if (size > SECCOMP_CACHE_FILE_MAX_BYTES)
		return 0;
	fuzz_file(&arena, bytes, size);
	fuzz_program(&arena, bytes, size);
	return 0;
}
