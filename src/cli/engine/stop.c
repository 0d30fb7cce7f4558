/* SPDX-License-Identifier: Apache-2.0 */
/* stop, restart, kill and wait: containers that run, and their end. */
#include <errno.h>
#include <signal.h>

#include "base/fd.h"
#include "base/text.h"
#include "cli/engine/commands.h"
#include "cli/engine/each.h"
#include "cli/engine/session.h"
#include "cli/signal_name.h"
#include "engine/container/stop.h"
#include "engine/events/events.h"

struct stop_options {
	const char *signal;
	struct option_number timeout;
};

#define STOP_OPTIONS                                                                              \
	OPTION_STRING(struct stop_options, signal, "signal", .letter = 's', .argument = "SIGNAL", \
		.help = "what it is sent (default: its stop signal)"),                            \
		OPTION_NUMBER(struct stop_options, timeout, "timeout", .letter = 't',             \
			.argument = "SECONDS",                                                    \
			.help = "how long to wait before it is killed; -1: for ever "             \
				"(default: its own, or 10)"),                                     \
		OPTION_NUMBER(struct stop_options, timeout, "time", .argument = "SECONDS",        \
			.is_hidden = true)

static const struct option_spec stop_option_table[] = { STOP_OPTIONS, OPTION_END };

static int stop_as(struct each *each, const char *by, struct err *err)
{
	const struct stop_options *options = each->call->options;
	const struct container_settings *settings = &each->container.settings;
	const char *word = text_is_empty(options->signal) ? settings->stop_signal : options->signal;
	struct stop_request request = {
		.by = by,
		.signal_number = SIGTERM,
		.timeout_sec = options->timeout.is_given ? options->timeout.value
							 : settings->stop_timeout,
	};
	int r = word ? signal_parse(word, &request.signal_number, err) : 0;

	return r < 0 ? r
		     : engine_stop(
			       each->call->arena, each->engine, &each->container, &request, err);
}

static int stop_one(struct each *each, struct err *err)
{
	return stop_as(each, "stop", err);
}

static int stop_run(struct command_call *call, struct err *err)
{
	const struct each_how how = { .fn = stop_one };

	return each_run(call, &how, err);
}

const struct command engine_command_stop = {
	.name = "stop",
	.arguments = "CONTAINER...",
	.summary = "end containers: by a signal, and by force when that does not do",
	.options = stop_option_table,
	.options_size = sizeof(struct stop_options),
	.min_args = 1,
	.max_args = COMMAND_ARGS_UNLIMITED,
	.run = stop_run,
};

static int restart_one(struct each *each, struct err *err)
{
	struct command_call *call = each->call;
	int client_fd;
	int r = stop_as(each, "restart", err);

	if (r == 0)
		r = containers_lock(&each->container, err);
	if (r == 0)
		r = session_start(call, each->engine, &each->container, false, &client_fd, err);
	if (r == 0)
		event_write_container(
			call->arena, each->engine->store, &each->container, "restart", NULL, 0);
	return r;
}

static int restart_run(struct command_call *call, struct err *err)
{
	const struct each_how how = { .fn = restart_one };

	return each_run(call, &how, err);
}

const struct command engine_command_restart = {
	.name = "restart",
	.arguments = "CONTAINER...",
	.summary = "stop containers and start them again",
	.options = stop_option_table,
	.options_size = sizeof(struct stop_options),
	.min_args = 1,
	.max_args = COMMAND_ARGS_UNLIMITED,
	.run = restart_run,
};

struct kill_options {
	const char *signal;
};

static const struct option_spec kill_option_table[] = {
	OPTION_STRING(struct kill_options, signal, "signal", .letter = 's', .argument = "SIGNAL",
		.help = "what they are sent (default: KILL)"),
	OPTION_END,
};

static int kill_one(struct each *each, struct err *err)
{
	const struct kill_options *options = each->call->options;
	const char *stop_signal = each->container.settings.stop_signal;
	struct err ignored = ERR_INIT;
	int signal_number = SIGKILL, stop_number = SIGTERM;
	int r = text_is_empty(options->signal) ? 0
					       : signal_parse(options->signal, &signal_number, err);

	if (stop_signal)
		signal_parse(stop_signal, &stop_number, &ignored);
	return r < 0 ? r
		     : engine_kill(each->call->arena, each->engine, &each->container, signal_number,
			       signal_number == SIGKILL || signal_number == stop_number, err);
}

static int kill_run(struct command_call *call, struct err *err)
{
	const struct each_how how = { .fn = kill_one };

	return each_run(call, &how, err);
}

const struct command engine_command_kill = {
	.name = "kill",
	.arguments = "CONTAINER...",
	.summary = "send a signal to containers",
	.options = kill_option_table,
	.options_size = sizeof(struct kill_options),
	.min_args = 1,
	.max_args = COMMAND_ARGS_UNLIMITED,
	.run = kill_run,
};

static int wait_one(struct each *each, struct err *err)
{
	int status;
	int r = engine_wait(each->call->arena, each->engine, &each->container, &status, err);

	if (r == 0) {
		fprintf(each->call->out, "%d\n", status);
		fflush(each->call->out);
	}
	return r;
}

static int wait_run(struct command_call *call, struct err *err)
{
	const struct each_how how = { .fn = wait_one, .is_silent = true };

	return each_run(call, &how, err);
}

static const struct option_spec wait_option_table[] = { OPTION_END };

const struct command engine_command_wait = {
	.name = "wait",
	.arguments = "CONTAINER...",
	.summary = "wait for the end of containers, and print their exit statuses",
	.options = wait_option_table,
	.min_args = 1,
	.max_args = COMMAND_ARGS_UNLIMITED,
	.run = wait_run,
};
