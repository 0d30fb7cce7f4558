/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/text.h"
#include "base/warn.h"
#include "cli/engine/commands.h"
#include "cli/engine/unshare_maps.h"
#include "cli/signal_name.h"
#include "core/unshare.h"
#include "sys/clone.h"

enum {
	PROC_SUPER_MAGIC = 0x9fa0,
	STATUS_NOT_FOUND = 127,
	STATUS_NOT_EXECUTABLE = 126,
	N_TYPES = 8,
};

struct unshare_options {
	struct option_optional types[N_TYPES]; /* as unshare_types */
	bool fork, forward_signals, keep_caps;
	struct option_optional kill_child, mount_proc;
	struct option_number map_user, map_group;
	struct option_list map_users, map_groups;
	bool map_root_user, map_current_user, map_auto, map_subids;
	const char *propagation, *setgroups, *root, *wd;
	struct option_number setuid, setgid, monotonic, boottime;
};

static const uint64_t unshare_types[N_TYPES] = { CLONE_NEWIPC, CLONE_NEWNS, CLONE_NEWNET,
	CLONE_NEWPID, CLONE_NEWUTS, CLONE_NEWUSER, CLONE_NEWCGROUP, CLONE_NEWTIME };

#define TYPE(index, name, sign, what)                                               \
	OPTION_OPTIONAL(struct unshare_options, types[index], name, .letter = sign, \
		.argument = "FILE", .help = "a new " what " namespace (kept by a mount on FILE)")

static const struct option_spec unshare_option_table[] = {
	TYPE(0, "ipc", 'i', "ipc"),
	TYPE(1, "mount", 'm', "mount"),
	TYPE(2, "net", 'n', "net"),
	TYPE(3, "pid", 'p', "pid"),
	TYPE(4, "uts", 'u', "uts"),
	TYPE(5, "user", 'U', "user"),
	TYPE(6, "cgroup", 'C', "cgroup"),
	TYPE(7, "time", 'T', "time"),
	OPTION_FLAG(struct unshare_options, fork, "fork", .letter = 'f',
		.help = "fork, so that the program is in the new pid namespace"),
	OPTION_FLAG(struct unshare_options, forward_signals, "forward-signals",
		.help = "with --fork: hand signals on to the program"),
	OPTION_OPTIONAL(struct unshare_options, kill_child, "kill-child", .argument = "SIGNAL",
		.help = "send SIGNAL (default: KILL) to the program when this command dies; "
			"implies "
			"--fork"),
	OPTION_OPTIONAL(struct unshare_options, mount_proc, "mount-proc", .argument = "DIR",
		.help = "mount a procfs on DIR (default: /proc); implies --mount"),
	OPTION_FLAG(struct unshare_options, map_root_user, "map-root-user", .letter = 'r',
		.help = "be root inside; implies --user"),
	OPTION_FLAG(struct unshare_options, map_current_user, "map-current-user", .letter = 'c',
		.help = "be the same user inside; implies --user"),
	OPTION_NUMBER(struct unshare_options, map_user, "map-user", .argument = "UID",
		.help = "be this user inside; implies --user"),
	OPTION_NUMBER(struct unshare_options, map_group, "map-group", .argument = "GID",
		.help = "be this group inside; implies --user"),
	OPTION_FLAG(struct unshare_options, map_auto, "map-auto",
		.help = "map the further ids of /etc/subuid and /etc/subgid, from 0 on; implies "
			"--user"),
	OPTION_FLAG(struct unshare_options, map_subids, "map-subids",
		.help = "map the same ids as themselves; implies --user"),
	OPTION_LIST(struct unshare_options, map_users, "map-users", .argument = "INNER:OUTER:COUNT",
		.help = "map users; also: auto, subids, all; implies --user"),
	OPTION_LIST(struct unshare_options, map_groups, "map-groups",
		.argument = "INNER:OUTER:COUNT", .help = "the same for groups"),
	OPTION_CHOICE(struct unshare_options, setgroups, "setgroups", .argument = "allow|deny",
		.help = "whether the program may change its further groups"),
	OPTION_FLAG(struct unshare_options, keep_caps, "keep-caps",
		.help = "keep the capabilities that the user namespace gave"),
	OPTION_CHOICE(struct unshare_options, propagation, "propagation",
		.argument = "private|slave|shared|unchanged",
		.help = "of the mounts in the new mount namespace (default: private)"),
	OPTION_STRING(struct unshare_options, root, "root", .letter = 'R', .argument = "DIR",
		.help = "root directory of the program"),
	OPTION_STRING(struct unshare_options, wd, "wd", .letter = 'w', .argument = "DIR",
		.help = "working directory of the program"),
	OPTION_NUMBER(struct unshare_options, setuid, "setuid", .letter = 'S', .argument = "UID",
		.help = "user of the program, as inside"),
	OPTION_NUMBER(struct unshare_options, setgid, "setgid", .letter = 'G', .argument = "GID",
		.help = "group of the program, as inside; its further groups go"),
	OPTION_NUMBER(struct unshare_options, monotonic, "monotonic", .argument = "SECONDS",
		.help = "offset of the monotonic clock; implies --time"),
	OPTION_NUMBER(struct unshare_options, boottime, "boottime", .argument = "SECONDS",
		.help = "offset of the clock since boot; implies --time"),
	OPTION_END,
};

