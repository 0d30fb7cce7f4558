/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/engine/container_options.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/parse_size.h"
#include "base/path.h"
#include "base/text.h"
#include "cli/signal_name.h"

#define O struct container_options

enum {
	PROFILE_MAX_BYTES = 1024 * 1024,
	HOSTNAME_MAX_BYTES = 63, /* __NEW_UTS_LEN is 64, a label of DNS 63 */
	MEMORY_MIN_BYTES = 512 * 1024,
};

/* Limits that can also be changed later. */
#define LIMIT_OPTIONS                                                                             \
	OPTION_NUMBER(O, blkio_weight, "blkio-weight", .argument = "N",                           \
		.help = "share of block I/O, 10 to 1000"),                                        \
		OPTION_NUMBER(O, cpu_period, "cpu-period", .argument = "USEC",                    \
			.help = "period of the processor quota"),                                 \
		OPTION_NUMBER(O, cpu_quota, "cpu-quota", .argument = "USEC",                      \
			.help = "processor time in each period"),                                 \
		OPTION_NUMBER(O, cpu_shares, "cpu-shares", .letter = 'c', .argument = "N",        \
			.help = "share of busy processors (others have 1024)"),                   \
		OPTION_STRING(O, cpus, "cpus", .argument = "N",                                   \
			.help = "how many processors' time it may use, 1.5"),                     \
		OPTION_STRING(O, cpuset_cpus, "cpuset-cpus", .argument = "LIST",                  \
			.help = "processors it runs on, 0-3,7"),                                  \
		OPTION_STRING(O, cpuset_mems, "cpuset-mems", .argument = "LIST",                  \
			.help = "memory nodes it uses"),                                          \
		OPTION_STRING(O, memory, "memory", .letter = 'm', .argument = "BYTES",            \
			.help = "how much memory it may use, 512m"),                              \
		OPTION_STRING(O, memory_reservation, "memory-reservation", .argument = "BYTES",   \
			.help = "how much it is reduced to when memory is short"),                \
		OPTION_STRING(O, memory_swap, "memory-swap", .argument = "BYTES",                 \
			.help = "memory and swap together; -1: no limit of swap (default: twice " \
				"the memory)"),                                                   \
		OPTION_NUMBER(O, pids_limit, "pids-limit", .argument = "N",                       \
			.help = "how many processes it may have; -1: no limit")

