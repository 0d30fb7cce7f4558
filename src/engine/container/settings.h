/* SPDX-License-Identifier: Apache-2.0 */
/*
 * settings: what somebody asked of a container when it was made, and what its image added.
 *
 * Layer 3, roles caller and command. Kept as containers/ID/config.json in the words of Docker's
 * `inspect` (Config and HostConfig), so that inspect shows what is there. It is read again at each
 * start; what the machine decides (users, paths) is looked up then. Strings live in an arena; NULL
 * and 0 where nothing was asked.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json_write.h"
#include "oci/config.h"

/* A directory or file of the host, a volume, or a tmpfs. */
struct container_mount {
	const char *type;   /* "bind", "volume", "tmpfs" */
	const char *source; /* bind: absolute path; volume: its name, NULL: still to be made up */
	const char *target; /* absolute */
	bool is_readonly;
	const char **options; /* further mount options, "size=64m", "rslave", "idmap", "nocopy" … */
	size_t n_options;
};

struct container_device {
	const char *host;        /* PathOnHost */
	const char *target;      /* PathInContainer */
	const char *permissions; /* CgroupPermissions, "rwm" */
};

/* A rate of one block device. */
struct container_rate {
	const char *path;
	uint64_t rate; /* bytes or operations a second */
};

struct container_rate_list {
	struct container_rate *rates;
	size_t n_rates;
};

/* A port of the container that the host has as its own; docs/ports.md. */
struct container_port {
	const char *target;    /* "80/tcp" */
	const char *host_ip;   /* NULL: not said */
	const char *host_port; /* "8080", "8000-8009": one of these; NULL: any */
};

struct container_ulimit {
	const char *name;   /* "nofile" */
	int64_t soft, hard; /* -1: unlimited */
};

struct container_resources {
	int64_t memory;      /* bytes */
	int64_t memory_swap; /* memory and swap; -1: unlimited swap */
	int64_t memory_reservation;
	const uint64_t *memory_swappiness; /* percent; NULL: as it is */
	int64_t nano_cpus;
	int64_t cpu_shares, cpu_period, cpu_quota;
	int64_t cpu_rt_period, cpu_rt_runtime; /* µs */
	const char *cpuset_cpus, *cpuset_mems;
	int64_t pids_limit; /* -1: unlimited */
	int64_t blkio_weight;
	struct container_rate_list weight_devices; /* .rate is a weight */
	struct container_rate_list throttle[OCI_THROTTLE_COUNT];
	struct oci_key_value *unified; /* files of a group of v2 */
	size_t n_unified;
	bool oom_kill_disable;
	const char **device_cgroup_rules; /* "c 13:* rwm" */
	size_t n_device_cgroup_rules;
};

/* Times in nanoseconds; 0: the default (health.h). */
struct container_healthcheck {
	const char **test; /* "NONE"; "CMD" and arguments; "CMD-SHELL" and a line. n_test 0: none */
	size_t n_test;
	int64_t interval, timeout, start_period, start_interval;
	int64_t retries;
	const char *on_failure; /* "none", "kill", "restart", "stop"; NULL: none */
};

/* A network of hull that it is in, and what was asked for there. */
struct container_network {
	const char *name;
	const char *ip, *ip6, *mac; /* NULL: whichever */
	const char **aliases;
	size_t n_aliases;
};

struct container_settings {
	const char *id; /* 64 hexadecimal digits */
	const char *name;
	const char *created;    /* RFC 3339 */
	const char *image_id;   /* digest of the image's configuration; NULL with --rootfs */
	const char *image_name; /* as it was asked for */
	const char *manifest;   /* digest of the image's manifest */
	const char *rootfs;     /* --rootfs: absolute path of a directory, used as it is */

	/* Config */
	const char *hostname, *domainname;
	const char *user; /* "name", "1:2", … as in the image's configuration */
	bool open_stdin, tty;
	const char **env;
	size_t n_env;
	const char **entrypoint, **cmd; /* what runs is one behind the other */
	size_t n_entrypoint, n_cmd;
	const char *working_dir;
	const uint32_t *umask; /* NULL: 022 */
	struct oci_key_value *labels;
	size_t n_labels;
	const char *stop_signal; /* "SIGTERM" */
	int64_t stop_timeout;    /* seconds; -1: for ever */
	struct container_healthcheck health;
	struct oci_key_value *annotations;
	size_t n_annotations;
	const char **exposed_ports; /* "80/tcp": what it says it listens to */
	size_t n_exposed_ports;

	/* HostConfig */
	const char *restart_policy; /* "no", "on-failure", "always", "unless-stopped" */
	int64_t restart_max;        /* on-failure: how often; 0: no limit */
	bool auto_remove, privileged, readonly_rootfs;
	bool init; /* hull-reaper is the first process */
	struct container_mount *mounts;
	size_t n_mounts;
	const char **cap_add, **cap_drop;
	size_t n_cap_add, n_cap_drop;
	const char **security_opt;
	size_t n_security_opt;
	const char
		*network_mode; /* "none", "host", "container:NAME", "ns:PATH", a network's name */
	struct container_network *networks; /* its interfaces eth0, eth1 … in that order */
	size_t n_networks;
	const char **dns, **dns_search, **dns_options; /* for its resolv.conf */
	size_t n_dns, n_dns_search, n_dns_options;
	/* NULL or "private", "host", "container:ID"; time NULL: "host" */
	const char *pid_mode, *ipc_mode, *uts_mode, *cgroupns_mode, *time_mode;
	struct oci_key_value *time_offsets; /* "monotonic", "boottime": seconds */
	size_t n_time_offsets;
	struct container_port *ports;
	size_t n_ports;
	bool publish_all_ports;            /* those that are exposed, too */
	const char *userns_mode;           /* engine/container/userns.h; NULL: "host" */
	const char **uid_maps, **gid_maps; /* "INSIDE:OUTSIDE:COUNT" */
	size_t n_uid_maps, n_gid_maps;
	const char *cgroup_parent;
	const char *group; /* a group of hull (group.h), whose control group is the parent */
	const char **group_add;
	size_t n_group_add;
	const char **extra_hosts; /* "name:address" */
	size_t n_extra_hosts;
	struct container_device *devices;
	size_t n_devices;
	struct container_ulimit *ulimits;
	size_t n_ulimits;
	struct oci_key_value *sysctls;
	size_t n_sysctls;
	struct container_resources resources;
	int64_t shm_size; /* bytes */
	int64_t oom_score_adj;
	const char *log_driver; /* "json-file", "none" */
	int64_t log_max_size;   /* bytes of a file; -1: unlimited */
	int64_t log_max_files;
};

/* One JSON object. */
const char *settings_text(
	struct arena *arena, const struct container_settings *settings, size_t *ret_length);
int settings_read(struct arena *arena, const char *bytes, size_t size,
	struct container_settings *ret, struct err *err);

/* Config and HostConfig as members of the object that is being written. */
void settings_write_config(struct json_writer *writer, const struct container_settings *settings);
void settings_write_host_config(
	struct json_writer *writer, const struct container_settings *settings);
