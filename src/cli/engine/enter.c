/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/parse.h"
#include "base/text.h"
#include "cli/engine/commands.h"
#include "cli/engine/entering.h"
#include "inspect/facts.h"
#include "sys/nsfs.h"

struct enter_options {
	const char *target;
	bool all;
	const char *except;
	struct option_optional types[OCI_NAMESPACE_COUNT]; /* as enum oci_namespace_type */
	bool user_parent, join_cgroup, keep_caps, preserve_credentials, env;
	struct option_optional root, wd;
	const char *wdns, *setuid, *setgid;
	struct option_number net_socket;
};

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

static int take_except(const char *list, bool is_excepted[NAMESPACE_KIND_COUNT],
	struct arena *arena, struct err *err)
{
	while (list && *list != '\0') {
		size_t length = strcspn(list, ",");
		const char *name = arena_strndup(arena, list, length);
		enum namespace_kind kind;

		if (namespace_kind_parse(name, &kind) < 0)
			return err_fail(err, EINVAL,
				"unknown namespace type \"%s\"; there are mnt, net, ipc, user, "
				"pid, uts, cgroup, time",
				name);
		is_excepted[kind] = true;
		list += length + (list[length] == ',');
	}
	return 0;
}

/* What has to stay open until the program is there. */
struct held {
	int user_fd, net_fd;
};

static void held_close(struct held *held)
{
	fd_close(held->user_fd);
	fd_close(held->net_fd);
}

#define AUTO_HELD __attribute__((cleanup(held_close))) struct held

/* One call of the command, and what was found out. */
struct entering {
	struct command_call *call;
	const struct enter_options *options;
	struct scene scene;
	struct view_process *target;
	struct held *held;
};

static const char *fd_path(struct arena *arena, int fd)
{
	return arena_printf(arena, "/proc/self/fd/%d", fd);
}

/* None named: all. */
static int make_choice(
	const struct entering *entering, struct entering_choice *choice, struct err *err)
{
	const struct enter_options *options = entering->options;
	bool is_excepted[NAMESPACE_KIND_COUNT] = { false };
	bool is_any_named = options->user_parent || options->net_socket.is_given;
	int r = take_except(options->except, is_excepted, entering->call->arena, err);

	for (int i = 0; i < OCI_NAMESPACE_COUNT; i++)
		is_any_named |= options->types[i].is_given;
	for (int i = 0; i < OCI_NAMESPACE_COUNT; i++) {
		bool is_wanted = options->types[i].is_given || options->all ||
				 (!is_any_named && !options->root.is_given);

		choice->is_wanted[i] = is_wanted && !is_excepted[entering_kind(i)];
		choice->files[i] = options->types[i].value;
	}
	return r;
}

/* The namespace whose owner, or in case of a user namespace whose parent, is meant. */
static enum oci_namespace_type below_parent(
	const struct entering *entering, const struct entering_choice *choice)
{
	int type = OCI_NAMESPACE_MNT;

	if (entering->options->types[OCI_NAMESPACE_USER].is_given)
		return OCI_NAMESPACE_USER;
	while (type < OCI_NAMESPACE_TIME &&
		(type == OCI_NAMESPACE_USER || !choice->is_wanted[type]))
		type++;
	return (enum oci_namespace_type)type;
}

static int open_user_parent(const struct entering *entering, enum oci_namespace_type below,
	const char *file, int *ret_fd, struct err *err)
{
	enum namespace_kind kind = entering_kind(below);
	const char *path = arena_printf(entering->call->arena, "/proc/%d/ns/%s",
		entering->target->pid, namespace_kind_name(kind));
	AUTO_FD int fd = -1;
	int r = nsfs_open(file ? file : path, namespace_kind_type(kind), &fd, err);

	if (r < 0)
		return r;
	return below == OCI_NAMESPACE_USER ? nsfs_open_parent(fd, ret_fd, err)
					   : nsfs_open_owner(fd, ret_fd, err);
}

static int choose_user_parent(
	const struct entering *entering, struct entering_choice *choice, struct err *err)
{
	enum oci_namespace_type below = below_parent(entering, choice);
	int r = open_user_parent(
		entering, below, choice->files[below], &entering->held->user_fd, err);

	if (r < 0)
		return err_while(err, "parent user namespace");
	choice->files[OCI_NAMESPACE_USER] = fd_path(entering->call->arena, entering->held->user_fd);
	return 0;
}

static int choose_net_socket(
	const struct entering *entering, struct entering_choice *choice, struct err *err)
{
	int r = nsfs_open_of_socket(entering->target->pid, (int)entering->options->net_socket.value,
		&entering->held->net_fd, err);

	if (r == 0)
		choice->files[OCI_NAMESPACE_NET] = fd_path(
			entering->call->arena, entering->held->net_fd);
	return r;
}

