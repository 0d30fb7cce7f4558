/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/spec/user.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fd.h"
#include "base/file.h"
#include "sys/directory.h"

static char root[64];
static int root_fd = -1;

static void write_file(const char *name, const char *text)
{
	struct err err = ERR_INIT;

	assert_int_equal(file_create(root_fd, name, text, strlen(text), 0644, &err), 0);
}

static int make_root(void **state)
{
	snprintf(root, sizeof(root), "/tmp/hull-user-test.XXXXXX");
	if (!mkdtemp(root))
		return -1;
	root_fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	mkdirat(root_fd, "etc", 0755);
	write_file("etc/passwd", "root:x:0:0:root:/root:/bin/sh\n"
				 "# nonsense\nshort:x\nbad:x:4294967296:1::/:/\n"
				 "www:x:33:34:www:/srv:/bin/false\n"
				 "last:x:7:8::/last:/bin/sh");
	write_file("etc/group", "root:x:0:\nwheel:x:10:root,www\nvideo:x:44:other,www\n"
				"notme:x:45:wwww,ww\nodd\n");
	return 0;
}

static int remove_root(void **state)
{
	struct err err = ERR_INIT;

	directory_empty(root_fd, &err);
	close(root_fd);
	return rmdir(root);
}

static int resolve(struct arena *arena, const char *text, struct spec_user *ret)
{
	struct err err = ERR_INIT;

	*ret = (struct spec_user){ .uid = 99, .gid = 99 };
	return user_resolve(arena, root_fd, text, NULL, 0, ret, &err);
}

static void names_and_numbers_are_found(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct spec_user user;

	assert_int_equal(resolve(&arena, NULL, &user), 0);
	assert_int_equal(user.uid, 0);
	assert_int_equal(user.n_groups, 1);
	assert_int_equal(user.groups[0], 10);
	assert_int_equal(resolve(&arena, "www", &user), 0);
	assert_int_equal(user.uid, 33);
	assert_int_equal(user.gid, 34);
	assert_int_equal(user.n_groups, 2);
	assert_int_equal(user.groups[1], 44);
	assert_int_equal(resolve(&arena, "33", &user), 0);
	assert_int_equal(user.gid, 34);
	assert_int_equal(resolve(&arena, "last", &user), 0);
	assert_int_equal(user.gid, 8);
	assert_int_equal(resolve(&arena, "1234", &user), 0);
	assert_int_equal(user.uid, 1234);
	assert_int_equal(user.gid, 0);
	assert_int_equal(user.n_groups, 0);
}

static void a_group_that_is_given_is_the_only_one(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct spec_user user;

	assert_int_equal(resolve(&arena, "www:video", &user), 0);
	assert_int_equal(user.gid, 44);
	assert_int_equal(user.n_groups, 0);
	assert_int_equal(resolve(&arena, "5:6", &user), 0);
	assert_int_equal(user.uid, 5);
	assert_int_equal(user.gid, 6);
	assert_int_equal(resolve(&arena, ":6", &user), 0);
	assert_int_equal(user.uid, 0);
	assert_int_equal(user.gid, 6);
}

static void what_is_nobody_is_refused(void **state)
{
	static const char *const texts[] = { "nobody", "4294967295", "4294967296",
		"18446744073709551616", "-1", "0x10", "1 ", "0:nogroup", "0:4294967296", "bad",
		"short", "www\n" };
	AUTO_ARENA arena = ARENA_INIT;
	struct spec_user user;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		int r = resolve(&arena, texts[i], &user);

		if (r != -EINVAL && r != -ENOENT)
			fail_msg("%s gives %d", texts[i], r);
		assert_int_equal(user.uid, 99);
	}
}

static void further_groups_are_added_once(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	const char *const groups[] = { "video", "7", "44" };
	struct spec_user user = { 0 };
	struct err err = ERR_INIT;

	assert_int_equal(user_resolve(&arena, root_fd, "0:0", groups, 3, &user, &err), 0);
	assert_int_equal(user.n_groups, 2);
	assert_int_equal(user.groups[0], 44);
	assert_int_equal(user.groups[1], 7);
}

static void links_stay_inside_and_files_may_be_missing(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct spec_user user;

	unlinkat(root_fd, "etc/passwd", 0);
	unlinkat(root_fd, "etc/group", 0);
	assert_int_equal(symlinkat("/../../../../etc/passwd", root_fd, "etc/passwd"), 0);
	assert_int_equal(resolve(&arena, "daemon", &user), -ELOOP);
	unlinkat(root_fd, "etc/passwd", 0);
	assert_int_equal(resolve(&arena, "daemon", &user), -ENOENT);
	assert_int_equal(resolve(&arena, "12", &user), 0);
	assert_int_equal(mkfifoat(root_fd, "etc/passwd", 0644), 0);
	assert_int_equal(
		resolve(&arena, "12", &user), -EINVAL); /* and does not wait for a writer */
}

int main(void)
{
#define USER_TEST(name) cmocka_unit_test_setup_teardown(name, make_root, remove_root)
	const struct CMUnitTest tests[] = {
		USER_TEST(names_and_numbers_are_found),
		USER_TEST(a_group_that_is_given_is_the_only_one),
		USER_TEST(what_is_nobody_is_refused),
		USER_TEST(further_groups_are_added_once),
		USER_TEST(links_stay_inside_and_files_may_be_missing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