/* Rows of create and run. */
#define CONTAINER_OPTIONS                                                                         \
	LIMIT_OPTIONS,                                                                            \
		OPTION_LIST(O, add_host, "add-host", .argument = "NAME:ADDRESS",                  \
			.help = "a line for /etc/hosts"),                                         \
		OPTION_LIST(O, annotation, "annotation", .argument = "KEY=VALUE",                 \
			.help = "annotation of the container's configuration"),                   \
		OPTION_LIST(O, cap_add, "cap-add", .argument = "NAME",                            \
			.help = "a further capability, or ALL"),                                  \
		OPTION_LIST(O, cap_drop, "cap-drop", .argument = "NAME",                          \
			.help = "a capability it has not, or ALL"),                               \
		OPTION_STRING(O, cgroup_parent, "cgroup-parent", .argument = "GROUP",             \
			.help = "group that its control group is made in (default: /hull)"),      \
		OPTION_CHOICE(O, cgroupns, "cgroupns", .argument = "private|host",                \
			.help = "whose control groups it sees (default: its own)"),               \
		OPTION_STRING(O, cidfile, "cidfile", .argument = "FILE",                          \
			.help = "write the container's id to FILE, which must not exist"),        \
		OPTION_LIST(O, device, "device", .argument = "HOST[:PATH[:rwm]]",                 \
			.help = "a device node of the host, or all in a directory"),              \
		OPTION_LIST(O, device_cgroup_rule, "device-cgroup-rule", .argument = "RULE",      \
			.help = "devices that it may also use: \"c 13:* rwm\""),                  \
		OPTION_LIST(O, device_read_bps, "device-read-bps", .argument = "DEVICE:RATE",     \
			.help = "bytes a second it may read of a block device, /dev/sda:10m"),    \
		OPTION_LIST(O, device_read_iops, "device-read-iops", .argument = "DEVICE:RATE",   \
			.help = "reads a second"),                                                \
		OPTION_LIST(O, device_write_bps, "device-write-bps", .argument = "DEVICE:RATE",   \
			.help = "bytes a second it may write to a block device"),                 \
		OPTION_LIST(O, device_write_iops, "device-write-iops", .argument = "DEVICE:RATE", \
			.help = "writes a second"),                                               \
		OPTION_STRING(O, domainname, "domainname", .argument = "NAME",                    \
			.help = "NIS domain name"),                                               \
		OPTION_LIST(O, entrypoint, "entrypoint", .argument = "FILE",                      \
			.help = "program to run instead of the image's; empty: none"),            \
		OPTION_LIST(O, env, "env", .letter = 'e', .argument = "NAME[=VALUE]",             \
			.help = "a variable of the environment; without a value it has ours"),    \
		OPTION_LIST(O, env_file, "env-file", .argument = "FILE",                          \
			.help = "variables, one a line"),                                         \
		OPTION_LIST(O, group_add, "group-add", .argument = "GROUP",                       \
			.help = "a further group, by its name in the image or by number"),        \
		OPTION_STRING(O, hostname, "hostname", .letter = 'h', .argument = "NAME",         \
			.help = "host name (default: the begin of the id)"),                      \
		OPTION_FLAG(O, init, "init",                                                      \
			.help = "a first process that hands signals on and waits for orphans"),   \
		OPTION_FLAG(O, interactive, "interactive", .letter = 'i',                         \
			.help = "keep standard input open"),                                      \
		OPTION_CHOICE(O, ipc, "ipc", .argument = "private|host",                          \
			.help = "whose System V IPC, queues and /dev/shm it sees"),               \
		OPTION_LIST(O, label, "label", .letter = 'l', .argument = "KEY[=VALUE]",          \
			.help = "a label"),                                                       \
		OPTION_LIST(O, label_file, "label-file", .argument = "FILE",                      \
			.help = "labels, one a line"),                                            \
		OPTION_CHOICE(O, log_driver, "log-driver", .argument = "json-file|none",          \
			.help = "whether a log is kept (default: json-file)"),                    \
		OPTION_LIST(O, log_opt, "log-opt", .argument = "max-size=BYTES|max-file=N",       \
			.help = "when the log is rotated, and how many files are kept "           \
				"(default: 10m, 3)"),                                             \
		OPTION_LIST(O, mount, "mount", .argument = "type=TYPE,target=PATH,…",             \
			.help = "a mount: type bind or tmpfs, source, target, readonly, "         \
				"bind-propagation, tmpfs-size, tmpfs-mode"),                      \
		OPTION_STRING(O, name, "name", .argument = "NAME",                                \
			.help = "name of the container (default: made up)"),                      \
		OPTION_CHOICE(O, network, "network", .argument = "none|host",                     \
			.help = "none: a loopback interface of its own (the default); host: the " \
				"host's network"),                                                \
		OPTION_FLAG(O, oom_kill_disable, "oom-kill-disable",                              \
			.help = "let it wait instead of killing it when its memory is used up"),  \
		OPTION_NUMBER(O, oom_score_adj, "oom-score-adj", .argument = "N",                 \
			.help = "how likely the kernel kills it, -1000 to 1000"),                 \
		OPTION_CHOICE(O, pid, "pid", .argument = "private|host",                          \
			.help = "whose processes it sees (default: its own)"),                    \
		OPTION_FLAG(O, privileged, "privileged",                                          \
			.help = "all capabilities and devices, nothing hidden, no filter of "     \
				"system calls: it can do what root can"),                         \
		OPTION_FLAG(O, read_only, "read-only", .help = "read-only root file system"),     \
		OPTION_FLAG(O, remove, "rm", .help = "remove it when it has ended"),              \
		OPTION_STRING(O, rootfs, "rootfs", .argument = "DIR",                             \
			.help = "this directory is the root file system, as it is; no image is "  \
				"named then"),                                                    \
		OPTION_LIST(O, security_opt, "security-opt", .argument = "OPTION",                \
			.help = "seccomp=FILE|unconfined, no-new-privileges, apparmor=PROFILE, "  \
				"systempaths=unconfined, mask=PATHS, unmask=PATHS"),              \
		OPTION_STRING(O, shm_size, "shm-size", .argument = "BYTES",                       \
			.help = "size of /dev/shm (default: 64m)"),                               \
		OPTION_STRING(O, stop_signal, "stop-signal", .argument = "SIGNAL",                \
			.help = "what `stop` sends it (default: the image's, or SIGTERM)"),       \
		OPTION_NUMBER(O, stop_timeout, "stop-timeout", .argument = "SECONDS",             \
			.help = "how long `stop` waits for its end (default: 10)"),               \
		OPTION_LIST(O, sysctl, "sysctl", .argument = "NAME=VALUE",                        \
			.help = "a kernel setting of its namespaces"),                            \
		OPTION_LIST(O, tmpfs, "tmpfs", .argument = "PATH[:OPTIONS]",                      \
			.help = "a file system in memory"),                                       \
		OPTION_FLAG(O, tty, "tty", .letter = 't', .help = "give it a terminal"),          \
		OPTION_LIST(O, ulimit, "ulimit", .argument = "NAME=SOFT[:HARD]",                  \
			.help = "a limit of its processes, nofile=1024 (setrlimit(2))"),          \
		OPTION_STRING(O, user, "user", .letter = 'u', .argument = "USER[:GROUP]",         \
			.help = "who it runs as, by name in the image or by number"),             \
		OPTION_CHOICE(O, uts, "uts", .argument = "private|host",                          \
			.help = "whose host name it has (default: its own)"),                     \
		OPTION_LIST(O, volume, "volume", .letter = 'v', .argument = "PATH:TARGET[:ro]",   \
			.help = "a file or directory of the host"),                               \
		OPTION_STRING(O, workdir, "workdir", .letter = 'w', .argument = "DIR",            \
			.help = "directory it begins in")

