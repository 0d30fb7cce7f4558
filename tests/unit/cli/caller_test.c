/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "cli/caller.h"

enum { STRANGE_UID = 3999999999u };

struct place {
	char dir[32]; /* of the test's own, empty */
	struct arena arena;
	struct err err;
};

static int set_up(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	memcpy(place->dir, "/tmp/caller-test-XXXXXX", sizeof("/tmp/caller-test-XXXXXX"));
	*state = place;
	return mkdtemp(place->dir) ? 0 : -1;
}

static int remove_one(struct place *place, const char *name)
{
	const char *path = arena_printf(&place->arena, "%s/%s", place->dir, name);

	return rmdir(path) < 0 && errno != ENOENT ? -1 : 0;
}

static int tear_down(void **state)
{
	struct place *place = *state;
	int r = remove_one(place, "a/b") | remove_one(place, "a") | rmdir(place->dir);

	arena_done(&place->arena);
	free(place);
	return r;
}

static const struct caller administrator = {
	.program = "hull-oci", .uid = 0, .user = "root", .current_dir = "/work/dir"
};

static const char *choose(struct place *place, const struct caller *caller, const char *given)
{
	struct root_dir root = { 0 };

	place->err = ERR_INIT;
	if (caller_choose_root(caller, &place->arena, given, &root, &place->err) < 0)
		return NULL;
	return root.path;
}

static void the_administrators_root_is_in_run(void **state)
{
	struct caller caller = administrator;

	caller.runtime_dir = "/run/user/0";
	assert_string_equal(choose(*state, &caller, NULL), "/run/hull-oci");
}

static void an_ordinary_users_root_is_in_the_runtime_directory(void **state)
{
	struct caller caller = {
		.program = "hull-oci", .uid = 1000, .user = "user", .runtime_dir = "/run/user/1000/"
	};

	assert_string_equal(choose(*state, &caller, NULL), "/run/user/1000/hull-oci");
}

static void the_root_of_a_users_namespace_has_the_users_root(void **state)
{
	struct caller caller = administrator;

	caller.is_in_user_namespace = true;
	caller.runtime_dir = "/run/user/1000";
	caller.user = "user";
	assert_string_equal(choose(*state, &caller, NULL), "/run/user/1000/hull-oci");
	caller.user = "root";
	assert_string_equal(choose(*state, &caller, NULL), "/run/hull-oci");
	caller.user = "user";
	caller.runtime_dir = NULL;
	assert_string_equal(choose(*state, &caller, NULL), "/run/hull-oci");
}

static void without_a_runtime_directory_the_root_is_in_tmp(void **state)
{
	static const char *const runtime_dirs[] = { NULL, "", "relative/dir" };

	for (size_t i = 0; i < sizeof(runtime_dirs) / sizeof(runtime_dirs[0]); i++) {
		struct caller caller = {
			.program = "hull-oci", .uid = STRANGE_UID, .runtime_dir = runtime_dirs[i]
		};

		assert_string_equal(
			choose(*state, &caller, NULL), "/tmp/hull-run-3999999999/hull-oci");
	}
}

static void a_place_in_tmp_that_another_user_holds_is_refused(void **state)
{
	struct place *place = *state;
	struct caller caller = { .program = "hull-oci", .uid = STRANGE_UID };

	assert_int_equal(mkdir("/tmp/hull-run-3999999999", 0700), 0);
	assert_null(choose(place, &caller, NULL));
	assert_int_equal(rmdir("/tmp/hull-run-3999999999"), 0);
	assert_int_equal(place->err.code, EACCES);
}

static void a_given_root_becomes_absolute_and_clean(void **state)
{
	static const struct {
		const char *given;
		const char *expected;
	} cases[] = {
		{ "/a/b", "/a/b" },
		{ "/a//b/", "/a/b" },
		{ "/a/./b/.", "/a/b" },
		{ "/a/../b", "/b" },
		{ "/../a", "/a" },
		{ "a", "/work/dir/a" },
		{ "./a", "/work/dir/a" },
		{ "../a", "/work/a" },
		{ ".", "/work/dir" },
		{ "/..a/b..", "/..a/b.." },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(
			choose(*state, &administrator, cases[i].given), cases[i].expected);
}

static void the_file_systems_root_is_refused_as_root(void **state)
{
	static const char *const roots[] = { "/", "//", "/.", "/a/..", "../..", "../../.." };
	struct place *place = *state;

	for (size_t i = 0; i < sizeof(roots) / sizeof(roots[0]); i++) {
		assert_null(choose(place, &administrator, roots[i]));
		assert_int_equal(place->err.code, EINVAL);
	}
}

static void a_relative_root_needs_a_current_directory(void **state)
{
	struct caller caller = administrator;
	struct place *place = *state;

	caller.current_dir = NULL;
	assert_null(choose(place, &caller, "a"));
	assert_int_equal(place->err.code, EINVAL);
}

static mode_t mode_of(const char *path)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return st.st_mode & 07777;
}

