/* SPDX-License-Identifier: Apache-2.0 */
#include "sys/seccomp.h"

#include <errno.h>
#include <linux/filter.h>
#include <sys/syscall.h>
#include <unistd.h>

int seccomp_install(
	const void *filter, size_t size, uint64_t flags, int *ret_listener_fd, struct err *err)
{
	const struct sock_fprog program = {
		.len = (unsigned short)(size / sizeof(struct sock_filter)),
		.filter = (struct sock_filter *)filter,
	};
	long r;

	if (size / sizeof(struct sock_filter) > BPF_MAXINSNS)
		return err_fail(err, EINVAL,
			"seccomp filter of %zu instructions; the kernel takes %d",
			size / sizeof(struct sock_filter), BPF_MAXINSNS);
	r = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
	if (r < 0)
		return err_sys(err, "seccomp filter of %u instructions", program.len);
	*ret_listener_fd = flags & SECCOMP_FILTER_FLAG_NEW_LISTENER ? (int)r : -1;
	return 0;
}

bool seccomp_kernel_has_action(uint32_t action)
{
	return syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0UL, &action) == 0;
}

/* The kernel looks at the flags before it reads the program, which at address 0 is EFAULT. */
bool seccomp_kernel_has_flags(uint64_t flags)
{
	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, NULL) < 0 && errno == EFAULT;
}

const struct seccomp_call seccomp_handing_over[] = {
	{ "sendmsg", SYS_sendmsg },
	{ "recvfrom", SYS_recvfrom },
	{ NULL, 0 },
};
