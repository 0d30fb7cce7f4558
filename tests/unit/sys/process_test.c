/* SPDX-License-Identifier: Apache-2.0 */
#include "sys/process.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* proc_pid_stat(5): parent is field 4, the start time field 22. */
#define STAT_REST " 7 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 4711 0 0\n"

static void the_name_of_a_process_may_hold_anything(void **state)
{
	static const char *const lines[] = {
		"12 (sh) S" STAT_REST,
		"12 (a b) S" STAT_REST,
		"12 (a) Z 9 (b) S" STAT_REST,
		"12 () S" STAT_REST,
		"12 (\n) S" STAT_REST,
		"12 ()) S" STAT_REST,
	};

	for (size_t i = 0; i < COUNT_OF(lines); i++) {
		struct process_stat stat;

		assert_int_equal(process_stat_parse(lines[i], &stat), 0);
		assert_int_equal(stat.state, 'S');
		assert_int_equal(stat.parent, 7);
		assert_int_equal(stat.start_time, 4711);
	}
}

static void what_is_no_stat_line_is_refused(void **state)
{
	static const char *const lines[] = { "", "12", "12 (sh", "12 (sh)", "12 (sh) ", "12 (sh) S",
		"12 (sh) S 7", "12 (sh) SS" STAT_REST,
		"12 (sh) S 7 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0", "12 (sh) S x" STAT_REST,
		"12 (sh) S 7 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 -1 0\n" };

	for (size_t i = 0; i < COUNT_OF(lines); i++) {
		struct process_stat stat = { .start_time = 5 };

		assert_int_equal(process_stat_parse(lines[i], &stat), -EPROTO);
		assert_int_equal(stat.start_time, 5);
	}
}

static void a_process_is_told_from_a_later_one_with_its_number(void **state)
{
	struct process_stat stat;
	struct err err = ERR_INIT;

	assert_int_equal(process_stat_read(getpid(), &stat, &err), 0);
	assert_int_equal(stat.parent, getppid());
	assert_true(process_is_alive(getpid(), stat.start_time));
	assert_false(process_is_alive(getpid(), stat.start_time + 1));
	assert_false(process_is_alive(0, stat.start_time));
	assert_false(process_is_alive(-1, stat.start_time));
}

/* A child that waits to be killed. */
static pid_t sleeper(int *ret_pidfd)
{
	struct err err = ERR_INIT;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		alarm(30);
		for (;;)
			pause();
	}
	assert_int_equal(process_pidfd_open(pid, ret_pidfd, &err), 0);
	return pid;
}

static void a_zombie_has_ended(void **state)
{
	struct process_stat stat;
	struct err err = ERR_INIT;
	AUTO_FD int pidfd = -1;
	pid_t pid = sleeper(&pidfd);
	siginfo_t info;
	int status;

	assert_int_equal(process_stat_read(pid, &stat, &err), 0);
	assert_true(process_is_alive(pid, stat.start_time));
	assert_int_equal(process_pidfd_signal(pidfd, SIGKILL, &err), 0);
	assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
	assert_false(process_is_alive(pid, stat.start_time));
	assert_int_equal(process_wait(pidfd, &status, &err), 0);
	assert_int_equal(status, 128 + SIGKILL);
	assert_int_equal(process_stat_read(pid, &stat, &err), -ESRCH);
	assert_int_equal(process_pidfd_signal(pidfd, SIGKILL, &err), -ESRCH);
}

static void an_exit_status_is_the_processs_own(void **state)
{
	struct err err = ERR_INIT;
	AUTO_FD int pidfd = -1;
	int status = -1;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0)
		_exit(42);
	assert_int_equal(process_pidfd_open(pid, &pidfd, &err), 0);
	assert_int_equal(process_wait(pidfd, &status, &err), 0);
	assert_int_equal(status, 42);
	assert_int_equal(process_wait(pidfd, &status, &err), -ECHILD);
}

static void killing_reaps(void **state)
{
	AUTO_FD int pidfd = -1;
	pid_t pid = sleeper(&pidfd);

	process_kill_and_reap(pidfd);
	assert_int_equal(kill(pid, 0), -1);
	assert_int_equal(errno, ESRCH);
	process_kill_and_reap(pidfd); /* does no harm */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_name_of_a_process_may_hold_anything),
		cmocka_unit_test(what_is_no_stat_line_is_refused),
		cmocka_unit_test(a_process_is_told_from_a_later_one_with_its_number),
		cmocka_unit_test(a_zombie_has_ended),
		cmocka_unit_test(an_exit_status_is_the_processs_own),
		cmocka_unit_test(killing_reaps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
