/* SPDX-License-Identifier: Apache-2.0 */
/* The options of run, create and update: what --help, the pages and the parser know. */
#include "cli/engine/container_options.h"

#define O struct container_options

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

/* More rows of create and run, whose words are Docker's or podman's. */
#define FURTHER_OPTIONS                                                                           \
	OPTION_LIST(O, blkio_weight_device, "blkio-weight-device", .argument = "DEVICE:N",        \
		.help = "share of one block device's I/O, 10 to 1000"),                           \
		OPTION_LIST(O, cgroup_conf, "cgroup-conf", .argument = "FILE=VALUE",              \
			.help = "a file of its group on cgroup v2, memory.high=512M"),            \
		OPTION_NUMBER(O, cpu_rt_period, "cpu-rt-period", .argument = "USEC",              \
			.help = "period of the time for real-time processes (cgroup v1)"),        \
		OPTION_NUMBER(O, cpu_rt_runtime, "cpu-rt-runtime", .argument = "USEC",            \
			.help = "time for real-time processes in each period (cgroup v1)"),       \
		OPTION_FLAG(O, env_host, "env-host", .help = "all variables of our environment"), \
		OPTION_NUMBER(O, memory_swappiness, "memory-swappiness", .argument = "PERCENT",   \
			.help = "how eagerly its memory is swapped, 0 to 100 (cgroup v1)"),       \
		OPTION_STRING(O, platform, "platform", .argument = "OS[/ARCH[/VARIANT]]",         \
			.help = "refuse an image that was made for another"),                     \
		OPTION_CHOICE(O, pull, "pull", .argument = "missing|never",                       \
			.help = "images are looked for in the store only: both mean the same"),   \
		OPTION_FLAG(O, quiet, "quiet", .letter = 'q',                                     \
			.help = "print nothing about images; nothing is printed anyway"),         \
		OPTION_FLAG(O, replace, "replace",                                                \
			.help = "remove the container that has the name now, first"),             \
		OPTION_STRING(O, umask, "umask", .argument = "MODE",                              \
			.help = "file mode creation mask, octal (default: 0022)"),                \
		OPTION_LIST(O, unsetenv, "unsetenv", .argument = "NAME",                          \
			.help = "leave a variable of the image's out"),                           \
		OPTION_FLAG(O, unsetenv_all, "unsetenv-all",                                      \
			.help = "leave all variables of the image's out")

