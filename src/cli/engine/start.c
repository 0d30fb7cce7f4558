/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fd.h"
#include "cli/engine/commands.h"
#include "cli/engine/each.h"
#include "cli/engine/making.h"
#include "cli/engine/session.h"

#include <errno.h>

struct start_options {
	bool attach, interactive;
	const char *detach_keys;
	struct option_optional sig_proxy;
};

static const struct option_spec start_option_table[] = {
	OPTION_FLAG(struct start_options, attach, "attach", .letter = 'a',
		.help = "show what it writes, and wait for its end"),
	OPTION_STRING(struct start_options, detach_keys, "detach-keys", .argument = "KEYS",
		.help = "what is typed to leave it (default: ctrl-p,ctrl-q)"),
	OPTION_FLAG(struct start_options, interactive, "interactive", .letter = 'i',
		.help = "with its standard input"),
	OPTION_OPTIONAL(struct start_options, sig_proxy, "sig-proxy", .argument = "true|false",
		.help = "hand signals on to it (default: true)"),
	OPTION_END,
};

static bool is_running(enum engine_status status)
{
	return status == ENGINE_STATUS_RUNNING || status == ENGINE_STATUS_PAUSED;
}

static int start_one(struct each *each, struct err *err)
{
	const struct start_options *options = each->call->options;
	const struct session_options session = {
		.has_input = options->interactive && each->container.settings.open_stdin,
		.has_terminal = each->container.settings.tty,
		.detach_keys = options->detach_keys,
		.sig_proxy = &options->sig_proxy,
	};
	bool is_attached = options->attach || options->interactive;
	struct attach_request attach;
	struct engine_state state;
	AUTO_FD int client_fd = -1;
	int r = session_read(&session, &attach, err);

	if (r == 0)
		r = containers_lock(&each->container, err);
	if (r == 0)
		r = containers_state(
			each->call->arena, each->engine, &each->container, &state, err);
	if (r < 0 || is_running(state.status))
		return r;
	r = session_start(each->call, each->engine, &each->container, is_attached, &client_fd, err);
	if (r < 0 || !is_attached)
		return r;
	attach.engine = each->engine;
	attach.id = each->container.id;
	return session_stay(each->call, &attach, &each->container, client_fd, true, err);
}

static int start_run(struct command_call *call, struct err *err)
{
	const struct start_options *options = call->options;
	const struct each_how how = { .fn = start_one };

	if (!options->attach && !options->interactive)
		return each_run(call, &how, err);
	if (call->n_args > 1)
		return err_fail(err, EINVAL, "only one container can be attached to");
	return each_one(call, start_one, err);
}

const struct command engine_command_start = {
	.name = "start",
	.arguments = "CONTAINER...",
	.summary = "start containers that were made or have ended",
	.options = start_option_table,
	.options_size = sizeof(struct start_options),
	.min_args = 1,
	.max_args = COMMAND_ARGS_UNLIMITED,
	.run = start_run,
};
