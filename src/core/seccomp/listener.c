/* SPDX-License-Identifier: Apache-2.0 */
/* Gives a filter's listener to the agent that will answer (config-linux.md, "seccomp"). */
#include <string.h>
#include <sys/socket.h>

#include "base/fd.h"
#include "core/seccomp/seccomp.h"
#include "sys/fd_passing.h"

int seccomp_listener_send(struct arena *arena, const struct oci_seccomp *seccomp,
	const struct oci_process_state *state, int listener_fd, struct err *err)
{
	const char *text = oci_process_state_text(arena, state);
	AUTO_FD int agent = -1;
	int r = socket_connect(seccomp->listener_path, SOCK_STREAM, &agent, err);

	if (r == 0)
		r = fd_pass(agent, listener_fd, text, strlen(text), err);
	if (r == 0)
		return 0;
	err_while(err, "seccomp agent %s", seccomp->listener_path);
	return err_config(err, "/linux/seccomp/listenerPath");
}
