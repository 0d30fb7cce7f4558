/* SPDX-License-Identifier: Apache-2.0 */
/* Reads linux.seccomp of a configuration. */
#include "oci/config.h"
#include "oci/config_fields.h"

static const struct json_field arg_fields[] = {
	JSON_U32(struct oci_seccomp_arg, "index", index, .is_required = true, .min = 0, .max = 5),
	JSON_ENUM(struct oci_seccomp_arg, "op", op, oci_seccomp_op_names, .is_required = true),
	JSON_U64(struct oci_seccomp_arg, "value", value, .is_required = true),
	JSON_U64(struct oci_seccomp_arg, "valueTwo", value_two),
	{ .name = NULL },
};
static const struct json_field arg_element = {
	.type = JSON_FIELD_OBJECT,
	.nested = arg_fields,
};

static const struct json_field rule_fields[] = {
	JSON_STRINGS(struct oci_seccomp_rule, "names", names, n_names, .is_required = true),
	JSON_ENUM(struct oci_seccomp_rule, "action", action, oci_seccomp_action_names,
		.is_required = true),
	JSON_U32_POINTER(struct oci_seccomp_rule, "errnoRet", errno_ret),
	JSON_ARRAY(struct oci_seccomp_rule, "args", args, n_args, &arg_element),
	{ .name = NULL },
};
static const struct json_field rule_element = {
	.type = JSON_FIELD_OBJECT,
	.nested = rule_fields,
};

static const struct json_field arch_element = {
	.type = JSON_FIELD_ENUM,
	.names = oci_seccomp_arch_names,
};

const struct json_field config_seccomp_fields[] = {
	JSON_ENUM(struct oci_seccomp, "defaultAction", default_action, oci_seccomp_action_names,
		.is_required = true),
	JSON_U32_POINTER(struct oci_seccomp, "defaultErrnoRet", default_errno_ret),
	JSON_FLAGS_POINTER(struct oci_seccomp, "flags", flags, oci_seccomp_flag_names),
	JSON_STRING(struct oci_seccomp, "listenerPath", listener_path, .empty_is_absent = true),
	JSON_STRING(
		struct oci_seccomp, "listenerMetadata", listener_metadata, .empty_is_absent = true),
	JSON_ARRAY(
		struct oci_seccomp, "architectures", architectures, n_architectures, &arch_element),
	JSON_ARRAY(struct oci_seccomp, "syscalls", syscalls, n_syscalls, &rule_element),
	{ .name = NULL },
};
