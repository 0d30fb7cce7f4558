/* SPDX-License-Identifier: Apache-2.0 */
/* Kept filters: what is found again, and what is as if it were not there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "core/seccomp/internal.h"

enum { SOMEBODY = 12345 };

static struct sock_filter insns[] = {
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 39, 0, 1),
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
};
static const struct seccomp_program program = { .insns = insns, .n_insns = 4 };
static const uint8_t key[SHA256_BYTES] = { 1, 2, 3 };
static const uint8_t other_key[SHA256_BYTES] = { 1, 2, 4 };

struct test {
	struct arena arena;
	char parent[64];
	int parent_fd, dir_fd;
	char name[SHA256_HEX_BYTES];
	struct err err;
};

static int set_up(void **state)
{
	struct test *test = calloc(1, sizeof(*test));

	snprintf(test->parent, sizeof(test->parent), "/tmp/hull-cache.XXXXXX");
	assert_non_null(mkdtemp(test->parent));
	test->parent_fd = open(test->parent, O_PATH | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(
		seccomp_cache_open_at(test->parent_fd, true, &test->dir_fd, &test->err), 0);
	assert_int_equal(
		seccomp_cache_store(&test->arena, test->dir_fd, key, &program, &test->err), 0);
	sha256_hex(key, test->name);
	*state = test;
	return 0;
}

static void remove_content(int dir_fd)
{
	DIR *dir = fdopendir(openat(dir_fd, ".", O_RDONLY | O_CLOEXEC));
	struct dirent *entry;

	while ((entry = readdir(dir)))
		if (entry->d_name[0] != '.' || entry->d_name[1] > '.')
			unlinkat(dir_fd, entry->d_name, 0);
	closedir(dir);
}

static int tear_down(void **state)
{
	struct test *test = *state;

	remove_content(test->dir_fd);
	close(test->dir_fd);
	unlinkat(test->parent_fd, "hull/seccomp", AT_REMOVEDIR);
	unlinkat(test->parent_fd, "hull", AT_REMOVEDIR);
	close(test->parent_fd);
	rmdir(test->parent);
	arena_done(&test->arena);
	free(test);
	return 0;
}

static bool is_found(struct test *test, const uint8_t *wanted)
{
	struct seccomp_program found = { 0 };

	test->err = ERR_INIT;
	if (seccomp_cache_load(&test->arena, test->dir_fd, wanted, &found, &test->err) < 0)
		return false;
	assert_int_equal(found.n_insns, program.n_insns);
	assert_memory_equal(found.insns, program.insns, sizeof(insns));
	return true;
}

static void write_file(struct test *test, const void *bytes, size_t size)
{
	AUTO_FD int fd = openat(test->dir_fd, test->name, O_WRONLY | O_TRUNC | O_CLOEXEC);

	assert_int_equal(write(fd, bytes, size), size);
}

static void what_was_kept_is_found(void **state)
{
	assert_true(is_found(*state, key));
}

static void another_profile_is_not_found(void **state)
{
	struct test *test = *state;

	assert_false(is_found(test, other_key));
	assert_int_equal(test->err.code, ENOENT);
}

static void a_file_under_a_wrong_name_is_not_believed(void **state)
{
	struct test *test = *state;
	char name[SHA256_HEX_BYTES];

	sha256_hex(other_key, name);
	assert_int_equal(renameat(test->dir_fd, test->name, test->dir_fd, name), 0);
	assert_false(is_found(test, other_key));
}

static void every_damaged_bit_is_noticed(void **state)
{
	struct test *test = *state;
	size_t size;
	const void *whole = seccomp_cache_encode(&test->arena, key, &program, &size);
	char *bytes = arena_alloc(&test->arena, size);

	for (size_t bit = 0; bit < size * 8; bit++) {
		memcpy(bytes, whole, size);
		bytes[bit / 8] = (char)(bytes[bit / 8] ^ 1 << bit % 8);
		write_file(test, bytes, size);
		assert_false(is_found(test, key));
	}
	write_file(test, whole, size);
	assert_true(is_found(test, key));
}

static void every_other_length_is_noticed(void **state)
{
	struct test *test = *state;
	size_t size;
	const char *whole = seccomp_cache_encode(&test->arena, key, &program, &size);
	char *longer = arena_alloc(&test->arena, size + 8);

	for (size_t shorter = 0; shorter < size; shorter++) {
		write_file(test, whole, shorter);
		assert_false(is_found(test, key));
	}
	memcpy(longer, whole, size);
	write_file(test, longer, size + 8);
	assert_false(is_found(test, key));
}

static void a_whole_file_with_a_program_that_runs_astray_is_not_believed(void **state)
{
	struct test *test = *state;
	struct sock_filter astray[] = { BPF_STMT(BPF_JMP | BPF_JA, 7),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW) };
	const struct seccomp_program bad = { .insns = astray, .n_insns = 2 };
	size_t size;
	const void *bytes = seccomp_cache_encode(&test->arena, key, &bad, &size);

	write_file(test, bytes, size);
	assert_false(is_found(test, key));
}

static void a_file_that_others_may_read_or_write_is_not_believed(void **state)
{
	struct test *test = *state;

	for (mode_t bit = 1; bit <= S_IRGRP; bit <<= 1) {
		assert_int_equal(fchmodat(test->dir_fd, test->name, 0600 | bit, 0), 0);
		assert_false(is_found(test, key));
	}
	assert_int_equal(fchmodat(test->dir_fd, test->name, 0600, 0), 0);
	assert_true(is_found(test, key));
}

static void somebody_elses_file_is_not_believed(void **state)
{
	struct test *test = *state;

	if (geteuid() != 0)
		skip();
	assert_int_equal(fchownat(test->dir_fd, test->name, SOMEBODY, SOMEBODY, 0), 0);
	assert_false(is_found(test, key));
}

static void a_link_is_not_followed(void **state)
{
	struct test *test = *state;

	assert_int_equal(renameat(test->dir_fd, test->name, test->dir_fd, "elsewhere"), 0);
	assert_int_equal(symlinkat("elsewhere", test->dir_fd, test->name), 0);
	assert_false(is_found(test, key));
}

static void a_pipe_in_place_of_the_file_makes_nobody_wait(void **state)
{
	struct test *test = *state;

	unlinkat(test->dir_fd, test->name, 0);
	assert_int_equal(mkfifoat(test->dir_fd, test->name, 0600), 0);
	assert_false(is_found(test, key));
}

static int open_again(struct test *test)
{
	AUTO_FD int fd = -1;

	test->err = ERR_INIT;
	return seccomp_cache_open_at(test->parent_fd, true, &fd, &test->err);
}

static void a_directory_that_others_may_enter_is_not_used(void **state)
{
	struct test *test = *state;

	assert_int_equal(fchmodat(test->parent_fd, "hull/seccomp", 0755, 0), 0);
	assert_int_equal(open_again(test), -EPERM);
	assert_int_equal(fchmodat(test->parent_fd, "hull/seccomp", 0700, 0), 0);
	assert_int_equal(open_again(test), 0);
	assert_int_equal(fchmodat(test->parent_fd, "hull", 0775, 0), 0);
	assert_int_equal(open_again(test), -EPERM);
}

static void somebody_elses_directory_is_not_used(void **state)
{
	struct test *test = *state;

	if (geteuid() != 0)
		skip();
	assert_int_equal(fchownat(test->parent_fd, "hull", SOMEBODY, SOMEBODY, 0), 0);
	assert_int_equal(open_again(test), -EPERM);
	assert_int_equal(fchownat(test->parent_fd, "hull", 0, 0, 0), 0);
	assert_int_equal(fchownat(test->parent_fd, "hull/seccomp", SOMEBODY, SOMEBODY, 0), 0);
	assert_int_equal(open_again(test), -EPERM);
}

static void age(struct test *test, const char *name, time_t seconds)
{
	const struct timespec times[2] = { { .tv_sec = seconds }, { .tv_sec = seconds } };

	assert_int_equal(utimensat(test->dir_fd, name, times, 0), 0);
}

static void the_oldest_goes_when_there_are_too_many(void **state)
{
	struct test *test = *state;
	struct seccomp_cache_entry *entries;
	uint8_t next[SHA256_BYTES] = { 9 };
	char name[SHA256_HEX_BYTES];
	size_t n;

	for (unsigned i = 0; i < SECCOMP_CACHE_FILES_MAX; i++) {
		next[1] = (uint8_t)i;
		age(test, test->name, 1);
		assert_int_equal(
			seccomp_cache_store(&test->arena, test->dir_fd, next, &program, &test->err),
			0);
		sha256_hex(next, name);
		age(test, name, 100 + i);
		assert_int_equal(is_found(test, key), i < SECCOMP_CACHE_FILES_MAX - 1);
		if (i == SECCOMP_CACHE_FILES_MAX - 2)
			assert_true(is_found(test, key));
	}
	assert_int_equal(
		seccomp_cache_list_at(&test->arena, test->dir_fd, &entries, &n, &test->err), 0);
	assert_int_equal(n, SECCOMP_CACHE_FILES_MAX);
	assert_string_equal(entries[0].name, name);
}

static void what_a_killed_writer_left_goes_with_time(void **state)
{
	struct test *test = *state;
	uint8_t next[SHA256_BYTES] = { 9 };
	struct stat st;

	close(openat(test->dir_fd, ".left.1", O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
	age(test, ".left.1", 1);
	for (unsigned i = 0; i < SECCOMP_CACHE_FILES_MAX; i++) {
		next[1] = (uint8_t)i;
		assert_int_equal(
			seccomp_cache_store(&test->arena, test->dir_fd, next, &program, &test->err),
			0);
	}
	assert_int_equal(fstatat(test->dir_fd, ".left.1", &st, 0), -1);
}

/* ---- names ---- */