static void a_root_is_made_closed_to_others(void **state)
{
	struct place *place = *state;
	struct root_dir root = { .path = arena_printf(&place->arena, "%s/a/b", place->dir) };

	assert_int_equal(root_dir_make(&root, &place->err), 0);
	assert_int_equal(mode_of(root.path), 0700);
	assert_int_equal(root_dir_make(&root, &place->err), 0);
}

static void a_users_default_root_is_made_sticky(void **state)
{
	struct place *place = *state;
	struct root_dir root = {
		.path = arena_printf(&place->arena, "%s/a/b", place->dir),
		.is_private = true,
	};

	assert_int_equal(root_dir_make(&root, &place->err), 0);
	assert_int_equal(mode_of(root.path), 01700);
	assert_int_equal(mode_of(arena_printf(&place->arena, "%s/a", place->dir)), 0700);
}

static void world_writable_root_is_refused(void **state)
{
	struct place *place = *state;
	struct root_dir root = { .path = place->dir };

	assert_int_equal(chmod(place->dir, 0777), 0);
	assert_int_equal(root_dir_make(&root, &place->err), -EACCES);
	assert_non_null(strstr(place->err.text, "writable by everyone"));
}

static void a_users_default_root_that_others_may_replace_is_refused(void **state)
{
	struct place *place = *state;
	struct root_dir root = {
		.path = arena_printf(&place->arena, "%s/a", place->dir),
		.is_private = true,
	};

	assert_int_equal(chmod(place->dir, 0777), 0);
	assert_int_equal(root_dir_make(&root, &place->err), -EACCES);
	assert_non_null(strstr(place->err.text, "others may replace"));
	assert_int_equal(chmod(place->dir, 01777), 0);
	assert_int_equal(root_dir_make(&root, &place->err), 0);
}

static void a_file_is_no_root(void **state)
{
	struct place *place = *state;
	struct root_dir root = { .path = arena_printf(&place->arena, "%s/a", place->dir) };
	int fd = open(root.path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(root_dir_make(&root, &place->err), -ENOTDIR);
	assert_int_equal(unlink(root.path), 0);
}

static void rootless_is_what_the_option_says_or_what_the_caller_is(void **state)
{
	struct caller user = { .uid = 1000 };
	struct caller nested = administrator;

	nested.is_in_user_namespace = true;
	assert_false(caller_is_rootless(&administrator, NULL));
	assert_false(caller_is_rootless(&administrator, "auto"));
	assert_true(caller_is_rootless(&administrator, "true"));
	assert_true(caller_is_rootless(&user, NULL));
	assert_true(caller_is_rootless(&user, "auto"));
	assert_false(caller_is_rootless(&user, "false"));
	assert_true(caller_is_rootless(&nested, "auto"));
}

static void the_facts_of_this_process_are_read(void **state)
{
	struct place *place = *state;
	struct caller caller = caller_read(&place->arena, "hull-oci");

	assert_int_equal(caller.uid, geteuid());
	assert_non_null(caller.current_dir);
	assert_int_equal(caller.current_dir[0], '/');
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(the_administrators_root_is_in_run),
		TEST(an_ordinary_users_root_is_in_the_runtime_directory),
		TEST(the_root_of_a_users_namespace_has_the_users_root),
		TEST(without_a_runtime_directory_the_root_is_in_tmp),
		TEST(a_place_in_tmp_that_another_user_holds_is_refused),
		TEST(a_given_root_becomes_absolute_and_clean),
		TEST(the_file_systems_root_is_refused_as_root),
		TEST(a_relative_root_needs_a_current_directory),
		TEST(a_root_is_made_closed_to_others),
		TEST(a_users_default_root_is_made_sticky),
		TEST(world_writable_root_is_refused),
		TEST(a_users_default_root_that_others_may_replace_is_refused),
		TEST(a_file_is_no_root),
		TEST(rootless_is_what_the_option_says_or_what_the_caller_is),
		TEST(the_facts_of_this_process_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
