/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Role init: a hook that runs in the container's namespaces (createContainer before the root is
 * entered, with the host's files in view; startContainer after, with the container's).
 *
 * The container's state goes to its standard input; the end of its standard error goes into the
 * error when it fails. What it forks keeps running only as long as the container wants.
 */

#include "init/init.h"
#include "sys/hook_process.h"

int step_hook(struct init *init, const struct step *step, struct err *err)
{
	const struct step_hook *hook = &step->hook;
	const struct hook_process process = {
		.path = hook->path,
		.args = hook->args,
		.env = hook->env,
		.timeout_sec = hook->timeout_sec,
		.input = hook->state.data,
		.input_size = hook->state.size,
	};
	int r = hook_process_run(&process, err);

	(void)init;
	if (r < 0)
		err_while(err, "error running %s hook #%llu", hook->kind,
			(unsigned long long)hook->index);
	return r;
}
