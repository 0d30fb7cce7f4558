/* SPDX-License-Identifier: Apache-2.0 */
#include "sys/device_node.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <termios.h>
#include <unistd.h>

#include "base/fd.h"
#include "private_mounts.h"
#include "sys/mount_api.h"

/* A tmpfs that is mounted nowhere: root/ is the container's, beside it lies outside/. */
struct tree {
	int tmp, root;
};

static int make_tree(void **state)
{
	struct tree *tree = calloc(1, sizeof(*tree));
	struct err err = ERR_INIT;

	*state = tree;
	tree->tmp = tree->root = -1;
	if (private_mounts_refusal)
		return 0;
	if (mount_new_fs("tmpfs", NULL, NULL, 0, &tree->tmp, &err) < 0 ||
		mkdirat(tree->tmp, "root", 0755) < 0 || mkdirat(tree->tmp, "outside", 0755) < 0)
		return -1;
	tree->root = openat(tree->tmp, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);
	return 0;
}

static int remove_tree(void **state)
{
	struct tree *tree = *state;

	fd_close(tree->root);
	fd_close(tree->tmp);
	free(tree);
	return 0;
}

static const struct device_node null_node = {
	.mode = S_IFCHR | 0666,
	.major = 1,
	.minor = 3,
};

static struct stat stat_at(int dir, const char *path)
{
	struct stat st;

	assert_int_equal(fstatat(dir, path, &st, AT_SYMLINK_NOFOLLOW), 0);
	return st;
}

static void make(const struct tree *tree, const char *path, const struct device_node *node)
{
	struct err err = ERR_INIT;

	if (device_node_make(tree->root, path, node, &err) == 0)
		return;
	if (err.code == EPERM) {
		print_message("# skipped, no device nodes can be made here: %s\n", err.text);
		skip();
	}
	fail_msg("%s", err.text);
}

static void a_node_has_number_owner_and_permissions(void **state)
{
	struct tree *tree = *state;
	struct device_node node = { S_IFCHR | 0626, 1, 3, 12, 34 };
	struct stat st;
	mode_t kept;

	NEEDS_PRIVATE_MOUNTS();
	kept = umask(077);
	make(tree, "/dev/sub/null", &node);
	assert_int_equal(umask(kept), 077);
	st = stat_at(tree->root, "dev/sub/null");
	assert_int_equal(st.st_mode, S_IFCHR | 0626);
	assert_true(st.st_rdev == makedev(1, 3));
	assert_int_equal(st.st_uid, 12);
	assert_int_equal(st.st_gid, 34);
	assert_int_equal(stat_at(tree->root, "dev").st_mode & 07777, 0755);
}

static void a_fifo_needs_no_number(void **state)
{
	struct tree *tree = *state;
	struct device_node node = { .mode = S_IFIFO | 0600, .uid = 5 };

	NEEDS_PRIVATE_MOUNTS();
	make(tree, "dev/pipe", &node);
	make(tree, "dev/pipe", &node);
	assert_true(S_ISFIFO(stat_at(tree->root, "dev/pipe").st_mode));
	assert_int_equal(stat_at(tree->root, "dev/pipe").st_uid, 5);
}

static void a_link_as_dev_leads_nowhere_outside(void **state)
{
	struct tree *tree = *state;

	NEEDS_PRIVATE_MOUNTS();
	assert_int_equal(symlinkat("../../outside", tree->root, "dev"), 0);
	make(tree, "/dev/null", &null_node);
	assert_int_equal(faccessat(tree->tmp, "outside/null", F_OK, AT_SYMLINK_NOFOLLOW), -1);
	assert_true(S_ISCHR(stat_at(tree->root, "outside/null").st_mode));
}

static void the_same_node_is_kept(void **state)
{
	struct tree *tree = *state;
	ino_t before;

	NEEDS_PRIVATE_MOUNTS();
	make(tree, "/dev/null", &null_node);
	before = stat_at(tree->root, "dev/null").st_ino;
	make(tree, "/dev/null", &null_node);
	assert_true(stat_at(tree->root, "dev/null").st_ino == before);
}

