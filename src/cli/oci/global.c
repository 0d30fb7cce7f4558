/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/oci/global.h"

#include "base/text.h"
#include "cli/caller.h"

const struct option_spec global_option_table[] = {
	PROGRAM_LOG_OPTIONS(struct global_options, program),
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
	PROGRAM_VERSION_OPTION(struct global_options, program),
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

int global_prepare(const struct command *command, struct command_call *call, struct err *err)
{
	const struct global_options *globals = call->globals;
	const struct caller caller = caller_read(call->arena, call->program->name);
	struct runtime *runtime = ARENA_NEW(call->arena, struct runtime);
	struct root_dir root;
	int r = caller_choose_root(&caller, call->arena, globals->root, &root, err);

	if (r < 0)
		return r;
	*runtime = (struct runtime){
		.root = root.path,
		.cgroup_manager = global_cgroup_manager(globals),
		.is_rootless = caller_is_rootless(&caller, globals->rootless),
	};
	call->runtime = runtime;
	return command->creates ? root_dir_make(&root, err) : 0;
}
