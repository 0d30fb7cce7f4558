/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session: a command in the foreground with a container: run, start -a, attach.
 *
 * Layer 3, role command.
 */
#pragma once

#include "cli/command.h"
#include "engine/container/attach.h"

struct session_options {
	bool has_input, has_terminal;
	const char *detach_keys; /* NULL: ctrl-p,ctrl-q */
	const struct option_optional *sig_proxy;
};

int session_read(
	const struct session_options *options, struct attach_request *ret, struct err *err);

/* Starts the container, which is locked; with is_attached the caller goes on to session_stay(). */
int session_start(struct command_call *call, const struct engine *engine,
	const struct engine_container *container, bool is_attached, int *ret_client_fd,
	struct err *err);

/*
 * Until the container ends (then call->exit_status is its) or the user leaves. is_first: it was
 * started by this command, which then removes what it leaves.
 */
int session_stay(struct command_call *call, const struct attach_request *request,
	const struct engine_container *container, int client_fd, bool is_first, struct err *err);