const struct option_spec update_option_table[] = { LIMIT_OPTIONS, OPTION_END };

const struct option_spec create_option_table[] = {
	CONTAINER_OPTIONS,
	OPTION_END,
};

const struct option_spec run_option_table[] = {
	CONTAINER_OPTIONS,
	OPTION_FLAG(O, detach, "detach", .letter = 'd',
		.help = "run it in the background, and print its id"),
	OPTION_STRING(O, detach_keys, "detach-keys", .argument = "KEYS",
		.help = "what is typed to leave it (default: ctrl-p,ctrl-q)"),
	OPTION_OPTIONAL(O, sig_proxy, "sig-proxy", .argument = "true|false",
		.help = "hand signals on to it (default: true)"),
	OPTION_END,
};

static int read_size(
	const char *option, const char *text, int64_t minimum, int64_t *ret, struct err *err)
{
	if (text_is_empty(text))
		return 0;
	if (parse_size_bytes(text, ret) < 0)
		return err_fail(
			err, EINVAL, "--%s %s: not a number of bytes such as 512m", option, text);
	if (*ret < minimum)
		return err_fail(err, EINVAL, "--%s %s: less than %lld bytes", option, text,
			(long long)minimum);
	return 0;
}

static int read_memory(const struct container_options *options,
	struct container_resources *resources, struct err *err)
{
	int r = read_size("memory", options->memory, MEMORY_MIN_BYTES, &resources->memory, err);

