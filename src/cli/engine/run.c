/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <unistd.h>

#include "base/fd.h"
#include "cli/engine/commands.h"
#include "cli/engine/making.h"
#include "cli/engine/session.h"

static int check_terminal(const struct container_options *options, struct err *err)
{
	if (!options->tty || !options->interactive || options->detach || isatty(STDIN_FILENO) == 1)
		return 0;
	err_fail(err, ENOTTY, "-t needs a terminal, and standard input is none");
	return err_hint(err, "leave -t or -i away");
}

static int run_run(struct command_call *call, struct err *err)
{
	const struct container_options *options = call->options;
	const struct session_options session = {
		.has_input = options->interactive,
		.has_terminal = options->tty,
		.detach_keys = options->detach_keys,
		.sig_proxy = &options->sig_proxy,
	};
	struct attach_request attach;
	AUTO_MAKING making = MAKING_INIT;
	AUTO_FD int client_fd = -1;
	int r = check_terminal(options, err);

	if (r == 0)
		r = session_read(&session, &attach, err);
	if (r == 0)
		r = making_make(call, &making, err);
	if (r == 0)
		r = session_start(
			call, &making.engine, &making.container, !options->detach, &client_fd, err);
	if (r < 0)
		return r;
	if (options->detach) {
		fprintf(call->out, "%s\n", making.container.id);
		return 0;
	}
	attach.engine = &making.engine;
	attach.id = making.container.id;
	return session_stay(call, &attach, &making.container, client_fd, true, err);
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
		"network (an address in hull's default one), 14 capabilities, Docker's filter of "
		"system "
		"calls, and a layer of its own over the image's files, which stay as they are.",
	.options = run_option_table,
	.options_size = sizeof(struct container_options),
	.order = OPTION_ORDER_ARGUMENTS_LAST,
	.min_args = 1,
	.max_args = COMMAND_ARGS_UNLIMITED,
	.failure_status = EXIT_STATUS_HULL,
	.run = run_run,
};