static int choose_namespaces(
	const struct entering *entering, struct enter_request *request, struct err *err)
{
	struct entering_choice choice = { .files = { NULL } };
	int r = make_choice(entering, &choice, err);

	if (r == 0 && entering->options->user_parent)
		r = choose_user_parent(entering, &choice, err);
	if (r == 0 && entering->options->net_socket.is_given)
		r = choose_net_socket(entering, &choice, err);
	if (r == 0)
		entering_choose(entering->call->arena, &entering->scene, entering->target, &choice,
			request->paths);
	return r;
}

/* ---- who the program is ---- */

static int refuse_id(const char *what, struct err *err)
{
	return err_fail(err, EPERM, "%s has no number in the user namespace", what);
}

static int take_ids(const struct entering *entering, struct enter_request *request, struct err *err)
{
	const struct enter_options *options = entering->options;
	const struct view *view = &entering->scene.view;

	request->has_uid = options->setuid;
	request->has_gid = options->setgid;
	if (text_equal(options->setuid, "follow")) {
		if (!facts_uid_inside(view, entering->target, &request->uid))
			return refuse_id("the target's user", err);
	} else if (options->setuid && parse_id(options->setuid, &request->uid) < 0) {
		return err_fail(err, EINVAL, "--setuid %s is no id", options->setuid);
	}
	if (text_equal(options->setgid, "follow")) {
		if (!facts_gid_inside(view, entering->target, &request->gid))
			return refuse_id("the target's group", err);
	} else if (options->setgid && parse_id(options->setgid, &request->gid) < 0) {
		return err_fail(err, EINVAL, "--setgid %s is no id", options->setgid);
	}
	return 0;
}

/* What was not asked for otherwise is the caller's own, by the number it has inside. */
static int preserve_ids(
	const struct entering *entering, struct enter_request *request, struct err *err)
{
	const struct view *view = &entering->scene.view;
	pid_t pid = entering->target->pid;

	if (!entering->options->preserve_credentials || !request->paths[OCI_NAMESPACE_USER])
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
	const struct entering *entering, struct enter_request *request, struct err *err)
{
	const struct enter_options *options = entering->options;
	struct arena *arena = entering->call->arena;
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

static void take_root(const struct entering *entering, struct enter_request *request)
{
	const struct option_optional *root = &entering->options->root;

	if (root->is_given)
		request->root = root->value ? root->value
					    : arena_printf(entering->call->arena, "/proc/%d/root",
						      request->target);
}

/* /bin/sh: the caller's $SHELL may not be there inside. */
static const char *const *program_of(const struct command_call *call)
{
	static const char *const shell[] = { "/bin/sh", NULL };

	return call->n_args > 0 ? call->args : shell;
}

static int find_target(struct entering *entering, struct err *err)
{
	struct target target = { 0 };
	int r;

	if (!entering->options->target) {
		err_fail(err, EINVAL, "no target given");
		return err_hint(err, "--target NAME or PID; hull tree shows them");
	}
	r = entering_find(&entering->scene, entering->options->target, &target, err);
	entering->target = target.process;
	return r;
}

static int fill_request(
	const struct entering *entering, struct enter_request *request, struct err *err)
{
	struct command_call *call = entering->call;
	const struct enter_options *options = entering->options;
	int r;

	*request = (struct enter_request){
		.target = entering->target->pid,
		.joins_cgroups = options->join_cgroup,
		.keeps_capabilities = options->keep_caps,
		.args = program_of(call),
		.env = options->env ? entering_environment(call->arena, &entering->scene.view,
					      entering->target->pid)
				    : (const char *const *)environ,
	};
	take_root(entering, request);
	r = choose_namespaces(entering, request, err);
	if (r == 0)
		r = take_ids(entering, request, err);
	if (r == 0)
		r = preserve_ids(entering, request, err);
	if (r == 0)
		r = take_directory(entering, request, err);
	if (r == 0)
		request->has_terminal = entering_has_terminal(call->arena, request);
	return r;
}

static int enter_command_run(struct command_call *call, struct err *err)
{
	AUTO_HELD held = { -1, -1 };
	AUTO_SCENE scene = SCENE_INIT;
	struct entering entering = { .call = call, .options = call->options, .held = &held };
	struct enter_request request;
	int r = scene_read(call->arena, &scene, err);

	entering.scene = scene; /* borrowed */
	if (r == 0)
		r = find_target(&entering, err);
	if (r == 0)
		r = fill_request(&entering, &request, err);
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
