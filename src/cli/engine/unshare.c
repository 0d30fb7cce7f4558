/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <linux/magic.h>
#include <sched.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/warn.h"
#include "cli/engine/commands.h"
#include "cli/engine/unshare_options.h"

enum {
	STATUS_NOT_FOUND = 127,
	STATUS_NOT_EXECUTABLE = 126,
};

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
	OPTION_OPTIONAL(struct unshare_options, mount_binfmt, "mount-binfmt", .argument = "DIR",
		.help = "mount a binfmt_misc on DIR (default: /proc/sys/fs/binfmt_misc); implies "
			"--mount"),
	OPTION_LIST(struct unshare_options, load_interp, "load-interp", .letter = 'l',
		.argument = "DEFINITION",
		.help = "register :NAME:TYPE:OFFSET:MAGIC:MASK:INTERPRETER:FLAGS there; implies "
			"--mount-binfmt"),
	OPTION_FLAG(struct unshare_options, map_root_user, "map-root-user", .letter = 'r',
		.help = "be root inside; implies --user"),
	OPTION_FLAG(struct unshare_options, map_current_user, "map-current-user", .letter = 'c',
		.help = "be the same user inside; implies --user"),
	OPTION_STRING(struct unshare_options, map_user, "map-user", .argument = "UID|NAME",
		.help = "be this user inside; implies --user"),
	OPTION_STRING(struct unshare_options, map_group, "map-group", .argument = "GID|NAME",
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
	OPTION_STRING(struct unshare_options, owner, "owner", .argument = "UID:GID",
		.help = "who owns the user namespace outside; implies --user"),
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
	OPTION_FLAG(struct unshare_options, clear_env, "clear-env",
		.help = "do not hand the environment on"),
	OPTION_STRING(struct unshare_options, whitelist_env, "whitelist-env",
		.argument = "NAME[,NAME ...]", .help = "variables that --clear-env leaves"),
	LIMITS_OPTIONS(struct unshare_options, limits),
	OPTION_STRING(struct unshare_options, veth, "veth", .argument = "ADDRESS/BITS",
		.help = "a cable to the host: eth0 with this address inside, vethPID with the "
			"first other one of its network outside; implies --net"),
	OPTION_END,
};

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
	int r = unshare_request_make(call, &request, err);

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
	.description =
		"Options are those of unshare(1); without PROGRAM it runs $SHELL. What "
		"often goes wrong is\n"
		"explained when it happens: --pid without --fork, an outer or an empty "
		"/proc, a root that\n"
		"is not there. --log-level error keeps such explanations back.\n"
		"\n"
		"The limits (--memory, --cpus, --pids-limit) are those of a cgroup that ends "
		"with the program;\n"
		"they imply --fork. -m is --mount, as unshare has it.",
	.options = unshare_option_table,
	.options_size = sizeof(struct unshare_options),
	.order = OPTION_ORDER_ARGUMENTS_LAST,
	.max_args = COMMAND_ARGS_UNLIMITED,
	.run = unshare_command_run,
};
