/* SPDX-License-Identifier: Apache-2.0 */
/*
 * container_options: what can be asked of a container, for run and create.
 *
 * Layer 3, role command. The words are Docker's.
 */
#pragma once

#include "cli/command.h"
#include "cli/engine/life_options.h"
#include "engine/container/settings.h"

struct container_options {
	bool replace, quiet, env_host, unsetenv_all;
	bool interactive, tty, remove, privileged, read_only, oom_kill_disable, init;
	const char *name, *workdir, *user, *umask, *platform, *hostname, *domainname, *cidfile;
	struct option_list entrypoint, env, env_file, unsetenv, label, label_file, annotation;
	struct option_list time_offset, volume, volumes_from, mount, tmpfs, cgroup_conf, device;
	struct option_list device_cgroup_rule;
	struct option_list cap_add, cap_drop, security_opt, group_add, add_host;
	struct option_list ulimit, sysctl, log_opt, uidmap, gidmap;
	bool publish_all;
	struct option_list publish, expose;
	struct option_list network, network_alias, dns, dns_search, dns_option;
	const char *ip, *ip6, *mac_address;
	const char *pid, *time, *ipc, *uts, *userns, *cgroupns, *cgroup_parent, *group;
	const char *pull;
	const char *memory, *memory_swap, *memory_reservation, *cpus, *shm_size;
	const char *cpuset_cpus, *cpuset_mems, *rootfs;
	struct option_number cpu_shares, cpu_period, cpu_quota, pids_limit, blkio_weight;
	struct option_number memory_swappiness, cpu_rt_period, cpu_rt_runtime;
	struct option_number oom_score_adj, stop_timeout;
	struct option_list blkio_weight_device, device_read_bps, device_write_bps, device_read_iops,
		device_write_iops;
	const char *stop_signal, *log_driver;
	struct life_options life;

	/* run only */
	bool detach;
	struct option_optional sig_proxy;
	const char *detach_keys;
};

extern const struct option_spec update_option_table[]; /* limits that can be changed later */
extern const struct option_spec group_option_table[];
extern const struct option_spec create_option_table[];
extern const struct option_spec run_option_table[];

/* Everything but the image's share. Strings are borrowed from the options. */
int container_options_read(struct arena *arena, const struct container_options *options,
	struct container_settings *ret, struct err *err);

/* The limits alone. */
int resource_options_read(struct arena *arena, const struct container_options *options,
	struct container_resources *ret, struct err *err);

/* ---- between its files ---- */

/* NAME=VALUE each */
int pair_options_read(struct arena *arena, const char *option, const struct option_list *list,
	struct oci_key_value **pairs, size_t *n, struct err *err);
/* --volume, --mount and --tmpfs */
int container_mounts_read(struct arena *arena, const struct container_options *options,
	struct container_settings *settings, struct err *err);
/* Untouched where nothing is given. */
int size_option_read(
	const char *option, const char *text, int64_t minimum, int64_t *ret, struct err *err);
/* One word of the command line each. */
int volume_option_read(
	struct arena *arena, const char *text, struct container_mount *ret, struct err *err);
int mount_option_read(
	struct arena *arena, const char *text, struct container_mount *ret, struct err *err);
int tmpfs_option_read(
	struct arena *arena, const char *text, struct container_mount *ret, struct err *err);
int device_option_read(
	struct arena *arena, const char *text, struct container_device *ret, struct err *err);
int ulimit_option_read(
	struct arena *arena, const char *text, struct container_ulimit *ret, struct err *err);
int rate_option_read(struct arena *arena, const char *option, const char *text, bool is_bytes,
	struct container_rate *ret, struct err *err);
/* --publish, --expose */
int port_options_read(struct arena *arena, const struct container_options *options,
	struct container_settings *settings, struct err *err);
/* "NAME=value", "NAME": of the own environment; files have one a line. */
int env_options_read(struct arena *arena, const struct container_options *options,
	struct container_settings *settings, struct err *err);
int label_options_read(struct arena *arena, const struct container_options *options,
	struct container_settings *settings, struct err *err);
/* --network, --ip …, --dns …, --add-host */
int network_options_read(struct arena *arena, const struct container_options *options,
	struct container_settings *settings, struct err *err);
/* "1.5" → 1500000000 */
int cpus_option_read(const char *text, int64_t *ret_nano, struct err *err);
