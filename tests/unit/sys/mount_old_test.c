/* SPDX-License-Identifier: Apache-2.0 */
/* sys/mount_api.h by mount(2). */
#include "sys/mount_old.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/fd.h"
#include "private_mounts.h"
#include "sys/mount_api.h"
#include "sys/mountinfo.h"

static struct err err;
static char place[64]; /* a tmpfs of the test's own */
static int dir = -1;

static int make_place(void **state)
{
	if (private_mounts_refusal)
		return 0;
	snprintf(place, sizeof(place), "/tmp/mount_old.XXXXXX");
	if (!mkdtemp(place) || mount("place", place, "tmpfs", 0, NULL) < 0)
		return -1;
	dir = open(place, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return mount_use_old_calls(&err);
}

static int remove_place(void **state)
{
	if (dir < 0)
		return 0;
	close(dir);
	dir = -1;
	return mount_end(&err) < 0 || umount2(place, MNT_DETACH) < 0 || rmdir(place) < 0;
}

static int add_dir(const char *name)
{
	int fd;

	assert_int_equal(mkdirat(dir, name, 0755), 0);
	fd = openat(dir, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	assert_true(fd >= 0);
	return fd;
}

static unsigned long flags_at(const char *path)
{
	AUTO_FD int fd = openat(dir, path, O_PATH | O_CLOEXEC);
	struct statvfs st;

	assert_true(fd >= 0);
	assert_int_equal(fstatvfs(fd, &st), 0);
	return st.f_flag;
}

/* A tmpfs at name below the test's own. */
static void add_tmpfs(const char *name)
{
	AUTO_FD int target = add_dir(name);
	AUTO_FD int tree = -1;

	assert_int_equal(mount_new_fs("tmpfs", "t", NULL, 0, &tree, &err), 0);
	assert_int_equal(mount_attach(tree, target, &err), 0);
}

static int count_mount(const struct mountinfo *mount, void *context, struct err *ignored)
{
	(void)mount;
	(void)ignored;
	++*(int *)context;
	return 0;
}

static int n_mounts(void)
{
	AUTO_FD int fd = open("/proc/thread-self/mountinfo", O_RDONLY | O_CLOEXEC);
	int n = 0;

	assert_int_equal(mountinfo_read(fd, count_mount, &n, &err), 0);
	return n;
}

static void a_new_file_system_has_its_options_and_attributes(void **state)
{
	AUTO_FD int target = -1;
	AUTO_FD int tree = -1;
	struct stat st;

	NEEDS_PRIVATE_MOUNTS();
	target = add_dir("t");
	assert_int_equal(
		mount_new_fs("tmpfs", "tmpfs", "size=64k,,mode=711,lazytime",
			MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC | MOUNT_ATTR_RDONLY, &tree, &err),
		0);
	assert_int_equal(flags_at("t") & ST_RDONLY, 0);
	assert_int_equal(fcntl(tree, F_GETFD), FD_CLOEXEC);
	assert_int_equal(mount_attach(tree, target, &err), 0);
	assert_int_equal(flags_at("t") & (ST_RDONLY | ST_NOSUID | ST_NOEXEC | ST_NODEV),
		ST_RDONLY | ST_NOSUID | ST_NOEXEC);
	assert_int_equal(fstatat(dir, "t", &st, 0), 0);
	assert_int_equal(st.st_mode & 07777, 0711);
}

static void attributes_are_set_and_cleared_one_by_one(void **state)
{
	AUTO_FD int tree = -1;

	NEEDS_PRIVATE_MOUNTS();
	add_tmpfs("t");
	tree = openat(dir, "t", O_PATH | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(mount_set_attributes(tree, MOUNT_ATTR_NODEV | MOUNT_ATTR_NOATIME,
				 MOUNT_ATTR__ATIME, false, &err),
		0);
	assert_int_equal(flags_at("t") & (ST_NODEV | ST_NOATIME), ST_NODEV | ST_NOATIME);
	assert_int_equal(mount_set_attributes(tree, MOUNT_ATTR_RDONLY, 0, false, &err), 0);
	assert_int_equal(flags_at("t") & (ST_NODEV | ST_NOATIME | ST_RDONLY),
		ST_NODEV | ST_NOATIME | ST_RDONLY);
	assert_int_equal(mount_set_attributes(tree, 0, MOUNT_ATTR_NODEV, false, &err), 0);
	assert_int_equal(flags_at("t") & (ST_NODEV | ST_RDONLY), ST_RDONLY);
}

static void recursive_attributes_reach_every_mount_below_and_no_other(void **state)
{
	AUTO_FD int source = -1;
	AUTO_FD int target = -1;
	AUTO_FD int tree = -1;

	NEEDS_PRIVATE_MOUNTS();
	add_tmpfs("a");
	add_tmpfs("a/ b\n");
	add_tmpfs("a/ b\n/c");
	add_tmpfs("ab");
	/* c is covered: no path leads to the lower one, and that is no failure */
	source = openat(dir, "a/ b\n/c", O_PATH | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(mount_new_fs("tmpfs", "t", NULL, 0, &tree, &err), 0);
	assert_int_equal(mount_attach(tree, source, &err), 0);
	fd_replace(&tree, -1);
	fd_replace(&source, openat(dir, "a", O_PATH | O_DIRECTORY | O_CLOEXEC));
	target = add_dir("there");
	assert_int_equal(mount_clone_tree(source, "", true, &tree, &err), 0);
	assert_int_equal(mount_set_attributes(tree, MOUNT_ATTR_RDONLY, 0, true, &err), 0);
	assert_int_equal(mount_attach(tree, target, &err), 0);
	assert_int_equal(flags_at("there") & ST_RDONLY, ST_RDONLY);
	assert_int_equal(flags_at("there/ b\n") & ST_RDONLY, ST_RDONLY);
	assert_int_equal(flags_at("there/ b\n/c") & ST_RDONLY, ST_RDONLY);
	assert_int_equal(flags_at("a/ b\n/c") & ST_RDONLY, 0);
	assert_int_equal(flags_at("ab") & ST_RDONLY, 0);
	/* in its place, too */
	assert_int_equal(mount_set_attributes(tree, 0, MOUNT_ATTR_RDONLY, true, &err), 0);
	assert_int_equal(flags_at("there/ b\n/c") & ST_RDONLY, 0);
}

static void a_clone_is_recursive_only_when_asked(void **state)
{
	AUTO_FD int tree = -1;
	struct stat st;

	NEEDS_PRIVATE_MOUNTS();
	add_tmpfs("a");
	add_tmpfs("a/b");
	assert_int_equal(symlinkat("x", dir, "a/b/link"), 0);
	assert_int_equal(mount_clone_tree(dir, "a", false, &tree, &err), 0);
	assert_int_equal(fstatat(tree, "b/link", &st, AT_SYMLINK_NOFOLLOW), -1);
	fd_replace(&tree, -1);
	assert_int_equal(mount_clone_tree(dir, "a", true, &tree, &err), 0);
	assert_int_equal(fstatat(tree, "b/link", &st, AT_SYMLINK_NOFOLLOW), 0);
}

static void a_link_is_mounted_itself_and_a_file_on_no_directory(void **state)
{
	AUTO_FD int target = -1;
	AUTO_FD int tree = -1;
	struct stat st;

	NEEDS_PRIVATE_MOUNTS();
	target = add_dir("t");
	assert_int_equal(symlinkat("x", dir, "link"), 0);
	assert_int_equal(mount_clone_tree(dir, "link", false, &tree, &err), 0);
	assert_int_equal(fstat(tree, &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	assert_int_equal(mount_attach(tree, target, &err), -ENOTDIR);
}

static void the_stage_leaves_no_trace_and_does_not_go_along(void **state)
{
	AUTO_FD int kept = -1;
	AUTO_FD int root = -1;
	AUTO_FD int copy = -1;
	struct stat st;
	int before;

	NEEDS_PRIVATE_MOUNTS();
	assert_int_equal(mount_pause(&err), 0);
	before = n_mounts();
	assert_int_equal(mount_new_fs("tmpfs", "t", NULL, 0, &kept, &err), 0);
	assert_int_equal(n_mounts(), before + 2);
	root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(mount_clone_tree(root, "", true, &copy, &err), 0);
	assert_int_equal(fstatat(copy, "..", &st, 0), 0);
	assert_int_equal(fstatat(copy, place + 1, &st, 0), 0); /* and nothing lies over it */
	assert_int_equal(mount_pause(&err), 0);
	assert_int_equal(n_mounts(), before);
	assert_int_equal(mount_pause(&err), 0);
}

static void what_only_the_newer_calls_can_do_is_refused_by_name(void **state)
{
	AUTO_FD int tree = -1;

	NEEDS_PRIVATE_MOUNTS();
	assert_int_equal(mount_new_fs("tmpfs", "t", NULL, 0, &tree, &err), 0);
	assert_int_equal(mount_set_idmap(tree, tree, false, &err), -ENOTSUP);
	assert_string_equal(err.text, "ids cannot be mapped without mount_setattr(2), Linux 5.12");
	assert_int_equal(mount_new_proc("proc", NULL, tree, 0, &tree, &err), -ENOTSUP);
}

static void options_longer_than_a_page_are_refused(void **state)
{
	static char data[5000] = "size=4k,";
	int tree = -1;

	NEEDS_PRIVATE_MOUNTS();
	memset(data + 8, 'x', sizeof(data) - 9);
	assert_int_equal(mount_new_fs("tmpfs", "t", data, 0, &tree, &err), -E2BIG);
}

#define WITH_PLACE(name) cmocka_unit_test_setup_teardown(name, make_place, remove_place)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_PLACE(a_new_file_system_has_its_options_and_attributes),
		WITH_PLACE(attributes_are_set_and_cleared_one_by_one),
		WITH_PLACE(recursive_attributes_reach_every_mount_below_and_no_other),
		WITH_PLACE(a_clone_is_recursive_only_when_asked),
		WITH_PLACE(a_link_is_mounted_itself_and_a_file_on_no_directory),
		WITH_PLACE(the_stage_leaves_no_trace_and_does_not_go_along),
		WITH_PLACE(what_only_the_newer_calls_can_do_is_refused_by_name),
		WITH_PLACE(options_longer_than_a_page_are_refused),
	};

	return cmocka_run_group_tests(tests, private_mounts_enter, NULL);
}
