/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/text.h"
#include "base/warn.h"
#include "cli/engine/commands.h"
#include "cli/engine/making.h"
#include "engine/container/attach.h"
#include "engine/container/start.h"

enum {
	EXIT_STATUS_NOT_RUNNABLE = 126,
	EXIT_STATUS_NO_SUCH_FILE = 127,
};

static int check_terminal(const struct container_options *options, struct err *err)
{
	if (!options->tty || !options->interactive || options->detach || isatty(STDIN_FILENO) == 1)
		return 0;
	err_fail(err, ENOTTY, "-t needs a terminal, and standard input is none");
	return err_hint(err, "leave -t or -i away");
}

static int read_attach(
	const struct container_options *options, struct attach_request *ret, struct err *err)
{
	const char *keys = text_is_empty(options->detach_keys) ? "ctrl-p,ctrl-q"
							       : options->detach_keys;
	const char *proxy = options->sig_proxy.value;

	ret->has_input = options->interactive;
	ret->has_terminal = options->tty;
	ret->hands_signals_on = !options->sig_proxy.is_given || text_is_empty(proxy) ||
				text_equal(proxy, "true");
	if (!ret->hands_signals_on && !text_equal(proxy, "false"))
		return err_fail(err, EINVAL, "--sig-proxy %s: true or false is expected", proxy);
	if (!options->tty || !options->interactive)
		return 0;
	return detach_keys_parse(keys, ret->detach_keys, &ret->n_detach_keys, err);
}

static int exit_status_of(const struct err *err)
{
	static const int statuses[START_FAULT_COUNT] = {
		[START_FAULT_HULL] = EXIT_STATUS_HULL,
		[START_FAULT_NOT_RUNNABLE] = EXIT_STATUS_NOT_RUNNABLE,
		[START_FAULT_NO_SUCH_FILE] = EXIT_STATUS_NO_SUCH_FILE,
	};

	return statuses[start_fault_of(err)];
}

/* From the end of its process on there is work to do; another command may have done it. */
static int clean(struct command_call *call, struct making *making, struct err *err)
{
	struct err problem = ERR_INIT;
	int r = containers_lock(&making->container, &problem);

	if (r == 0)
		r = containers_clean(&making->engine, &making->container, &problem);
	if (r == 0 && making->container.settings.auto_remove)
		r = containers_remove(call->arena, &making->engine, &making->container, &problem);
	if (r < 0 && r != -ENOENT) {
		*err = problem;
		return r;
	}
	return 0;
}

static int stay(struct command_call *call, struct making *making, int client_fd,
	const struct attach_request *request, struct err *err)
{
	struct attach_end end;
	int r;

	flock(making->container.dir_fd, LOCK_UN); /* others may stop it meanwhile */
	r = attach_serve(client_fd, request, &end, err);
	if (r < 0 || end.has_detached)
		return r;
	call->exit_status = end.status;
	r = clean(call, making, err);
	attach_tell_ended(client_fd);
	return r;
}

/* A container that could not be started stays, unless it is to be removed anyway. */
static int fail_start(struct command_call *call, struct making *making, struct err *err)
{
	struct err problem = ERR_INIT;

	call->failure_status = exit_status_of(err);
	err->config[0] = '\0'; /* of a configuration that nobody wrote */
	if (making->container.settings.auto_remove &&
		containers_remove(call->arena, &making->engine, &making->container, &problem) < 0)
		warn(&problem);
	return -err->code;
}

static int run_run(struct command_call *call, struct err *err)
{
	const struct container_options *options = call->options;
	struct attach_request attach = { 0 };
	AUTO_MAKING making = MAKING_INIT;
	AUTO_FD int client_fd = -1;
	int r = check_terminal(options, err);

	if (r == 0)
		r = read_attach(options, &attach, err);
	if (r == 0)
		r = making_make(call, &making, err);
	if (r < 0)
		return r;
	const struct start_request start = {
		.engine = &making.engine,
		.container = &making.container,
		.is_attached = !options->detach,
	};
	if (engine_start(call->arena, &start, &client_fd, err) < 0)
		return fail_start(call, &making, err);
	if (options->detach) {
		fprintf(call->out, "%s\n", making.container.id);
		return 0;
	}
	attach.engine = &making.engine;
	attach.id = making.container.id;
	return stay(call, &making, client_fd, &attach, err);
}

const struct command engine_command_run = {
	.name = "run",
	.arguments = "IMAGE [COMMAND [ARGUMENT...]]",
	.summary = "make a container of an image and run a command in it",
	.description =
		"Without --detach it waits, and its exit status is the command's: 128 and the "
		"number of the signal that ended it; 125 when hull itself fails, 126 when the "
		"command cannot be executed, 127 when it is not there.\n"
		"The container has its own processes, mounts, host name, IPC, control group and "
		"network (a loopback interface only), 14 capabilities, Docker's filter of system "
		"calls, and a layer of its own over the image's files, which stay as they are.",
	.options = run_option_table,
	.options_size = sizeof(struct container_options),
	.order = OPTION_ORDER_ARGUMENTS_LAST,
	.min_args = 1,
	.max_args = COMMAND_ARGS_UNLIMITED,
	.failure_status = EXIT_STATUS_HULL,
	.run = run_run,
};
