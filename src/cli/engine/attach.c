/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fd.h"
#include "cli/engine/commands.h"
#include "cli/engine/each.h"
#include "cli/engine/session.h"
#include "engine/container/stop.h"

struct attach_options {
	bool no_stdin;
	const char *detach_keys;
	struct option_optional sig_proxy;
};

static const struct option_spec attach_option_table[] = {
	OPTION_STRING(struct attach_options, detach_keys, "detach-keys", .argument = "KEYS",
		.help = "what is typed to leave it (default: ctrl-p,ctrl-q)"),
	OPTION_FLAG(
		struct attach_options, no_stdin, "no-stdin", .help = "without its standard input"),
	OPTION_OPTIONAL(struct attach_options, sig_proxy, "sig-proxy", .argument = "true|false",
		.help = "hand signals on to it (default: true)"),
	OPTION_END,
};

static int attach_to(struct each *each, struct err *err)
{
	const struct attach_options *options = each->call->options;
	const struct session_options session = {
		.has_input = each->container.settings.open_stdin && !options->no_stdin,
		.has_terminal = each->container.settings.tty,
		.detach_keys = options->detach_keys,
		.sig_proxy = &options->sig_proxy,
	};
	struct attach_request attach;
	struct engine_state state;
	AUTO_FD int client_fd = -1;
	int r = session_read(&session, &attach, err);

	if (r == 0)
		r = engine_require_running(
			each->call->arena, each->engine, &each->container, &state, err);
	if (r == 0)
		r = attach_connect(&each->container, true, &client_fd, err);
	if (r < 0)
		return r;
	attach.engine = each->engine;
	attach.id = each->container.id;
	return session_stay(each->call, &attach, &each->container, client_fd, false, err);
}

static int attach_run(struct command_call *call, struct err *err)
{
	return each_one(call, attach_to, err);
}

const struct command engine_command_attach = {
	.name = "attach",
	.arguments = "CONTAINER",
	.summary = "be at a container's standard streams",
	.description = "Several can be at once. The exit status is the container's.",
	.options = attach_option_table,
	.options_size = sizeof(struct attach_options),
	.min_args = 1,
	.max_args = 1,
	.run = attach_run,
};
