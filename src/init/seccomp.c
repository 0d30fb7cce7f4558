/* SPDX-License-Identifier: Apache-2.0 */
/* Role init: installs the filter that the caller compiled (seccomp(2)). */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/fd.h"
#include "init/init.h"
#include "sys/fd_passing.h"

int step_seccomp(struct init *init, const struct step *step, struct err *err)
{
	const struct step_seccomp *seccomp = &step->seccomp;
	const struct sock_fprog program = {
		.len = (unsigned short)(seccomp->filter.size / sizeof(struct sock_filter)),
		.filter = (struct sock_filter *)seccomp->filter.data,
	};
	const struct message message = {
		.kind = MESSAGE_SYNC,
		.number = PLAN_SYNC_SECCOMP,
	};
	long fd = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, seccomp->flags, &program);
	int r;

	if (fd < 0)
		return err_sys(err, "seccomp filter of %u instructions", program.len);
	if (!seccomp->notify)
		return 0;
	AUTO_FD int listener = (int)fd;
	r = fd_pass(init->report_fd, listener, &message, sizeof(message), err);
	return r < 0 ? r : init_wait_go(init->report_fd, err);
}
