/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/json.h"
#include "engine/container/settings.h"
#include "engine/container/settings_ports.h"

#define S                 struct container_settings
#define TEXT(key, member) JSON_STRING(S, key, member, .empty_is_absent = true)

static const struct json_field pair_row = JSON_STRING(struct oci_key_value, NULL, value);

static const struct json_field health_fields[] = {
	JSON_STRINGS(S, "Test", health.test, health.n_test),
	JSON_I64(S, "Interval", health.interval),
	JSON_I64(S, "Timeout", health.timeout),
	JSON_I64(S, "StartPeriod", health.start_period),
	JSON_I64(S, "StartInterval", health.start_interval),
	JSON_I64(S, "Retries", health.retries),
	{ .name = NULL },
};

static const struct json_field restart_fields[] = {
	TEXT("Name", restart_policy),
	JSON_I64(S, "MaximumRetryCount", restart_max),
	{ .name = NULL },
};

static const struct json_field config_fields[] = {
	TEXT("Hostname", hostname),
	TEXT("Domainname", domainname),
	TEXT("User", user),
	JSON_BOOL(S, "OpenStdin", open_stdin),
	JSON_BOOL(S, "Tty", tty),
	JSON_STRINGS(S, "Env", env, n_env),
	JSON_STRINGS(S, "Entrypoint", entrypoint, n_entrypoint),
	JSON_STRINGS(S, "Cmd", cmd, n_cmd),
	TEXT("Image", image_name),
	TEXT("WorkingDir", working_dir),
	JSON_U32_POINTER(S, "Umask", umask),
	JSON_MAP(S, "Labels", labels, n_labels, &pair_row),
	{ .name = "ExposedPorts",
		.type = JSON_FIELD_CALLBACK,
		.callback = settings_read_exposed_ports },
	TEXT("StopSignal", stop_signal),
	JSON_I64(S, "StopTimeout", stop_timeout),
	{ .name = "Healthcheck", .type = JSON_FIELD_OBJECT, .nested = health_fields },
	TEXT("HealthcheckOnFailureAction", health.on_failure),
	{ .name = NULL },
};

static const struct json_field mount_fields[] = {
	JSON_STRING(struct container_mount, "Type", type, .is_required = true),
	JSON_STRING(struct container_mount, "Source", source, .empty_is_absent = true),
	JSON_STRING(struct container_mount, "Target", target, .is_required = true),
	JSON_BOOL(struct container_mount, "ReadOnly", is_readonly),
	JSON_STRINGS(struct container_mount, "Options", options, n_options),
	{ .name = NULL },
};

static const struct json_field device_fields[] = {
	JSON_STRING(struct container_device, "PathOnHost", host, .is_required = true),
	JSON_STRING(struct container_device, "PathInContainer", target, .is_required = true),
	JSON_STRING(struct container_device, "CgroupPermissions", permissions, .is_required = true),
	{ .name = NULL },
};

static const struct json_field ulimit_fields[] = {
	JSON_STRING(struct container_ulimit, "Name", name, .is_required = true),
	JSON_I64(struct container_ulimit, "Soft", soft),
	JSON_I64(struct container_ulimit, "Hard", hard),
	{ .name = NULL },
};

static const struct json_field rate_fields[] = {
	JSON_STRING(struct container_rate, "Path", path, .is_required = true),
	JSON_U64(struct container_rate, "Rate", rate),
	{ .name = NULL },
};

static const struct json_field network_fields[] = {
	JSON_STRING(struct container_network, "Name", name, .is_required = true),
	JSON_STRING(struct container_network, "IPv4Address", ip, .empty_is_absent = true),
	JSON_STRING(struct container_network, "IPv6Address", ip6, .empty_is_absent = true),
	JSON_STRING(struct container_network, "MacAddress", mac, .empty_is_absent = true),
	JSON_STRINGS(struct container_network, "Aliases", aliases, n_aliases),
	{ .name = NULL },
};

static const struct json_field weight_fields[] = {
	JSON_STRING(struct container_rate, "Path", path, .is_required = true),
	JSON_U64(struct container_rate, "Weight", rate),
	{ .name = NULL },
};

static const struct json_field log_fields[] = {
	TEXT("Type", log_driver),
	JSON_I64(S, "MaxSize", log_max_size),
	JSON_I64(S, "MaxFile", log_max_files),
	{ .name = NULL },
};

static const struct json_field mount_row = { .type = JSON_FIELD_OBJECT, .nested = mount_fields };
static const struct json_field device_row = { .type = JSON_FIELD_OBJECT, .nested = device_fields };
static const struct json_field ulimit_row = { .type = JSON_FIELD_OBJECT, .nested = ulimit_fields };
static const struct json_field network_row = {
	.type = JSON_FIELD_OBJECT,
	.nested = network_fields,
};
static const struct json_field weight_row = { .type = JSON_FIELD_OBJECT, .nested = weight_fields };
static const struct json_field rate_row = { .type = JSON_FIELD_OBJECT, .nested = rate_fields };

#define RATES(key, index)                                                                      \
	JSON_ARRAY(S, key, resources.throttle[index].rates, resources.throttle[index].n_rates, \
		&rate_row)

