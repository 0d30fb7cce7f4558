/* SPDX-License-Identifier: Apache-2.0 */
#include "sys/signals.h"

#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { SIGNALS_MAX = 64, SIGNALS_SET_BYTES = SIGNALS_MAX / 8 };

/* The kernel's struct sigaction; zeros are SIG_DFL without flags. */
struct signal_action {
	uint64_t handler, flags, restorer, mask;
};

void signals_reset(void)
{
	static const struct signal_action default_action;
	const uint64_t none = 0;

	for (int n = 1; n <= SIGNALS_MAX; n++)
		/* EINVAL for SIGKILL and SIGSTOP, which are as they are */
		syscall(SYS_rt_sigaction, n, &default_action, NULL, SIGNALS_SET_BYTES);
	syscall(SYS_rt_sigprocmask, 2 /* SIG_SETMASK */, &none, NULL, SIGNALS_SET_BYTES);
}
