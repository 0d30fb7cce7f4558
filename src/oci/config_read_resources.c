/* SPDX-License-Identifier: Apache-2.0 */
/* Reads linux.resources of a configuration. */
#include <string.h>

#include "oci/config.h"
#include "oci/config_fields.h"

static const struct json_enum device_rule_type_names[] = {
	{ "a", OCI_DEVICE_RULE_ALL },
	{ "c", OCI_DEVICE_RULE_CHAR },
	{ "b", OCI_DEVICE_RULE_BLOCK },
	{ NULL, 0 },
};

static const struct json_field access_row = { .type = JSON_FIELD_STRING };

static int read_access(
	struct json_reader *reader, const struct json_value *value, void *target, struct err *err)
{
	static const char letters[] = "rwm"; /* of the bits OCI_DEVICE_…, lowest first */
	const char *text = NULL;
	unsigned access = 0;
	int r = json_read_value(reader, value, &access_row, &text, err);

	if (r < 0)
		return r;
	for (; *text; text++) {
		const char *letter = strchr(letters, *text);

		if (!letter)
			return json_fail_value(reader, value, err, "made of r, w and m");
		access |= 1u << (letter - letters);
	}
	*(unsigned *)target = access;
	return 0;
}

static const struct json_field device_rule_fields[] = {
	JSON_BOOL(struct oci_device_rule, "allow", allow, .is_required = true),
	JSON_ENUM(struct oci_device_rule, "type", type, device_rule_type_names,
		.empty_is_absent = true),
	JSON_I64_POINTER(struct oci_device_rule, "major", major, .min = -1, .max = UINT32_MAX),
	JSON_I64_POINTER(struct oci_device_rule, "minor", minor, .min = -1, .max = UINT32_MAX),
	JSON_CALLBACK(struct oci_device_rule, "access", access, read_access),
	{ .name = NULL },
};
static const struct json_field device_rule_element = {
	.type = JSON_FIELD_OBJECT,
	.nested = device_rule_fields,
};

static const struct json_field memory_fields[] = {
	JSON_I64_POINTER(struct oci_memory, "limit", limit),
	JSON_I64_POINTER(struct oci_memory, "reservation", reservation),
	JSON_I64_POINTER(struct oci_memory, "swap", swap),
	JSON_I64_POINTER(struct oci_memory, "kernel", kernel),
	JSON_I64_POINTER(struct oci_memory, "kernelTCP", kernel_tcp),
	JSON_U64_POINTER(struct oci_memory, "swappiness", swappiness),
	JSON_BOOL_POINTER(struct oci_memory, "disableOOMKiller", disable_oom_killer),
	JSON_BOOL_POINTER(struct oci_memory, "useHierarchy", use_hierarchy),
	JSON_BOOL_POINTER(struct oci_memory, "checkBeforeUpdate", check_before_update),
	{ .name = NULL },
};

static const struct json_field cpu_fields[] = {
	JSON_U64_POINTER(struct oci_cpu, "shares", shares),
	JSON_I64_POINTER(struct oci_cpu, "quota", quota),
	JSON_U64_POINTER(struct oci_cpu, "burst", burst),
	JSON_U64_POINTER(struct oci_cpu, "period", period),
	JSON_I64_POINTER(struct oci_cpu, "realtimeRuntime", realtime_runtime),
	JSON_U64_POINTER(struct oci_cpu, "realtimePeriod", realtime_period),
	JSON_STRING(struct oci_cpu, "cpus", cpus, .empty_is_absent = true),
	JSON_STRING(struct oci_cpu, "mems", mems, .empty_is_absent = true),
	JSON_I64_POINTER(struct oci_cpu, "idle", idle),
	{ .name = NULL },
};

static const struct json_field pids_fields[] = {
	JSON_I64_POINTER(struct oci_pids, "limit", limit),
	{ .name = NULL },
};

#define MAJOR_MINOR(structure)                                                                 \
	JSON_I64(structure, "major", major, .is_required = true, .min = 0, .max = UINT32_MAX), \
		JSON_I64(structure, "minor", minor, .is_required = true, .min = 0,             \
			.max = UINT32_MAX)

