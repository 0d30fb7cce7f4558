/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fd.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static int open_null(void)
{
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	assert_true(fd >= 0);
	return fd;
}

static bool is_open(int fd)
{
	return fcntl(fd, F_GETFD) >= 0;
}

static void a_scope_closes_what_it_owns(void **state)
{
	int number;

	{
		AUTO_FD int fd = open_null();

		number = fd;
		assert_true(is_open(number));
	}
	assert_false(is_open(number));
}

static void what_is_taken_is_not_closed(void **state)
{
	int number;

	{
		AUTO_FD int fd = open_null();

		number = TAKE_FD(fd);
		assert_int_equal(fd, -1);
	}
	assert_true(is_open(number));
	fd_close(number);
}

static void closing_keeps_errno(void **state)
{
	errno = ENOENT;
	fd_close(-1);
	fd_close(1 << 20); /* EBADF */
	fd_close(open_null());
	assert_int_equal(errno, ENOENT);
}

static void replacing_closes_the_old_one(void **state)
{
	int slot = open_null(), old = slot, new = open_null();

	fd_replace(&slot, new);
	assert_false(is_open(old));
	assert_int_equal(slot, new);
	fd_replace(&slot, -1);
	assert_false(is_open(new));
}

static void reading_ends_at_the_end_or_when_full(void **state)
{
	struct err err = ERR_INIT;
	char buffer[8] = "";
	AUTO_FD int fd = memfd_create("x", MFD_CLOEXEC);

	assert_int_equal(fd_write_all(fd, "abcdef", 6, &err), 0);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	assert_int_equal(fd_read_up_to(fd, buffer, 4, &err), 4);
	assert_memory_equal(buffer, "abcd", 4);
	assert_int_equal(fd_read_up_to(fd, buffer, sizeof(buffer), &err), 2);
	assert_int_equal(fd_read_up_to(fd, buffer, sizeof(buffer), &err), 0);
}

static void a_pipe_gives_its_bytes_in_pieces(void **state)
{
	struct err err = ERR_INIT;
	char buffer[16];
	int pipes[2];

	assert_int_equal(pipe2(pipes, O_CLOEXEC), 0);
	assert_int_equal(fd_write_all(pipes[1], "abc", 3, &err), 0);
	assert_int_equal(fd_write_all(pipes[1], "def", 3, &err), 0);
	fd_close(pipes[1]);
	assert_int_equal(fd_read_up_to(pipes[0], buffer, sizeof(buffer), &err), 6);
	assert_memory_equal(buffer, "abcdef", 6);
	fd_close(pipes[0]);
}

static void failures_say_what_failed(void **state)
{
	struct err err = ERR_INIT;
	char byte;

	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(fd_read_up_to(-1, &byte, 1, &err), -EBADF);
	assert_int_equal(err.code, EBADF);
	assert_int_equal(fd_write_all(-1, "x", 1, &err), -EBADF);
	assert_int_equal(fd_set_cloexec(-1, true, &err), -EBADF);
}

static void close_on_exec_is_set_and_cleared(void **state)
{
	struct err err = ERR_INIT;
	AUTO_FD int fd = open_null();

	assert_int_equal(fd_set_cloexec(fd, false, &err), 0);
	assert_int_equal(fcntl(fd, F_GETFD), 0);
	assert_int_equal(fd_set_cloexec(fd, true, &err), 0);
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_scope_closes_what_it_owns),
		cmocka_unit_test(what_is_taken_is_not_closed),
		cmocka_unit_test(closing_keeps_errno),
		cmocka_unit_test(replacing_closes_the_old_one),
		cmocka_unit_test(reading_ends_at_the_end_or_when_full),
		cmocka_unit_test(a_pipe_gives_its_bytes_in_pieces),
		cmocka_unit_test(failures_say_what_failed),
		cmocka_unit_test(close_on_exec_is_set_and_cleared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
