/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/container/settings.h"
#include "engine/container/settings_ports.h"

static const char *or_empty(const char *text)
{
	return text ? text : "";
}

static void write_pairs(
	struct json_writer *writer, const char *key, const struct oci_key_value *pairs, size_t n)
{
	json_write_object(writer, key);
	for (size_t i = 0; i < n; i++)
		json_write_string(writer, pairs[i].key, or_empty(pairs[i].value));
	json_write_end(writer);
}

/* Only where there is one, as with Docker. */
static void write_health(struct json_writer *writer, const struct container_healthcheck *health)
{
	if (health->n_test == 0)
		return;
	json_write_object(writer, "Healthcheck");
	json_write_strings(writer, "Test", health->test, health->n_test);
	json_write_i64(writer, "Interval", health->interval);
	json_write_i64(writer, "Timeout", health->timeout);
	json_write_i64(writer, "StartPeriod", health->start_period);
	json_write_i64(writer, "StartInterval", health->start_interval);
	json_write_i64(writer, "Retries", health->retries);
	json_write_end(writer);
	json_write_string(writer, "HealthcheckOnFailureAction",
		health->on_failure ? health->on_failure : "none");
}

static void write_restart(struct json_writer *writer, const struct container_settings *settings)
{
	json_write_object(writer, "RestartPolicy");
	json_write_string(
		writer, "Name", settings->restart_policy ? settings->restart_policy : "no");
	json_write_i64(writer, "MaximumRetryCount", settings->restart_max);
	json_write_end(writer);
}

void settings_write_config(struct json_writer *writer, const struct container_settings *settings)
{
	json_write_object(writer, "Config");
	json_write_string(writer, "Hostname", or_empty(settings->hostname));
	json_write_string(writer, "Domainname", or_empty(settings->domainname));
	json_write_string(writer, "User", or_empty(settings->user));
	json_write_bool(writer, "OpenStdin", settings->open_stdin);
	json_write_bool(writer, "Tty", settings->tty);
	json_write_strings(writer, "Env", settings->env, settings->n_env);
	json_write_strings(writer, "Entrypoint", settings->entrypoint, settings->n_entrypoint);
	json_write_strings(writer, "Cmd", settings->cmd, settings->n_cmd);
	json_write_string(writer, "Image", or_empty(settings->image_name));
	json_write_string(writer, "WorkingDir", or_empty(settings->working_dir));
	if (settings->umask)
		json_write_u64(writer, "Umask", *settings->umask);
	write_pairs(writer, "Labels", settings->labels, settings->n_labels);
	settings_write_exposed_ports(writer, settings);
	json_write_string(writer, "StopSignal", or_empty(settings->stop_signal));
	json_write_i64(writer, "StopTimeout", settings->stop_timeout);
	write_health(writer, &settings->health);
	json_write_end(writer);
}

static void write_mounts(struct json_writer *writer, const struct container_settings *settings)
{
	json_write_list(writer, "Mounts");
	for (size_t i = 0; i < settings->n_mounts; i++) {
		const struct container_mount *mount = &settings->mounts[i];

		json_write_object(writer, NULL);
		json_write_string(writer, "Type", mount->type);
		json_write_string(writer, "Source", or_empty(mount->source));
		json_write_string(writer, "Target", mount->target);
		json_write_bool(writer, "ReadOnly", mount->is_readonly);
		json_write_strings(writer, "Options", mount->options, mount->n_options);
		json_write_end(writer);
	}
	json_write_end(writer);
}

static void write_devices(struct json_writer *writer, const struct container_settings *settings)
{
	json_write_list(writer, "Devices");
	for (size_t i = 0; i < settings->n_devices; i++) {
		const struct container_device *device = &settings->devices[i];

		json_write_object(writer, NULL);
		json_write_string(writer, "PathOnHost", device->host);
		json_write_string(writer, "PathInContainer", device->target);
		json_write_string(writer, "CgroupPermissions", device->permissions);
		json_write_end(writer);
	}
	json_write_end(writer);
}