	if (r == 0)
		r = read_size("memory-reservation", options->memory_reservation, MEMORY_MIN_BYTES,
			&resources->memory_reservation, err);
	if (r == 0 && text_equal(options->memory_swap, "-1"))
		resources->memory_swap = -1;
	else if (r == 0)
		r = read_size("memory-swap", options->memory_swap, 0, &resources->memory_swap, err);
	if (r == 0 && resources->memory_swap > 0 && resources->memory_swap < resources->memory)
		return err_fail(err, EINVAL,
			"--memory-swap %s is memory and swap together: it cannot be less than "
			"--memory %s",
			options->memory_swap, options->memory);
	return r;
}

static int read_rates(struct arena *arena, const char *option, const struct option_list *list,
	bool is_bytes, struct container_rate_list *ret, struct err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < list->n_items; i++) {
		struct container_rate rate = { 0 };

		r = rate_option_read(arena, option, list->items[i], is_bytes, &rate, err);
		if (r == 0)
			ARENA_APPEND(arena, ret->rates, ret->n_rates) = rate;
	}
	return r;
}

static int read_throttles(struct arena *arena, const struct container_options *options,
	struct container_resources *resources, struct err *err)
{
	struct container_rate_list *throttle = resources->throttle;
	int r = read_rates(arena, "device-read-bps", &options->device_read_bps, true,
		&throttle[OCI_THROTTLE_READ_BPS], err);

	if (r == 0)
		r = read_rates(arena, "device-write-bps", &options->device_write_bps, true,
			&throttle[OCI_THROTTLE_WRITE_BPS], err);
	if (r == 0)
		r = read_rates(arena, "device-read-iops", &options->device_read_iops, false,
			&throttle[OCI_THROTTLE_READ_IOPS], err);
	if (r == 0)
		r = read_rates(arena, "device-write-iops", &options->device_write_iops, false,
			&throttle[OCI_THROTTLE_WRITE_IOPS], err);
	return r;
}

int resource_options_read(struct arena *arena, const struct container_options *options,
	struct container_resources *resources, struct err *err)
{
	int r = read_memory(options, resources, err);

	if (r == 0 && !text_is_empty(options->cpus))
		r = cpus_option_read(options->cpus, &resources->nano_cpus, err);
	if (r == 0 && resources->nano_cpus > 0 &&
		(options->cpu_quota.is_given || options->cpu_period.is_given))
		return err_fail(err, EINVAL,
			"--cpus and --cpu-quota or --cpu-period say the same thing: one of them");
	resources->cpu_shares = options->cpu_shares.value;
	resources->cpu_period = options->cpu_period.value;
	resources->cpu_quota = options->cpu_quota.value;
	resources->cpuset_cpus = options->cpuset_cpus;
	resources->cpuset_mems = options->cpuset_mems;
	resources->pids_limit = options->pids_limit.value;
	resources->blkio_weight = options->blkio_weight.value;
	resources->oom_kill_disable = options->oom_kill_disable;
	resources->device_cgroup_rules = options->device_cgroup_rule.items;
	resources->n_device_cgroup_rules = options->device_cgroup_rule.n_items;
	return r < 0 ? r : read_throttles(arena, options, resources, err);
}

static int add_mounts(struct arena *arena, const struct option_list *list,
	int (*read)(struct arena *arena, const char *text, struct container_mount *ret,
		struct err *err),
	struct container_settings *settings, struct err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < list->n_items; i++) {
		struct container_mount mount = { 0 };

		r = read(arena, list->items[i], &mount, err);
		for (size_t k = 0; r == 0 && k < settings->n_mounts; k++)
			if (strcmp(settings->mounts[k].target, mount.target) == 0)
				r = err_fail(
					err, EINVAL, "duplicate mount point: %s", mount.target);
		if (r == 0)
			ARENA_APPEND(arena, settings->mounts, settings->n_mounts) = mount;
	}
	return r;
}

static int read_mounts(struct arena *arena, const struct container_options *options,
	struct container_settings *settings, struct err *err)
{
	int r = add_mounts(arena, &options->volume, volume_option_read, settings, err);

