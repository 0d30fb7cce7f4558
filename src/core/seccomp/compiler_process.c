/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs the embedded hull-seccomp (seccomp/compiler/main.c). Its two files are memory: nothing can
 * be full, and nobody waits for the other. It is trusted as little as a kept filter: what it gives
 * is checked before it is used.
 */
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "core/program_image.h"
#include "core/seccomp/internal.h"
#include "sys/clone.h"
#include "sys/descriptors.h"
#include "sys/process.h"
#include "sys/signals.h"

enum { COMPILER_LIMIT_MS = 20 * 1000 }; /* the largest profiles take 30 */

/* What the new process needs; it runs in our memory until it executes the compiler. */
struct compiler {
	int program_fd;
	int rules_fd;
	int result_fd;
	const char *fail_unknown;
	struct err failed;
};

/* Role: child, on a stack of its own in the caller's memory. */
static int execute(void *argument)
{
	static const char *const no_environment[] = { NULL };
	struct compiler *compiler = argument;
	const char *const argv[] = { "hull-seccomp", compiler->fail_unknown, NULL };

	if (dup2(compiler->rules_fd, STDIN_FILENO) < 0 ||
		dup2(compiler->result_fd, STDOUT_FILENO) < 0)
		err_sys(&compiler->failed, "dup2");
	else if (descriptors_close_on_exec_from(STDERR_FILENO + 1, &compiler->failed) == 0)
		descriptors_execute(compiler->program_fd, argv, no_environment, &compiler->failed);
	return 1;
}

static int spawn(struct compiler *compiler, int *ret_pidfd, struct err *err)
{
	const struct clone_how how = { .cgroup_fd = -1 };
	sigset_t all, kept;
	pid_t pid;
	int r;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &kept);
	r = clone_sharing_memory(&how, execute, compiler, &pid, ret_pidfd, err);
	sigprocmask(SIG_SETMASK, &kept, NULL);
	if (r < 0 || !compiler->failed.code)
		return r;
	process_kill_and_reap(*ret_pidfd);
	*err = compiler->failed;
	return -err->code;
}

static int wait_for(int pidfd, int *ret_status, struct err *err)
{
	struct pollfd ended = { .fd = pidfd, .events = POLLIN };
	int n;

	do
		n = poll(&ended, 1, COMPILER_LIMIT_MS);
	while (n < 0 && errno == EINTR);
	if (n == 1)
		return process_wait(pidfd, ret_status, err);
	process_kill_and_reap(pidfd);
	return err_fail(err, ETIME, "it was not done after %d seconds", COMPILER_LIMIT_MS / 1000);
}

/* The size of what it wrote into *result_fd, which is at its beginning then. */
static int size_of_result(int result_fd, size_t *ret, struct err *err)
{
	struct stat st;

	if (fstat(result_fd, &st) < 0 || lseek(result_fd, 0, SEEK_SET) < 0)
		return err_sys(err, "read its result");
	*ret = (size_t)st.st_size;
	return 0;
}

static int take_error(int result_fd, size_t size, int status, struct err *err)
{
	struct err said;
	ssize_t n = size == sizeof(said) ? fd_read_up_to(result_fd, &said, size, err) : 0;

	if (n < 0)
		return (int)n;
	if (status != 1 || n != (ssize_t)sizeof(said) || said.code <= 0)
		return err_fail(err, EPROTO, "it ended with status %d", status);
	err_sanitize(&said);
	*err = said;
	return -err->code;
}

static int take_program(struct arena *arena, int result_fd, size_t size,
	struct seccomp_program *ret, struct err *err)
{
	struct seccomp_program program = { .n_insns = size / sizeof(*program.insns) };
	ssize_t n;

	if (size % sizeof(*program.insns) != 0 || program.n_insns > BPF_MAXINSNS)
		return err_fail(err, EPROTO, "%zu bytes are no program", size);
	program.insns = ARENA_NEW_ARRAY(arena, program.n_insns, struct sock_filter);
	n = fd_read_up_to(result_fd, program.insns, size, err);
	if (n < 0)
		return (int)n;
	if ((size_t)n != size)
		return err_fail(err, EPROTO, "its program is cut off");
	*ret = program;
	return seccomp_program_check(program.insns, program.n_insns, err);
}

/* An err of its own says it all; anything else failed while it was run. */
static int while_running(struct err *err)
{
	err_while(err, "compile the seccomp filter: hull-seccomp");
	return err_config(err, "/linux/seccomp");
}

static int run(struct arena *arena, struct compiler *compiler, struct seccomp_program *ret,
	struct err *err)
{
	AUTO_FD int pidfd = -1;
	int status = 0, r;
	size_t size = 0;

	r = spawn(compiler, &pidfd, err);
	if (r == 0)
		r = wait_for(pidfd, &status, err);
	if (r == 0)
		r = size_of_result(compiler->result_fd, &size, err);
	if (r < 0)
		return while_running(err);
	if (status == 0)
		r = take_program(arena, compiler->result_fd, size, ret, err);
	else
		return take_error(compiler->result_fd, size, status, err);
	return r < 0 ? while_running(err) : 0;
}

int seccomp_run_compiler(struct arena *arena, const struct oci_seccomp *seccomp, bool fail_unknown,
	struct seccomp_program *ret, struct err *err)
{
	size_t length;
	const char *rules = oci_seccomp_rules_text(arena, seccomp, &length);
	AUTO_FD int program_fd = -1;
	AUTO_FD int rules_fd = memfd_create("seccomp-rules", MFD_CLOEXEC);
	AUTO_FD int result_fd = memfd_create("seccomp-program", MFD_CLOEXEC);
	struct compiler compiler = { .fail_unknown = fail_unknown ? "1" : "0" };
	int r;

	if (rules_fd < 0 || result_fd < 0) {
		err_sys(err, "memfd_create");
		return while_running(err);
	}
	r = fd_write_all(rules_fd, rules, length, err);
	if (r == 0 && lseek(rules_fd, 0, SEEK_SET) < 0)
		r = err_sys(err, "lseek");
	if (r == 0)
		r = descriptors_seal_program("hull-seccomp", hull_seccomp_image,
			PROGRAM_IMAGE_SIZE(hull_seccomp_image), &program_fd, err);
	if (r < 0)
		return while_running(err);
	compiler.program_fd = program_fd;
	compiler.rules_fd = rules_fd;
	compiler.result_fd = result_fd;
	return run(arena, &compiler, ret, err);
}