static void write_ulimits(struct json_writer *writer, const struct container_settings *settings)
{
	json_write_list(writer, "Ulimits");
	for (size_t i = 0; i < settings->n_ulimits; i++) {
		json_write_object(writer, NULL);
		json_write_string(writer, "Name", settings->ulimits[i].name);
		json_write_i64(writer, "Soft", settings->ulimits[i].soft);
		json_write_i64(writer, "Hard", settings->ulimits[i].hard);
		json_write_end(writer);
	}
	json_write_end(writer);
}

static void write_networks(struct json_writer *writer, const struct container_settings *settings)
{
	json_write_list(writer, "Networks");
	for (size_t i = 0; i < settings->n_networks; i++) {
		const struct container_network *network = &settings->networks[i];

		json_write_object(writer, NULL);
		json_write_string(writer, "Name", network->name);
		json_write_string(writer, "IPv4Address", or_empty(network->ip));
		json_write_string(writer, "IPv6Address", or_empty(network->ip6));
		json_write_string(writer, "MacAddress", or_empty(network->mac));
		json_write_strings(writer, "Aliases", network->aliases, network->n_aliases);
		json_write_end(writer);
	}
	json_write_end(writer);
}

static void write_rates(struct json_writer *writer, const char *key, const char *what,
	const struct container_rate_list *list)
{
	json_write_list(writer, key);
	for (size_t i = 0; i < list->n_rates; i++) {
		json_write_object(writer, NULL);
		json_write_string(writer, "Path", list->rates[i].path);
		json_write_u64(writer, what, list->rates[i].rate);
		json_write_end(writer);
	}
	json_write_end(writer);
}

static void write_resources(struct json_writer *writer, const struct container_resources *resources)
{
	json_write_i64(writer, "Memory", resources->memory);
	json_write_i64(writer, "MemorySwap", resources->memory_swap);
	json_write_i64(writer, "MemoryReservation", resources->memory_reservation);
	if (resources->memory_swappiness)
		json_write_u64(writer, "MemorySwappiness", *resources->memory_swappiness);
	json_write_i64(writer, "NanoCpus", resources->nano_cpus);
	json_write_i64(writer, "CpuShares", resources->cpu_shares);
	json_write_i64(writer, "CpuPeriod", resources->cpu_period);
	json_write_i64(writer, "CpuQuota", resources->cpu_quota);
	json_write_i64(writer, "CpuRealtimePeriod", resources->cpu_rt_period);
	json_write_i64(writer, "CpuRealtimeRuntime", resources->cpu_rt_runtime);
	json_write_string(writer, "CpusetCpus", or_empty(resources->cpuset_cpus));
	json_write_string(writer, "CpusetMems", or_empty(resources->cpuset_mems));
	json_write_i64(writer, "PidsLimit", resources->pids_limit);
	json_write_i64(writer, "BlkioWeight", resources->blkio_weight);
	write_rates(writer, "BlkioWeightDevice", "Weight", &resources->weight_devices);
	write_rates(
		writer, "BlkioDeviceReadBps", "Rate", &resources->throttle[OCI_THROTTLE_READ_BPS]);
	write_rates(writer, "BlkioDeviceWriteBps", "Rate",
		&resources->throttle[OCI_THROTTLE_WRITE_BPS]);
	write_rates(writer, "BlkioDeviceReadIOps", "Rate",
		&resources->throttle[OCI_THROTTLE_READ_IOPS]);
	write_rates(writer, "BlkioDeviceWriteIOps", "Rate",
		&resources->throttle[OCI_THROTTLE_WRITE_IOPS]);
	write_pairs(writer, "CgroupConf", resources->unified, resources->n_unified);
	json_write_bool(writer, "OomKillDisable", resources->oom_kill_disable);
	json_write_strings(writer, "DeviceCgroupRules", resources->device_cgroup_rules,
		resources->n_device_cgroup_rules);
}

