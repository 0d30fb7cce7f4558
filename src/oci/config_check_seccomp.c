/* SPDX-License-Identifier: Apache-2.0 */
/* Checks of linux.seccomp. */
#include "base/text.h"
#include "oci/check.h"

enum {
	ERRNO_MAX = 4095,      /* MAX_ERRNO of the kernel: more would become it */
	TRACE_DATA_MAX = 65535 /* SECCOMP_RET_DATA */
};

static int check_errno_ret(struct check_pointer at, enum oci_seccomp_action action,
	uint32_t errno_ret, struct err *err)
{
	uint32_t max = action == OCI_SECCOMP_TRACE ? TRACE_DATA_MAX : ERRNO_MAX;

	if (action != OCI_SECCOMP_ERRNO && action != OCI_SECCOMP_TRACE)
		return check_fail(err, at, "%s takes no number",
			json_enum_name(oci_seccomp_action_names, (int)action));
	if (errno_ret > max)
		return check_fail(err, at, "%u is not a number from 0 to %u", errno_ret, max);
	return 0;
}

static const char *name_problem(const struct oci_seccomp_rule *rule, const char *name)
{
	if (text_is_empty(name))
		return "an empty name";
	/* The runtime itself has to write(2) the listener's descriptor to the agent. */
	if (rule->action == OCI_SECCOMP_NOTIFY && text_equal(name, "write"))
		return "SCMP_ACT_NOTIFY cannot be used for write";
	return NULL;
}

static int check_rule_names(const struct oci_seccomp_rule *rule, size_t index, struct err *err)
{
	if (rule->n_names == 0)
		return check_fail(err, check_at("/linux/seccomp/syscalls/%zu/names", index),
			"at least one name is required");
	for (size_t i = 0; i < rule->n_names; i++) {
		const char *problem = name_problem(rule, rule->names[i]);

		if (problem)
			return check_fail(err,
				check_at("/linux/seccomp/syscalls/%zu/names/%zu", index, i), "%s",
				problem);
	}
	return 0;
}

static int check_listener(const struct oci_seccomp *seccomp, struct err *err)
{
	if (seccomp->listener_metadata && !seccomp->listener_path)
		return check_fail(err, check_at("/linux/seccomp/listenerMetadata"),
			"metadata without a listenerPath");
	if (seccomp->default_action == OCI_SECCOMP_NOTIFY)
		return check_fail(err, check_at("/linux/seccomp/defaultAction"),
			"SCMP_ACT_NOTIFY cannot be the default");
	for (size_t i = 0; i < seccomp->n_syscalls; i++)
		if (seccomp->syscalls[i].action == OCI_SECCOMP_NOTIFY && !seccomp->listener_path)
			return check_fail(err, check_at("/linux/seccomp/syscalls/%zu/action", i),
				"SCMP_ACT_NOTIFY needs a listenerPath");
	return 0;
}

static int check_rule(const struct oci_seccomp_rule *rule, size_t index, struct err *err)
{
	int r = check_rule_names(rule, index, err);

	if (r < 0 || !rule->errno_ret)
		return r;
	return check_errno_ret(check_at("/linux/seccomp/syscalls/%zu/errnoRet", index),
		rule->action, *rule->errno_ret, err);
}

int check_seccomp(const struct oci_seccomp *seccomp, struct err *err)
{
	int r = check_listener(seccomp, err);

	if (r == 0 && seccomp->default_errno_ret)
		r = check_errno_ret(check_at("/linux/seccomp/defaultErrnoRet"),
			seccomp->default_action, *seccomp->default_errno_ret, err);
	for (size_t i = 0; r == 0 && i < seccomp->n_syscalls; i++)
		r = check_rule(&seccomp->syscalls[i], i, err);
	return r;
}
