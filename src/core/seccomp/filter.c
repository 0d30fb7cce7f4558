/* SPDX-License-Identifier: Apache-2.0 */
/* The way from a configuration to its filter: kept, or compiled and then kept. */
#include <errno.h>

#include "base/fd.h"
#include "base/text.h"
#include "core/seccomp/internal.h"
#include "oci/annotations.h"
#include "sys/seccomp.h"

static bool fails_unknown(const struct oci_key_value *annotations, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (text_equal(annotations[i].key, OCI_ANNOTATION_SECCOMP_FAIL_UNKNOWN))
			return !text_equal(annotations[i].value, "0");
	return false;
}

static bool notifies(const struct oci_seccomp *seccomp)
{
	for (size_t i = 0; i < seccomp->n_syscalls; i++)
		if (seccomp->syscalls[i].action == OCI_SECCOMP_NOTIFY)
			return true;
	return false;
}

/* Whatever is wrong with the cache, it is as if nothing were kept. */
static int find_or_compile(struct arena *arena, const struct oci_seccomp *seccomp,
	bool fail_unknown, struct seccomp_program *ret, struct err *err)
{
	struct err ignored = ERR_INIT;
	uint8_t key[SHA256_BYTES];
	AUTO_FD int dir = -1;
	int r;

	seccomp_key(seccomp, fail_unknown, key);
	if (seccomp_cache_open(true, &dir, &ignored) == 0 &&
		seccomp_cache_load(arena, dir, key, ret, &ignored) == 0)
		return 0;
	r = seccomp_run_compiler(
		arena, &seccomp_embedded_compiler, seccomp, fail_unknown, ret, err);
	if (r == 0 && dir >= 0)
		seccomp_cache_store(arena, dir, key, ret, &ignored);
	return r;
}

static bool lets_pass(const struct seccomp_program *program, int call)
{
	const struct seccomp_data data = { .nr = call, .arch = seccomp_native_arch() };
	uint32_t action = seccomp_program_run(program->insns, &data) & SECCOMP_RET_ACTION_FULL;

	return action == SECCOMP_RET_ALLOW || action == SECCOMP_RET_LOG;
}

/*
 * Between the filter and the agent's first look at the listener hull-init has to hand the listener
 * over: a call that nobody can answer yet would wait forever.
 */
static int check_handing_over(const struct seccomp_program *program, struct err *err)
{
	for (const struct seccomp_call *call = seccomp_handing_over; call->name; call++)
		if (!lets_pass(program, call->number)) {
			err_fail(err, EINVAL,
				"SCMP_ACT_NOTIFY cannot be used where %s is not allowed: it hands "
				"the listener over",
				call->name);
			return err_config(err, "/linux/seccomp/syscalls");
		}
	return 0;
}

int seccomp_compile(struct arena *arena, const struct oci_seccomp *seccomp,
	const struct oci_key_value *annotations, size_t n_annotations, struct seccomp_filter *ret,
	struct err *err)
{
	struct seccomp_program program = { 0 };
	uint64_t flags = 0;
	int r;

	*ret = (struct seccomp_filter){ 0 };
	if (!seccomp)
		return 0;
	r = seccomp_check_actions(seccomp, err);
	if (r == 0)
		r = seccomp_choose_flags(seccomp, notifies(seccomp), &flags, err);
	if (r == 0)
		r = find_or_compile(
			arena, seccomp, fails_unknown(annotations, n_annotations), &program, err);
	if (r == 0 && notifies(seccomp))
		r = check_handing_over(&program, err);
	if (r < 0)
		return r;
	*ret = (struct seccomp_filter){
		.program = { .data = program.insns,
			.size = program.n_insns * sizeof(*program.insns) },
		.flags = flags,
		.notify = notifies(seccomp),
	};
	return 0;
}
