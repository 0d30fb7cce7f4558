/* SPDX-License-Identifier: Apache-2.0 */
/* Role init: installs the filter that the caller compiled (seccomp(2)). */
#include "sys/seccomp.h"
#include "base/fd.h"
#include "init/init.h"

int step_seccomp(struct init *init, const struct step *step, struct err *err)
{
	const struct step_seccomp *seccomp = &step->seccomp;
	AUTO_FD int listener = -1;
	int r = seccomp_install(
		seccomp->filter.data, seccomp->filter.size, seccomp->flags, &listener, err);

	if (r < 0 || !seccomp->notify)
		return r;
	return init_synchronise(init, PLAN_SYNC_SECCOMP, listener, err);
}