static const char *name_of(const struct oci_seccomp *seccomp, bool fail_unknown)
{
	static char names[2][SHA256_HEX_BYTES];
	static unsigned turn;
	uint8_t digest[SHA256_BYTES];
	char *name = names[turn++ % 2];

	seccomp_key(seccomp, fail_unknown, digest);
	sha256_hex(digest, name);
	return name;
}

static void everything_that_decides_is_in_the_name(void **state)
{
	static const uint32_t one = 1, other = 2;
	const char *names[] = { "read", "write" }, *joined[] = { "readwrite" };
	struct oci_seccomp_arg args[] = { { 0, OCI_SECCOMP_EQ, 1, 2 } };
	enum oci_seccomp_arch archs[] = { OCI_ARCH_X86 };
	struct oci_seccomp_rule rule = {
		.names = names, .n_names = 2, .action = OCI_SECCOMP_ERRNO, .args = args, .n_args = 1
	};
	struct oci_seccomp seccomp = { .default_action = OCI_SECCOMP_ALLOW,
		.architectures = archs,
		.n_architectures = 1,
		.syscalls = &rule,
		.n_syscalls = 1 };
	char first[SHA256_HEX_BYTES];

	memcpy(first, name_of(&seccomp, false), sizeof(first));
	assert_string_equal(name_of(&seccomp, false), first);
	assert_string_not_equal(name_of(&seccomp, true), first);

#define CHANGE(place, value)                                              \
	do {                                                              \
		__typeof__(place) saved = place;                          \
		place = value;                                            \
		assert_string_not_equal(name_of(&seccomp, false), first); \
		place = saved;                                            \
		assert_string_equal(name_of(&seccomp, false), first);     \
	} while (0)

	CHANGE(seccomp.default_action, OCI_SECCOMP_LOG);
	CHANGE(seccomp.default_errno_ret, &one);
	CHANGE(seccomp.n_architectures, 0);
	CHANGE(archs[0], OCI_ARCH_X32);
	CHANGE(seccomp.n_syscalls, 0);
	CHANGE(rule.action, OCI_SECCOMP_LOG);
	CHANGE(rule.errno_ret, &one);
	CHANGE(rule.n_args, 0);
	CHANGE(args[0].index, 1);
	CHANGE(args[0].op, OCI_SECCOMP_NE);
	CHANGE(args[0].value, 7);
	CHANGE(args[0].value_two, 7);
	CHANGE(rule.n_names, 1);
	CHANGE(names[1], "writev");

	rule.errno_ret = &one;
	memcpy(first, name_of(&seccomp, false), sizeof(first));
	CHANGE(rule.errno_ret, &other);
	rule.names = joined;
	rule.n_names = 1;
	assert_string_not_equal(name_of(&seccomp, false), first);
}