/* ---- from options to a request ---- */

static uint64_t types_of(const struct unshare_options *options)
{
	uint64_t types = 0;

	for (int i = 0; i < N_TYPES; i++)
		if (options->types[i].is_given)
			types |= unshare_types[i];
	if (options->map_root_user || options->map_current_user || options->map_user.is_given ||
		options->map_group.is_given || options->map_auto || options->map_subids ||
		options->map_users.n_items > 0 || options->map_groups.n_items > 0)
		types |= CLONE_NEWUSER;
	if (options->mount_proc.is_given)
		types |= CLONE_NEWNS;
	if (options->monotonic.is_given || options->boottime.is_given)
		types |= CLONE_NEWTIME;
	return types;
}

static void take_pins(
	const struct unshare_options *options, struct arena *arena, struct unshare_request *request)
{
	struct unshare_pin *pins = ARENA_NEW_ARRAY(arena, N_TYPES, struct unshare_pin);

	for (int i = 0; i < N_TYPES; i++)
		if (options->types[i].value)
			pins[request->n_pins++] = (struct unshare_pin){ unshare_types[i],
				options->types[i].value };
	request->pins = pins;
}

static unsigned long propagation_of(const char *word)
{
	if (text_equal(word, "unchanged"))
		return 0;
	if (text_equal(word, "slave"))
		return MS_SLAVE;
	return text_equal(word, "shared") ? MS_SHARED : MS_PRIVATE;
}

static int take_id(
	const struct option_number *number, const char *name, uint32_t *ret, struct err *err)
{
	if (number->value < 0 || number->value >= UINT32_MAX)
		return err_fail(err, EINVAL, "--%s %lld is no id", name, (long long)number->value);
	*ret = (uint32_t)number->value;
	return 0;
}

/* The caller's own id inside: what is said of it alone wins over what is said of user and group. */
static int take_single(const struct unshare_options *options, const struct option_number *given,
	const char *name, struct unshare_map *map, struct err *err)
{
	map->has_single = given->is_given || options->map_root_user || options->map_current_user;
	if (given->is_given)
		return take_id(given, name, &map->single, err);
	map->single = options->map_root_user ? 0 : map->own;
	return 0;
}

static const struct option_list *ranges_of(
	const struct unshare_options *options, struct arena *arena, const struct option_list *given)
{
	struct option_list *ranges = ARENA_NEW(arena, struct option_list);

	if (options->map_auto)
		ARENA_APPEND(arena, ranges->items, ranges->n_items) = "auto";
	if (options->map_subids)
		ARENA_APPEND(arena, ranges->items, ranges->n_items) = "subids";
	for (size_t i = 0; i < given->n_items; i++)
		ARENA_APPEND(arena, ranges->items, ranges->n_items) = given->items[i];
	return ranges;
}

static int take_maps(const struct unshare_options *options, struct arena *arena,
	struct unshare_request *request, struct err *err)
{
	struct unshare_map users = {
		.ranges = ranges_of(options, arena, &options->map_users),
		.own = geteuid(),
		.subids_path = "/etc/subuid",
		.proc_name = "uid_map",
	};
	struct unshare_map groups = {
		.ranges = ranges_of(options, arena, &options->map_groups),
		.own = getegid(),
		.subids_path = "/etc/subgid",
		.proc_name = "gid_map",
	};
	struct oci_id_mapping *uids, *gids;
	int r = take_single(options, &options->map_user, "map-user", &users, err);

	if (r == 0)
		r = take_single(options, &options->map_group, "map-group", &groups, err);
	if (r == 0)
		r = unshare_map_make(arena, &users, &uids, &request->maps.n_uids, err);
	if (r == 0)
		r = unshare_map_make(arena, &groups, &gids, &request->maps.n_gids, err);
	if (r < 0)
		return r;
	request->maps.uids = uids;
	request->maps.gids = gids;
	return 0;
}

