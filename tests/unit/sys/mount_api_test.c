/* SPDX-License-Identifier: Apache-2.0 */
#include "sys/mount_api.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd.h"
#include "private_mounts.h"
#include "sys/mount_id.h"
#include "sys/mountinfo.h"

/* A tmpfs at a fresh directory: place; dir is its root. */
struct scratch {
	char place[64];
	int dir;
};

static int make_scratch(void **state)
{
	struct scratch *scratch = calloc(1, sizeof(*scratch));
	struct err err = ERR_INIT;
	int target, tree = -1;

	*state = scratch;
	scratch->dir = -1;
	if (private_mounts_refusal)
		return 0;
	snprintf(scratch->place, sizeof(scratch->place), "/tmp/mount_api.XXXXXX");
	if (!mkdtemp(scratch->place))
		return -1;
	target = open(scratch->place, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (mount_new_fs("tmpfs", "scratch", "mode=700", 0, &tree, &err) < 0 ||
		mount_attach(tree, target, &err) < 0) {
		print_message("# %s\n", err.text);
		return -1;
	}
	close(target);
	scratch->dir = tree;
	return 0;
}

static int remove_scratch(void **state)
{
	struct scratch *scratch = *state;
	struct err err = ERR_INIT;

	if (scratch->dir >= 0) {
		close(scratch->dir);
		mount_detach(scratch->place, &err);
		rmdir(scratch->place);
	}
	free(scratch);
	return 0;
}

static int add_dir(const struct scratch *scratch, const char *name)
{
	int fd;

	assert_int_equal(mkdirat(scratch->dir, name, 0755), 0);
	fd = openat(scratch->dir, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	assert_true(fd >= 0);
	return fd;
}

struct by_place {
	const char *place;
	char found[512];
};

static int match_place(const struct mountinfo *mount, void *context, struct err *err)
{
	struct by_place *wanted = context;

	if (strcmp(mount->mount_point, wanted->place) == 0)
		snprintf(wanted->found, sizeof(wanted->found), "%s %s %s%s%s", mount->type,
			mount->options, mount->super_options, mount->peer_group ? " shared" : "",
			mount->master_group ? " slave" : "");
	return 0;
}

/* "type options super-options [shared] [slave]" of the topmost mount at scratch/name. */
static const char *describe(const struct scratch *scratch, const char *name)
{
	static struct by_place wanted;
	static char place[128];
	struct err err = ERR_INIT;
	AUTO_FD int fd = open("/proc/thread-self/mountinfo", O_RDONLY | O_CLOEXEC);

	snprintf(place, sizeof(place), "%s/%s", scratch->place, name);
	wanted.place = place;
	snprintf(wanted.found, sizeof(wanted.found), "nothing");
	assert_int_equal(mountinfo_read(fd, match_place, &wanted, &err), 0);
	return wanted.found;
}

static void assert_described(const struct scratch *scratch, const char *name, const char *word)
{
	const char *found = describe(scratch, name);

	if (!strstr(found, word))
		fail_msg("\"%s\" is not in \"%s\"", word, found);
}

static void a_new_file_system_has_its_options_and_attributes(void **state)
{
	struct scratch *scratch = *state;
	struct err err = ERR_INIT;
	AUTO_FD int target = -1;
	AUTO_FD int tree = -1;

	NEEDS_PRIVATE_MOUNTS();
	target = add_dir(scratch, "t");
	assert_int_equal(mount_new_fs("tmpfs", "tmpfs", "size=64k,,mode=711,ro",
				 MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC, &tree, &err),
		0);
	assert_string_equal(describe(scratch, "t"), "nothing");
	assert_int_equal(fcntl(tree, F_GETFD), FD_CLOEXEC);
	assert_int_equal(mount_attach(tree, target, &err), 0);
	assert_described(scratch, "t", "tmpfs rw,nosuid,noexec,relatime ro,size=64k,mode=711");
}

static void the_kernels_words_are_in_the_error(void **state)
{
	struct err err = ERR_INIT;
	int tree = -1;

	NEEDS_PRIVATE_MOUNTS();
	assert_int_equal(
		mount_new_fs("tmpfs", "tmpfs", "size=1k,colour=red", 0, &tree, &err), -EINVAL);
	assert_string_equal(err.text, "fsconfig tmpfs colour=red: invalid argument "
				      "(tmpfs: Unknown parameter 'colour')");
	assert_string_equal(err.syscall, "fsconfig");
	assert_int_equal(tree, -1);
}

static void an_unknown_type_is_named(void **state)
{
	struct err err = ERR_INIT;
	int tree = -1;

	NEEDS_PRIVATE_MOUNTS();
	assert_int_equal(mount_new_fs("nosuchfs", NULL, NULL, 0, &tree, &err), -ENODEV);
	assert_string_equal(err.text, "fsopen nosuchfs: no such device");
}

static void a_value_too_long_for_the_kernel_is_refused_by_name(void **state)
{
	struct err err = ERR_INIT;
	char data[300] = "mode=";
	int tree = -1;

	NEEDS_PRIVATE_MOUNTS();
	memset(data + 5, '0', 256);
	data[5 + 256] = '\0';
	assert_int_equal(mount_new_fs("tmpfs", "tmpfs", data, 0, &tree, &err), -E2BIG);
	assert_string_equal(err.text, "option mode of tmpfs is longer than 255 bytes");
}

static void write_file(int dir, const char *path)
{
	int fd = openat(dir, path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0644);

	assert_true(fd >= 0);
	close(fd);
}

static bool exists_at(int dir, const char *path)
{
	return faccessat(dir, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

/* Copies name into to with a backslash before what overlay's option syntax would take. */
static void escape(char *to, const char *name, const char *special)
{
	for (; *name != '\0'; *to++ = *name++) {
		if (strchr(special, *name))
			*to++ = '\\';
	}
	*to = '\0';
}

static void mount_overlay(const char *data, int *ret_tree)
{
	struct err err = ERR_INIT;

	if (mount_new_fs("overlay", "overlay", data, 0, ret_tree, &err) == 0)
		return;
	if (err.code == ENODEV) {
		print_message("# skipped, the kernel has no overlay\n");
		skip();
	}
	fail_msg("%s", err.text);
}

static void overlay_takes_names_with_commas_and_colons(void **state)
{
	struct scratch *scratch = *state;
	char data[1024], name[32];
	AUTO_FD int tree = -1;

	NEEDS_PRIVATE_MOUNTS();
	close(add_dir(scratch, "a,b"));
	close(add_dir(scratch, "c:d"));
	write_file(scratch->dir, "a,b/one");
	write_file(scratch->dir, "c:d/two");
	escape(name, "c:d", ":");
	snprintf(data, sizeof(data), "lowerdir=%s/a\\,b:%s/%s", scratch->place, scratch->place,
		name);
	mount_overlay(data, &tree);
	assert_true(exists_at(tree, "one"));
	assert_true(exists_at(tree, "two"));
}

static void overlay_takes_more_layers_than_a_value_holds(void **state)
{
	enum { LAYERS = 40 };
	struct scratch *scratch = *state;
	char data[8192], name[64];
	AUTO_FD int tree = -1;
	int length;

	NEEDS_PRIVATE_MOUNTS();
	close(add_dir(scratch, "up,per"));
	close(add_dir(scratch, "work"));
	length = snprintf(data, sizeof(data),
		"upperdir=%s/up\\,per,workdir=%s/work,lowerdir=", scratch->place, scratch->place);
	for (int i = 0; i < LAYERS; i++) {
		snprintf(name, sizeof(name), "layer:%d", i);
		close(add_dir(scratch, name));
		snprintf(name, sizeof(name), "layer:%d/file%d", i, i);
		write_file(scratch->dir, name);
		length += snprintf(data + length, sizeof(data) - (size_t)length, "%s%s/layer\\:%d",
			i ? ":" : "", scratch->place, i);
	}
	mount_overlay(data, &tree);
	for (int i = 0; i < LAYERS; i++) {
		snprintf(name, sizeof(name), "file%d", i);
		assert_true(exists_at(tree, name));
	}
	write_file(tree, "new");
	assert_true(exists_at(scratch->dir, "up,per/new"));
}

static void overlay_takes_long_upper_directories(void **state)
{
	struct scratch *scratch = *state;
	char data[2048], name[251];
	AUTO_FD int tree = -1;
	AUTO_FD int upper = -1;

	NEEDS_PRIVATE_MOUNTS();
	memset(name, 'u', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	close(add_dir(scratch, name));
	close(add_dir(scratch, "work"));
	close(add_dir(scratch, "low"));
	snprintf(data, sizeof(data), "lowerdir=%s/low,upperdir=%s/%s,workdir=%s/work",
		scratch->place, scratch->place, name, scratch->place);
	mount_overlay(data, &tree);
	write_file(tree, "new");
	upper = openat(scratch->dir, name, O_PATH | O_CLOEXEC);
	assert_true(exists_at(upper, "new"));
}

static void overlays_complaint_is_in_the_error(void **state)
{
	struct err err = ERR_INIT;
	int tree = -1;
	int r;

	NEEDS_PRIVATE_MOUNTS();
	r = mount_new_fs("overlay", "overlay", "xino=sideways", 0, &tree, &err);
	if (r == -ENODEV) {
		print_message("# skipped, the kernel has no overlay\n");
		skip();
	}
	assert_int_equal(r, -EINVAL);
	assert_string_equal(err.text, "fsconfig overlay xino=sideways: invalid argument "
				      "(overlay: Bad value for 'xino')");
}

static void a_clone_shows_the_same_files_elsewhere(void **state)
{
	struct scratch *scratch = *state;
	struct err err = ERR_INIT;
	AUTO_FD int from = -1, to = -1, tree = -1;

	NEEDS_PRIVATE_MOUNTS();
	from = add_dir(scratch, "from");
	to = add_dir(scratch, "to");
	write_file(from, "file");
	assert_int_equal(mount_clone_tree(from, "", false, &tree, &err), 0);
	assert_int_equal(mount_attach(tree, to, &err), 0);
	assert_true(exists_at(scratch->dir, "to/file"));
}

static void a_clone_is_recursive_only_when_asked(void **state)
{
	struct scratch *scratch = *state;
	struct err err = ERR_INIT;
	AUTO_FD int from = -1, inner = -1, fs = -1, flat = -1, deep = -1;

	NEEDS_PRIVATE_MOUNTS();
	from = add_dir(scratch, "from");
	inner = add_dir(scratch, "from/inner");
	assert_int_equal(mount_new_fs("tmpfs", NULL, NULL, 0, &fs, &err), 0);
	assert_int_equal(mount_attach(fs, inner, &err), 0);
	write_file(fs, "file");
	assert_int_equal(mount_clone_tree(scratch->dir, "from", false, &flat, &err), 0);
	assert_int_equal(mount_clone_tree(scratch->dir, "from", true, &deep, &err), 0);
	assert_false(exists_at(flat, "inner/file"));
	assert_true(exists_at(deep, "inner/file"));
}

static void a_link_is_not_followed_by_a_clone(void **state)
{
	struct scratch *scratch = *state;
	struct err err = ERR_INIT;
	struct stat st;
	AUTO_FD int tree = -1;

	NEEDS_PRIVATE_MOUNTS();
	assert_int_equal(symlinkat("/", scratch->dir, "link"), 0);
	assert_int_equal(mount_clone_tree(scratch->dir, "link", false, &tree, &err), 0);
	assert_int_equal(fstat(tree, &st), 0);
	assert_true(S_ISLNK(st.st_mode));
}

static void a_file_cannot_be_put_on_a_directory(void **state)
{
	struct scratch *scratch = *state;
	struct err err = ERR_INIT;
	AUTO_FD int dir = -1, tree = -1;

	NEEDS_PRIVATE_MOUNTS();
	dir = add_dir(scratch, "dir");
	write_file(scratch->dir, "file");
	assert_int_equal(mount_clone_tree(scratch->dir, "file", false, &tree, &err), 0);
	assert_int_equal(mount_attach(tree, dir, &err), -ENOTDIR);
	assert_string_equal(err.text, "move_mount of a file onto a directory: not a directory");
}

static void attributes_are_set_and_cleared(void **state)
{
	struct scratch *scratch = *state;
	struct err err = ERR_INIT;
	AUTO_FD int dir = -1, tree = -1;

	NEEDS_PRIVATE_MOUNTS();
	dir = add_dir(scratch, "dir");
	assert_int_equal(mount_clone_tree(dir, "", false, &tree, &err), 0);
	assert_int_equal(mount_set_attributes(tree, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOATIME,
				 MOUNT_ATTR__ATIME, false, &err),
		0);
	assert_int_equal(mount_attach(tree, dir, &err), 0);
	assert_described(scratch, "dir", "tmpfs ro,noatime rw");
	assert_int_equal(faccessat(tree, ".", W_OK, 0), -1);
	assert_int_equal(errno, EROFS);
	assert_int_equal(mount_set_attributes(tree, 0, MOUNT_ATTR_RDONLY, false, &err), 0);
	assert_described(scratch, "dir", "tmpfs rw,noatime rw");
}

static void recursive_attributes_reach_the_mounts_below(void **state)
{
	struct scratch *scratch = *state;
	struct err err = ERR_INIT;
	AUTO_FD int dir = -1, inner = -1, outer_fs = -1, inner_fs = -1;

	NEEDS_PRIVATE_MOUNTS();
	dir = add_dir(scratch, "dir");
	assert_int_equal(mount_new_fs("tmpfs", NULL, NULL, 0, &outer_fs, &err), 0);
	assert_int_equal(mount_attach(outer_fs, dir, &err), 0);
	inner = add_dir(scratch, "dir/inner");
	assert_int_equal(mount_new_fs("tmpfs", NULL, NULL, 0, &inner_fs, &err), 0);
	assert_int_equal(mount_attach(inner_fs, inner, &err), 0);
	assert_int_equal(mount_set_attributes(outer_fs, MOUNT_ATTR_NODEV, 0, false, &err), 0);
	assert_described(scratch, "dir", "nodev");
	assert_null(strstr(describe(scratch, "dir/inner"), "nodev"));
	assert_int_equal(mount_set_attributes(outer_fs, MOUNT_ATTR_RDONLY, 0, true, &err), 0);
	assert_described(scratch, "dir/inner", "tmpfs ro");
}

static void propagation_is_what_was_asked(void **state)
{
	struct scratch *scratch = *state;
	struct err err = ERR_INIT;
	AUTO_FD int dir = -1, fs = -1, copy_dir = -1, copy = -1;

	NEEDS_PRIVATE_MOUNTS();
	dir = add_dir(scratch, "dir");
	copy_dir = add_dir(scratch, "copy");
	assert_int_equal(mount_new_fs("tmpfs", NULL, NULL, 0, &fs, &err), 0);
	assert_int_equal(mount_attach(fs, dir, &err), 0);
	assert_int_equal(mount_set_propagation(fs, MS_SHARED, false, &err), 0);
	assert_described(scratch, "dir", "shared");
	assert_int_equal(mount_clone_tree(fs, "", true, &copy, &err), 0);
	assert_int_equal(mount_set_propagation(copy, MS_SLAVE, true, &err), 0);
	assert_int_equal(mount_attach(copy, copy_dir, &err), 0);
	assert_described(scratch, "copy", "slave");
	assert_int_equal(mount_set_propagation(copy, MS_PRIVATE, true, &err), 0);
	assert_null(strstr(describe(scratch, "copy"), "slave"));
	assert_int_equal(mount_set_propagation(copy, MS_SHARED | MS_SLAVE, true, &err), -EINVAL);
}

static void an_idmap_needs_a_user_namespace(void **state)
{
	struct scratch *scratch = *state;
	struct err err = ERR_INIT;
	AUTO_FD int tree = -1;
	AUTO_FD int no_namespace = open("/dev/null", O_RDONLY | O_CLOEXEC);

	NEEDS_PRIVATE_MOUNTS();
	assert_int_equal(mount_clone_tree(scratch->dir, "", false, &tree, &err), 0);
	assert_int_equal(mount_set_idmap(tree, no_namespace, false, &err), -EINVAL);
	assert_string_equal(err.text, "mount_setattr idmap: invalid argument");
}

static int pivot_in_child(const struct scratch *scratch)
{
	struct err err = ERR_INIT;
	int root;

	if (unshare(CLONE_NEWNS) < 0)
		return 1;
	root = open(scratch->place, O_PATH | O_DIRECTORY | O_CLOEXEC); /* in the new namespace */
	if (mount_pivot_root(root, &err) < 0)
		return 2;
	if (access("/new-root", F_OK) < 0)
		return 3;
	return access("/proc", F_OK) == 0 ? 4 : 0;
}

static void pivot_root_leaves_nothing_of_the_old_root(void **state)
{
	struct scratch *scratch = *state;
	pid_t child;
	int status;

	NEEDS_PRIVATE_MOUNTS();
	write_file(scratch->dir, "new-root");
	child = fork();
	assert_true(child >= 0);
	if (child == 0)
		_exit(pivot_in_child(scratch));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static void mounts_of_the_same_file_have_different_ids(void **state)
{
	struct scratch *scratch = *state;
	struct err err = ERR_INIT;
	AUTO_FD int tree = -1;
	uint64_t id, same, other;

	NEEDS_PRIVATE_MOUNTS();
	assert_int_equal(mount_clone_tree(scratch->dir, "", false, &tree, &err), 0);
	assert_int_equal(mount_id_get(scratch->dir, &id), 0);
	assert_int_equal(mount_id_get(scratch->dir, &same), 0);
	assert_int_equal(mount_id_get(tree, &other), 0);
	assert_true(id == same);
	assert_true(id != other);
	assert_int_equal(mount_id_get(-1, &id), -EBADF);
}

#define WITH_SCRATCH(name) cmocka_unit_test_setup_teardown(name, make_scratch, remove_scratch)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SCRATCH(a_new_file_system_has_its_options_and_attributes),
		WITH_SCRATCH(the_kernels_words_are_in_the_error),
		WITH_SCRATCH(an_unknown_type_is_named),
		WITH_SCRATCH(a_value_too_long_for_the_kernel_is_refused_by_name),
		WITH_SCRATCH(overlay_takes_names_with_commas_and_colons),
		WITH_SCRATCH(overlay_takes_more_layers_than_a_value_holds),
		WITH_SCRATCH(overlay_takes_long_upper_directories),
		WITH_SCRATCH(overlays_complaint_is_in_the_error),
		WITH_SCRATCH(a_clone_shows_the_same_files_elsewhere),
		WITH_SCRATCH(a_clone_is_recursive_only_when_asked),
		WITH_SCRATCH(a_link_is_not_followed_by_a_clone),
		WITH_SCRATCH(a_file_cannot_be_put_on_a_directory),
		WITH_SCRATCH(attributes_are_set_and_cleared),
		WITH_SCRATCH(recursive_attributes_reach_the_mounts_below),
		WITH_SCRATCH(propagation_is_what_was_asked),
		WITH_SCRATCH(an_idmap_needs_a_user_namespace),
		WITH_SCRATCH(pivot_root_leaves_nothing_of_the_old_root),
		WITH_SCRATCH(mounts_of_the_same_file_have_different_ids),
	};

	return cmocka_run_group_tests(tests, private_mounts_enter, NULL);
}
