/* SPDX-License-Identifier: Apache-2.0 */
#include "seccomp/compiler/compiler.h"

int seccomp_compile_program(struct arena *arena, const struct oci_seccomp *seccomp,
	bool fail_unknown, struct seccomp_program *ret, struct err *err)
{
	int r = seccomp_compile_rules(arena, seccomp, fail_unknown, ret, err);

	if (r < 0)
		return r;
	seccomp_add_alternatives(arena, seccomp, ret);
	seccomp_add_newer_calls(arena, seccomp, ret);
	seccomp_make_range_tree(arena, seccomp, ret);
	r = seccomp_program_check(ret->insns, ret->n_insns, err);
	return r < 0 ? err_config(err, "/linux/seccomp") : 0;
}
