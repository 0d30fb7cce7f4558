/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/oci/checkpoint_options.h"
#include "cli/oci/commands.h"

struct restore_options {
	struct checkpoint_options common; /* first: its rows have offsets into it */
	const char *bundle;
	const char *console_socket;
	const char *pid_file;
	const char *lsm_profile;
	const char *lsm_mount_context;
	bool detach;
	bool no_subreaper;
	bool no_pivot;
};

static_assert(offsetof(struct restore_options, common) == 0, "rows of the common part come first");

static const struct option_spec restore_option_table[] = {
	CHECKPOINT_COMMON_OPTIONS,
	OPTION_STRING(struct restore_options, bundle, "bundle", .letter = 'b', .argument = "DIR",
		.help = "directory of the bundle (default: the current one)"),
	OPTION_STRING(struct restore_options, console_socket, "console-socket", .argument = "PATH",
		.help = "socket that receives the terminal's controlling side"),
	OPTION_STRING(struct restore_options, pid_file, "pid-file", .argument = "FILE",
		.help = "write the process id to FILE"),
	OPTION_FLAG(struct restore_options, detach, "detach", .letter = 'd',
		.help = "do not wait for the container's process"),
	OPTION_FLAG(struct restore_options, no_subreaper, "no-subreaper",
		.help = "do not adopt the processes that the container leaves behind"),
	OPTION_FLAG(struct restore_options, no_pivot, "no-pivot",
		.help = "move the root instead of pivot_root(2)"),
	OPTION_STRING(struct restore_options, lsm_profile, "lsm-profile", .argument = "TYPE:NAME",
		.help = "another LSM profile than the saved one"),
	OPTION_STRING(struct restore_options, lsm_mount_context, "lsm-mount-context",
		.argument = "CONTEXT", .help = "another mount context than the saved one"),
	OPTION_END,
};

const struct command oci_command_restore = {
	.name = "restore",
	.arguments = "ID",
	.summary = "go on with a container that was saved",
	.unavailable = CHECKPOINT_UNAVAILABLE,
	.options = restore_option_table,
	.options_size = sizeof(struct restore_options),
	.min_args = 1,
	.max_args = 1,
	.takes_id = true,
	.creates = true,
};