/* Rows of create and run. */
#define CONTAINER_OPTIONS                                                                         \
	LIMIT_OPTIONS,                                                                            \
		OPTION_LIST(O, add_host, "add-host", .argument = "NAME:ADDRESS",                  \
			.help = "a line for /etc/hosts; host-gateway: the host's address"),       \
		OPTION_LIST(O, annotation, "annotation", .argument = "KEY=VALUE",                 \
			.help = "annotation of the container's configuration"),                   \
		OPTION_LIST(O, cap_add, "cap-add", .argument = "NAME",                            \
			.help = "a further capability, or ALL"),                                  \
		OPTION_LIST(O, cap_drop, "cap-drop", .argument = "NAME",                          \
			.help = "a capability it has not, or ALL"),                               \
		OPTION_STRING(O, cgroup_parent, "cgroup-parent", .argument = "GROUP",             \
			.help = "group that its control group is made in (default: /hull)"),      \
		OPTION_STRING(O, cgroupns, "cgroupns", .argument = "MODE",                        \
			.help = "whose control groups it sees: private (the default), host, "     \
				"container:NAME"),                                                \
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
		OPTION_LIST(O, dns, "dns", .argument = "ADDRESS",                                 \
			.help = "a server it asks for names, instead of the network's"),          \
		OPTION_LIST(O, dns_option, "dns-option", .argument = "OPTION",                    \
			.help = "an option of its resolv.conf"),                                  \
		OPTION_LIST(O, dns_option, "dns-opt", .is_hidden = true),                         \
		OPTION_LIST(O, dns_search, "dns-search", .argument = "DOMAIN",                    \
			.help = "a domain that names are searched in; \".\": none"),              \
		OPTION_STRING(O, domainname, "domainname", .argument = "NAME",                    \
			.help = "NIS domain name"),                                               \
		OPTION_LIST(O, entrypoint, "entrypoint", .argument = "FILE",                      \
			.help = "program to run instead of the image's; empty: none"),            \
		OPTION_LIST(O, env, "env", .letter = 'e', .argument = "NAME[=VALUE]",             \
			.help = "a variable of the environment; without a value it has ours"),    \
		OPTION_LIST(O, env_file, "env-file", .argument = "FILE",                          \
			.help = "variables, one a line"),                                         \
		OPTION_STRING(O, group, "group", .argument = "NAME",                              \
			.help = "put it in a group of `hull group`, whose limits it shares"),     \
		OPTION_LIST(O, expose, "expose", .argument = "PORT[/tcp|udp]",                    \
			.help = "a port that it listens to, for --publish-all"),                  \
		OPTION_LIST(O, group_add, "group-add", .argument = "GROUP",                       \
			.help = "a further group, by its name in the image or by number"),        \
		HEALTH_OPTIONS(O, life),                                                          \
		OPTION_STRING(O, hostname, "hostname", .letter = 'h', .argument = "NAME",         \
			.help = "host name (default: the begin of the id)"),                      \
		OPTION_FLAG(O, init, "init",                                                      \
			.help = "a first process that hands signals on and waits for orphans"),   \
		OPTION_FLAG(O, interactive, "interactive", .letter = 'i',                         \
			.help = "keep standard input open"),                                      \
		OPTION_STRING(O, ip, "ip", .argument = "ADDRESS",                                 \
			.help = "its IPv4 address in its first network"),                         \
		OPTION_STRING(O, ip6, "ip6", .argument = "ADDRESS",                               \
			.help = "its IPv6 address in its first network"),                         \
		OPTION_STRING(O, ipc, "ipc", .argument = "MODE",                                  \
			.help = "whose System V IPC and queues it sees: private (the default), "  \
				"host "                                                           \
				"(with /dev/shm), container:NAME"),                               \
		OPTION_LIST(O, label, "label", .letter = 'l', .argument = "KEY[=VALUE]",          \
			.help = "a label"),                                                       \
		OPTION_LIST(O, label_file, "label-file", .argument = "FILE",                      \
			.help = "labels, one a line"),                                            \
		OPTION_CHOICE(O, log_driver, "log-driver", .argument = "json-file|none",          \
			.help = "whether a log is kept (default: json-file)"),                    \
		OPTION_LIST(O, log_opt, "log-opt", .argument = "max-size=BYTES|max-file=N",       \
			.help = "when the log is rotated, and how many files are kept "           \
				"(default: 10m, 3)"),                                             \
		OPTION_STRING(O, mac_address, "mac-address", .argument = "ADDRESS",               \
			.help = "its MAC address in its first network"),                          \
		OPTION_LIST(O, mount, "mount", .argument = "type=TYPE,target=PATH,…",             \
			.help = "a mount: type bind, volume or tmpfs, source, target, readonly, " \
				"bind-propagation, volume-nocopy, tmpfs-size, tmpfs-mode"),       \
		OPTION_STRING(O, name, "name", .argument = "NAME",                                \
			.help = "name of the container (default: made up)"),                      \
		OPTION_LIST(O, network, "network", .argument = "NETWORK[:ip=ADDRESS,…]",          \
			.help = "a network it is in, several times for several (default: "        \
				"bridge), "                                                       \
				"with ip, ip6, mac, alias; or none, host, container:NAME, "       \
				"ns:PATH; an ordinary user's: pasta (the default), none, host"),  \
		OPTION_LIST(O, network, "net", .is_hidden = true),                                \
		OPTION_LIST(O, network_alias, "network-alias", .argument = "NAME",                \
			.help = "a further name in its networks"),                                \
		OPTION_LIST(O, network_alias, "net-alias", .is_hidden = true),                    \
		NO_HEALTHCHECK_OPTION(O, life),                                                   \
		OPTION_FLAG(O, oom_kill_disable, "oom-kill-disable",                              \
			.help = "let it wait instead of killing it when its memory is used up"),  \
		OPTION_NUMBER(O, oom_score_adj, "oom-score-adj", .argument = "N",                 \
			.help = "how likely the kernel kills it, -1000 to 1000"),                 \
		OPTION_STRING(O, pid, "pid", .argument = "MODE",                                  \
			.help = "whose processes it sees: private (the default), host, "          \
				"container:NAME"),                                                \
		OPTION_FLAG(O, privileged, "privileged",                                          \
			.help = "all capabilities and devices, nothing hidden, no filter of "     \
				"system calls: it can do what root can"),                         \
		OPTION_LIST(O, publish, "publish", .letter = 'p',                                 \
			.argument = "[ADDRESS:][HOST:]PORT[/tcp|udp]",                            \
			.help = "a port of the host is the container's, on 127.0.0.1 where no "   \
				"other address is said: 8080:80, 0.0.0.0:8080:80"),               \
		OPTION_FLAG(O, publish_all, "publish-all", .letter = 'P',                         \
			.help = "the same for all ports that are exposed, on free ones of the "   \
				"host's"),                                                        \
		OPTION_FLAG(O, read_only, "read-only", .help = "read-only root file system"),     \
		RESTART_OPTION(O, life),                                                          \
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
		OPTION_STRING(O, time, "time", .argument = "MODE",                                \
			.help = "whose clocks since boot it has: host (the default), private, "   \
				"container:NAME"),                                                \
		OPTION_LIST(O, time_offset, "time-offset", .argument = "CLOCK=SECONDS",           \
			.help = "how far boottime or monotonic is ahead of the host's; with "     \
				"--time private"),                                                \
		OPTION_LIST(O, tmpfs, "tmpfs", .argument = "PATH[:OPTIONS]",                      \
			.help = "a file system in memory"),                                       \
		OPTION_FLAG(O, tty, "tty", .letter = 't', .help = "give it a terminal"),          \
		OPTION_LIST(O, ulimit, "ulimit", .argument = "NAME=SOFT[:HARD]",                  \
			.help = "a limit of its processes, nofile=1024 (setrlimit(2))"),          \
		OPTION_STRING(O, user, "user", .letter = 'u', .argument = "USER[:GROUP]",         \
			.help = "who it runs as, by name in the image or by number"),             \
		OPTION_LIST(O, gidmap, "gidmap", .argument = "INSIDE:OUTSIDE[:COUNT]",            \
			.help = "groups of its user namespace (default: as --uidmap)"),           \
		OPTION_LIST(O, uidmap, "uidmap", .argument = "INSIDE:OUTSIDE[:COUNT]",            \
			.help = "users of its user namespace; only root may give them"),          \
		OPTION_STRING(O, userns, "userns", .argument = "MODE",                            \
			.help = "user namespace: host, private, auto[:size=N] (a range of ids "   \
				"that no other container has), container:NAME"),                  \
		OPTION_STRING(O, uts, "uts", .argument = "MODE",                                  \
			.help = "whose host name it has: private (the default), host, "           \
				"container:NAME"),                                                \
		OPTION_LIST(O, volume, "volume", .letter = 'v',                                   \
			.argument = "[SOURCE:]TARGET[:OPTIONS]",                                  \
			.help = "a volume by its name, or a path of the host; without SOURCE a "  \
				"volume of its own; options: ro, nocopy, idmap, …"),              \
		OPTION_LIST(O, volumes_from, "volumes-from", .argument = "CONTAINER[:ro]",        \
			.help = "what that container has of volumes and of the host's paths"),    \
		OPTION_STRING(O, workdir, "workdir", .letter = 'w', .argument = "DIR",            \
			.help = "directory it begins in")

const struct option_spec update_option_table[] = { LIMIT_OPTIONS, RESTART_OPTION(O, life),
	OPTION_END };

const struct option_spec group_option_table[] = {
	LIMIT_OPTIONS,
	OPTION_STRING(O, cgroup_parent, "cgroup-parent", .argument = "GROUP",
		.help = "control group that it is made in (default: /hull)"),
	OPTION_STRING(
		O, group, "parent", .argument = "NAME", .help = "another group that it lies in"),
	OPTION_END,
};

const struct option_spec create_option_table[] = {
	FURTHER_OPTIONS,
	CONTAINER_OPTIONS,
	OPTION_END,
};

const struct option_spec run_option_table[] = {
	FURTHER_OPTIONS,
	CONTAINER_OPTIONS,
	OPTION_FLAG(O, detach, "detach", .letter = 'd',
		.help = "run it in the background, and print its id"),
	OPTION_STRING(O, detach_keys, "detach-keys", .argument = "KEYS",
		.help = "what is typed to leave it (default: ctrl-p,ctrl-q)"),
	OPTION_OPTIONAL(O, sig_proxy, "sig-proxy", .argument = "true|false",
		.help = "hand signals on to it (default: true)"),
	OPTION_END,
};
