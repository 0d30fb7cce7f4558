/* SPDX-License-Identifier: Apache-2.0 */
/* What changes the process itself is tried in a child, which ends with the number of a line. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* In the child: ends it where the condition is false. Lines are told modulo 250, plus 1. */
#define CHILD_ASSERT(condition)                          \
	do {                                             \
		if (!(condition))                        \
			_exit(1 + (__LINE__ - 1) % 250); \
	} while (0)

static inline void in_child(void (*work)(void))
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		alarm(30);
		work();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (!WIFEXITED(status))
		fail_msg("the child was killed by signal %d", WTERMSIG(status));
	if (WEXITSTATUS(status) != 0)
		fail_msg("in the child line %d (modulo 250) is not true", WEXITSTATUS(status));
}
