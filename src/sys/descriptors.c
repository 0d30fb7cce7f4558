/* SPDX-License-Identifier: Apache-2.0 */
#include "sys/descriptors.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/fd.h"

#ifndef SYS_close_range
#define SYS_close_range 436
#endif
#ifndef SYS_execveat
#if defined(__x86_64__)
#define SYS_execveat 322
#else
#define SYS_execveat 281
#endif
#endif

enum {
	RANGE_CLOEXEC = 4,       /* CLOSE_RANGE_CLOEXEC */
	MEMFD_EXECUTABLE = 0x10, /* MFD_EXEC */
	EMPTY_PATH = 0x1000,     /* AT_EMPTY_PATH */
	ALL_SEALS = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE,
	SEAL_EXECUTABLE = 0x20, /* F_SEAL_EXEC, 6.3: the mode cannot change either */
	DESCRIPTORS_SCAN_MAX = 65536,
};

int descriptors_close_on_exec_from(unsigned first, struct err *err)
{
	struct rlimit limit;
	rlim_t end = DESCRIPTORS_SCAN_MAX;

	if (syscall(SYS_close_range, first, ~0U, RANGE_CLOEXEC) == 0)
		return 0;
	if (errno != ENOSYS && errno != EINVAL && errno != EPERM)
		return err_sys(err, "close_range");
	/* no open file can have a higher number than the limit had when it was opened, which for
	   a process that never raised it is this one */
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_max < end)
		end = limit.rlim_max;
	for (rlim_t fd = first; fd < end; fd++)
		if (fcntl((int)fd, F_SETFD, FD_CLOEXEC) < 0 && errno != EBADF)
			return err_sys(err, "fcntl F_SETFD");
	return 0;
}

static int open_memory(const char *name, struct err *err)
{
	int fd = (int)syscall(
		SYS_memfd_create, name, MFD_CLOEXEC | MFD_ALLOW_SEALING | MEMFD_EXECUTABLE);

	if (fd < 0 && errno == EINVAL) /* before 6.3 every memfd may be executed */
		fd = (int)syscall(SYS_memfd_create, name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd >= 0)
		return fd;
	err_sys(err, "memfd_create");
	return err->code == EACCES ? err_hint(err, "sysctl vm.memfd_noexec is 2 on this host")
				   : -err->code;
}

int descriptors_seal_program(
	const char *name, const void *bytes, size_t size, int *ret_fd, struct err *err)
{
	AUTO_FD int fd = open_memory(name, err);
	int r;

	if (fd < 0)
		return -err->code;
	r = fd_write_all(fd, bytes, size, err);
	if (r < 0)
		return err_while(err, "memfd %s", name);
	if (fcntl(fd, F_ADD_SEALS, ALL_SEALS | SEAL_EXECUTABLE) < 0 &&
		fcntl(fd, F_ADD_SEALS, ALL_SEALS) < 0)
		return err_sys(err, "fcntl F_ADD_SEALS");
	*ret_fd = TAKE_FD(fd);
	return 0;
}

int descriptors_execute(
	int program_fd, const char *const *argv, const char *const *env, struct err *err)
{
	syscall(SYS_execveat, program_fd, "", argv, env, EMPTY_PATH);
	return err_sys(err, "execveat");
}
