/* SPDX-License-Identifier: Apache-2.0 */
#include <linux/capability.h>
#include <linux/mempolicy.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include <cmocka.h>

#include "oci/config.h"

static void capabilities_have_the_kernels_numbers(void **state)
{
	assert_int_equal(json_enum_value(oci_capability_names, "CAP_CHOWN"), CAP_CHOWN);
	assert_int_equal(json_enum_value(oci_capability_names, "CAP_SYS_ADMIN"), CAP_SYS_ADMIN);
	assert_int_equal(json_enum_value(oci_capability_names, "CAP_SETFCAP"), CAP_SETFCAP);
	assert_int_equal(json_enum_value(oci_capability_names, "CAP_AUDIT_READ"), CAP_AUDIT_READ);
	assert_int_equal(json_enum_value(oci_capability_names, "CAP_CHECKPOINT_RESTORE"),
		CAP_CHECKPOINT_RESTORE);
	for (unsigned number = 0; number <= CAP_LAST_CAP; number++)
		assert_non_null(oci_capability_name(number));
	assert_null(oci_capability_name(63));
	assert_null(oci_capability_name(UINT32_MAX));
}

static void capabilities_are_found_in_any_case_with_or_without_prefix(void **state)
{
	assert_int_equal(oci_capability_number("CAP_NET_ADMIN"), CAP_NET_ADMIN);
	assert_int_equal(oci_capability_number("cap_net_admin"), CAP_NET_ADMIN);
	assert_int_equal(oci_capability_number("net_admin"), CAP_NET_ADMIN);
	assert_int_equal(oci_capability_number("NET_ADMIN"), CAP_NET_ADMIN);
	assert_int_equal(oci_capability_number("CAP_"), -1);
	assert_int_equal(oci_capability_number("CAP_CAP_CHOWN"), -1);
	assert_int_equal(oci_capability_number(""), -1);
}

static void rlimits_have_the_kernels_numbers(void **state)
{
	assert_int_equal(json_enum_value(oci_rlimit_names, "RLIMIT_AS"), RLIMIT_AS);
	assert_int_equal(json_enum_value(oci_rlimit_names, "RLIMIT_CORE"), RLIMIT_CORE);
	assert_int_equal(json_enum_value(oci_rlimit_names, "RLIMIT_CPU"), RLIMIT_CPU);
	assert_int_equal(json_enum_value(oci_rlimit_names, "RLIMIT_DATA"), RLIMIT_DATA);
	assert_int_equal(json_enum_value(oci_rlimit_names, "RLIMIT_FSIZE"), RLIMIT_FSIZE);
	assert_int_equal(json_enum_value(oci_rlimit_names, "RLIMIT_LOCKS"), RLIMIT_LOCKS);
	assert_int_equal(json_enum_value(oci_rlimit_names, "RLIMIT_MEMLOCK"), RLIMIT_MEMLOCK);
	assert_int_equal(json_enum_value(oci_rlimit_names, "RLIMIT_MSGQUEUE"), RLIMIT_MSGQUEUE);
	assert_int_equal(json_enum_value(oci_rlimit_names, "RLIMIT_NICE"), RLIMIT_NICE);
	assert_int_equal(json_enum_value(oci_rlimit_names, "RLIMIT_NOFILE"), RLIMIT_NOFILE);
	assert_int_equal(json_enum_value(oci_rlimit_names, "RLIMIT_NPROC"), RLIMIT_NPROC);
	assert_int_equal(json_enum_value(oci_rlimit_names, "RLIMIT_RSS"), RLIMIT_RSS);
	assert_int_equal(json_enum_value(oci_rlimit_names, "RLIMIT_RTPRIO"), RLIMIT_RTPRIO);
	assert_int_equal(json_enum_value(oci_rlimit_names, "RLIMIT_RTTIME"), RLIMIT_RTTIME);
	assert_int_equal(json_enum_value(oci_rlimit_names, "RLIMIT_SIGPENDING"), RLIMIT_SIGPENDING);
	assert_int_equal(json_enum_value(oci_rlimit_names, "RLIMIT_STACK"), RLIMIT_STACK);
	assert_string_equal(oci_rlimit_name(RLIMIT_NOFILE), "RLIMIT_NOFILE");
	assert_null(oci_rlimit_name(99));
}

static void memory_policies_have_the_kernels_numbers(void **state)
{
	assert_int_equal(OCI_MPOL_PREFERRED, MPOL_PREFERRED);
	assert_int_equal(OCI_MPOL_BIND, MPOL_BIND);
	assert_int_equal(OCI_MPOL_INTERLEAVE, MPOL_INTERLEAVE);
	assert_int_equal(OCI_MPOL_LOCAL, MPOL_LOCAL);
	assert_int_equal(OCI_MPOL_PREFERRED_MANY, MPOL_PREFERRED_MANY);
	assert_int_equal(OCI_MPOL_F_NUMA_BALANCING, MPOL_F_NUMA_BALANCING);
	assert_int_equal(OCI_MPOL_F_RELATIVE_NODES, MPOL_F_RELATIVE_NODES);
	assert_int_equal(OCI_MPOL_F_STATIC_NODES, MPOL_F_STATIC_NODES);
}

static void every_namespace_hook_action_and_architecture_has_a_name(void **state)
{
	for (int type = 0; type < OCI_NAMESPACE_COUNT; type++)
		assert_non_null(oci_namespace_name((enum oci_namespace_type)type));
	for (int hook = 0; hook < OCI_HOOK_COUNT; hook++)
		assert_non_null(json_enum_name(oci_hook_names, hook));
	for (int action = 0; action < OCI_SECCOMP_ACTION_COUNT; action++)
		assert_non_null(json_enum_name(oci_seccomp_action_names, action));
	for (int arch = 0; arch < OCI_ARCH_COUNT; arch++)
		assert_non_null(json_enum_name(oci_seccomp_arch_names, arch));
	assert_string_equal(oci_namespace_name(OCI_NAMESPACE_MNT), "mount");
	assert_string_equal(oci_namespace_name(OCI_NAMESPACE_NET), "network");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(capabilities_have_the_kernels_numbers),
		cmocka_unit_test(capabilities_are_found_in_any_case_with_or_without_prefix),
		cmocka_unit_test(rlimits_have_the_kernels_numbers),
		cmocka_unit_test(memory_policies_have_the_kernels_numbers),
		cmocka_unit_test(every_namespace_hook_action_and_architecture_has_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