static const struct json_field weight_device_fields[] = {
	MAJOR_MINOR(struct oci_weight_device),
	JSON_U16_POINTER(struct oci_weight_device, "weight", weight),
	JSON_U16_POINTER(struct oci_weight_device, "leafWeight", leaf_weight),
	{ .name = NULL },
};
static const struct json_field weight_device_element = {
	.type = JSON_FIELD_OBJECT,
	.nested = weight_device_fields,
};

static const struct json_field throttle_device_fields[] = {
	MAJOR_MINOR(struct oci_throttle_device),
	JSON_U64(struct oci_throttle_device, "rate", rate, .is_required = true),
	{ .name = NULL },
};
static const struct json_field throttle_device_element = {
	.type = JSON_FIELD_OBJECT,
	.nested = throttle_device_fields,
};

#define THROTTLE(key, kind)                                                                    \
	JSON_ARRAY(struct oci_block_io, key, throttle[kind].devices, throttle[kind].n_devices, \
		&throttle_device_element)

static const struct json_field block_io_fields[] = {
	JSON_U16_POINTER(struct oci_block_io, "weight", weight),
	JSON_U16_POINTER(struct oci_block_io, "leafWeight", leaf_weight),
	JSON_ARRAY(struct oci_block_io, "weightDevice", weight_devices, n_weight_devices,
		&weight_device_element),
	THROTTLE("throttleReadBpsDevice", OCI_THROTTLE_READ_BPS),
	THROTTLE("throttleWriteBpsDevice", OCI_THROTTLE_WRITE_BPS),
	THROTTLE("throttleReadIOPSDevice", OCI_THROTTLE_READ_IOPS),
	THROTTLE("throttleWriteIOPSDevice", OCI_THROTTLE_WRITE_IOPS),
	{ .name = NULL },
};

static const struct json_field hugepage_limit_fields[] = {
	JSON_STRING(struct oci_hugepage_limit, "pageSize", page_size, .is_required = true),
	JSON_U64(struct oci_hugepage_limit, "limit", limit, .is_required = true),
	{ .name = NULL },
};
static const struct json_field hugepage_limit_element = {
	.type = JSON_FIELD_OBJECT,
	.nested = hugepage_limit_fields,
};

static const struct json_field network_priority_fields[] = {
	JSON_STRING(struct oci_network_priority, "name", name, .is_required = true),
	JSON_U32(struct oci_network_priority, "priority", priority, .is_required = true),
	{ .name = NULL },
};
static const struct json_field network_priority_element = {
	.type = JSON_FIELD_OBJECT,
	.nested = network_priority_fields,
};

static const struct json_field network_fields[] = {
	JSON_U32_POINTER(struct oci_network, "classID", class_id),
	JSON_ARRAY(struct oci_network, "priorities", priorities, n_priorities,
		&network_priority_element),
	{ .name = NULL },
};

static const struct json_field rdma_fields[] = {
	JSON_U32_POINTER(struct oci_rdma, "hcaHandles", hca_handles),
	JSON_U32_POINTER(struct oci_rdma, "hcaObjects", hca_objects),
	{ .name = NULL },
};
static const struct json_field rdma_element = {
	.type = JSON_FIELD_OBJECT,
	.nested = rdma_fields,
};

const struct json_field config_resources_fields[] = {
	JSON_ARRAY(struct oci_resources, "devices", devices, n_devices, &device_rule_element),
	JSON_OBJECT_POINTER(struct oci_resources, "memory", memory, memory_fields),
	JSON_OBJECT_POINTER(struct oci_resources, "cpu", cpu, cpu_fields),
	JSON_OBJECT_POINTER(struct oci_resources, "pids", pids, pids_fields),
	JSON_OBJECT_POINTER(struct oci_resources, "blockIO", block_io, block_io_fields),
	JSON_ARRAY(struct oci_resources, "hugepageLimits", hugepage_limits, n_hugepage_limits,
		&hugepage_limit_element),
	JSON_OBJECT_POINTER(struct oci_resources, "network", network, network_fields),
	JSON_MAP(struct oci_resources, "rdma", rdma, n_rdma, &rdma_element),
	JSON_MAP(struct oci_resources, "unified", unified, n_unified, &config_key_value_element),
	{ .name = NULL },
};
