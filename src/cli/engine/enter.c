/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <limits.h>
#include <unistd.h>

#include "base/parse.h"
#include "base/text.h"
#include "cli/engine/commands.h"
#include "cli/engine/enter_command.h"
#include "inspect/facts.h"

#define TYPE(index, name, sign, what)                                             \
	OPTION_OPTIONAL(struct enter_options, types[index], name, .letter = sign, \
		.argument = "FILE", .help = "the " what " namespace (that of FILE)")

static const struct option_spec enter_option_table[] = {
	OPTION_STRING(struct enter_options, target, "target", .letter = 't', .argument = "NAME|PID",
		.help = "container, process, or NAME:PID"),
	OPTION_FLAG(struct enter_options, all, "all", .letter = 'a',
		.help = "all namespaces (the same as none of the following)"),
	OPTION_STRING(struct enter_options, except, "except", .argument = "TYPE[,TYPE ...]",
		.help = "all but these: mnt, pid, net, ipc, uts, user, cgroup, time"),
	TYPE(OCI_NAMESPACE_MNT, "mount", 'm', "mount"),
	TYPE(OCI_NAMESPACE_UTS, "uts", 'u', "uts"),
	TYPE(OCI_NAMESPACE_IPC, "ipc", 'i', "ipc"),
	TYPE(OCI_NAMESPACE_NET, "net", 'n', "net"),
	TYPE(OCI_NAMESPACE_PID, "pid", 'p', "pid"),
	TYPE(OCI_NAMESPACE_CGROUP, "cgroup", 'C', "cgroup"),
	TYPE(OCI_NAMESPACE_USER, "user", 'U', "user"),
	TYPE(OCI_NAMESPACE_TIME, "time", 'T', "time"),
	OPTION_FLAG(struct enter_options, user_parent, "user-parent",
		.help = "the user namespace that owns the others, or with --user the one it was "
			"made in"),
	OPTION_NUMBER(struct enter_options, net_socket, "net-socket", .letter = 'N',
		.argument = "FD", .help = "the net namespace of the target's socket FD"),
	OPTION_FLAG(struct enter_options, join_cgroup, "join-cgroup", .letter = 'c',
		.help = "the target's cgroups, with their limits"),
	OPTION_OPTIONAL(struct enter_options, root, "root", .letter = 'r', .argument = "DIR",
		.help = "the target's root directory, without its mount namespace (or DIR)"),
	OPTION_OPTIONAL(struct enter_options, wd, "wd", .letter = 'w', .argument = "DIR",
		.help = "the target's working directory (or DIR, inside)"),
	OPTION_STRING(struct enter_options, wdns, "wdns", .letter = 'W', .argument = "DIR",
		.help = "the same as --wd=DIR"),
	OPTION_FLAG(struct enter_options, env, "env", .letter = 'e',
		.help = "the target's environment"),
	OPTION_STRING(struct enter_options, setuid, "setuid", .letter = 'S',
		.argument = "UID|follow",
		.help = "user of the program, as inside, or the target's (default: 0 in a user "
			"namespace)"),
	OPTION_STRING(struct enter_options, setgid, "setgid", .letter = 'G',
		.argument = "GID|follow", .help = "the same for its group"),
	OPTION_FLAG(struct enter_options, preserve_credentials, "preserve-credentials",
		.help = "in a user namespace, too, the caller's own user and groups"),
	OPTION_FLAG(struct enter_options, keep_caps, "keep-caps",
		.help = "all capabilities for another user than root, too"),
	OPTION_END,
};

/* ---- who the program is ---- */

static int refuse_id(const char *what, struct err *err)
{
	return err_fail(err, EPERM, "%s has no number in the user namespace", what);
}

static int take_ids(
	const struct enter_command *command, struct enter_request *request, struct err *err)
{
	const struct enter_options *options = command->options;
	const struct view *view = &command->scene.view;

	request->has_uid = options->setuid;
	request->has_gid = options->setgid;
	if (text_equal(options->setuid, "follow")) {
		if (!facts_uid_inside(view, command->target, &request->uid))
			return refuse_id("the target's user", err);
	} else if (options->setuid && parse_id(options->setuid, &request->uid) < 0) {
		return err_fail(err, EINVAL, "--setuid %s is no id", options->setuid);
	}
	if (text_equal(options->setgid, "follow")) {
		if (!facts_gid_inside(view, command->target, &request->gid))
			return refuse_id("the target's group", err);
	} else if (options->setgid && parse_id(options->setgid, &request->gid) < 0) {
		return err_fail(err, EINVAL, "--setgid %s is no id", options->setgid);
	}
	return 0;
}