static void flags_and_listener_do_not_decide(void **state)
{
	static const uint32_t flags = OCI_SECCOMP_FLAG_LOG;
	struct oci_seccomp plain = { .default_action = OCI_SECCOMP_ALLOW }, other = plain;

	other.flags = &flags;
	other.listener_path = "/run/agent";
	assert_string_equal(name_of(&plain, false), name_of(&other, false));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_was_kept_is_found),
		TEST(another_profile_is_not_found),
		TEST(a_file_under_a_wrong_name_is_not_believed),
		TEST(every_damaged_bit_is_noticed),
		TEST(every_other_length_is_noticed),
		TEST(a_whole_file_with_a_program_that_runs_astray_is_not_believed),
		TEST(a_file_that_others_may_read_or_write_is_not_believed),
		TEST(somebody_elses_file_is_not_believed),
		TEST(a_link_is_not_followed),
		TEST(a_pipe_in_place_of_the_file_makes_nobody_wait),
		TEST(a_directory_that_others_may_enter_is_not_used),
		TEST(somebody_elses_directory_is_not_used),
		TEST(the_oldest_goes_when_there_are_too_many),
		TEST(what_a_killed_writer_left_goes_with_time),
		cmocka_unit_test(everything_that_decides_is_in_the_name),
		cmocka_unit_test(flags_and_listener_do_not_decide),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
