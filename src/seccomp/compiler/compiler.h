/* SPDX-License-Identifier: Apache-2.0 */
/*
 * compiler: from linux.seccomp to a program, by libseccomp.
 *
 * Layer 2, role compiler: hull-seccomp, which reads rules and prints a program, and touches nothing
 * else. Where libseccomp's programs would be slow or mean something else than the rules, its work
 * is completed here.
 *
 * What runc does counts where the specification is silent: a call that libseccomp does not know is
 * left out, a rule with the default action too, conditions on one argument twice are alternatives,
 * and a call that is newer than everything a profile names is ENOSYS, so that a C library tries the
 * older one.
 */
#pragma once

#include "base/arena.h"
#include "seccomp/program.h"

/*
 * The whole way. fail_unknown: a call that libseccomp does not know is an error. ENOTSUP, EINVAL
 * with the JSON pointer.
 */
int seccomp_compile_program(struct arena *arena, const struct oci_seccomp *seccomp,
	bool fail_unknown, struct seccomp_program *ret, struct err *err);

/* ---- compile.c: by libseccomp ---- */

int seccomp_compile_rules(struct arena *arena, const struct oci_seccomp *seccomp, bool fail_unknown,
	struct seccomp_program *ret, struct err *err);

/* SECCOMP_RET_… with its number. */
uint32_t seccomp_action_value(enum oci_seccomp_action action, const uint32_t *errno_ret);

/* Whether it has conditions on one argument twice: then each condition is a rule of its own. */
bool seccomp_rule_is_split(const struct oci_seccomp_rule *rule);

/* ---- alternatives.c ---- */

/* Puts the calls in front whose rules libseccomp would merge to something else. */
void seccomp_add_alternatives(
	struct arena *arena, const struct oci_seccomp *seccomp, struct seccomp_program *program);

/* ---- newer_calls.c ---- */

/* Puts the answer for calls that are newer than the profile in front. */
void seccomp_add_newer_calls(
	struct arena *arena, const struct oci_seccomp *seccomp, struct seccomp_program *program);

/* ---- range_tree.c: pure ---- */

/* Makes the same decisions on a shorter way; leaves alone what it does not understand. */
void seccomp_make_range_tree(
	struct arena *arena, const struct oci_seccomp *seccomp, struct seccomp_program *program);