	if (r == 0)
		r = add_mounts(arena, &options->mount, mount_option_read, settings, err);
	if (r == 0)
		r = add_mounts(arena, &options->tmpfs, tmpfs_option_read, settings, err);
	return r;
}

static int read_devices(struct arena *arena, const struct container_options *options,
	struct container_settings *settings, struct err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < options->device.n_items; i++) {
		struct container_device device = { 0 };

		r = device_option_read(arena, options->device.items[i], &device, err);
		if (r == 0)
			ARENA_APPEND(arena, settings->devices, settings->n_devices) = device;
	}
	for (size_t i = 0; r == 0 && i < options->ulimit.n_items; i++) {
		struct container_ulimit limit = { 0 };

		r = ulimit_option_read(arena, options->ulimit.items[i], &limit, err);
		if (r == 0)
			ARENA_APPEND(arena, settings->ulimits, settings->n_ulimits) = limit;
	}
	return r;
}

static int read_pairs(struct arena *arena, const char *option, const struct option_list *list,
	struct oci_key_value **pairs, size_t *n, struct err *err)
{
	for (size_t i = 0; i < list->n_items; i++) {
		const char *equals = strchr(list->items[i], '=');

		if (!equals || equals == list->items[i])
			return err_fail(
				err, EINVAL, "--%s %s: not NAME=VALUE", option, list->items[i]);
		ARENA_APPEND(arena, *pairs, *n) = (struct oci_key_value){
			.key = arena_strndup(
				arena, list->items[i], (size_t)(equals - list->items[i])),
			.value = equals + 1,
		};
	}
	return 0;
}

/* A profile is kept as it is now, whatever becomes of its file. */
static int read_security(struct arena *arena, const struct container_options *options,
	struct container_settings *settings, struct err *err)
{
	const struct option_list *list = &options->security_opt;

	for (size_t i = 0; i < list->n_items; i++) {
		const char *file = text_after_prefix(list->items[i], "seccomp=");
		const char *text = list->items[i], *profile;
		size_t length;
		int r;

		if (file && !text_equal(file, "unconfined") && !text_equal(file, "builtin")) {
			r = file_read_at(
				arena, AT_FDCWD, file, PROFILE_MAX_BYTES, &profile, &length, err);
			if (r < 0)
				return err_while(err, "--security-opt %s", text);
			text = arena_printf(arena, "seccomp=%s", profile);
		}
		ARENA_APPEND(arena, settings->security_opt, settings->n_security_opt) = text;
	}
	return 0;
}

static int read_logging(const struct container_options *options,
	struct container_settings *settings, struct err *err)
{
	const struct option_list *list = &options->log_opt;

	settings->log_driver = options->log_driver;
	for (size_t i = 0; i < list->n_items; i++) {
		const char *size = text_after_prefix(list->items[i], "max-size=");
		const char *files = text_after_prefix(list->items[i], "max-file=");
		int64_t *place = size ? &settings->log_max_size : &settings->log_max_files;
		int r = size && text_equal(size, "-1") ? (*place = -1, 0)
			: size                         ? parse_size_bytes(size, place)
			: files                        ? parse_size_bytes(files, place)
						       : -EINVAL;

		if (r < 0 || *place == 0 || *place < -1 || (files && *place > 1000))
			return err_fail(err, EINVAL,
				"--log-opt %s: max-size=BYTES or max-file=N (1 to 1000) is "
				"expected",
				list->items[i]);
	}
	return 0;
}

static int read_names(struct arena *arena, const struct container_options *options,
	struct container_settings *settings, struct err *err)
{
	int signal_number;
	char cwd[PATH_MAX];

