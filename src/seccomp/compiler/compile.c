/* SPDX-License-Identifier: Apache-2.0 */
/* From rules to a program, by libseccomp (seccomp_rule_add(3)). */
#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "seccomp/compiler/compiler.h"

enum {
	BINARY_TREE = 2, /* SCMP_FLTATR_CTL_OPTIMIZE */
	ARGS_MAX = 6,    /* of a system call */
};

struct compilation {
	scmp_filter_ctx filter;
	const struct oci_seccomp *seccomp;
	uint32_t default_action;
	bool fail_unknown;
};

static void release(scmp_filter_ctx *filter)
{
	if (*filter)
		seccomp_release(*filter);
}

uint32_t seccomp_action_value(enum oci_seccomp_action action, const uint32_t *errno_ret)
{
	uint32_t number = errno_ret ? *errno_ret : EPERM;

	switch (action) {
	case OCI_SECCOMP_KILL:
	case OCI_SECCOMP_KILL_THREAD:
		return SCMP_ACT_KILL_THREAD;
	case OCI_SECCOMP_KILL_PROCESS:
		return SCMP_ACT_KILL_PROCESS;
	case OCI_SECCOMP_TRAP:
		return SCMP_ACT_TRAP;
	case OCI_SECCOMP_ERRNO:
		return SCMP_ACT_ERRNO(number);
	case OCI_SECCOMP_TRACE:
		return SCMP_ACT_TRACE(number);
	case OCI_SECCOMP_ALLOW:
		return SCMP_ACT_ALLOW;
	case OCI_SECCOMP_LOG:
		return SCMP_ACT_LOG;
	case OCI_SECCOMP_NOTIFY:
		return SCMP_ACT_NOTIFY;
	case OCI_SECCOMP_ACTION_COUNT:
		break;
	}
	return SCMP_ACT_KILL_PROCESS;
}

static int begin(struct compilation *compilation, struct err *err)
{
	int r;

	compilation->default_action = seccomp_action_value(
		compilation->seccomp->default_action, compilation->seccomp->default_errno_ret);
	compilation->filter = seccomp_init(compilation->default_action);
	if (!compilation->filter) {
		err_fail(err, ENOTSUP, "libseccomp does not take this default action");
		return err_config(err, "/linux/seccomp/defaultAction");
	}
	r = seccomp_attr_set(compilation->filter, SCMP_FLTATR_CTL_OPTIMIZE, BINARY_TREE);
	return r < 0 ? err_sys_code(err, -r, "seccomp_attr_set of a binary tree") : 0;
}

static int add_architectures(struct compilation *compilation, struct err *err)
{
	const struct oci_seccomp *seccomp = compilation->seccomp;

	for (size_t i = 0; i < seccomp->n_architectures; i++) {
		uint32_t token = seccomp_arch_token(seccomp->architectures[i]);
		/* -EEXIST: the native one is there, and some list one twice */
		int r = token == 0 ? -EINVAL : seccomp_arch_add(compilation->filter, token);

		if (r == 0 || r == -EEXIST)
			continue;
		err_fail(err, ENOTSUP, "libseccomp cannot filter %s on this machine",
			json_enum_name(oci_seccomp_arch_names, (int)seccomp->architectures[i]));
		return err_config(err, "/linux/seccomp/architectures/%zu", i);
	}
	return 0;
}

static struct scmp_arg_cmp comparison_of(const struct oci_seccomp_arg *arg)
{
	return (struct scmp_arg_cmp){
		.arg = arg->index,
		.op = (enum scmp_compare)arg->op,
		.datum_a = arg->value,
		.datum_b = arg->value_two,
	};
}

bool seccomp_rule_is_split(const struct oci_seccomp_rule *rule)
{
	unsigned seen = 0;

	for (size_t i = 0; i < rule->n_args; i++) {
		unsigned bit = 1u << rule->args[i].index;

		if (seen & bit)
			return true;
		seen |= bit;
	}
	return false;
}

