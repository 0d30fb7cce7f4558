/* SPDX-License-Identifier: Apache-2.0 */
/* Gives a filter's listener to the agent that will answer (config-linux.md, "Seccomp"). */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "base/fd.h"
#include "core/seccomp/seccomp.h"
#include "sys/fd_passing.h"

static void take_annotations(
	struct arena *arena, const struct oci_config *config, struct oci_state *state)
{
	const char **keys = ARENA_NEW_ARRAY(arena, config->n_annotations, const char *);
	const char **values = ARENA_NEW_ARRAY(arena, config->n_annotations, const char *);

	for (size_t i = 0; i < config->n_annotations; i++) {
		keys[i] = config->annotations[i].key;
		values[i] = config->annotations[i].value;
	}
	state->annotation_keys = keys;
	state->annotation_values = values;
	state->n_annotations = config->n_annotations;
}

static int send_to_agent(struct arena *arena, const char *path,
	const struct oci_process_state *state, int listener_fd, struct err *err)
{
	const char *text = oci_process_state_text(arena, state);
	AUTO_FD int agent = -1;
	int r = socket_connect(path, SOCK_STREAM, &agent, err);

	return r < 0 ? r : fd_pass(agent, listener_fd, text, strlen(text), err);
}

int seccomp_listener_send(struct arena *arena, const struct oci_config *config,
	struct oci_state state, pid_t pid, int listener_fd, struct err *err)
{
	static const char *const fd_names[] = { "seccompFd" };
	const struct oci_seccomp *seccomp = config->platform.seccomp;
	const struct oci_process_state process_state = {
		.fd_names = fd_names,
		.n_fds = sizeof(fd_names) / sizeof(fd_names[0]),
		.pid = pid,
		.metadata = seccomp ? seccomp->listener_metadata : NULL,
		.state = &state,
	};
	int r;

	if (listener_fd < 0 || !seccomp || !seccomp->listener_path)
		return err_fail(
			err, EPROTO, "hull-init sent no seccomp listener that was asked for");
	state.oci_version = config->oci_version;
	take_annotations(arena, config, &state);
	r = send_to_agent(arena, seccomp->listener_path, &process_state, listener_fd, err);
	if (r == 0)
		return 0;
	err_while(err, "seccomp agent");
	return err_config(err, "/linux/seccomp/listenerPath");
}
