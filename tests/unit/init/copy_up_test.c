/* SPDX-License-Identifier: Apache-2.0 */
#include "init/copy_up.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"

static char directory[] = "/tmp/hull-copy-XXXXXX";
static int from = -1, to = -1;

static int set_up(void **state)
{
	memcpy(directory + sizeof(directory) - 7, "XXXXXX", 6);
	if (!mkdtemp(directory) || chdir(directory) < 0 || mkdir("from", 0755) < 0 ||
		mkdir("to", 0755) < 0)
		return -1;
	from = open("from", O_PATH | O_DIRECTORY | O_CLOEXEC);
	to = open("to", O_PATH | O_DIRECTORY | O_CLOEXEC);
	return from < 0 || to < 0 ? -1 : 0;
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *walk)
{
	return remove(path);
}

static int tear_down(void **state)
{
	fd_replace(&from, -1);
	fd_replace(&to, -1);
	if (chdir("/") < 0)
		return -1;
	return nftw(directory, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

static void put(const char *path, mode_t mode, const char *text)
{
	AUTO_FD int fd = openat(AT_FDCWD, path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(fchmod(fd, mode), 0);
}

static void assert_content(const char *path, const char *expected)
{
	char text[64];
	struct err err = ERR_INIT;
	ssize_t n;

	AUTO_FD int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	assert_true(fd >= 0);
	n = fd_read_up_to(fd, text, sizeof(text) - 1, &err);
	assert_true(n >= 0);
	text[n] = '\0';
	assert_string_equal(text, expected);
}

static struct stat stat_of(const char *path)
{
	struct stat st;

	assert_int_equal(lstat(path, &st), 0);
	return st;
}

static void copy(void)
{
	struct err err = ERR_INIT;

	if (copy_up_tree(from, to, &err) < 0)
		fail_msg("%s", err.text);
}

static void files_and_directories_are_copied_with_their_modes(void **state)
{
	put("from/f", 04751, "content");
	assert_int_equal(mkdir("from/d", 0700), 0);
	assert_int_equal(chmod("from/d", 01777), 0);
	put("from/d/g", 0400, "");
	copy();
	assert_content("to/f", "content");
	assert_content("to/d/g", "");
	assert_int_equal(stat_of("to/f").st_mode, S_IFREG | 04751);
	assert_int_equal(stat_of("to/d").st_mode, S_IFDIR | 01777);
	assert_int_equal(stat_of("to/d/g").st_mode, S_IFREG | 0400);
}

static void times_and_owners_are_the_originals(void **state)
{
	const struct timespec times[2] = { { 1000, 5 }, { 2000, 7 } };

	put("from/f", 0644, "x");
	if (geteuid() == 0)
		assert_int_equal(chown("from/f", 33, 34), 0);
	assert_int_equal(utimensat(AT_FDCWD, "from/f", times, 0), 0);
	copy();
	assert_int_equal(stat_of("to/f").st_uid, stat_of("from/f").st_uid);
	assert_int_equal(stat_of("to/f").st_gid, stat_of("from/f").st_gid);
	assert_int_equal(stat_of("to/f").st_mtim.tv_sec, 2000);
	assert_int_equal(stat_of("to/f").st_mtim.tv_nsec, 7);
}

static void links_are_copied_and_never_followed(void **state)
{
	char target[64] = "";

	put("secret", 0600, "secret");
	assert_int_equal(symlink("../secret", "from/l"), 0);
	assert_int_equal(symlink("/", "from/root"), 0);
	assert_int_equal(symlink("nowhere", "from/broken"), 0);
	copy();
	assert_true(readlink("to/l", target, sizeof(target) - 1) > 0);
	assert_string_equal(target, "../secret");
	assert_true(S_ISLNK(stat_of("to/root").st_mode));
	assert_true(S_ISLNK(stat_of("to/broken").st_mode));
}

static void pipes_are_copied_and_never_opened(void **state)
{
	assert_int_equal(mkfifo("from/p", 0640), 0);
	copy();
	assert_int_equal(stat_of("to/p").st_mode, S_IFIFO | 0640);
}

static void many_entries_are_all_copied(void **state)
{
	enum { MANY = 500 };
	char path[64];

	for (int i = 0; i < MANY; i++) {
		snprintf(path, sizeof(path), "from/a-name-of-some-length-%d", i);
		put(path, 0644, "");
	}
	copy();
	for (int i = 0; i < MANY; i++) {
		snprintf(path, sizeof(path), "to/a-name-of-some-length-%d", i);
		stat_of(path);
	}
}

static void an_empty_directory_copies_nothing(void **state)
{
	copy();
	assert_int_equal(rmdir("to"), 0);
	assert_int_equal(mkdir("to", 0755), 0);
}

static void what_is_there_already_is_never_overwritten(void **state)
{
	struct err err = ERR_INIT;

	put("from/f", 0644, "new");
	put("to/f", 0644, "old");
	assert_int_equal(copy_up_tree(from, to, &err), -EEXIST);
	assert_content("to/f", "old");
}

static void a_tree_without_a_bottom_is_refused(void **state)
{
	struct err err = ERR_INIT;
	AUTO_FD int at = openat(from, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	for (int depth = 0; depth < 70; depth++) {
		assert_int_equal(mkdirat(at, "d", 0755), 0);
		fd_replace(&at, openat(at, "d", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
		assert_true(at >= 0);
	}
	assert_int_equal(copy_up_tree(from, to, &err), -ELOOP);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(files_and_directories_are_copied_with_their_modes),
		TEST(times_and_owners_are_the_originals),
		TEST(links_are_copied_and_never_followed),
		TEST(pipes_are_copied_and_never_opened),
		TEST(many_entries_are_all_copied),
		TEST(an_empty_directory_copies_nothing),
		TEST(what_is_there_already_is_never_overwritten),
		TEST(a_tree_without_a_bottom_is_refused),
	};

	umask(0);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
