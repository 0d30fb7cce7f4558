/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "base/fd.h"
#include "base/text.h"
#include "cli/engine/commands.h"
#include "cli/engine/entering.h"
#include "core/debug_root.h"
#include "core/toolbox.h"
#include "sys/nsfs.h"

struct debug_options {
	const char *toolbox, *wd;
};

static const struct option_spec debug_option_table[] = {
	OPTION_STRING(struct debug_options, toolbox, "toolbox", .argument = "DIR",
		.help = "static programs in DIR/bin (default: this machine's busybox)"),
	OPTION_STRING(struct debug_options, wd, "wd", .letter = 'w', .argument = "DIR",
		.help = "working directory of the program, inside"),
	OPTION_END,
};

static const char default_path[] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/* The target's, with the toolbox in front of its PATH, and the caller's kind of terminal. */
static const char *const *environment_of(
	struct arena *arena, const struct scene *scene, const struct view_process *target)
{
	const char **theirs = entering_environment(arena, &scene->view, target->pid);
	const char *path = default_path, *terminal = getenv("TERM");
	const char **env = NULL;
	size_t n = 0;

	for (; *theirs; theirs++) {
		if (text_has_prefix(*theirs, "PATH="))
			path = *theirs + strlen("PATH=");
		else if (!terminal || !text_has_prefix(*theirs, "TERM="))
			ARENA_APPEND(arena, env, n) = *theirs;
	}
	if (terminal)
		ARENA_APPEND(arena, env, n) = arena_printf(arena, "TERM=%s", terminal);
	ARENA_APPEND(arena, env, n) = arena_printf(
		arena, "PATH=" DEBUG_ROOT_TOOLBOX "/bin:%s", path);
	ARENA_APPEND(arena, env, n) = NULL;
	return env;
}

/* Instead of the target's mount namespace one with the toolbox in it; *ret_fd holds it. */
static int add_toolbox(
	struct command_call *call, struct enter_request *request, int *ret_fd, struct err *err)
{
	const struct debug_options *options = call->options;
	const char *user = request->paths[OCI_NAMESPACE_USER];
	AUTO_FD int toolbox = -1;
	AUTO_FD int user_ns = -1;
	int r = toolbox_open(call->arena, options->toolbox, &toolbox, err);

	if (r == 0 && user)
		r = nsfs_open(user, CLONE_NEWUSER, &user_ns, err);
	if (r == 0) {
		const struct debug_root_request root = { request->target, user_ns, toolbox };

		r = debug_root_make(&root, ret_fd, err);
	}
	if (r == 0)
		request->paths[OCI_NAMESPACE_MNT] = arena_printf(
			call->arena, "/proc/self/fd/%d", *ret_fd);
	return r;
}

static int make_request(
	struct command_call *call, struct enter_request *request, int *ret_root_fd, struct err *err)
{
	static const char *const shell[] = { "sh", NULL };
	const struct debug_options *options = call->options;
	struct entering_choice all = { .files = { NULL } };
	AUTO_SCENE scene = SCENE_INIT;
	struct target target = { 0 };
	int r = scene_read(call, &scene, err);

	if (r == 0)
		r = entering_find(&scene, call->args[0], &target, err);
	if (r < 0)
		return r;
	for (int i = 0; i < OCI_NAMESPACE_COUNT; i++)
		all.is_wanted[i] = true;
	*request = (struct enter_request){
		.target = target.process->pid,
		.directory = options->wd,
		.args = call->n_args > 1 ? call->args + 1 : shell,
		.env = environment_of(call->arena, &scene, target.process),
	};
	entering_choose(call->arena, &scene, target.process, &all, request->paths);
	r = add_toolbox(call, request, ret_root_fd, err);
	if (r == 0)
		request->has_terminal = entering_has_terminal(call->arena, request);
	return r;
}

static int debug_run(struct command_call *call, struct err *err)
{
	struct enter_request request;
	AUTO_FD int root_fd = -1;
	int r = make_request(call, &request, &root_fd, err);

	return r < 0 ? r : entering_run(call, &request, err);
}

const struct command engine_command_debug = {
	.name = "debug",
	.arguments = "NAME|PID [PROGRAM [ARGUMENT ...]]",
	.summary = "run a shell of the host's in a container that has none",
	.description = "The program runs in the target's namespaces. What is in the target's root "
		       "is at its place, and\n"
		       "writes reach it; beside it is /toolbox, which only this program sees, with "
		       "its bin in front of\n"
		       "the target's PATH. Without PROGRAM it runs sh.",
	.options = debug_option_table,
	.options_size = sizeof(struct debug_options),
	.order = OPTION_ORDER_ARGUMENTS_LAST,
	.min_args = 1,
	.max_args = COMMAND_ARGS_UNLIMITED,
	.failure_status = ENTERING_STATUS_FAILED,
	.run = debug_run,
};
