/* SPDX-License-Identifier: Apache-2.0 */
#include "sys/clone.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <unistd.h>

#include "base/fd.h"
#include "sys/process.h"

static const struct clone_how plain = { .cgroup_fd = -1 };

struct shared {
	pid_t seen_pid;
	int number;
};

static int write_to_parent(void *argument)
{
	struct shared *shared = argument;

	shared->seen_pid = getpid();
	shared->number++;
	return 7;
}

static void a_child_in_the_same_memory_is_a_process_of_its_own(void **state)
{
	struct shared shared = { .number = 41 };
	struct err err = ERR_INIT;
	AUTO_FD int pidfd = -1;
	int status;
	pid_t pid;

	assert_int_equal(
		clone_sharing_memory(&plain, write_to_parent, &shared, &pid, &pidfd, &err), 0);
	/* it has ended: the caller stood still until then */
	assert_int_equal(shared.number, 42);
	assert_int_equal(shared.seen_pid, pid);
	assert_int_not_equal(pid, getpid());
	assert_int_equal(process_wait(pidfd, &status, &err), 0);
	assert_int_equal(status, 7);
}

static int open_something(void *argument)
{
	return open("/dev/null", O_RDONLY) == *(int *)argument ? 0 : 1;
}

/* Memory is shared, the table of descriptors is not. */
static void a_child_in_the_same_memory_has_descriptors_of_its_own(void **state)
{
	struct err err = ERR_INIT;
	AUTO_FD int pidfd = -1;
	AUTO_FD int probe = open("/dev/null", O_RDONLY | O_CLOEXEC);
	int next = dup(probe), status;
	pid_t pid;

	close(next);
	assert_int_equal(
		clone_sharing_memory(&plain, open_something, &next, &pid, &pidfd, &err), 0);
	assert_int_equal(process_wait(pidfd, &status, &err), 0);
	assert_int_equal(status, 0);
	assert_int_equal(fcntl(next == pidfd ? -1 : next, F_GETFD), -1);
}

static void a_child_with_a_copy_changes_only_that(void **state)
{
	volatile int number = 1;
	struct err err = ERR_INIT;
	AUTO_FD int pidfd = -1;
	int status;
	pid_t pid = -1;

	assert_int_equal(clone_copying_memory(&plain, &pid, &pidfd, &err), 0);
	if (pid == 0) {
		number = 2;
		_exit(number);
	}
	assert_int_equal(process_wait(pidfd, &status, &err), 0);
	assert_int_equal(status, 2);
	assert_int_equal(number, 1);
}

static void handler(int signal_number)
{
	(void)signal_number;
}

static int has_default_action(void *argument)
{
	struct sigaction action;

	(void)argument;
	return sigaction(SIGUSR1, NULL, &action) == 0 && action.sa_handler == SIG_DFL ? 0 : 1;
}

/* A handler that ran in the child would run in the caller's memory. */
static void handlers_are_not_the_childs(void **state)
{
	struct err err = ERR_INIT;
	AUTO_FD int pidfd = -1;
	int status;
	pid_t pid;

	signal(SIGUSR1, handler);
	assert_int_equal(
		clone_sharing_memory(&plain, has_default_action, NULL, &pid, &pidfd, &err), 0);
	signal(SIGUSR1, SIG_DFL);
	assert_int_equal(process_wait(pidfd, &status, &err), 0);
	assert_int_equal(status, 0);
}

static void what_the_kernel_refuses_is_told(void **state)
{
	/* a root directory cannot be shared with another mount namespace (clone(2)) */
	const struct clone_how impossible = { .flags = CLONE_FS | CLONE_NEWNS, .cgroup_fd = -1 };
	struct err err = ERR_INIT;
	int pidfd = -1;
	pid_t pid = -1;

	assert_int_equal(clone_copying_memory(&impossible, &pid, &pidfd, &err), -EINVAL);
	assert_string_equal(err.syscall, "clone3");
	assert_int_equal(pid, -1);
	assert_int_equal(pidfd, -1);
	assert_int_equal(
		clone_sharing_memory(&impossible, has_default_action, NULL, &pid, &pidfd, &err),
		-EINVAL);
	assert_int_equal(pid, -1);
}

static void a_cgroup_that_is_none_is_refused(void **state)
{
	struct clone_how how = { .cgroup_fd = open("/dev/null", O_RDONLY | O_CLOEXEC) };
	struct err err = ERR_INIT;
	AUTO_FD int null = how.cgroup_fd;
	int pidfd = -1;
	pid_t pid = -1;

	assert_true(null >= 0);
	assert_true(clone_sharing_memory(&how, has_default_action, NULL, &pid, &pidfd, &err) < 0);
	assert_int_equal(pid, -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_child_in_the_same_memory_is_a_process_of_its_own),
		cmocka_unit_test(a_child_in_the_same_memory_has_descriptors_of_its_own),
		cmocka_unit_test(a_child_with_a_copy_changes_only_that),
		cmocka_unit_test(handlers_are_not_the_childs),
		cmocka_unit_test(what_the_kernel_refuses_is_told),
		cmocka_unit_test(a_cgroup_that_is_none_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
