/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdalign.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void memory_is_zeroed_aligned_and_its_own(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	unsigned char *blocks[200];

	for (size_t i = 0; i < 200; i++) {
		blocks[i] = arena_alloc(&arena, i * 7);
		assert_non_null(blocks[i]);
		assert_int_equal((uintptr_t)blocks[i] % alignof(max_align_t), 0);
		for (size_t k = 0; k < i * 7; k++)
			assert_int_equal(blocks[i][k], 0);
		memset(blocks[i], (int)i, i * 7);
	}
	for (size_t i = 0; i < 200; i++)
		for (size_t k = 0; k < i * 7; k++)
			assert_int_equal(blocks[i][k], i);
}

static void a_large_piece_does_not_spoil_small_ones(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	char *small = arena_strdup(&arena, "small");
	char *large = arena_alloc(&arena, 1 << 20);

	memset(large, 1, 1 << 20);
	assert_string_equal(small, "small");
	assert_string_equal(arena_strdup(&arena, "again"), "again");
}

static void what_was_trimmed_is_given_again_zeroed(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	char *large, *next;

	arena_alloc(&arena, 40000); /* a block of its own, and what comes is smaller */
	large = arena_alloc(&arena, 5000);
	memset(large, 'x', 10);
	arena_trim(&arena, large, 10);
	next = arena_alloc(&arena, 100);
	assert_ptr_equal(next, large + 16);
	assert_int_equal(next[0], 0);
	assert_int_equal(large[9], 'x');
}

static void strings_are_copies(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	char original[] = "abcdef";
	char *copy = arena_strdup(&arena, original);
	char *part = arena_strndup(&arena, original, 3);

	original[0] = 'x';
	assert_string_equal(copy, "abcdef");
	assert_string_equal(part, "abc");
	assert_string_equal(arena_printf(&arena, "%s/%d", "a", 7), "a/7");
}

static void printed_strings_may_be_long(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	char *text = arena_printf(&arena, "%*s", 100000, "x");

	assert_int_equal(strlen(text), 100000);
	assert_int_equal(text[99999], 'x');
}

static void lists_grow_one_by_one(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	int *numbers = NULL;
	size_t n = 0;

	for (int i = 0; i < 1000; i++)
		ARENA_APPEND(&arena, numbers, n) = i;
	assert_int_equal(n, 1000);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(numbers[i], i);
}

static void an_arena_can_be_used_again(void **state)
{
	struct arena arena = ARENA_INIT;

	arena_strdup(&arena, "a");
	arena_done(&arena);
	arena = ARENA_INIT;
	assert_string_equal(arena_strdup(&arena, "b"), "b");
	arena_done(&arena);
}

static void a_size_that_overflows_ends_the_process(void **state)
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		struct arena arena = ARENA_INIT;

		close(STDERR_FILENO);
		arena_alloc_array(&arena, SIZE_MAX / 2, 16);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_is_zeroed_aligned_and_its_own),
		cmocka_unit_test(a_large_piece_does_not_spoil_small_ones),
		cmocka_unit_test(what_was_trimmed_is_given_again_zeroed),
		cmocka_unit_test(strings_are_copies),
		cmocka_unit_test(printed_strings_may_be_long),
		cmocka_unit_test(lists_grow_one_by_one),
		cmocka_unit_test(an_arena_can_be_used_again),
		cmocka_unit_test(a_size_that_overflows_ends_the_process),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
