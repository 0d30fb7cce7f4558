/* SPDX-License-Identifier: Apache-2.0 */
#include "sys/clone.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sys/call_probe.h"

#ifndef SYS_clone3
#define SYS_clone3 435
#endif
#ifndef CLONE_PIDFD
#define CLONE_PIDFD 0x00001000
#endif
#ifndef CLONE_CLEAR_SIGHAND
#define CLONE_CLEAR_SIGHAND UINT64_C(0x100000000)
#endif
#ifndef CLONE_INTO_CGROUP
#define CLONE_INTO_CGROUP UINT64_C(0x200000000)
#endif

/* The kernel's struct clone_args (linux/sched.h), which musl does not have. */
struct clone_arguments {
	uint64_t flags;
	uint64_t pidfd;
	uint64_t child_tid;
	uint64_t parent_tid;
	uint64_t exit_signal;
	uint64_t stack;
	uint64_t stack_size;
	uint64_t tls;
	uint64_t set_tid;
	uint64_t set_tid_size;
	uint64_t cgroup;
};

#if defined(__x86_64__) || defined(__aarch64__)
#define HAVE_CLONE3_ON_STACK 1

/*
 * clone3 with a stack of its own has to be called from assembly: the child comes back from the
 * system call with an empty stack and could not return into C. Gives the pid, or -errno.
 */
long clone3_on_stack(
	struct clone_arguments *arguments, size_t size, int (*child)(void *), void *argument);

#if defined(__x86_64__)
__asm__(".text\n"
	".globl clone3_on_stack\n"
	".hidden clone3_on_stack\n"
	".type clone3_on_stack, @function\n"
	"clone3_on_stack:\n"
	"	mov %rdx, %r8\n" /* child: the system call keeps r8 and r9 */
	"	mov %rcx, %r9\n" /* argument */
	"	mov $435, %eax\n"
	"	syscall\n"
	"	test %rax, %rax\n"
	"	jz 1f\n"
	"	ret\n"
	"1:	xor %ebp, %ebp\n"
	"	mov %r9, %rdi\n"
	"	call *%r8\n"
	"	mov %eax, %edi\n"
	"	mov $60, %eax\n" /* exit */
	"	syscall\n"
	"	hlt\n"
	".size clone3_on_stack, . - clone3_on_stack\n");
#else
__asm__(".text\n"
	".globl clone3_on_stack\n"
	".hidden clone3_on_stack\n"
	".type clone3_on_stack, %function\n"
	"clone3_on_stack:\n"
	"	mov x10, x2\n" /* child */
	"	mov x11, x3\n" /* argument */
	"	mov x8, #435\n"
	"	svc #0\n"
	"	cbz x0, 1f\n"
	"	ret\n"
	"1:	mov x29, #0\n"
	"	mov x30, #0\n"
	"	mov x0, x11\n"
	"	blr x10\n"
	"	mov x8, #93\n" /* exit */
	"	svc #0\n"
	"	brk #0\n"
	".size clone3_on_stack, . - clone3_on_stack\n");
#endif
#endif

/*
 * Kernels before 5.7 do not know the field of the cgroup (E2BIG), before 5.5 not
 * CLONE_CLEAR_SIGHAND (EINVAL); what is wrong indeed is so for clone(2), too.
 */
static bool clone3_is_too_old(int code)
{
	return code == E2BIG || code == EINVAL || call_is_missing(PROBED_CLONE3, code);
}

static struct clone_arguments arguments_of(const struct clone_how *how, int *pidfd)
{
	struct clone_arguments arguments = {
		.flags = how->flags | CLONE_PIDFD | CLONE_CLEAR_SIGHAND,
		.pidfd = (uint64_t)(uintptr_t)pidfd,
		/* CLONE_PARENT takes the signal of the process that it is a sibling of */
		.exit_signal = how->flags & CLONE_PARENT ? 0 : SIGCHLD,
	};

	if (how->cgroup_fd >= 0) {
		arguments.flags |= CLONE_INTO_CGROUP;
		arguments.cgroup = (uint64_t)how->cgroup_fd;
	}
	return arguments;
}

static int clone_failed(int code, const struct clone_how *how, struct err *err)
{
	err_sys_code(err, code, "clone3");
	if (code == ENOSPC || code == EUSERS)
		err_hint(err, "the limit of namespaces is reached: see /proc/sys/user");
	if (code == EPERM && (how->flags & CLONE_NEWUSER))
		err_hint(err, "this host does not let this user make user namespaces");
	if (code == EAGAIN)
		err_hint(err, "the limit of processes is reached (ulimit -u, pids cgroup)");
	return -code;
}

/* Without clone3: the same by the C library's clone(2), which cannot enter a cgroup. */
static long clone_old(const struct clone_how *how, uint64_t memory_flags, char *stack,
	int (*child)(void *), void *argument, int *pidfd)
{
	int flags = (int)(how->flags | memory_flags | CLONE_PIDFD);
	int pid;

	if (how->cgroup_fd >= 0)
		return -EOPNOTSUPP;
	if (!(how->flags & CLONE_PARENT))
		flags |= SIGCHLD;
	pid = clone(child, stack + CLONE_STACK_BYTES, flags, argument, pidfd, NULL, NULL);
	return pid < 0 ? -errno : pid;
}

int clone_sharing_memory(const struct clone_how *how, int (*child)(void *argument), void *argument,
	pid_t *ret_pid, int *ret_pidfd, struct err *err)
{
	int pidfd = -1;
	long pid = -ENOSYS;
	char *stack = mmap(NULL, CLONE_STACK_BYTES, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);

	if (stack == MAP_FAILED)
		return err_sys(err, "mmap a stack of %d bytes", CLONE_STACK_BYTES);
#ifdef HAVE_CLONE3_ON_STACK
	struct clone_arguments arguments = arguments_of(how, &pidfd);

	arguments.flags |= CLONE_VM | CLONE_VFORK;
	arguments.stack = (uint64_t)(uintptr_t)stack;
	arguments.stack_size = CLONE_STACK_BYTES;
	pid = clone3_on_stack(&arguments, sizeof(arguments), child, argument);
#endif
	if (pid < 0 && clone3_is_too_old((int)-pid))
		pid = clone_old(how, CLONE_VM | CLONE_VFORK, stack, child, argument, &pidfd);
	munmap(stack, CLONE_STACK_BYTES);
	if (pid < 0)
		return clone_failed((int)-pid, how, err);
	*ret_pid = (pid_t)pid;
	*ret_pidfd = pidfd;
	return 0;
}

int clone_copying_memory(
	const struct clone_how *how, pid_t *ret_pid, int *ret_pidfd, struct err *err)
{
	int pidfd = -1;
	struct clone_arguments arguments = arguments_of(how, &pidfd);
	long pid = syscall(SYS_clone3, &arguments, sizeof(arguments));

	if (pid < 0 && clone3_is_too_old(errno)) {
		unsigned long flags = how->flags | CLONE_PIDFD;

		if (how->cgroup_fd >= 0)
			return clone_failed(EOPNOTSUPP, how, err);
		if (!(how->flags & CLONE_PARENT))
			flags |= SIGCHLD;
		/* no stack: it goes on with a copy of ours; the first four arguments have this
		   order on all architectures but s390 */
		pid = syscall(SYS_clone, flags, NULL, &pidfd, NULL, 0);
	}
	if (pid < 0)
		return clone_failed(errno, how, err);
	*ret_pid = (pid_t)pid;
	*ret_pidfd = pid == 0 ? -1 : pidfd;
	return 0;
}
