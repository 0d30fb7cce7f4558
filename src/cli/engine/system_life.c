/* SPDX-License-Identifier: Apache-2.0 */
/* system start and system stop: what the service does when the machine comes up and goes down. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/warn.h"
#include "cli/engine/commands.h"
#include "cli/engine/making.h"
#include "cli/engine/session.h"
#include "cli/signal_name.h"
#include "engine/container/restart.h"
#include "engine/container/start_record.h"
#include "engine/container/stop.h"

static const struct option_spec life_option_table[] = { OPTION_END };

typedef int one_fn(struct command_call *call, const struct engine *engine,
	struct engine_container *container, struct err *err);

/* One after the other; a failure is a warning, and the command's status. */
static int with_all(struct command_call *call, one_fn *fn, struct err *err)
{
	struct engine_container *containers;
	AUTO_MAKING making = MAKING_INIT;
	size_t n = 0;
	int r = making_open(call, &making, err);

	if (r == 0)
		r = containers_list(call->arena, &making.engine, &containers, &n, err);
	for (size_t i = 0; r == 0 && i < n; i++) {
		struct err problem = ERR_INIT;

		if (containers[i].settings.id &&
			fn(call, &making.engine, &containers[i], &problem) < 0) {
			warn(&problem);
			call->exit_status = EXIT_FAILURE;
		}
		containers_close(&containers[i]);
	}
	return r;
}

static int start_one(struct command_call *call, const struct engine *engine,
	struct engine_container *container, struct err *err)
{
	struct engine_state state;
	int client_fd;
	int r = containers_lock(container, err);

	if (r == 0)
		r = containers_state(call->arena, engine, container, &state, err);
	if (r < 0 || !restart_is_asked_at_boot(call->arena, container, &state))
		return r;
	r = session_start(call, engine, container, false, &client_fd, err);
	if (r == 0)
		fprintf(call->out, "%s\n", container->settings.name);
	return r < 0 ? err_while(err, "container %s", container->settings.name) : 0;
}

static int start_run(struct command_call *call, struct err *err)
{
	return with_all(call, start_one, err);
}

const struct command engine_command_system_start = {
	.name = "system start",
	.summary = "start the containers whose policy asks for it, after the machine has started",
	.description =
		"Those with --restart always, and those with --restart unless-stopped that nobody "
		"had stopped; never those that were not started before. Their names are printed. "
		"The unit hull.service does this.",
	.options = life_option_table,
	.run = start_run,
};

/* Each in a process of its own: all of them have their time at once. */
static int stop_one(struct command_call *call, const struct engine *engine,
	struct engine_container *container, struct err *err)
{
	struct stop_request request = {
		.by = STOPPED_BY_SYSTEM,
		.signal_number = SIGTERM,
		.timeout_sec = container->settings.stop_timeout,
	};
	struct err ignored = ERR_INIT;
	pid_t pid;

	if (container->settings.stop_signal)
		signal_parse(container->settings.stop_signal, &request.signal_number, &ignored);
	fflush(call->out);
	pid = fork();
	if (pid < 0)
		return err_sys(err, "fork");
	if (pid > 0)
		return 0;
	if (engine_stop(call->arena, engine, container, &request, err) < 0) {
		err_while(err, "container %s", container->settings.name);
		warn(err);
		_exit(EXIT_FAILURE);
	}
	_exit(EXIT_SUCCESS);
}

static int stop_run(struct command_call *call, struct err *err)
{
	int r = with_all(call, stop_one, err);
	int status;

	while (waitpid(-1, &status, 0) > 0 || errno == EINTR)
		if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
			call->exit_status = EXIT_FAILURE;
	return r;
}

const struct command engine_command_system_stop = {
	.name = "system stop",
	.summary = "stop all containers, for the machine goes down",
	.description = "At once, each with its own signal and time. `system start` starts those "
		       "again whose policy asks for it: they count as not stopped by anybody.",
	.options = life_option_table,
	.run = stop_run,
};
