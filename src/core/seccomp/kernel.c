/* SPDX-License-Identifier: Apache-2.0 */
/* What a configuration asks of the kernel's filters, and whether this kernel has it. */
#include <errno.h>

#include "core/seccomp/internal.h"
#include "sys/seccomp.h"

/* Actions that came after the first of seccomp(2), 3.17; the others are always there. */
static uint32_t newer_action(enum oci_seccomp_action action)
{
	if (action == OCI_SECCOMP_KILL_PROCESS)
		return SECCOMP_RET_KILL_PROCESS; /* 4.14 */
	if (action == OCI_SECCOMP_LOG)
		return SECCOMP_RET_LOG; /* 4.14 */
	if (action == OCI_SECCOMP_NOTIFY)
		return SECCOMP_RET_USER_NOTIF; /* 5.0 */
	return 0;
}

static bool has_action(enum oci_seccomp_action action)
{
	uint32_t value = newer_action(action);

	return value == 0 || seccomp_kernel_has_action(value);
}

static int missing_action(enum oci_seccomp_action action, struct err *err)
{
	return err_fail(err, ENOTSUP, "this kernel has no %s",
		json_enum_name(oci_seccomp_action_names, (int)action));
}

int seccomp_check_actions(const struct oci_seccomp *seccomp, struct err *err)
{
	unsigned known = 0;

	if (!has_action(seccomp->default_action)) {
		missing_action(seccomp->default_action, err);
		return err_config(err, "/linux/seccomp/defaultAction");
	}
	for (size_t i = 0; i < seccomp->n_syscalls; i++) {
		enum oci_seccomp_action action = seccomp->syscalls[i].action;

		if (known & 1u << action)
			continue;
		known |= 1u << action;
		if (has_action(action))
			continue;
		missing_action(action, err);
		return err_config(err, "/linux/seccomp/syscalls/%zu/action", i);
	}
	return 0;
}

/* The kernel knows WAIT_KILLABLE_RECV only together with a listener. */
static bool has_flag(uint64_t flag)
{
	if (flag == SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV)
		flag |= SECCOMP_FILTER_FLAG_NEW_LISTENER;
	return seccomp_kernel_has_flags(flag);
}

uint32_t seccomp_supported_flags(void)
{
	uint32_t flags = 0;

	for (const struct json_enum *flag = oci_seccomp_flag_names; flag->name; flag++)
		if (has_flag((uint64_t)flag->value))
			flags |= (uint32_t)flag->value;
	return flags;
}

static int check_flags(uint64_t flags, struct err *err)
{
	for (const struct json_enum *flag = oci_seccomp_flag_names; flag->name; flag++) {
		if (!(flags & (uint64_t)flag->value) || has_flag((uint64_t)flag->value))
			continue;
		err_fail(err, ENOTSUP, "this kernel has no %s", flag->name);
		return err_config(err, "/linux/seccomp/flags");
	}
	return 0;
}

/*
 * Without a list of flags a filter does not switch the processor's speculation off, where the
 * kernel lets us choose (4.17; what runc does). TSYNC and a listener both want the result of the
 * call for themselves unless TSYNC fails in another way (5.7).
 */
int seccomp_choose_flags(
	const struct oci_seccomp *seccomp, bool notify, uint64_t *ret, struct err *err)
{
	uint64_t flags;
	int r;

	if (!seccomp->flags) {
		flags = has_flag(SECCOMP_FILTER_FLAG_SPEC_ALLOW) ? SECCOMP_FILTER_FLAG_SPEC_ALLOW
								 : 0;
	} else {
		flags = *seccomp->flags;
		r = check_flags(flags, err);
		if (r < 0)
			return r;
	}
	if (!notify)
		flags &= ~(uint64_t)SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;
	else if (flags & SECCOMP_FILTER_FLAG_TSYNC)
		flags |= SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_TSYNC_ESRCH;
	else
		flags |= SECCOMP_FILTER_FLAG_NEW_LISTENER;
	*ret = flags;
	return 0;
}
