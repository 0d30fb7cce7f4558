/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/oci/global.h"

#include "base/text.h"

const struct option_spec global_option_table[] = {
	OPTION_FLAG(struct global_options, debug, "debug",
		.help = "write debug messages; the same as --log-level debug"),
	OPTION_STRING(struct global_options, log, "log", .argument = "FILE",
		.help = "append messages to FILE, or file:FILE (default: standard error)"),
	OPTION_CHOICE(struct global_options, log_format, "log-format", .argument = "text|json",
		.help = "form of the messages (default: text)"),
	OPTION_CHOICE(struct global_options, log_level, "log-level",
		.argument = "error|warning|info|debug",
		.help = "least important messages to write (default: warning; json: error)"),
	OPTION_STRING(struct global_options, root, "root", .argument = "DIR",
		.help = "where the state of containers is kept (default: /run/hull-oci, for "
			"ordinary users $XDG_RUNTIME_DIR/hull-oci)"),
	OPTION_FLAG(struct global_options, systemd_cgroup, "systemd-cgroup",
		.help = "let systemd make the cgroups; the same as --cgroup-manager systemd"),
	OPTION_CHOICE(struct global_options, cgroup_manager, "cgroup-manager",
		.argument = "cgroupfs|systemd|disabled",
		.help = "who makes the cgroups (default: cgroupfs)"),
	OPTION_CHOICE(struct global_options, rootless, "rootless", .argument = "true|false|auto",
		.help = "whether to work without the rights of the machine's administrator "
			"(default: auto)"),
	OPTION_FLAG(struct global_options, version, "version", .letter = 'v',
		.help = "print the version"),
	OPTION_END,
};

enum cgroup_manager global_cgroup_manager(const struct global_options *options)
{
	if (text_equal(options->cgroup_manager, "systemd"))
		return CGROUP_MANAGER_SYSTEMD;
	if (text_equal(options->cgroup_manager, "disabled"))
		return CGROUP_MANAGER_DISABLED;
	if (!options->cgroup_manager && options->systemd_cgroup)
		return CGROUP_MANAGER_SYSTEMD;
	return CGROUP_MANAGER_FILES;
}
