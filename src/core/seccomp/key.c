/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The name of a filter: the digest of everything that decides on its program, in one unambiguous
 * order (counts come before what they count). Flags, listener and kernel do not decide.
 */
#include <string.h>

#include "core/seccomp/internal.h"
#include "seccomp/library.h"

/* Goes up whenever the same rules compile to another program than before. */
enum { COMPILER_VERSION = 2 };

static void add_number(struct sha256 *hash, uint64_t number)
{
	sha256_add(hash, &number, sizeof(number));
}

static void add_optional(struct sha256 *hash, const uint32_t *number)
{
	add_number(hash, number ? *number : UINT64_MAX);
}

/* With its end, which no name has inside. */
static void add_text(struct sha256 *hash, const char *text)
{
	sha256_add(hash, text, strlen(text) + 1);
}

static void add_rule(struct sha256 *hash, const struct oci_seccomp_rule *rule)
{
	add_number(hash, rule->action);
	add_optional(hash, rule->errno_ret);
	add_number(hash, rule->n_args);
	for (size_t i = 0; i < rule->n_args; i++) {
		add_number(hash, rule->args[i].index);
		add_number(hash, rule->args[i].op);
		add_number(hash, rule->args[i].value);
		add_number(hash, rule->args[i].value_two);
	}
	add_number(hash, rule->n_names);
	for (size_t i = 0; i < rule->n_names; i++)
		add_text(hash, rule->names[i]);
}

static void add_compiler(struct sha256 *hash)
{
	add_number(hash, COMPILER_VERSION);
	add_text(hash, SECCOMP_LIBRARY_VERSION);
	add_number(hash, seccomp_native_arch());
}

void seccomp_key(
	const struct oci_seccomp *seccomp, bool fail_unknown, uint8_t ret_key[SHA256_BYTES])
{
	struct sha256 hash = SHA256_INIT;

	add_compiler(&hash);
	add_number(&hash, fail_unknown);
	add_number(&hash, seccomp->default_action);
	add_optional(&hash, seccomp->default_errno_ret);
	add_number(&hash, seccomp->n_architectures);
	for (size_t i = 0; i < seccomp->n_architectures; i++)
		add_number(&hash, seccomp->architectures[i]);
	add_number(&hash, seccomp->n_syscalls);
	for (size_t i = 0; i < seccomp->n_syscalls; i++)
		add_rule(&hash, &seccomp->syscalls[i]);
	sha256_end(&hash, ret_key);
}
