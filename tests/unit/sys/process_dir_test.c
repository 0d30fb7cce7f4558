/* SPDX-License-Identifier: Apache-2.0 */
/* sys/process.h where there are no pidfds. */
#include "sys/process_dir.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include "base/fd.h"
#include "sys/process.h"
#include "without_calls.h"

enum { PIDFD_SEND_SIGNAL = 424, PIDFD_OPEN = 434 };

static pid_t start_sleeper(void)
{
	pid_t pid = fork();

	CHILD_ASSERT(pid >= 0);
	if (pid == 0) {
		alarm(30);
		for (;;)
			pause();
	}
	return pid;
}

static void use_directories(unsigned code)
{
	struct err err = ERR_INIT;
	int status = 0;
	pid_t pid, found = 0;
	AUTO_FD int process = -1;

	WITHOUT(code, PIDFD_OPEN, PIDFD_SEND_SIGNAL);
	pid = start_sleeper();
	CHILD_ASSERT(process_pidfd_open(pid, &process, &err) == 0);
	CHILD_ASSERT(!process_is_pidfd(process));
	CHILD_ASSERT(process_dir_pid(process, &found, &err) == 0 && found == pid);

	struct pollfd polled[] = { { .fd = -1 }, { .fd = process, .events = POLLIN } };
	CHILD_ASSERT(process_poll(polled, 2, 50) == 0);
	CHILD_ASSERT(process_pidfd_signal(process, 0, &err) == 0);
	CHILD_ASSERT(process_pidfd_signal(process, SIGKILL, &err) == 0);
	CHILD_ASSERT(process_poll(polled, 2, -1) == 1);
	CHILD_ASSERT(polled[1].revents == POLLIN);
	CHILD_ASSERT(process_dir_has_ended(process));
	CHILD_ASSERT(process_wait(process, &status, &err) == 0);
	CHILD_ASSERT(status == 128 + SIGKILL);
	CHILD_ASSERT(process_pidfd_signal(process, SIGKILL, &err) == -ESRCH);
	CHILD_ASSERT(process_pidfd_open(pid, &process, &err) == -ESRCH);
}

static void use_directories_of_old_kernel(void)
{
	use_directories(ENOSYS);
}

static void use_directories_below_filter(void)
{
	use_directories(EPERM);
}

static void a_process_without_a_pidfd_is_waited_for_and_killed(void **state)
{
	in_child(use_directories_of_old_kernel);
	in_child(use_directories_below_filter);
}

/* The descriptor still is of the one that ended, whoever has the number now. */
static void keep_a_directory(void)
{
	struct err err = ERR_INIT;
	pid_t pid = start_sleeper(), found;
	AUTO_FD int process = -1;

	CHILD_ASSERT(process_dir_open(pid, &process, &err) == 0);
	CHILD_ASSERT(!process_dir_has_ended(process));
	CHILD_ASSERT(kill(pid, SIGKILL) == 0 && waitpid(pid, NULL, 0) == pid);
	CHILD_ASSERT(process_dir_has_ended(process));
	CHILD_ASSERT(process_dir_pid(process, &found, &err) == -ESRCH);
}

static void a_directory_is_of_one_process_only(void **state)
{
	in_child(keep_a_directory);
}

static void poll_others_beside(void)
{
	struct err err = ERR_INIT;
	AUTO_FD int process = -1;
	int pipes[2];

	WITHOUT(EPERM, PIDFD_OPEN);
	CHILD_ASSERT(pipe(pipes) == 0 && write(pipes[1], "x", 1) == 1);
	CHILD_ASSERT(process_pidfd_open(getpid(), &process, &err) == 0);

	struct pollfd polled[] = { { .fd = process, .events = POLLIN },
		{ .fd = pipes[0], .events = POLLIN } };
	CHILD_ASSERT(process_poll(polled, 2, -1) == 1);
	CHILD_ASSERT(polled[0].revents == 0 && polled[1].revents == POLLIN);
}

static void what_else_is_polled_is_still_seen(void **state)
{
	in_child(poll_others_beside);
}

static void signal_a_pidfd(void)
{
	struct err err = ERR_INIT;
	pid_t pid = start_sleeper();
	AUTO_FD int pidfd = -1;
	int status = 0;

	CHILD_ASSERT(process_pidfd_open(pid, &pidfd, &err) == 0);
	WITHOUT(EPERM, PIDFD_SEND_SIGNAL);
	CHILD_ASSERT(process_pidfd_signal(pidfd, SIGTERM, &err) == 0);
	CHILD_ASSERT(process_wait(pidfd, &status, &err) == 0 && status == 128 + SIGTERM);
	CHILD_ASSERT(process_pidfd_signal(pidfd, SIGTERM, &err) == -ESRCH);
}

static void a_pidfd_can_be_signalled_by_its_number(void **state)
{
	in_child(signal_a_pidfd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_process_without_a_pidfd_is_waited_for_and_killed),
		cmocka_unit_test(a_directory_is_of_one_process_only),
		cmocka_unit_test(what_else_is_polled_is_still_seen),
		cmocka_unit_test(a_pidfd_can_be_signalled_by_its_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