static void the_same_node_gets_permissions_and_owner(void **state)
{
	struct tree *tree = *state;
	struct device_node mine = { S_IFCHR | 0600, 1, 3, 7, 8 };
	struct stat st;

	NEEDS_PRIVATE_MOUNTS();
	make(tree, "/dev/null", &null_node);
	make(tree, "/dev/null", &mine);
	st = stat_at(tree->root, "dev/null");
	assert_int_equal(st.st_mode, S_IFCHR | 0600);
	assert_int_equal(st.st_uid, 7);
	assert_int_equal(st.st_gid, 8);
}

static void assert_in_the_way(const struct tree *tree, const char *path)
{
	struct err err = ERR_INIT;

	assert_int_equal(device_node_make(tree->root, path, &null_node, &err), -EEXIST);
	assert_int_equal(err.code, EEXIST);
	assert_string_equal(err.path, path);
}

static void anything_else_in_the_way_is_refused(void **state)
{
	struct tree *tree = *state;
	struct device_node zero = { S_IFCHR | 0666, 1, 5, 0, 0 };
	struct device_node block = { S_IFBLK | 0666, 1, 3, 0, 0 };

	NEEDS_PRIVATE_MOUNTS();
	make(tree, "zero", &zero);
	make(tree, "block", &block);
	make(tree, "good", &null_node);
	assert_int_equal(mkdirat(tree->root, "dir", 0755), 0);
	assert_int_equal(symlinkat("good", tree->root, "link"), 0);
	close(openat(tree->root, "file", O_CREAT | O_WRONLY, 0666));
	assert_in_the_way(tree, "zero");
	assert_in_the_way(tree, "block");
	assert_in_the_way(tree, "dir");
	assert_in_the_way(tree, "link");
	assert_in_the_way(tree, "file");
	assert_true(S_ISREG(stat_at(tree->root, "file").st_mode));
}

static void the_own_null_device_is_taken(void **state)
{
	struct err err = ERR_INIT;
	AUTO_FD int host = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	AUTO_FD int null = -1;

	assert_int_equal(device_node_open_null(host, &null, &err), 0);
	assert_int_equal(device_node_check(null, S_IFCHR, 1, 3, &err), 0);
}

static void a_false_null_device_is_refused(void **state)
{
	static const struct device_node zero = { S_IFCHR | 0666, 1, 5, 0, 0 };
	struct tree *tree = *state;
	struct err err = ERR_INIT;
	int null = -1;

	NEEDS_PRIVATE_MOUNTS();
	assert_int_equal(device_node_open_null(tree->root, &null, &err), -ENOENT);
	make(tree, "/zero", &zero);
	assert_int_equal(mkdirat(tree->root, "dev", 0755), 0);
	assert_int_equal(symlinkat("/zero", tree->root, "dev/null"), 0);
	assert_int_equal(device_node_open_null(tree->root, &null, &err), -ENODEV);
	assert_string_equal(err.text, "/dev/null: character device 1:3 expected, found 1:5");
	assert_int_equal(unlinkat(tree->root, "dev/null", 0), 0);
	close(openat(tree->root, "dev/null", O_CREAT | O_WRONLY, 0666));
	assert_int_equal(device_node_open_null(tree->root, &null, &err), -ENODEV);
	assert_string_equal(err.text, "/dev/null: character device expected, found a regular file");
	assert_int_equal(null, -1);
}

static int new_devpts(void)
{
	struct err err = ERR_INIT;
	int devpts = -1;

	if (mount_new_fs("devpts", NULL, "newinstance,ptmxmode=666,mode=620", 0, &devpts, &err) < 0)
		fail_msg("%s", err.text);
	return devpts;
}