/*
 * libseccomp takes one condition for each argument, all of which must hold. Where an argument comes
 * twice each condition is a rule of its own, so that one of them suffices (what runc made of such
 * profiles before it knew the other form).
 */
static int add_call(const struct compilation *compilation, const struct oci_seccomp_rule *rule,
	int call, uint32_t action)
{
	struct scmp_arg_cmp all[ARGS_MAX];
	int r = 0;

	if (seccomp_rule_is_split(rule)) {
		for (size_t i = 0; r == 0 && i < rule->n_args; i++) {
			struct scmp_arg_cmp one = comparison_of(&rule->args[i]);

			r = seccomp_rule_add_array(compilation->filter, action, call, 1, &one);
		}
		return r;
	}
	for (size_t i = 0; i < rule->n_args; i++)
		all[i] = comparison_of(&rule->args[i]);
	return seccomp_rule_add_array(
		compilation->filter, action, call, (unsigned)rule->n_args, all);
}

static int add_name(const struct compilation *compilation, size_t rule_index, size_t name_index,
	uint32_t action, struct err *err)
{
	const struct oci_seccomp_rule *rule = &compilation->seccomp->syscalls[rule_index];
	const char *name = rule->names[name_index];
	int call = seccomp_syscall_resolve_name(name);
	int r = 0;

	if (call != __NR_SCMP_ERROR)
		r = add_call(compilation, rule, call, action);
	else if (compilation->fail_unknown)
		r = -ENOSYS;
	if (r == 0)
		return 0;
	if (call == __NR_SCMP_ERROR)
		err_fail(err, EINVAL, "libseccomp does not know the system call %s", name);
	else
		err_sys_code(err, -r, "seccomp rule for %s", name);
	return err_config(err, "/linux/seccomp/syscalls/%zu/names/%zu", rule_index, name_index);
}

static int add_rule(const struct compilation *compilation, size_t index, struct err *err)
{
	const struct oci_seccomp_rule *rule = &compilation->seccomp->syscalls[index];
	uint32_t action = seccomp_action_value(rule->action, rule->errno_ret);

	if (action == compilation->default_action)
		return 0; /* says nothing, and libseccomp refuses it */
	for (size_t i = 0; i < rule->n_names; i++) {
		int r = add_name(compilation, index, i, action, err);

		if (r < 0)
			return r;
	}
	return 0;
}

static int export_program(struct arena *arena, const struct compilation *compilation,
	struct seccomp_program *ret, struct err *err)
{
	AUTO_FD int fd = memfd_create("seccomp", MFD_CLOEXEC);
	struct stat st;
	ssize_t n;
	int r;

	if (fd < 0)
		return err_sys(err, "memfd_create for a seccomp filter");
	r = seccomp_export_bpf(compilation->filter, fd);
	if (r < 0)
		return err_sys_code(err, -r, "seccomp_export_bpf");
	if (fstat(fd, &st) < 0 || lseek(fd, 0, SEEK_SET) < 0)
		return err_sys(err, "read back a seccomp filter");
	ret->n_insns = (size_t)st.st_size / sizeof(*ret->insns);
	ret->insns = ARENA_NEW_ARRAY(arena, ret->n_insns, struct sock_filter);
	n = fd_read_up_to(fd, ret->insns, ret->n_insns * sizeof(*ret->insns), err);
	if (n >= 0 && n != st.st_size)
		return err_fail(err, EIO, "a seccomp filter was read back short");
	return n < 0 ? (int)n : 0;
}

int seccomp_compile_rules(struct arena *arena, const struct oci_seccomp *seccomp, bool fail_unknown,
	struct seccomp_program *ret, struct err *err)
{
	struct compilation compilation = { .seccomp = seccomp, .fail_unknown = fail_unknown };
	int r = begin(&compilation, err);

	if (r == 0)
		r = add_architectures(&compilation, err);
	for (size_t i = 0; r == 0 && i < seccomp->n_syscalls; i++)
		r = add_rule(&compilation, i, err);
	if (r == 0)
		r = export_program(arena, &compilation, ret, err);
	release(&compilation.filter);
	return r;
}
