/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file of a kept filter: a head, and the program behind it to the end of the file. Of this
 * machine only, so numbers are in its byte order. The checksum finds damage; that nobody else
 * wrote the file is known by its owner and mode.
 */
#include <errno.h>
#include <string.h>

#include "core/seccomp/internal.h"

#define MAGIC "hullbpf1"

struct head {
	char magic[8];
	uint64_t n_insns;
	uint64_t checksum; /* of key and program */
	uint8_t key[SHA256_BYTES];
};

static_assert(sizeof(struct head) + BPF_MAXINSNS * sizeof(struct sock_filter) ==
		      SECCOMP_CACHE_FILE_MAX_BYTES,
	"what is read at most");

/* FNV-1a (by words: everything here is whole words). */
static uint64_t add_words(uint64_t sum, const void *words, size_t size)
{
	for (size_t at = 0; at + sizeof(uint64_t) <= size; at += sizeof(uint64_t)) {
		uint64_t word;

		memcpy(&word, (const char *)words + at, sizeof(word));
		sum = (sum ^ word) * UINT64_C(0x100000001b3);
		sum ^= sum >> 32;
	}
	return sum;
}

static uint64_t checksum_of(const uint8_t key[SHA256_BYTES], const void *program, size_t size)
{
	return add_words(add_words(UINT64_C(0xcbf29ce484222325), key, SHA256_BYTES), program, size);
}

const void *seccomp_cache_encode(struct arena *arena, const uint8_t key[SHA256_BYTES],
	const struct seccomp_program *program, size_t *ret_size)
{
	size_t program_size = program->n_insns * sizeof(*program->insns);
	char *bytes = arena_alloc(arena, sizeof(struct head) + program_size);
	struct head head = {
		.magic = MAGIC,
		.n_insns = program->n_insns,
		.checksum = checksum_of(key, program->insns, program_size),
	};

	memcpy(head.key, key, SHA256_BYTES);
	memcpy(bytes, &head, sizeof(head));
	memcpy(bytes + sizeof(head), program->insns, program_size);
	*ret_size = sizeof(head) + program_size;
	return bytes;
}

static int refuse(const char *why, struct err *err)
{
	return err_fail(err, EINVAL, "a kept seccomp filter %s", why);
}

int seccomp_cache_decode(struct arena *arena, const void *bytes, size_t size,
	const uint8_t key[SHA256_BYTES], struct seccomp_program *ret, struct err *err)
{
	struct sock_filter *insns;
	struct head head;
	size_t program_size;
	int r;

	if (size < sizeof(head) || size > SECCOMP_CACHE_FILE_MAX_BYTES)
		return refuse("has an impossible length", err);
	memcpy(&head, bytes, sizeof(head));
	program_size = size - sizeof(head);
	if (memcmp(head.magic, MAGIC, sizeof(head.magic)) != 0)
		return refuse("is of another format", err);
	if (memcmp(head.key, key, SHA256_BYTES) != 0)
		return refuse("is of another profile", err);
	if (program_size % sizeof(*insns) != 0 || head.n_insns != program_size / sizeof(*insns))
		return refuse("is not whole", err);
	insns = ARENA_NEW_ARRAY(arena, head.n_insns, struct sock_filter);
	memcpy(insns, (const char *)bytes + sizeof(head), program_size);
	if (head.checksum != checksum_of(key, insns, program_size))
		return refuse("is damaged", err);
	r = seccomp_program_check(insns, head.n_insns, err);
	if (r < 0)
		return r;
	*ret = (struct seccomp_program){ .insns = insns, .n_insns = head.n_insns };
	return 0;
}
