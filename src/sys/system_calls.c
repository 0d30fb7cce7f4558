/* SPDX-License-Identifier: Apache-2.0 */
#include "sys/system_calls.h"

#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/fd.h"
#include "sys/clone.h"
#include "sys/process.h"

#define SYSTEM_CALL(name, number, i386_number) { name, number, i386_number },

const struct system_call system_calls[] = {
#include "sys/system_calls.inc"
};

const size_t n_system_calls = sizeof(system_calls) / sizeof(system_calls[0]);

const struct system_call *system_call_find(const char *name)
{
	for (size_t i = 0; i < n_system_calls; i++)
		if (strcmp(system_calls[i].name, name) == 0)
			return &system_calls[i];
	return NULL;
}

#if defined(__x86_64__)
enum { I386_GETPID = 20, X32_BIT = 0x40000000 };

static int get_number_as_i386(void)
{
	long r;

	__asm__ volatile("int $0x80"
			 : "=a"(r)
			 : "a"(I386_GETPID)
			 : "r8", "r9", "r10", "r11", "memory");
	return r == getpid() ? 0 : 1;
}

/* A kernel without the entry sends SIGSEGV. */
bool system_calls_have_i386(void)
{
	const struct clone_how how = { .cgroup_fd = -1 };
	struct err ignored = ERR_INIT;
	AUTO_FD int pidfd = -1;
	int status = 1;
	pid_t pid;

	if (clone_copying_memory(&how, &pid, &pidfd, &ignored) < 0)
		return true;
	if (pid == 0)
		_exit(get_number_as_i386());
	return process_wait(pidfd, &status, &ignored) < 0 || status == 0;
}

bool system_calls_have_x32(void)
{
	return syscall(SYS_getpid | X32_BIT) > 0 || errno != ENOSYS;
}
#else
bool system_calls_have_i386(void)
{
	return false;
}

bool system_calls_have_x32(void)
{
	return false;
}
#endif
