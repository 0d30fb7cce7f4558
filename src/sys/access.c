/* SPDX-License-Identifier: Apache-2.0 */
#include "sys/access.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SYS_faccessat2
#define SYS_faccessat2 439
#endif

enum { ACCESS_AT_EACCESS = 0x200 /* AT_EACCESS */ };

int access_check_execute(const char *path)
{
	if (syscall(SYS_faccessat2, AT_FDCWD, path, X_OK, ACCESS_AT_EACCESS) == 0)
		return 0;
	if (errno != ENOSYS && errno != EPERM) /* EPERM: a seccomp filter's way to say ENOSYS */
		return -errno;
	/* not by the C library's AT_EACCESS: musl forks for it */
	return faccessat(AT_FDCWD, path, X_OK, 0) < 0 ? -errno : 0;
}
