/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>

#include "base/text.h"
#include "cli/engine/commands.h"
#include "cli/engine/each.h"
#include "cli/engine/session.h"
#include "cli/signal_name.h"
#include "engine/container/health.h"
#include "engine/container/stop.h"
#include "engine/monitor/protocol.h"

#include <signal.h>

struct healthcheck_options {
	bool scheduled;
};

static const struct option_spec healthcheck_option_table[] = {
	OPTION_FLAG(struct healthcheck_options, scheduled, "scheduled", .is_hidden = true,
		.help = "for hull-monitor: quiet, and 2 in the start period"),
	OPTION_END,
};

static int stop(struct each *each, struct err *err)
{
	const struct container_settings *settings = &each->container.settings;
	struct stop_request request = {
		.by = "health check",
		.signal_number = SIGTERM,
		.timeout_sec = settings->stop_timeout,
	};
	struct err ignored = ERR_INIT;

	if (settings->stop_signal)
		signal_parse(settings->stop_signal, &request.signal_number, &ignored);
	return engine_stop(each->call->arena, each->engine, &each->container, &request, err);
}

static int restart(struct each *each, struct err *err)
{
	int client_fd;
	int r = stop(each, err);

	if (r == 0)
		r = containers_lock(&each->container, err);
	return r < 0 ? r
		     : session_start(
			       each->call, each->engine, &each->container, false, &client_fd, err);
}

/* What was asked for when it is not healthy any more. After a kill its restart policy counts. */
static int act(struct each *each, struct err *err)
{
	const char *action = each->container.settings.health.on_failure;

	if (text_equal(action, "kill"))
		return engine_kill(
			each->call->arena, each->engine, &each->container, SIGKILL, false, err);
	if (text_equal(action, "stop"))
		return stop(each, err);
	return text_equal(action, "restart") ? restart(each, err) : 0;
}

static int check_one(struct each *each, struct err *err)
{
	const struct healthcheck_options *options = each->call->options;
	struct health_state health;
	bool has_changed;
	int r = health_check(
		each->call->arena, each->engine, &each->container, &health, &has_changed, err);

	if (r < 0)
		return r;
	if (options->scheduled) {
		if (text_equal(health.status, "starting"))
			each->call->exit_status = HEALTH_IS_STARTING;
	} else if (health.log[health.n_log - 1].exit_code != 0) {
		fprintf(each->call->out, "unhealthy\n");
		each->call->exit_status = EXIT_FAILURE;
	}
	return has_changed && text_equal(health.status, "unhealthy") ? act(each, err) : 0;
}

static int healthcheck_run(struct command_call *call, struct err *err)
{
	return each_one(call, check_one, err);
}

const struct command engine_command_healthcheck_run = {
	.name = "healthcheck run",
	.arguments = "CONTAINER",
	.summary = "check the health of a container now",
	.description =
		"Runs its health check once, as its monitor does from time to time, and takes "
		"the result. The exit status is 1 when the check has failed.",
	.options = healthcheck_option_table,
	.options_size = sizeof(struct healthcheck_options),
	.min_args = 1,
	.max_args = 1,
	.run = healthcheck_run,
};