static int take_ids(
	const struct unshare_options *options, struct unshare_request *request, struct err *err)
{
	int r = 0;

	request->has_uid = options->setuid.is_given;
	request->has_gid = options->setgid.is_given;
	if (request->has_uid)
		r = take_id(&options->setuid, "setuid", &request->uid, err);
	if (r == 0 && request->has_gid)
		r = take_id(&options->setgid, "setgid", &request->gid, err);
	return r;
}

static int take_fork(
	const struct unshare_options *options, struct unshare_request *request, struct err *err)
{
	request->does_fork = options->fork || options->kill_child.is_given ||
			     options->forward_signals;
	request->forwards_signals = options->forward_signals;
	if (!options->kill_child.is_given)
		return 0;
	request->death_signal = SIGKILL;
	if (!options->kill_child.value)
		return 0;
	return signal_parse(options->kill_child.value, &request->death_signal, err);
}

/* $SHELL where no program is given. */
static const char *const *program_of(struct command_call *call)
{
	const char **args;
	const char *shell = getenv("SHELL");

	if (call->n_args > 0)
		return call->args;
	args = ARENA_NEW_ARRAY(call->arena, 2, const char *);
	args[0] = text_is_empty(shell) ? "/bin/sh" : shell;
	return args;
}

static int make_request(struct command_call *call, struct unshare_request *request, struct err *err)
{
	const struct unshare_options *options = call->options;
	int r;

	*request = (struct unshare_request){
		.types = types_of(options),
		.setgroups = options->setgroups,
		.keeps_capabilities = options->keep_caps,
		.propagation = propagation_of(options->propagation),
		.root = options->root,
		.directory = options->wd,
		.has_monotonic = options->monotonic.is_given,
		.has_boottime = options->boottime.is_given,
		.monotonic_seconds = options->monotonic.value,
		.boottime_seconds = options->boottime.value,
		.args = program_of(call),
	};
	if (options->mount_proc.is_given)
		request->proc = options->mount_proc.value ? options->mount_proc.value : "/proc";
	take_pins(options, call->arena, request);
	r = take_maps(options, call->arena, request, err);
	if (r == 0)
		r = take_ids(options, request, err);
	return r < 0 ? r : take_fork(options, request, err);
}

/* ---- what often goes wrong ---- */

static void explain(const char *text)
{
	struct err note = ERR_INIT;

	err_fail(&note, EINVAL, "%s", text);
	warn(&note);
}

static bool has_procfs(struct arena *arena, const char *root)
{
	struct statfs fs;

	return statfs(arena_printf(arena, "%s/proc", root ? root : ""), &fs) == 0 &&
	       fs.f_type == PROC_SUPER_MAGIC;
}

static void explain_mistakes(struct arena *arena, const struct unshare_request *request)
{
	bool has_pid = request->types & CLONE_NEWPID;

	if (has_pid && !request->does_fork)
		explain("--pid without --fork: the program itself stays in the old pid namespace; "
			"its first child becomes process 1 of the new one, and once that has ended "
			"nothing can be forked there any more (\"cannot allocate memory\")");
	if (request->proc)
		return;
	if (request->root && access(request->root, X_OK) == 0 && !has_procfs(arena, request->root))
		explain(arena_printf(arena,
			"%s/proc is empty: ps will show nothing there; --mount-proc mounts it",
			request->root));
	else if (has_pid && request->does_fork && !request->root)
		explain("/proc is still that of the outer pid namespace: ps will show the "
			"processes "
			"of outside, or fail, because the program's number is not in it; "
			"--mount-proc mounts the new one");
}

static int unshare_command_run(struct command_call *call, struct err *err)
{
	struct unshare_request request;
	bool is_program = false;
	int r = make_request(call, &request, err);

	if (r < 0)
		return r;
	explain_mistakes(call->arena, &request);
	r = unshare_run(&request, &call->exit_status, &is_program, err);
	if (r < 0 && is_program) /* as shells have it */
		call->failure_status = err->code == ENOENT ? STATUS_NOT_FOUND
							   : STATUS_NOT_EXECUTABLE;
	return r;
}

const struct command engine_command_unshare = {
	.name = "unshare",
	.arguments = "[PROGRAM [ARGUMENT ...]]",
	.summary = "run a program in new namespaces, without an image",
	.description = "Options are those of unshare(1); without PROGRAM it runs $SHELL. What "
		       "often goes wrong is\n"
		       "explained when it happens: --pid without --fork, an outer or an empty "
		       "/proc, a root that\n"
		       "is not there. --log-level error keeps such explanations back.",
	.options = unshare_option_table,
	.options_size = sizeof(struct unshare_options),
	.order = OPTION_ORDER_ARGUMENTS_LAST,
	.max_args = COMMAND_ARGS_UNLIMITED,
	.run = unshare_command_run,
};
