/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the linux section of a configuration, but for its resources and seccomp. */
#include "oci/config.h"
#include "oci/config_fields.h"

static const struct json_field namespace_fields[] = {
	JSON_ENUM(struct oci_namespace, "type", type, oci_namespace_names, .is_required = true),
	JSON_STRING(struct oci_namespace, "path", path, .empty_is_absent = true),
	{ .name = NULL },
};
static const struct json_field namespace_element = {
	.type = JSON_FIELD_OBJECT,
	.nested = namespace_fields,
};

static const struct json_field time_offset_fields[] = {
	JSON_I64(struct oci_time_offset, "secs", secs),
	JSON_U32(struct oci_time_offset, "nanosecs", nanosecs, .min = 0, .max = 999999999),
	{ .name = NULL },
};

static const struct json_field time_offsets_fields[] = {
	JSON_OBJECT_POINTER(struct oci_time_offsets, "monotonic", monotonic, time_offset_fields),
	JSON_OBJECT_POINTER(struct oci_time_offsets, "boottime", boottime, time_offset_fields),
	{ .name = NULL },
};

static const struct json_enum device_type_names[] = {
	{ "c", OCI_DEVICE_CHAR },
	{ "b", OCI_DEVICE_BLOCK },
	{ "u", OCI_DEVICE_CHAR },
	{ "p", OCI_DEVICE_FIFO },
	{ NULL, 0 },
};

static const struct json_field mode_row = { .type = JSON_FIELD_U32, .min = 0, .max = 0177777 };

/* Some engines pass st_mode whole, with the bits of the file's type. */
static int read_mode(
	struct json_reader *reader, const struct json_value *value, void *target, struct err *err)
{
	uint32_t mode = 0;
	int r = json_read_value(reader, value, &mode_row, &mode, err);

	if (r < 0)
		return r;
	*(uint32_t *)target = mode & 07777;
	return 0;
}

/* A device number has 12 bits of major and 20 of minor (the kernel's MKDEV). */
static const struct json_field device_fields[] = {
	JSON_ENUM(struct oci_device, "type", type, device_type_names, .is_required = true),
	JSON_STRING(struct oci_device, "path", path, .is_required = true),
	JSON_I64_POINTER(struct oci_device, "major", major, .min = 0, .max = 0xfff),
	JSON_I64_POINTER(struct oci_device, "minor", minor, .min = 0, .max = 0xfffff),
	JSON_CALLBACK(struct oci_device, "fileMode", file_mode, read_mode, .is_pointer = true,
		.size = sizeof(uint32_t)),
	JSON_U32_POINTER(struct oci_device, "uid", uid),
	JSON_U32_POINTER(struct oci_device, "gid", gid),
	{ .name = NULL },
};
static const struct json_field device_element = {
	.type = JSON_FIELD_OBJECT,
	.nested = device_fields,
};

static const struct json_field net_device_fields[] = {
	JSON_STRING(struct oci_net_device, "name", name, .empty_is_absent = true),
	{ .name = NULL },
};
static const struct json_field net_device_element = {
	.type = JSON_FIELD_OBJECT,
	.nested = net_device_fields,
};

static const struct json_field intel_rdt_fields[] = {
	JSON_STRING(struct oci_intel_rdt, "closID", clos_id, .empty_is_absent = true),
	JSON_STRINGS(struct oci_intel_rdt, "schemata", schemata, n_schemata),
	JSON_STRING(
		struct oci_intel_rdt, "l3CacheSchema", l3_cache_schema, .empty_is_absent = true),
	JSON_STRING(struct oci_intel_rdt, "memBwSchema", mem_bw_schema, .empty_is_absent = true),
	JSON_BOOL(struct oci_intel_rdt, "enableMonitoring", enable_monitoring),
	{ .name = NULL },
};

static const struct json_enum personality_domain_names[] = {
	{ "LINUX", OCI_PERSONALITY_LINUX },
	{ "LINUX32", OCI_PERSONALITY_LINUX32 },
	{ NULL, 0 },
};

static const struct json_field personality_fields[] = {
	JSON_ENUM(struct oci_personality, "domain", domain, personality_domain_names,
		.is_required = true),
	JSON_STRINGS(struct oci_personality, "flags", flags, n_flags),
	{ .name = NULL },
};

static const struct json_field memory_policy_fields[] = {
	JSON_ENUM(struct oci_memory_policy, "mode", mode, oci_memory_policy_mode_names,
		.is_required = true),
	JSON_STRING(struct oci_memory_policy, "nodes", nodes, .empty_is_absent = true),
	JSON_FLAGS(struct oci_memory_policy, "flags", flags, oci_memory_policy_flag_names),
	{ .name = NULL },
};

const struct json_field config_linux_fields[] = {
	JSON_ARRAY(struct oci_linux, "namespaces", namespaces, n_namespaces, &namespace_element),
	JSON_ARRAY(struct oci_linux, "uidMappings", uid_mappings, n_uid_mappings,
		&config_id_mapping_element),
	JSON_ARRAY(struct oci_linux, "gidMappings", gid_mappings, n_gid_mappings,
		&config_id_mapping_element),
	JSON_OBJECT_POINTER(struct oci_linux, "timeOffsets", time_offsets, time_offsets_fields),
	JSON_ARRAY(struct oci_linux, "devices", devices, n_devices, &device_element),
	JSON_MAP(struct oci_linux, "netDevices", net_devices, n_net_devices, &net_device_element),
	JSON_STRING(struct oci_linux, "cgroupsPath", cgroups_path, .empty_is_absent = true),
	JSON_OBJECT_POINTER(struct oci_linux, "resources", resources, config_resources_fields),
	JSON_ENUM(struct oci_linux, "rootfsPropagation", rootfs_propagation, oci_propagation_names,
		.empty_is_absent = true),
	JSON_OBJECT_POINTER(struct oci_linux, "seccomp", seccomp, config_seccomp_fields),
	JSON_STRINGS(struct oci_linux, "maskedPaths", masked_paths, n_masked_paths),
	JSON_STRINGS(struct oci_linux, "readonlyPaths", readonly_paths, n_readonly_paths),
	JSON_STRING(struct oci_linux, "mountLabel", mount_label, .empty_is_absent = true),
	JSON_MAP(struct oci_linux, "sysctl", sysctl, n_sysctl, &config_key_value_element),
	JSON_OBJECT_POINTER(struct oci_linux, "intelRdt", intel_rdt, intel_rdt_fields),
	JSON_OBJECT_POINTER(struct oci_linux, "personality", personality, personality_fields),
	JSON_OBJECT_POINTER(struct oci_linux, "memoryPolicy", memory_policy, memory_policy_fields),
	{ .name = NULL },
};
