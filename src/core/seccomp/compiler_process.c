/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs the embedded hull-seccomp (seccomp/compiler/main.c). Its two files are memory: nothing can
 * be full, and nobody waits for the other. It is trusted as little as a kept filter: what it gives
 * is checked before it is used.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "core/embedded_program.h"
#include "core/program_image.h"
#include "core/seccomp/internal.h"
#include "sys/process.h"

const struct seccomp_compiler seccomp_embedded_compiler = {
	.program = hull_seccomp_image,
	.program_end = hull_seccomp_image_end,
	.limit_ms = 20 * 1000, /* the largest profiles take 30 */
};

static int wait_for(int pidfd, int limit_ms, int *ret_status, struct err *err)
{
	struct pollfd ended = { .fd = pidfd, .events = POLLIN };
	int n;

	do
		n = poll(&ended, 1, limit_ms);
	while (n < 0 && errno == EINTR);
	if (n == 1)
		return process_wait(pidfd, ret_status, err);
	process_kill_and_reap(pidfd);
	err_fail(err, ETIME, "it was not done after %d ms and is killed", limit_ms);
	return err_hint(err, "is the profile very large, or this machine overloaded?");
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

/* An err of its own says it all; anything else failed while it was run. */
static int while_running(struct err *err)
{
	err_while(err, "compile the seccomp filter: hull-seccomp");
	return err_config(err, "/linux/seccomp");
}

/* How it ended, where it does not say why. */
static int judge(int status, struct err *err)
{
	if (status <= 128)
		return err_fail(err, EPROTO, "it ended with status %d and says not why", status);
	err_fail(err, EIO, "it was killed by signal %d", status - 128);
	return status == 128 + SIGKILL
		       ? err_hint(err, "is there too little memory, for the caller's cgroup too?")
		       : -err->code;
}

static int take_error(int result_fd, size_t size, int status, struct err *err)
{
	struct err said;
	ssize_t n = size == sizeof(said) ? fd_read_up_to(result_fd, &said, size, err) : 0;

	if (n < 0)
		return while_running(err);
	if (status != 1 || n != (ssize_t)sizeof(said) || said.code <= 0) {
		judge(status, err);
		return while_running(err);
	}
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

static int run(struct arena *arena, const struct embedded_program *program, int limit_ms,
	struct seccomp_program *ret, struct err *err)
{
	AUTO_FD int pidfd = -1;
	int status = 0, r;
	size_t size = 0;
	pid_t pid;

	r = embedded_program_spawn(program, &pid, &pidfd, err);
	if (r == 0)
		r = wait_for(pidfd, limit_ms, &status, err);
	if (r == 0)
		r = size_of_result(program->stdout_fd, &size, err);
	if (r == 0 && status != 0)
		return take_error(program->stdout_fd, size, status, err);
	if (r == 0)
		r = take_program(arena, program->stdout_fd, size, ret, err);
	return r < 0 ? while_running(err) : 0;
}

int seccomp_run_compiler(struct arena *arena, const struct seccomp_compiler *compiler,
	const struct oci_seccomp *seccomp, bool fail_unknown, struct seccomp_program *ret,
	struct err *err)
{
	size_t length;
	const char *rules = oci_seccomp_rules_text(arena, seccomp, &length);
	static const char *const no_environment[] = { NULL };
	AUTO_FD int rules_fd = memfd_create("seccomp-rules", MFD_CLOEXEC);
	AUTO_FD int result_fd = memfd_create("seccomp-program", MFD_CLOEXEC);
	const struct embedded_program program = {
		.name = "hull-seccomp",
		.begin = compiler->program,
		.end = compiler->program_end,
		.argument = fail_unknown ? "1" : "0",
		.env = no_environment,
		.stdin_fd = rules_fd,
		.stdout_fd = result_fd,
	};
	int r;

	if (rules_fd < 0 || result_fd < 0) {
		err_sys(err, "memfd_create");
		return while_running(err);
	}
	r = fd_write_all(rules_fd, rules, length, err);
	if (r == 0 && lseek(rules_fd, 0, SEEK_SET) < 0)
		r = err_sys(err, "lseek");
	return r < 0 ? while_running(err) : run(arena, &program, compiler->limit_ms, ret, err);
}
