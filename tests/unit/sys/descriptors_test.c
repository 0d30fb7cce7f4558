/* SPDX-License-Identifier: Apache-2.0 */
#include "sys/descriptors.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "base/fd.h"
#include "without_calls.h"

static struct err err;

static void mark_from_ten(void)
{
	CHILD_ASSERT(dup2(STDIN_FILENO, 9) == 9);
	CHILD_ASSERT(dup2(STDIN_FILENO, 10) == 10);
	CHILD_ASSERT(dup2(STDIN_FILENO, 200) == 200);
	CHILD_ASSERT(descriptors_close_on_exec_from(10, &err) == 0);
	CHILD_ASSERT(fcntl(9, F_GETFD) == 0);
	CHILD_ASSERT(fcntl(10, F_GETFD) == FD_CLOEXEC);
	CHILD_ASSERT(fcntl(200, F_GETFD) == FD_CLOEXEC);
	CHILD_ASSERT(fcntl(STDIN_FILENO, F_GETFD) == 0);
}

static void everything_from_a_number_on_closes_with_the_exec(void **state)
{
	in_child(mark_from_ten);
}

static void mark_without_the_call(unsigned code)
{
	enum { CLOSE_RANGE = 436 };
	const struct rlimit limit = { 1000000, 1000000 };

	WITHOUT(code, CLOSE_RANGE);
	if (setrlimit(RLIMIT_NOFILE, &limit) == 0) { /* high numbers want a right */
		CHILD_ASSERT(dup2(STDIN_FILENO, 70000) == 70000);
		mark_from_ten();
		CHILD_ASSERT(fcntl(70000, F_GETFD) == FD_CLOEXEC);
	}
	mark_from_ten();
}

static void mark_on_an_old_kernel(void)
{
	mark_without_the_call(ENOSYS);
}

static void mark_below_a_filter(void)
{
	mark_without_the_call(EPERM);
}

static void without_close_range_they_close_one_by_one(void **state)
{
	in_child(mark_on_an_old_kernel);
	in_child(mark_below_a_filter);
}

/* The whole of a file, on the heap. */
static char *content_of(const char *path, size_t *ret_size)
{
	AUTO_FD int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	char *bytes;

	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &st), 0);
	*ret_size = (size_t)st.st_size;
	bytes = malloc(*ret_size);
	assert_non_null(bytes);
	assert_int_equal(fd_read_up_to(fd, bytes, *ret_size, &err), st.st_size);
	return bytes;
}

static void a_sealed_program_cannot_be_changed_by_anyone(void **state)
{
	const int seals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
	char path[64];
	int fd = -1;

	assert_int_equal(descriptors_seal_program("x", "content", 7, &fd, &err), 0);
	assert_int_equal(fcntl(fd, F_GET_SEALS) & seals, seals);
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	assert_int_equal(pwrite(fd, "x", 1, 0), -1);
	assert_int_equal(errno, EPERM);
	assert_int_equal(ftruncate(fd, 0), -1);
	assert_int_equal(errno, EPERM);
	assert_ptr_equal(mmap(NULL, 7, PROT_WRITE, MAP_SHARED, fd, 0), MAP_FAILED);
	/* nor through another way to the same file */
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	AUTO_FD int again = open(path, O_RDWR | O_CLOEXEC);
	assert_true(again < 0 || (pwrite(again, "x", 1, 0) < 0 && errno == EPERM));
	close(fd);
}

static void run_sealed(void)
{
	const char *const argv[] = { "true", NULL };
	const char *const env[] = { NULL };
	size_t size;
	char *bytes = content_of("/bin/true", &size);
	int fd = -1;

	CHILD_ASSERT(descriptors_seal_program("true", bytes, size, &fd, &err) == 0);
	descriptors_execute(fd, argv, env, &err);
	CHILD_ASSERT(err.code == 0); /* it came back */
}

static void a_sealed_program_can_be_executed(void **state)
{
	in_child(run_sealed);
}

static void what_is_no_program_is_told(void **state)
{
	const char *const argv[] = { "x", NULL };
	AUTO_FD int fd = -1;

	assert_int_equal(descriptors_seal_program("x", "no program", 10, &fd, &err), 0);
	assert_int_equal(descriptors_execute(fd, argv, argv + 1, &err), -ENOEXEC);
	assert_string_equal(err.syscall, "execveat");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_from_a_number_on_closes_with_the_exec),
		cmocka_unit_test(without_close_range_they_close_one_by_one),
		cmocka_unit_test(a_sealed_program_cannot_be_changed_by_anyone),
		cmocka_unit_test(a_sealed_program_can_be_executed),
		cmocka_unit_test(what_is_no_program_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
