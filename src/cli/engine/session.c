/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/engine/session.h"

#include <errno.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "base/text.h"
#include "base/warn.h"
#include "cli/engine/making.h"
#include "engine/container/restart.h"
#include "engine/container/start.h"
#include "engine/container/stop.h"

#define DEFAULT_DETACH_KEYS "ctrl-p,ctrl-q"

int session_read(const struct session_options *options, struct attach_request *ret, struct err *err)
{
	const char *keys = text_is_empty(options->detach_keys) ? DEFAULT_DETACH_KEYS
							       : options->detach_keys;
	const struct option_optional *proxy = options->sig_proxy;
	bool is_off = proxy && text_equal(proxy->value, "false");

	*ret = (struct attach_request){
		.has_input = options->has_input,
		.has_terminal = options->has_terminal,
		.hands_signals_on = !is_off && !options->has_terminal,
	};
	if (proxy && !is_off && !text_is_empty(proxy->value) && !text_equal(proxy->value, "true"))
		return err_fail(
			err, EINVAL, "--sig-proxy %s: true or false is expected", proxy->value);
	if (!options->has_terminal || !options->has_input)
		return 0;
	return detach_keys_parse(keys, ret->detach_keys, &ret->n_detach_keys, err);
}

/* A container that could not be started stays, unless it is to be removed anyway. */
static int fail_start(struct command_call *call, const struct engine *engine,
	const struct engine_container *container, struct err *err)
{
	struct err problem = ERR_INIT;

	call->failure_status = start_exit_status_of(err);
	err->config[0] = '\0'; /* of a configuration that nobody wrote */
	if (container->settings.auto_remove &&
		containers_remove(call->arena, engine, container, &problem) < 0)
		warn(&problem);
	return -err->code;
}

int session_start(struct command_call *call, const struct engine *engine,
	const struct engine_container *container, bool is_attached, int *ret_client_fd,
	struct err *err)
{
	struct start_request start = {
		.engine = engine,
		.container = container,
		.is_attached = is_attached,
	};
	struct winsize size;

	if (container->settings.tty && is_attached && ioctl(STDIN_FILENO, TIOCGWINSZ, &size) == 0) {
		start.rows = size.ws_row;
		start.columns = size.ws_col;
	}
	if (engine_start(call->arena, &start, ret_client_fd, err) < 0)
		return fail_start(call, engine, container, err);
	flock(container->dir_fd, LOCK_UN); /* others may stop it from now on */
	return 0;
}

/* Then its monitor does what is to be done at its end. */
static bool is_started_again(struct arena *arena, const struct engine_container *container)
{
	struct engine_container anew = *container;
	struct err ignored = ERR_INIT; /* it has been removed */

	return containers_read_settings(arena, &anew, &ignored) == 0 &&
	       restart_is_possible(&anew.settings);
}

int session_stay(struct command_call *call, const struct attach_request *request,
	const struct engine_container *container, int client_fd, bool is_first, struct err *err)
{
	struct err problem = ERR_INIT;
	struct attach_end end;
	int r = attach_serve(client_fd, request, &end, err);

	if (r < 0 || end.has_detached)
		return r;
	call->exit_status = end.status;
	if (!is_first || is_started_again(call->arena, container))
		return 0;
	r = engine_clean(call->arena, request->engine, container, &problem);
	attach_tell_ended(client_fd);
	if (r == 0 || r == -EBUSY) /* started again by somebody else */
		return 0;
	*err = problem;
	return r;
}
