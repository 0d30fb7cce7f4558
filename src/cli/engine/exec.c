/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/text.h"
#include "cli/engine/commands.h"
#include "cli/engine/container_options.h"
#include "cli/engine/each.h"
#include "cli/engine/making.h"
#include "cli/engine/terminal_guard.h"
#include "engine/container/start.h"
#include "engine/container/stop.h"
#include "engine/events/events.h"
#include "engine/spec/user.h"

enum {
	EXIT_STATUS_NOT_RUNNABLE = 126,
	EXIT_STATUS_NO_SUCH_FILE = 127,
	ALL_CAPABILITIES_MAX = 64,
};

struct exec_options {
	bool detach, interactive, tty, privileged;
	const char *user, *workdir;
	struct option_list env, env_file;
};

static const struct option_spec exec_option_table[] = {
	OPTION_FLAG(
		struct exec_options, detach, "detach", .letter = 'd', .help = "do not wait for it"),
	OPTION_LIST(struct exec_options, env, "env", .letter = 'e', .argument = "NAME[=VALUE]",
		.help = "a variable of the environment; without a value it has ours"),
	OPTION_LIST(struct exec_options, env_file, "env-file", .argument = "FILE",
		.help = "variables, one a line"),
	OPTION_FLAG(struct exec_options, interactive, "interactive", .letter = 'i',
		.help = "with our standard input"),
	OPTION_FLAG(struct exec_options, privileged, "privileged", .help = "all capabilities"),
	OPTION_FLAG(struct exec_options, tty, "tty", .letter = 't', .help = "give it a terminal"),
	OPTION_STRING(struct exec_options, user, "user", .letter = 'u', .argument = "USER[:GROUP]",
		.help = "who it runs as (default: as the container)"),
	OPTION_STRING(struct exec_options, workdir, "workdir", .letter = 'w', .argument = "DIR",
		.help = "directory it begins in (default: the container's)"),
	OPTION_END,
};

/* has_one_id: nobody can have the groups that the image gives its users. */
static int set_user(struct command_call *call, const struct exec_options *options, pid_t pid,
	bool has_one_id, struct exec_request *request, struct err *err)
{
	const char *path = arena_printf(call->arena, "/proc/%d/root", pid);
	struct spec_user user;
	const char **groups;
	int r;

	if (text_is_empty(options->user))
		return 0;
	AUTO_FD int root_fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root_fd < 0)
		return err_sys(err, "open %s", path);
	r = user_resolve(call->arena, root_fd, options->user, NULL, 0, &user, err);
	if (r < 0)
		return r;
	groups = ARENA_NEW_ARRAY(call->arena, user.n_groups, const char *);
	for (size_t i = 0; i < user.n_groups; i++)
		groups[i] = arena_printf(call->arena, "%u", user.groups[i]);
	request->user = arena_printf(call->arena, "%u:%u", user.uid, user.gid);
	request->additional_gids = groups;
	request->n_additional_gids = has_one_id ? 0 : user.n_groups;
	return 0;
}

static int set_env(struct command_call *call, const struct exec_options *options,
	struct exec_request *request, struct err *err)
{
	const struct container_options as_options = {
		.env = options->env,
		.env_file = options->env_file,
	};
	struct container_settings settings = { 0 };
	int r = env_options_read(call->arena, &as_options, &settings, err);

	if (r == 0 && options->tty)
		ARENA_APPEND(call->arena, settings.env, settings.n_env) = "TERM=xterm";
	request->env = settings.env;
	request->n_env = settings.n_env;
	return r;
}

static void set_privileged(struct command_call *call, struct exec_request *request)
{
	const char **names = ARENA_NEW_ARRAY(call->arena, ALL_CAPABILITIES_MAX, const char *);
	size_t n = 0;

	for (unsigned i = 0; i < ALL_CAPABILITIES_MAX; i++)
		if (oci_capability_name(i))
			names[n++] = oci_capability_name(i);
	request->capabilities = names;
	request->n_capabilities = n;
}

