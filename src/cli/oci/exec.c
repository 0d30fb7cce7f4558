/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/oci/commands.h"

struct exec_options {
	const char *process;
	const char *console_socket;
	const char *pidfd_socket;
	const char *pid_file;
	const char *cwd;
	const char *user; /* UID[:GID] */
	const char *process_label;
	const char *apparmor;
	struct option_list env;
	struct option_list additional_gids;
	struct option_list capabilities;
	struct option_list cgroups; /* [CONTROLLER:]PATH */
	uint32_t preserve_fds;
	bool tty;
	bool detach;
	bool no_new_privs;
	bool ignore_paused;
};

static const struct option_spec exec_option_table[] = {
	OPTION_STRING(struct exec_options, process, "process", .letter = 'p', .argument = "FILE",
		.help = "read the process from FILE, a \"process\" object of config.json"),
	OPTION_STRING(struct exec_options, cwd, "cwd", .argument = "DIR",
		.help = "working directory in the container"),
	OPTION_LIST(struct exec_options, env, "env", .letter = 'e', .argument = "NAME=VALUE",
		.help = "set an environment variable; may be repeated"),
	OPTION_STRING(struct exec_options, user, "user", .letter = 'u', .argument = "UID[:GID]",
		.help = "user and group in the container"),
	OPTION_LIST(struct exec_options, additional_gids, "additional-gids", .letter = 'g',
		.argument = "GID", .help = "add a group; may be repeated"),
	OPTION_LIST(struct exec_options, capabilities, "cap", .letter = 'c', .argument = "NAME",
		.help = "add a capability; may be repeated"),
	OPTION_FLAG(struct exec_options, no_new_privs, "no-new-privs",
		.help = "the process can gain no privileges by executing a program"),
	OPTION_FLAG(struct exec_options, tty, "tty", .letter = 't',
		.help = "give the process a terminal"),
	OPTION_STRING(struct exec_options, console_socket, "console-socket", .argument = "PATH",
		.help = "socket that receives the terminal's controlling side"),
	OPTION_STRING(struct exec_options, pidfd_socket, "pidfd-socket", .argument = "PATH",
		.help = "socket that receives a descriptor of the process"),
	OPTION_STRING(struct exec_options, pid_file, "pid-file", .argument = "FILE",
		.help = "write the process id to FILE"),
	OPTION_FLAG(struct exec_options, detach, "detach", .letter = 'd',
		.help = "do not wait for the process"),
	OPTION_U32(struct exec_options, preserve_fds, "preserve-fds", .argument = "N",
		.help = "hand N more descriptors on, behind standard error (default: 0)"),
	OPTION_LIST(struct exec_options, cgroups, "cgroup", .argument = "[CONTROLLER:]PATH",
		.help = "run in a group below the container's; may be repeated"),
	OPTION_FLAG(struct exec_options, ignore_paused, "ignore-paused",
		.help = "also into a paused container: the process waits until it goes on"),
	OPTION_STRING(struct exec_options, process_label, "process-label", .argument = "LABEL",
		.help = "SELinux label of the process"),
	OPTION_STRING(struct exec_options, apparmor, "apparmor", .argument = "PROFILE",
		.help = "AppArmor profile of the process"),
	OPTION_END,
};

static int exec_run(struct command_call *call, struct err *err)
{
	const struct exec_options *options = call->options;
	const struct exec_request request = {
		.runtime = call->runtime,
		.id = call->args[0],
		.process_file = options->process,
		.args = call->args + 1,
		.n_args = call->n_args - 1,
		.cwd = options->cwd,
		.user = options->user,
		.env = options->env.items,
		.n_env = options->env.n_items,
		.additional_gids = options->additional_gids.items,
		.n_additional_gids = options->additional_gids.n_items,
		.capabilities = options->capabilities.items,
		.n_capabilities = options->capabilities.n_items,
		.process_label = options->process_label,
		.apparmor = options->apparmor,
		.no_new_privs = options->no_new_privs,
		.tty = options->tty,
		.cgroups = options->cgroups.items,
		.n_cgroups = options->cgroups.n_items,
		.console_socket = options->console_socket,
		.pidfd_socket = options->pidfd_socket,
		.pid_file = options->pid_file,
		.preserve_fds = options->preserve_fds,
		.detach = options->detach,
		.ignore_paused = options->ignore_paused,
	};

	return container_exec(&request, &call->exit_status, err);
}

const struct command oci_command_exec = {
	.name = "exec",
	.arguments = "ID [COMMAND [ARGUMENT ...]]",
	.summary = "run another process in a container",
	.description = "What stands behind ID is the process's command line; it is left out with\n"
		       "--process. The exit status is that of the process, or 255.",
	.options = exec_option_table,
	.options_size = sizeof(struct exec_options),
	.order = OPTION_ORDER_ARGUMENTS_LAST,
	.min_args = 1,
	.max_args = COMMAND_ARGS_UNLIMITED,
	.takes_id = true,
	.failure_status = 255,
	.run = exec_run,
};
