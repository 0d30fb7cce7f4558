/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/oci/request.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/oci/listen_fds.h"

int request_complete(struct command_call *call, struct container_request **ret, struct err *err)
{
	struct container_request *request = call->options;
	uint32_t inherited = listen_fds_count(getenv("LISTEN_FDS"), getenv("LISTEN_PID"), getpid());

	if (request->preserve_fds > UINT32_MAX - inherited)
		return err_fail(err, EINVAL,
			"invalid value \"%u\" for flag -preserve-fds: too many",
			request->preserve_fds);
	request->preserve_fds += inherited;
	request->listen_fds = inherited;
	request->listen_names = getenv("LISTEN_FDNAMES");
	request->notify_socket = getenv("NOTIFY_SOCKET");
	request->runtime = call->runtime;
	request->id = call->args[0];
	*ret = request;
	return 0;
}
