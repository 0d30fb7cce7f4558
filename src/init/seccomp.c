/* SPDX-License-Identifier: Apache-2.0 */
/* Role init: installs the filter that the caller compiled (seccomp(2)). */
#include "sys/seccomp.h"
#include "base/fd.h"
#include "init/init.h"
#include "sys/fd_passing.h"

int step_seccomp(struct init *init, const struct step *step, struct err *err)
{
	const struct step_seccomp *seccomp = &step->seccomp;
	const struct message message = {
		.kind = MESSAGE_SYNC,
		.number = PLAN_SYNC_SECCOMP,
	};
	AUTO_FD int listener = -1;
	int r = seccomp_install(
		seccomp->filter.data, seccomp->filter.size, seccomp->flags, &listener, err);

	if (r < 0 || !seccomp->notify)
		return r;
	r = fd_pass(init->report_fd, listener, &message, sizeof(message), err);
	return r < 0 ? r : init_wait_go(init->report_fd, err);
}