static void a_terminal_carries_bytes_between_its_ends(void **state)
{
	struct err err = ERR_INIT;
	AUTO_FD int devpts = -1, master = -1, slave = -1;
	char text[16] = "";

	NEEDS_PRIVATE_MOUNTS();
	devpts = new_devpts();
	assert_int_equal(pty_open(devpts, &master, &slave, &err), 0);
	assert_int_equal(isatty(slave), 1);
	assert_int_equal(fcntl(master, F_GETFD), FD_CLOEXEC);
	assert_int_equal(fcntl(slave, F_GETFD), FD_CLOEXEC);
	assert_int_equal(write(slave, "hello\n", 6), 6);
	assert_int_equal(read(master, text, sizeof(text)), 7);
	assert_memory_equal(text, "hello\r\n", 7);
}

static void each_devpts_counts_its_own_terminals(void **state)
{
	struct err err = ERR_INIT;
	AUTO_FD int devpts = -1, other = -1;
	struct stat st;

	NEEDS_PRIVATE_MOUNTS();
	devpts = new_devpts();
	other = new_devpts();
	for (int i = 0; i < 2; i++) {
		AUTO_FD int master = -1, slave = -1;

		assert_int_equal(pty_open(i ? other : devpts, &master, &slave, &err), 0);
		assert_int_equal(fstat(slave, &st), 0);
		assert_true(st.st_rdev == makedev(136, 0));
	}
}

static void a_directory_that_is_no_devpts_is_refused(void **state)
{
	struct tree *tree = *state;
	struct err err = ERR_INIT;
	int master = -1, slave = -1;

	NEEDS_PRIVATE_MOUNTS();
	assert_int_equal(pty_open(tree->root, &master, &slave, &err), -EXDEV);
	assert_string_equal(err.text, "the directory of terminals is not on this devpts");
	assert_int_equal(master, -1);
	assert_int_equal(slave, -1);
}

/* Puts a file of another file system over one of an attached devpts. */
static void cover(int devpts, const char *source, const char *name)
{
	struct err err = ERR_INIT;
	AUTO_FD int over = -1;
	AUTO_FD int target = openat(devpts, name, O_PATH | O_CLOEXEC);

	if (mount_clone_tree(AT_FDCWD, source, false, &over, &err) < 0 ||
		mount_attach(over, target, &err) < 0)
		fail_msg("%s", err.text);
}

static void something_mounted_over_ptmx_is_refused(void **state)
{
	char place[] = "/tmp/device_node.XXXXXX";
	struct err err = ERR_INIT;
	AUTO_FD int devpts = -1, target = -1;
	int master = -1, slave = -1;

	NEEDS_PRIVATE_MOUNTS();
	assert_non_null(mkdtemp(place));
	target = open(place, O_PATH | O_DIRECTORY | O_CLOEXEC);
	devpts = new_devpts();
	assert_int_equal(mount_attach(devpts, target, &err), 0);
	cover(devpts, "/dev/zero", "ptmx");
	assert_int_equal(pty_open(devpts, &master, &slave, &err), -EXDEV);
	assert_string_equal(err.text, "the terminal's master is not on this devpts");
	assert_int_equal(mount_detach(place, &err), 0);
	rmdir(place);
}

#define WITH_TREE(name) cmocka_unit_test_setup_teardown(name, make_tree, remove_tree)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_TREE(a_node_has_number_owner_and_permissions),
		WITH_TREE(a_fifo_needs_no_number),
		WITH_TREE(a_link_as_dev_leads_nowhere_outside),
		WITH_TREE(the_same_node_is_kept),
		WITH_TREE(the_same_node_gets_permissions_and_owner),
		WITH_TREE(anything_else_in_the_way_is_refused),
		WITH_TREE(the_own_null_device_is_taken),
		WITH_TREE(a_false_null_device_is_refused),
		WITH_TREE(a_terminal_carries_bytes_between_its_ends),
		WITH_TREE(each_devpts_counts_its_own_terminals),
		WITH_TREE(a_directory_that_is_no_devpts_is_refused),
		WITH_TREE(something_mounted_over_ptmx_is_refused),
	};

	return cmocka_run_group_tests(tests, private_mounts_enter, NULL);
}
