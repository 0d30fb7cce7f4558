/* SPDX-License-Identifier: Apache-2.0 */
#include "sys/descriptors.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/parse.h"
#include "sys/directory.h"

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
};

static int mark(rlim_t fd, struct err *err)
{
	if (fcntl((int)fd, F_SETFD, FD_CLOEXEC) < 0 && errno != EBADF)
		return err_sys(err, "fcntl F_SETFD");
	return 0;
}

/* Without /proc: no file can have a higher number than the limit had when it was opened, which for
 * a process that never raised it is this one. */
static int mark_up_to_limit(unsigned first, struct err *err)
{
	struct rlimit limit;
	int r = 0;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return err_sys(err, "getrlimit RLIMIT_NOFILE");
	for (rlim_t fd = first; r == 0 && fd < limit.rlim_max && fd <= INT_MAX; fd++)
		r = mark(fd, err);
	return r;
}

/* Nobody else opens files meanwhile: this is the only thread, or the only one that runs. */
static int mark_those_in_proc(int list_fd, unsigned first, struct err *err)
{
	struct directory list = DIRECTORY_INIT(list_fd);
	const char *name;
	uint32_t fd;
	int r;

	while ((r = directory_next(&list, &name, err)) > 0) {
		if (parse_u32(name, &fd) < 0 || fd < first)
			continue;
		r = mark(fd, err);
		if (r < 0)
			return r;
	}
	return r;
}

static bool is_on_procfs(int fd)
{
	struct statfs fs;

	return fstatfs(fd, &fs) == 0 && (unsigned long)fs.f_type == PROC_SUPER_MAGIC;
}

int descriptors_close_on_exec_from(unsigned first, struct err *err)
{
	if (syscall(SYS_close_range, first, ~0U, RANGE_CLOEXEC) == 0)
		return 0;
	/* before 5.9, before the flag's 5.11, and a seccomp filter's way to say so */
	if (errno != ENOSYS && errno != EINVAL && errno != EPERM)
		return err_sys(err, "close_range");
	AUTO_FD int list = open("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return list >= 0 && is_on_procfs(list) ? mark_those_in_proc(list, first, err)
					       : mark_up_to_limit(first, err);
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