	if (!text_is_empty(options->hostname) && strlen(options->hostname) > HOSTNAME_MAX_BYTES)
		return err_fail(err, EINVAL, "--hostname %s: longer than %d bytes",
			options->hostname, HOSTNAME_MAX_BYTES);
	if (text_equal(options->uts, "host") && !text_is_empty(options->hostname))
		return err_fail(err, EINVAL, "--hostname and --uts host exclude each other");
	if (!text_is_empty(options->stop_signal) &&
		signal_parse(options->stop_signal, &signal_number, err) < 0)
		return err_while(err, "--stop-signal");
	if (!text_is_empty(options->workdir) && options->workdir[0] != '/')
		return err_fail(
			err, EINVAL, "--workdir %s: not an absolute path", options->workdir);
	if (!text_is_empty(options->rootfs)) {
		if (!getcwd(cwd, sizeof(cwd)))
			return err_sys(err, "getcwd");
		settings->rootfs = path_join(arena, cwd, options->rootfs);
	}
	return 0;
}

static void take_plain(const struct container_options *options, struct container_settings *settings)
{
	settings->name = text_is_empty(options->name) ? NULL : options->name;
	settings->hostname = options->hostname;
	settings->domainname = options->domainname;
	settings->user = options->user;
	settings->open_stdin = options->interactive;
	settings->tty = options->tty;
	settings->working_dir = options->workdir;
	settings->stop_signal = options->stop_signal;
	settings->stop_timeout = options->stop_timeout.value;
	settings->auto_remove = options->remove;
	settings->init = options->init;
	settings->privileged = options->privileged;
	settings->readonly_rootfs = options->read_only;
	settings->cap_add = options->cap_add.items;
	settings->n_cap_add = options->cap_add.n_items;
	settings->cap_drop = options->cap_drop.items;
	settings->n_cap_drop = options->cap_drop.n_items;
	settings->network_mode = options->network;
	settings->pid_mode = options->pid;
	settings->ipc_mode = options->ipc;
	settings->uts_mode = options->uts;
	settings->cgroupns_mode = options->cgroupns;
	settings->cgroup_parent = options->cgroup_parent;
	settings->group_add = options->group_add.items;
	settings->n_group_add = options->group_add.n_items;
	settings->extra_hosts = options->add_host.items;
	settings->n_extra_hosts = options->add_host.n_items;
	settings->oom_score_adj = options->oom_score_adj.value;
}

static int check_hosts(const struct container_settings *settings, struct err *err)
{
	for (size_t i = 0; i < settings->n_extra_hosts; i++) {
		const char *entry = settings->extra_hosts[i];
		size_t length = strcspn(entry, ":=");

		if (length == 0 || entry[length] == '\0' || entry[length + 1] == '\0' ||
			strpbrk(entry, " \t\n"))
			return err_fail(err, EINVAL, "--add-host %s: not NAME:ADDRESS", entry);
	}
	return 0;
}

int container_options_read(struct arena *arena, const struct container_options *options,
	struct container_settings *ret, struct err *err)
{
	struct container_settings settings = { 0 };
	int r;

	take_plain(options, &settings);
	r = check_hosts(&settings, err);
	if (r == 0)
		r = read_names(arena, options, &settings, err);
	if (r == 0)
		r = read_size("shm-size", options->shm_size, 1, &settings.shm_size, err);
	if (r == 0)
		r = resource_options_read(arena, options, &settings.resources, err);
	if (r == 0)
		r = read_mounts(arena, options, &settings, err);
	if (r == 0)
		r = read_devices(arena, options, &settings, err);
	if (r == 0)
		r = read_pairs(arena, "sysctl", &options->sysctl, &settings.sysctls,
			&settings.n_sysctls, err);
	if (r == 0)
		r = read_pairs(arena, "annotation", &options->annotation, &settings.annotations,
			&settings.n_annotations, err);
	if (r == 0)
		r = env_options_read(arena, options, &settings, err);
	if (r == 0)
		r = label_options_read(arena, options, &settings, err);
	if (r == 0)
		r = read_security(arena, options, &settings, err);
	if (r == 0)
		r = read_logging(options, &settings, err);
	if (r == 0)
		*ret = settings;
	return r;
}
