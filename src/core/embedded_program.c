/* SPDX-License-Identifier: Apache-2.0 */
#include "core/embedded_program.h"

#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/fd.h"
#include "sys/clone.h"
#include "sys/descriptors.h"
#include "sys/process.h"
#include "sys/signals.h"

/* What the new process needs; it runs in our memory until it executes the program. */
struct birth {
	const struct embedded_program *program;
	int program_fd;
	struct err failed;
};

/* Role: child, on a stack of its own in the caller's memory. It does not outlive the caller. */
static int execute(void *argument)
{
	struct birth *birth = argument;
	const struct embedded_program *program = birth->program;
	const char *const argv[] = { program->name, program->argument, NULL };

	signals_reset();
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		err_sys(&birth->failed, "prctl PR_SET_PDEATHSIG");
	else if (dup2(program->stdin_fd, STDIN_FILENO) < 0 ||
		 (program->stdout_fd >= 0 && dup2(program->stdout_fd, STDOUT_FILENO) < 0))
		err_sys(&birth->failed, "dup2");
	else if (descriptors_close_on_exec_from(STDERR_FILENO + 1, &birth->failed) == 0) {
		descriptors_execute(birth->program_fd, argv, program->env, &birth->failed);
		err_hint(&birth->failed, "may programs in memory (memfd) be executed here?");
	}
	return 1;
}

int embedded_program_spawn(
	const struct embedded_program *program, pid_t *ret_pid, int *ret_pidfd, struct err *err)
{
	const struct clone_how how = { .cgroup_fd = -1 };
	struct birth birth = { .program = program };
	AUTO_FD int program_fd = -1;
	sigset_t all, kept;
	int r = descriptors_seal_program(program->name, program->begin,
		(size_t)(program->end - program->begin), &program_fd, err);

	if (r < 0)
		return r;
	birth.program_fd = program_fd;
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &kept);
	r = clone_sharing_memory(&how, execute, &birth, ret_pid, ret_pidfd, err);
	sigprocmask(SIG_SETMASK, &kept, NULL);
	if (r < 0 || !birth.failed.code)
		return r;
	process_kill_and_reap(*ret_pidfd);
	*err = birth.failed;
	return -err->code;
}