static const struct json_field host_fields[] = {
	{ .name = "RestartPolicy", .type = JSON_FIELD_OBJECT, .nested = restart_fields },
	JSON_BOOL(S, "AutoRemove", auto_remove),
	JSON_BOOL(S, "Privileged", privileged),
	JSON_BOOL(S, "ReadonlyRootfs", readonly_rootfs),
	JSON_BOOL(S, "Init", init),
	JSON_ARRAY(S, "Mounts", mounts, n_mounts, &mount_row),
	JSON_STRINGS(S, "CapAdd", cap_add, n_cap_add),
	JSON_STRINGS(S, "CapDrop", cap_drop, n_cap_drop),
	JSON_STRINGS(S, "SecurityOpt", security_opt, n_security_opt),
	TEXT("NetworkMode", network_mode),
	JSON_ARRAY(S, "Networks", networks, n_networks, &network_row),
	JSON_STRINGS(S, "Dns", dns, n_dns),
	JSON_STRINGS(S, "DnsSearch", dns_search, n_dns_search),
	JSON_STRINGS(S, "DnsOptions", dns_options, n_dns_options),
	{ .name = "PortBindings",
		.type = JSON_FIELD_CALLBACK,
		.callback = settings_read_port_bindings },
	JSON_BOOL(S, "PublishAllPorts", publish_all_ports),
	TEXT("PidMode", pid_mode),
	TEXT("IpcMode", ipc_mode),
	TEXT("UTSMode", uts_mode),
	TEXT("CgroupnsMode", cgroupns_mode),
	TEXT("TimeMode", time_mode),
	JSON_MAP(S, "TimeOffsets", time_offsets, n_time_offsets, &pair_row),
	TEXT("UsernsMode", userns_mode),
	JSON_STRINGS(S, "UidMaps", uid_maps, n_uid_maps),
	JSON_STRINGS(S, "GidMaps", gid_maps, n_gid_maps),
	TEXT("CgroupParent", cgroup_parent),
	TEXT("Group", group),
	JSON_STRINGS(S, "GroupAdd", group_add, n_group_add),
	JSON_STRINGS(S, "ExtraHosts", extra_hosts, n_extra_hosts),
	JSON_ARRAY(S, "Devices", devices, n_devices, &device_row),
	JSON_ARRAY(S, "Ulimits", ulimits, n_ulimits, &ulimit_row),
	JSON_MAP(S, "Sysctls", sysctls, n_sysctls, &pair_row),
	JSON_MAP(S, "Annotations", annotations, n_annotations, &pair_row),
	JSON_I64(S, "Memory", resources.memory),
	JSON_I64(S, "MemorySwap", resources.memory_swap),
	JSON_I64(S, "MemoryReservation", resources.memory_reservation),
	JSON_U64_POINTER(S, "MemorySwappiness", resources.memory_swappiness),
	JSON_I64(S, "NanoCpus", resources.nano_cpus),
	JSON_I64(S, "CpuShares", resources.cpu_shares),
	JSON_I64(S, "CpuPeriod", resources.cpu_period),
	JSON_I64(S, "CpuQuota", resources.cpu_quota),
	JSON_I64(S, "CpuRealtimePeriod", resources.cpu_rt_period),
	JSON_I64(S, "CpuRealtimeRuntime", resources.cpu_rt_runtime),
	TEXT("CpusetCpus", resources.cpuset_cpus),
	TEXT("CpusetMems", resources.cpuset_mems),
	JSON_I64(S, "PidsLimit", resources.pids_limit),
	JSON_I64(S, "BlkioWeight", resources.blkio_weight),
	JSON_ARRAY(S, "BlkioWeightDevice", resources.weight_devices.rates,
		resources.weight_devices.n_rates, &weight_row),
	RATES("BlkioDeviceReadBps", OCI_THROTTLE_READ_BPS),
	RATES("BlkioDeviceWriteBps", OCI_THROTTLE_WRITE_BPS),
	RATES("BlkioDeviceReadIOps", OCI_THROTTLE_READ_IOPS),
	RATES("BlkioDeviceWriteIOps", OCI_THROTTLE_WRITE_IOPS),
	JSON_MAP(S, "CgroupConf", resources.unified, resources.n_unified, &pair_row),
	JSON_BOOL(S, "OomKillDisable", resources.oom_kill_disable),
	JSON_STRINGS(S, "DeviceCgroupRules", resources.device_cgroup_rules,
		resources.n_device_cgroup_rules),
	JSON_I64(S, "ShmSize", shm_size),
	JSON_I64(S, "OomScoreAdj", oom_score_adj),
	{ .name = "LogConfig", .type = JSON_FIELD_OBJECT, .nested = log_fields },
	{ .name = NULL },
};

/* Members of objects within go into the one struct, whatever their depth: offset 0. */
static const struct json_field settings_fields[] = {
	JSON_STRING(S, "Id", id, .is_required = true),
	JSON_STRING(S, "Name", name, .is_required = true),
	JSON_STRING(S, "Created", created, .is_required = true),
	TEXT("Image", image_id),
	TEXT("ImageManifest", manifest),
	TEXT("Rootfs", rootfs),
	{ .name = "Config", .type = JSON_FIELD_OBJECT, .nested = config_fields },
	{ .name = "HostConfig", .type = JSON_FIELD_OBJECT, .nested = host_fields },
	{ .name = NULL },
};

int settings_read(struct arena *arena, const char *bytes, size_t size,
	struct container_settings *ret, struct err *err)
{
	struct json_reader reader = JSON_READER_INIT(arena, NULL);
	const struct json_value *value;
	int r = json_parse(arena, bytes, size, &value, err);

	memset(ret, 0, sizeof(*ret));
	if (r == 0)
		r = json_read_object(&reader, value, settings_fields, ret, err);
	return r < 0 ? err_while(err, "the container's settings") : 0;
}