/* What was not asked for otherwise is the caller's own, by the number it has inside. */
static int preserve_ids(
	const struct enter_command *command, struct enter_request *request, struct err *err)
{
	const struct view *view = &command->scene.view;
	pid_t pid = command->target->pid;

	if (!command->options->preserve_credentials || !request->paths[OCI_NAMESPACE_USER])
		return 0;
	request->keeps_groups = true;
	if (!request->has_uid &&
		!facts_map_inside(facts_file(view, pid, "uid_map"), geteuid(), &request->uid))
		return refuse_id("the caller's user", err);
	if (!request->has_gid &&
		!facts_map_inside(facts_file(view, pid, "gid_map"), getegid(), &request->gid))
		return refuse_id("the caller's group", err);
	request->has_uid = request->has_gid = true;
	return 0;
}

/* ---- where it is ---- */

static int take_directory(
	const struct enter_command *command, struct enter_request *request, struct err *err)
{
	const struct enter_options *options = command->options;
	struct arena *arena = command->call->arena;
	char path[PATH_MAX];
	ssize_t length;

	request->directory = options->wdns ? options->wdns : options->wd.value;
	if (request->directory || !options->wd.is_given)
		return 0;
	length = readlink(arena_printf(arena, "/proc/%d/cwd", request->target), path, sizeof(path));
	if (length < 0)
		return err_sys(err, "readlink /proc/%d/cwd", request->target);
	request->directory = arena_strndup(arena, path, (size_t)length);
	return 0;
}

static void take_root(const struct enter_command *command, struct enter_request *request)
{
	const struct option_optional *root = &command->options->root;

	if (root->is_given)
		request->root = root->value ? root->value
					    : arena_printf(command->call->arena, "/proc/%d/root",
						      request->target);
}

/* /bin/sh: the caller's $SHELL may not be there inside. */
static const char *const *program_of(const struct command_call *call)
{
	static const char *const shell[] = { "/bin/sh", NULL };

	return call->n_args > 0 ? call->args : shell;
}

static int find_target(struct enter_command *command, struct err *err)
{
	struct target target = { 0 };
	int r;

	if (!command->options->target) {
		err_fail(err, EINVAL, "no target given");
		return err_hint(err, "--target NAME or PID; hull tree shows them");
	}
	r = entering_find(&command->scene, command->options->target, &target, err);
	command->target = target.process;
	return r;
}

static int fill_request(
	const struct enter_command *command, struct enter_request *request, struct err *err)
{
	struct command_call *call = command->call;
	const struct enter_options *options = command->options;
	int r;

	*request = (struct enter_request){
		.target = command->target->pid,
		.joins_cgroups = options->join_cgroup,
		.keeps_capabilities = options->keep_caps,
		.args = program_of(call),
		.env = options->env ? entering_environment(call->arena, &command->scene.view,
					      command->target->pid)
				    : (const char *const *)environ,
	};
	take_root(command, request);
	r = enter_choose_namespaces(command, request, err);
	if (r == 0)
		r = take_ids(command, request, err);
	if (r == 0)
		r = preserve_ids(command, request, err);
	if (r == 0)
		r = take_directory(command, request, err);
	if (r == 0)
		request->has_terminal = entering_has_terminal(call->arena, request);
	return r;
}

static int enter_command_run(struct command_call *call, struct err *err)
{
	AUTO_ENTER_HELD held = { -1, -1 };
	AUTO_SCENE scene = SCENE_INIT;
	struct enter_command command = { .call = call, .options = call->options, .held = &held };
	struct enter_request request;
	int r = scene_read(call, &scene, err);

	command.scene = scene; /* borrowed */
	if (r == 0)
		r = find_target(&command, err);
	if (r == 0)
		r = fill_request(&command, &request, err);
	return r < 0 ? r : entering_run(call, &request, err);
}

const struct command engine_command_enter = {
	.name = "enter",
	.arguments = "[PROGRAM [ARGUMENT ...]]",
	.summary = "run a program in the namespaces of a container or process",
	.description = "The target is a container of any engine, by its name or the beginning of "
		       "its id, a PID, or\n"
		       "NAME:PID. Without options for single namespaces all are joined; without "
		       "PROGRAM it runs\n"
		       "/bin/sh. The program is found inside, if the mount namespace is joined.",
	.options = enter_option_table,
	.options_size = sizeof(struct enter_options),
	.order = OPTION_ORDER_ARGUMENTS_LAST,
	.max_args = COMMAND_ARGS_UNLIMITED,
	.failure_status = ENTERING_STATUS_FAILED,
	.run = enter_command_run,
};