/* What it does not get is empty, not ours. */
static int close_streams(const struct exec_options *options, struct err *err)
{
	bool closes[] = { !options->interactive || options->detach, options->detach,
		options->detach };
	AUTO_FD int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0)
		return err_sys(err, "open /dev/null");
	for (int i = 0; i < 3; i++)
		if (closes[i] && !(options->tty && !options->detach) && dup2(null, i) < 0)
			return err_sys(err, "dup2");
	return 0;
}

static int fail_exec(struct command_call *call, struct err *err)
{
	switch (start_fault_of(err)) {
	case START_FAULT_NOT_RUNNABLE:
		call->failure_status = EXIT_STATUS_NOT_RUNNABLE;
		break;
	case START_FAULT_NO_SUCH_FILE:
		call->failure_status = EXIT_STATUS_NO_SUCH_FILE;
		break;
	case START_FAULT_HULL:
	case START_FAULT_COUNT:
		break;
	}
	err->config[0] = '\0';
	return -err->code;
}

/* "exec_start: ls -l", as Docker has it; exit_status -1: it has not ended. */
static void tell(const struct each *each, const char *action, int exit_status)
{
	struct command_call *call = each->call;
	const char *text = action;
	struct oci_key_value attribute = { "exitCode", NULL };

	if (exit_status >= 0)
		attribute.value = arena_printf(call->arena, "%d", exit_status);
	for (size_t i = 1; exit_status < 0 && i < call->n_args; i++)
		text = arena_printf(call->arena, "%s%s %s", text, i == 1 ? ":" : "", call->args[i]);
	event_write_container(call->arena, each->engine->store, &each->container, text, &attribute,
		exit_status >= 0 ? 1 : 0);
}

static int exec_in(struct each *each, struct err *err)
{
	struct command_call *call = each->call;
	const struct exec_options *options = call->options;
	struct exec_request request = {
		.runtime = &each->engine->runtime,
		.id = each->container.id,
		.args = call->args + 1,
		.n_args = call->n_args - 1,
		.cwd = options->workdir,
		.tty = options->tty,
		.detach = options->detach,
	};
	struct engine_state state;
	int r = engine_require_running(call->arena, each->engine, &each->container, &state, err);

	if (r == 0 && options->tty && options->detach)
		r = err_fail(err, EINVAL, "--tty and --detach exclude each other");
	if (r == 0)
		r = set_user(
			call, options, state.pid, each->engine->store->has_one_id, &request, err);
	if (r == 0)
		r = set_env(call, options, &request, err);
	if (options->privileged)
		set_privileged(call, &request);
	if (r == 0)
		r = close_streams(options, err);
	if (r < 0)
		return r;
	tell(each, "exec_start", -1);
	if (container_exec(&request, &call->exit_status, err) < 0)
		return fail_exec(call, err);
	if (!options->detach)
		tell(each, "exec_die", call->exit_status);
	return 0;
}

static int exec_run(struct command_call *call, struct err *err)
{
	const struct exec_options *options = call->options;

	if (options->tty && options->interactive && isatty(STDIN_FILENO) != 1) {
		err_fail(err, ENOTTY, "-t needs a terminal, and standard input is none");
		return err_hint(err, "leave -t or -i away");
	}
	if (!options->tty && !options->detach) {
		int r = terminal_guard(options->interactive, err);

		if (r < 0)
			return r;
	}
	return each_one(call, exec_in, err);
}

const struct command engine_command_exec = {
	.name = "exec",
	.arguments = "CONTAINER COMMAND [ARGUMENT...]",
	.summary = "run one more command in a container that runs",
	.description = "The exit status is the command's; 125, 126 and 127 as with `run`.",
	.options = exec_option_table,
	.options_size = sizeof(struct exec_options),
	.order = OPTION_ORDER_ARGUMENTS_LAST,
	.min_args = 2,
	.max_args = COMMAND_ARGS_UNLIMITED,
	.failure_status = EXIT_STATUS_HULL,
	.run = exec_run,
};
