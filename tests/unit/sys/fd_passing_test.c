/* SPDX-License-Identifier: Apache-2.0 */
#include "sys/fd_passing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"

static char directory[] = "/tmp/hull-socket-XXXXXX";
static int dir = -1;
static struct err err;

static int set_up(void **state)
{
	memcpy(directory + sizeof(directory) - 7, "XXXXXX", 6);
	err = ERR_INIT;
	if (!mkdtemp(directory))
		return -1;
	dir = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return dir < 0 ? -1 : 0;
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *walk)
{
	return remove(path);
}

static int tear_down(void **state)
{
	fd_replace(&dir, -1);
	return nftw(directory, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

static void a_descriptor_arrives_as_another_number_for_the_same_file(void **state)
{
	int sockets[2], pipes[2], received = -1;
	struct stat a, b;

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets), 0);
	assert_int_equal(pipe2(pipes, O_CLOEXEC), 0);
	assert_int_equal(fd_pass(sockets[0], pipes[0], "text", 4, &err), 0);
	assert_int_equal(fd_receive(sockets[1], &received, &err), 0);
	assert_int_not_equal(received, pipes[0]);
	assert_int_equal(fstat(pipes[0], &a), 0);
	assert_int_equal(fstat(received, &b), 0);
	assert_int_equal(a.st_ino, b.st_ino);
	assert_int_equal(fcntl(received, F_GETFD), FD_CLOEXEC);
	fd_close(received);
	for (int i = 0; i < 2; i++) {
		fd_close(sockets[i]);
		fd_close(pipes[i]);
	}
}

static void data_without_a_descriptor_is_refused(void **state)
{
	int sockets[2], received = -1;

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets), 0);
	assert_int_equal(write(sockets[0], "text", 4), 4);
	assert_int_equal(fd_receive(sockets[1], &received, &err), -ECONNRESET);
	fd_close(sockets[0]);
	assert_int_equal(fd_receive(sockets[1], &received, &err), -ECONNRESET);
	assert_int_equal(received, -1);
	fd_close(sockets[1]);
}

static void nobody_at_the_other_end_is_an_error_and_no_signal(void **state)
{
	int sockets[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets), 0);
	fd_close(sockets[1]);
	assert_int_equal(fd_pass(sockets[0], sockets[0], "x", 1, &err), -EPIPE);
	fd_close(sockets[0]);
}

static void a_socket_is_found_by_directory_and_name(void **state)
{
	AUTO_FD int listener = -1;
	AUTO_FD int connection = -1;
	int second = -1;

	assert_int_equal(socket_connect_at(dir, "s", SOCK_SEQPACKET, &connection, &err), -ENOENT);
	assert_int_equal(socket_listen_at(dir, "s", SOCK_SEQPACKET, &listener, &err), 0);
	assert_int_equal(socket_connect_at(dir, "s", SOCK_SEQPACKET, &connection, &err), 0);
	assert_int_equal(fcntl(connection, F_GETFD), FD_CLOEXEC);
	assert_int_equal(socket_listen_at(dir, "s", SOCK_SEQPACKET, &second, &err), -EADDRINUSE);
	fd_replace(&listener, -1); /* the name stays, but nobody listens */
	assert_int_equal(socket_connect_at(dir, "s", SOCK_SEQPACKET, &second, &err), -ECONNREFUSED);
	assert_string_equal(err.path, "s");
	assert_int_equal(second, -1);
}

/* sun_path ends at 108 bytes, paths of engines do not */
static void a_path_may_be_longer_than_an_address(void **state)
{
	char path[512], name[200];
	AUTO_FD int listener = -1;
	AUTO_FD int connection = -1;
	AUTO_FD int deep = -1;

	memset(name, 'd', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	assert_int_equal(mkdirat(dir, name, 0700), 0);
	deep = openat(dir, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(socket_listen_at(deep, "s", SOCK_STREAM, &listener, &err), 0);
	snprintf(path, sizeof(path), "%s/%s/s", directory, name);
	assert_int_equal(socket_connect(path, SOCK_STREAM, &connection, &err), 0);
	assert_true(connection >= 0);
}

static void a_name_that_is_too_long_for_any_address_is_refused(void **state)
{
	char name[200];
	int fd = -1;

	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	assert_int_equal(socket_listen_at(dir, name, SOCK_STREAM, &fd, &err), -ENAMETOOLONG);
	assert_int_equal(socket_connect_at(dir, name, SOCK_STREAM, &fd, &err), -ENAMETOOLONG);
	assert_int_equal(fd, -1);
}

static void what_is_no_socket_is_refused(void **state)
{
	int fd = -1;

	assert_int_equal(socket_connect("/dev/null", SOCK_STREAM, &fd, &err), -ECONNREFUSED);
	assert_string_equal(err.path, "/dev/null");
}

static void many_descriptors_arrive_in_their_order(void **state)
{
	int sockets[2], sent[3], got[FD_PASS_MAX];
	char text[8] = "";
	size_t n_got = 0;

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets), 0);
	for (size_t i = 0; i < 3; i++)
		assert_true((sent[i] = memfd_create("x", MFD_CLOEXEC)) >= 0);
	assert_int_equal(fd_pass_all(sockets[0], sent, 3, "abc", 3, &err), 0);
	assert_int_equal(fd_receive_all(sockets[1], text, sizeof(text), got, &n_got, &err), 3);
	assert_string_equal(text, "abc");
	assert_int_equal(n_got, 3);
	for (size_t i = 0; i < 3; i++) {
		struct stat one, other;

		assert_int_equal(fstat(sent[i], &one), 0);
		assert_int_equal(fstat(got[i], &other), 0);
		assert_int_equal(one.st_ino, other.st_ino);
		assert_int_equal(fcntl(got[i], F_GETFD), FD_CLOEXEC);
		close(sent[i]);
		close(got[i]);
	}
	assert_int_equal(fd_pass_all(sockets[0], NULL, 0, "d", 1, &err), 0);
	assert_int_equal(fd_receive_all(sockets[1], text, sizeof(text), got, &n_got, &err), 1);
	assert_int_equal(n_got, 0);
	assert_int_equal(fd_pass_all(sockets[0], sent, FD_PASS_MAX + 1, "e", 1, &err), -E2BIG);
	close(sockets[1]);
	assert_int_equal(fd_pass_all(sockets[0], NULL, 0, "f", 1, &err), -EPIPE);
	close(sockets[0]);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_descriptor_arrives_as_another_number_for_the_same_file),
		TEST(data_without_a_descriptor_is_refused),
		TEST(nobody_at_the_other_end_is_an_error_and_no_signal),
		TEST(a_socket_is_found_by_directory_and_name),
		TEST(a_path_may_be_longer_than_an_address),
		TEST(a_name_that_is_too_long_for_any_address_is_refused),
		TEST(what_is_no_socket_is_refused),
		TEST(many_descriptors_arrive_in_their_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
