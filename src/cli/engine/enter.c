/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/engine/commands.h"
#include "cli/engine/scene.h"
#include "core/enter.h"
#include "inspect/target.h"

enum {
	STATUS_NOT_FOUND = 127,
	STATUS_NOT_EXECUTABLE = 126,
	STATUS_FAILED = 125, /* before the program: as docker exec has it */
};

struct enter_options {
	const char *target;
	bool all;
	const char *except;
	struct option_optional types[OCI_NAMESPACE_COUNT]; /* as enum oci_namespace_type */
	bool join_cgroup, root, keep_caps;
	const char *wd;
	struct option_number setuid, setgid;
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
	OPTION_FLAG(struct enter_options, join_cgroup, "join-cgroup", .letter = 'c',
		.help = "the target's cgroups, with their limits"),
	OPTION_FLAG(struct enter_options, root, "root", .letter = 'r',
		.help = "the target's root directory, without its mount namespace"),
	OPTION_STRING(struct enter_options, wd, "wd", .letter = 'w', .argument = "DIR",
		.help = "working directory of the program, inside"),
	OPTION_NUMBER(struct enter_options, setuid, "setuid", .letter = 'S', .argument = "UID",
		.help = "user of the program, as inside (default: 0 in a user namespace)"),
	OPTION_NUMBER(struct enter_options, setgid, "setgid", .letter = 'G', .argument = "GID",
		.help = "group of the program, as inside"),
	OPTION_FLAG(struct enter_options, keep_caps, "keep-caps",
		.help = "all capabilities for another user than root, too"),
	OPTION_END,
};

static const enum namespace_kind kinds[OCI_NAMESPACE_COUNT] = {
	[OCI_NAMESPACE_MNT] = NAMESPACE_KIND_MNT,
	[OCI_NAMESPACE_PID] = NAMESPACE_KIND_PID,
	[OCI_NAMESPACE_NET] = NAMESPACE_KIND_NET,
	[OCI_NAMESPACE_IPC] = NAMESPACE_KIND_IPC,
	[OCI_NAMESPACE_UTS] = NAMESPACE_KIND_UTS,
	[OCI_NAMESPACE_USER] = NAMESPACE_KIND_USER,
	[OCI_NAMESPACE_CGROUP] = NAMESPACE_KIND_CGROUP,
	[OCI_NAMESPACE_TIME] = NAMESPACE_KIND_TIME,
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

/* None named: all. A namespace that the caller is in needs no joining, and may not allow it. */
static int choose_namespaces(const struct enter_options *options, struct arena *arena,
	const struct scene *scene, struct view_process *target, struct enter_request *request,
	struct err *err)
{
	const struct view_process *own = view_find_process(&scene->view, getpid());
	bool is_excepted[NAMESPACE_KIND_COUNT] = { false };
	bool is_any_named = false;
	int r = take_except(options->except, is_excepted, arena, err);

	for (int i = 0; i < OCI_NAMESPACE_COUNT; i++)
		is_any_named |= options->types[i].is_given;
	for (int i = 0; r == 0 && i < OCI_NAMESPACE_COUNT; i++) {
		const struct option_optional *given = &options->types[i];
		bool is_wanted = given->is_given || options->all ||
				 (!is_any_named && !options->root);

		if (given->value)
			request->paths[i] = given->value;
		else if (is_wanted && !is_excepted[kinds[i]] && target->namespaces[kinds[i]] != 0 &&
			 (!own || own->namespaces[kinds[i]] != target->namespaces[kinds[i]]))
			request->paths[i] = arena_printf(arena, "/proc/%d/ns/%s", target->pid,
				namespace_kind_name(kinds[i]));
	}
	return r;
}

static int take_id(
	const struct option_number *number, bool *ret_is_given, uint32_t *ret, struct err *err)
{
	if (!number->is_given)
		return 0;
	if (number->value < 0 || number->value >= UINT32_MAX)
		return err_fail(err, EINVAL, "%lld is no id", (long long)number->value);
	*ret_is_given = true;
	*ret = (uint32_t)number->value;
	return 0;
}

/* /bin/sh: the caller's $SHELL may not be there inside. */
static const char *const *program_of(const struct command_call *call)
{
	static const char *const shell[] = { "/bin/sh", NULL };

	return call->n_args > 0 ? call->args : shell;
}

/* A terminal of the target's own: inside, that of the caller has no name, and may not be its. */
static bool can_have_terminal(struct arena *arena, const struct enter_request *request)
{
	return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) && request->paths[OCI_NAMESPACE_MNT] &&
	       access(arena_printf(arena, "/proc/%d/root/dev/pts/ptmx", request->target), F_OK) ==
		       0;
}

static int find_target(const struct enter_options *options, const struct scene *scene,
	struct target *ret, struct err *err)
{
	int r;

	if (!options->target) {
		err_fail(err, EINVAL, "no target given");
		return err_hint(err, "--target NAME or PID; hull tree shows them");
	}
	r = target_find_inside(
		&scene->view, scene->known, scene->n_known, options->target, ret, err);
	if (r < 0)
		return r;
	if (ret->process->namespaces[NAMESPACE_KIND_MNT] != 0)
		return 0;
	return err_fail(err, EACCES, "process %d: its namespaces may not be seen, or it has ended",
		ret->process->pid);
}

static int make_request(struct command_call *call, struct enter_request *request, struct err *err)
{
	const struct enter_options *options = call->options;
	AUTO_SCENE scene = SCENE_INIT;
	struct target target = { 0 };
	int r = scene_read(call->arena, &scene, err);

	if (r == 0)
		r = find_target(options, &scene, &target, err);
	if (r < 0)
		return r;
	*request = (struct enter_request){
		.target = target.process->pid,
		.joins_cgroups = options->join_cgroup,
		.enters_root = options->root,
		.directory = options->wd,
		.keeps_capabilities = options->keep_caps,
		.args = program_of(call),
		.env = (const char *const *)environ,
	};
	r = choose_namespaces(options, call->arena, &scene, target.process, request, err);
	if (r == 0)
		r = take_id(&options->setuid, &request->has_uid, &request->uid, err);
	if (r == 0)
		r = take_id(&options->setgid, &request->has_gid, &request->gid, err);
	if (r == 0)
		request->has_terminal = can_have_terminal(call->arena, request);
	return r;
}

static int enter_command_run(struct command_call *call, struct err *err)
{
	struct enter_request request;
	int r = make_request(call, &request, err);

	if (r == 0)
		r = enter_run(&request, &call->exit_status, err);
	if (r == -ENOENT && text_has_prefix(err->text, "exec"))
		call->failure_status = STATUS_NOT_FOUND;
	else if (r == -EACCES && text_has_prefix(err->text, "exec"))
		call->failure_status = STATUS_NOT_EXECUTABLE;
	return r;
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
	.failure_status = STATUS_FAILED,
	.run = enter_command_run,
};