static void write_log(struct json_writer *writer, const struct container_settings *settings)
{
	json_write_object(writer, "LogConfig");
	json_write_string(writer, "Type", or_empty(settings->log_driver));
	json_write_i64(writer, "MaxSize", settings->log_max_size);
	json_write_i64(writer, "MaxFile", settings->log_max_files);
	json_write_end(writer);
}

void settings_write_host_config(
	struct json_writer *writer, const struct container_settings *settings)
{
	json_write_object(writer, "HostConfig");
	write_restart(writer, settings);
	json_write_bool(writer, "AutoRemove", settings->auto_remove);
	json_write_bool(writer, "Privileged", settings->privileged);
	json_write_bool(writer, "ReadonlyRootfs", settings->readonly_rootfs);
	json_write_bool(writer, "Init", settings->init);
	write_mounts(writer, settings);
	json_write_strings(writer, "CapAdd", settings->cap_add, settings->n_cap_add);
	json_write_strings(writer, "CapDrop", settings->cap_drop, settings->n_cap_drop);
	json_write_strings(writer, "SecurityOpt", settings->security_opt, settings->n_security_opt);
	json_write_string(writer, "NetworkMode", or_empty(settings->network_mode));
	write_networks(writer, settings);
	json_write_strings(writer, "Dns", settings->dns, settings->n_dns);
	json_write_strings(writer, "DnsSearch", settings->dns_search, settings->n_dns_search);
	json_write_strings(writer, "DnsOptions", settings->dns_options, settings->n_dns_options);
	settings_write_port_bindings(writer, settings);
	json_write_bool(writer, "PublishAllPorts", settings->publish_all_ports);
	json_write_string(writer, "PidMode", or_empty(settings->pid_mode));
	json_write_string(writer, "IpcMode", or_empty(settings->ipc_mode));
	json_write_string(writer, "UTSMode", or_empty(settings->uts_mode));
	json_write_string(writer, "CgroupnsMode", or_empty(settings->cgroupns_mode));
	json_write_string(writer, "TimeMode", or_empty(settings->time_mode));
	write_pairs(writer, "TimeOffsets", settings->time_offsets, settings->n_time_offsets);
	json_write_string(writer, "UsernsMode", or_empty(settings->userns_mode));
	json_write_strings(writer, "UidMaps", settings->uid_maps, settings->n_uid_maps);
	json_write_strings(writer, "GidMaps", settings->gid_maps, settings->n_gid_maps);
	json_write_string(writer, "CgroupParent", or_empty(settings->cgroup_parent));
	json_write_string(writer, "Group", or_empty(settings->group));
	json_write_strings(writer, "GroupAdd", settings->group_add, settings->n_group_add);
	json_write_strings(writer, "ExtraHosts", settings->extra_hosts, settings->n_extra_hosts);
	write_devices(writer, settings);
	write_ulimits(writer, settings);
	write_pairs(writer, "Sysctls", settings->sysctls, settings->n_sysctls);
	write_pairs(writer, "Annotations", settings->annotations, settings->n_annotations);
	write_resources(writer, &settings->resources);
	json_write_i64(writer, "ShmSize", settings->shm_size);
	json_write_i64(writer, "OomScoreAdj", settings->oom_score_adj);
	write_log(writer, settings);
	json_write_end(writer);
}

const char *settings_text(
	struct arena *arena, const struct container_settings *settings, size_t *ret_length)
{
	struct json_writer writer = JSON_WRITER_INIT(arena, NULL);

	json_write_object(&writer, NULL);
	json_write_string(&writer, "Id", settings->id);
	json_write_string(&writer, "Name", settings->name);
	json_write_string(&writer, "Created", settings->created);
	json_write_string(&writer, "Image", or_empty(settings->image_id));
	json_write_string(&writer, "ImageManifest", or_empty(settings->manifest));
	json_write_string(&writer, "Rootfs", or_empty(settings->rootfs));
	settings_write_config(&writer, settings);
	settings_write_host_config(&writer, settings);
	json_write_end(&writer);
	return json_write_text(&writer, ret_length);
}
