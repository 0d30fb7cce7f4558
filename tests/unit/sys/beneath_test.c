/* SPDX-License-Identifier: Apache-2.0 */
/* Every test runs twice: by openat2(2) and by the walk in user space. */
#include "sys/beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fd.h"

/* TMP/ has outside/secret and the root, TMP/root/. */
struct tree {
	char path[128];
	int tmp, root;
};

static int make_tree(void **state)
{
	struct tree *tree = calloc(1, sizeof(*tree));
	const char *tmp = getenv("TMPDIR");

	snprintf(tree->path, sizeof(tree->path), "%s/beneath.XXXXXX", tmp ? tmp : "/tmp");
	assert_non_null(mkdtemp(tree->path));
	tree->tmp = open(tree->path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	assert_true(tree->tmp >= 0);
	assert_int_equal(mkdirat(tree->tmp, "outside", 0755), 0);
	fd_close(openat(tree->tmp, "outside/secret", O_CREAT | O_WRONLY, 0644));
	assert_int_equal(mkdirat(tree->tmp, "root", 0755), 0);
	tree->root = openat(tree->tmp, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);
	assert_true(tree->root >= 0);
	*state = tree;
	return 0;
}

static int make_tree_for_walk(void **state)
{
	beneath_force_walk(true);
	return make_tree(state);
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	return remove(path);
}

static int remove_tree(void **state)
{
	struct tree *tree = *state;

	beneath_force_walk(false);
	fd_close(tree->root);
	fd_close(tree->tmp);
	nftw(tree->path, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
	free(tree);
	return 0;
}

static void add_dir(const struct tree *tree, const char *path)
{
	assert_int_equal(mkdirat(tree->root, path, 0755), 0);
}

static void add_file(const struct tree *tree, const char *path)
{
	int fd = openat(tree->root, path, O_CREAT | O_EXCL | O_WRONLY, 0644);

	assert_true(fd >= 0);
	close(fd);
}

static void add_link(const struct tree *tree, const char *target, const char *path)
{
	assert_int_equal(symlinkat(target, tree->root, path), 0);
}

static bool exists_at(int dir_fd, const char *path)
{
	return faccessat(dir_fd, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

/* Both descriptors are closed. */
static bool is_same_file(int a, int b)
{
	struct stat a_st, b_st;

	assert_true(a >= 0 && b >= 0);
	assert_int_equal(fstat(a, &a_st), 0);
	assert_int_equal(fstat(b, &b_st), 0);
	close(a);
	close(b);
	return a_st.st_dev == b_st.st_dev && a_st.st_ino == b_st.st_ino;
}

/* path resolves to what lies at plain, a path without links or dots. */
static void assert_opens(const struct tree *tree, const char *path, const char *plain)
{
	struct err err = ERR_INIT;
	int fd = -1;

	assert_int_equal(beneath_open(tree->root, path, O_PATH, 0, &fd, &err), 0);
	assert_true(is_same_file(fd, openat(tree->root, plain, O_PATH | O_NOFOLLOW)));
}

static void assert_refused(const struct tree *tree, const char *path, int flags, int code)
{
	struct err err = ERR_INIT;
	int fd = -1;

	assert_int_equal(beneath_open(tree->root, path, flags, 0644, &fd, &err), -code);
	assert_int_equal(fd, -1);
	assert_int_equal(err.code, code);
	assert_string_equal(err.path, path);
	assert_non_null(strstr(err.text, err_errno_text(code)));
}

static void dotdot_stops_at_the_root(void **state)
{
	struct tree *tree = *state;

	add_dir(tree, "a");
	assert_opens(tree, "..", ".");
	assert_opens(tree, "/../../..", ".");
	assert_opens(tree, "a/../../a", "a");
	assert_refused(tree, "../outside/secret", O_PATH, ENOENT);
}

static void absolute_links_begin_at_the_root(void **state)
{
	struct tree *tree = *state;

	add_dir(tree, "etc");
	add_file(tree, "etc/passwd");
	add_link(tree, "/etc/passwd", "link");
	add_link(tree, "/", "top");
	assert_opens(tree, "link", "etc/passwd");
	assert_opens(tree, "top/top/link", "etc/passwd");
	assert_opens(tree, "/top", ".");
}

static void links_that_climb_stay_inside(void **state)
{
	struct tree *tree = *state;

	add_dir(tree, "a");
	add_dir(tree, "a/b");
	add_link(tree, "../../../../../outside", "a/b/out");
	add_link(tree, "../../../b", "a/b/up");
	add_dir(tree, "b");
	assert_refused(tree, "a/b/out/secret", O_PATH, ENOENT);
	assert_opens(tree, "a/b/up", "b");
}

static void dotdot_after_a_link_leaves_its_target(void **state)
{
	struct tree *tree = *state;

	add_dir(tree, "a");
	add_dir(tree, "a/b");
	add_dir(tree, "a/b/c");
	add_link(tree, "a/b/c", "link");
	assert_opens(tree, "link/..", "a/b");
	assert_opens(tree, "link/../../..", ".");
}

static void forty_links_are_followed_and_one_more_is_not(void **state)
{
	struct tree *tree = *state;
	char name[16], target[16];

	add_file(tree, "l0");
	for (int i = 1; i <= 41; i++) {
		snprintf(name, sizeof(name), "l%d", i);
		snprintf(target, sizeof(target), "l%d", i - 1);
		add_link(tree, target, name);
	}
	assert_opens(tree, "l40", "l0");
	assert_refused(tree, "l41", O_PATH, ELOOP);
}

static void a_link_to_itself_is_a_loop(void **state)
{
	struct tree *tree = *state;

	add_link(tree, "self", "self");
	assert_refused(tree, "self", O_PATH, ELOOP);
	assert_refused(tree, "self/x", O_PATH, ELOOP);
}

static void a_last_link_is_itself_with_nofollow(void **state)
{
	struct tree *tree = *state;
	struct err err = ERR_INIT;
	struct stat st;
	int fd = -1;

	add_link(tree, "nowhere", "link");
	assert_int_equal(beneath_open(tree->root, "link", O_PATH | O_NOFOLLOW, 0, &fd, &err), 0);
	assert_int_equal(fstat(fd, &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	close(fd);
	assert_refused(tree, "link", O_RDONLY | O_NOFOLLOW, ELOOP);
}

static void a_slash_behind_a_name_wants_a_directory(void **state)
{
	struct tree *tree = *state;

	add_dir(tree, "dir");
	add_file(tree, "file");
	add_link(tree, "dir", "to_dir");
	add_link(tree, "file", "to_file");
	assert_opens(tree, "dir/", "dir");
	assert_opens(tree, "to_dir//", "dir");
	assert_refused(tree, "file/", O_PATH, ENOTDIR);
	assert_refused(tree, "to_file/", O_PATH, ENOTDIR);
	assert_refused(tree, "file/..", O_PATH, ENOTDIR);
	assert_refused(tree, "file/.", O_PATH, ENOTDIR);
	assert_refused(tree, "new/", O_CREAT | O_WRONLY, EISDIR);
}

static void bad_paths_are_refused(void **state)
{
	struct tree *tree = *state;
	char name[NAME_MAX + 2];
	char path[PATH_MAX + 1];

	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	memset(path, '/', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	assert_refused(tree, "", O_PATH, ENOENT);
	assert_refused(tree, name, O_PATH, ENAMETOOLONG);
	{
		struct err err = ERR_INIT;
		int fd = -1;

		assert_int_equal(
			beneath_open(tree->root, path, O_PATH, 0, &fd, &err), -ENAMETOOLONG);
	}
}

static int next_descriptor(void)
{
	int fd = dup(0);

	close(fd);
	return fd;
}

static void refused_paths_neither_close_nor_leak_descriptors(void **state)
{
	struct tree *tree = *state;
	struct err err = ERR_INIT;
	int before = next_descriptor();
	int fd = -1;

	add_file(tree, "file");
	add_link(tree, "link", "link");
	assert_int_equal(beneath_make_dirs(tree->root, "", 0755, &fd, &err), -ENOENT);
	assert_int_equal(
		beneath_make_dirs(tree->root, "new/file/../../file", 0755, &fd, &err), -ENOTDIR);
	assert_int_equal(beneath_make_dirs(tree->root, "link/x", 0755, &fd, &err), -ELOOP);
	assert_int_equal(beneath_make_file(tree->root, "", 0644, &fd, &err), -ENOENT);
	assert_int_equal(beneath_make_file(tree->root, "new", 0644, &fd, &err), -EISDIR);
	assert_int_equal(beneath_open(tree->root, "", O_PATH, 0, &fd, &err), -ENOENT);
	assert_int_equal(beneath_open(tree->root, "file/x", O_PATH, 0, &fd, &err), -ENOTDIR);
	assert_int_equal(fd, -1);
	assert_int_equal(next_descriptor(), before);
}

static void a_new_file_behind_a_dangling_link_is_made_inside(void **state)
{
	struct tree *tree = *state;
	struct err err = ERR_INIT;
	int fd = -1;

	add_link(tree, "/../../outside", "link");
	assert_int_equal(beneath_open(tree->root, "link", O_CREAT | O_WRONLY, 0600, &fd, &err), 0);
	close(fd);
	assert_true(exists_at(tree->root, "outside"));
	assert_refused(tree, "link", O_CREAT | O_EXCL | O_WRONLY, EEXIST);
}

static void descriptors_are_close_on_exec(void **state)
{
	struct tree *tree = *state;
	struct err err = ERR_INIT;
	int fd = -1;

	add_file(tree, "file");
	assert_int_equal(beneath_open(tree->root, "file", O_RDONLY, 0, &fd, &err), 0);
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	close(fd);
}

static void links_are_refused_where_none_is_wanted(void **state)
{
	struct tree *tree = *state;
	struct beneath_how how = { .flags = O_PATH, .resolve = BENEATH_NO_SYMLINKS };
	struct err err = ERR_INIT;
	int fd = -1;

	add_dir(tree, "dir");
	add_file(tree, "dir/file");
	add_link(tree, "dir", "link");
	assert_int_equal(beneath_open_how(tree->root, "link/file", &how, &fd, &err), -ELOOP);
	assert_int_equal(beneath_open_how(tree->root, "link", &how, &fd, &err), -ELOOP);
	assert_int_equal(beneath_open_how(tree->root, "dir/file", &how, &fd, &err), 0);
	close(fd);
}

static void another_mount_is_refused_where_none_is_wanted(void **state)
{
	struct tree *tree = *state;
	struct beneath_how how = { .flags = O_PATH, .resolve = BENEATH_NO_XDEV };
	struct err err = ERR_INIT;
	int host_root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int fd = -1;

	assert_int_equal(beneath_open_how(host_root, "proc/version", &how, &fd, &err), -EXDEV);
	assert_int_equal(beneath_open_how(host_root, "proc", &how, &fd, &err), -EXDEV);
	close(host_root);
	add_dir(tree, "a");
	add_link(tree, "/a", "link");
	assert_int_equal(beneath_open_how(tree->root, "a/../link/.", &how, &fd, &err), 0);
	close(fd);
}

static void magic_links_of_procfs_are_refused(void **state)
{
	struct err err = ERR_INIT;
	int host_root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int fd = -1;

	assert_int_equal(beneath_open(host_root, "proc/self/exe", O_PATH, 0, &fd, &err), -ELOOP);
	assert_int_equal(
		beneath_open(host_root, "proc/self/root/etc", O_PATH, 0, &fd, &err), -ELOOP);
	assert_int_equal(beneath_open(host_root, "proc/self/fd/0", O_PATH, 0, &fd, &err), -ELOOP);
	assert_int_equal(beneath_open(host_root, "proc/mounts", O_PATH, 0, &fd, &err), 0);
	close(fd);
	close(host_root);
}

static void a_parent_is_split_from_its_name(void **state)
{
	struct tree *tree = *state;
	struct err err = ERR_INIT;
	char name[NAME_MAX + 1];
	int fd = -1;

	add_dir(tree, "a");
	add_link(tree, "/a", "link");
	assert_int_equal(beneath_open_parent(tree->root, "/link/new//", name, &fd, &err), 0);
	assert_string_equal(name, "new");
	assert_true(is_same_file(fd, openat(tree->root, "a", O_PATH)));
	assert_int_equal(beneath_open_parent(tree->root, "new", name, &fd, &err), 0);
	assert_true(is_same_file(fd, openat(tree->root, ".", O_PATH)));
	assert_int_equal(beneath_open_parent(tree->root, "/new", name, &fd, &err), 0);
	assert_true(is_same_file(fd, openat(tree->root, ".", O_PATH)));
	assert_int_equal(beneath_open_parent(tree->root, "b/new", name, &fd, &err), -ENOENT);
}

static void a_path_without_a_name_has_no_parent(void **state)
{
	static const char *const paths[] = { "", "/", "//", ".", "..", "a/.", "a/..", "a/../" };
	struct tree *tree = *state;

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		struct err err = ERR_INIT;
		char name[NAME_MAX + 1] = "untouched";
		int fd = -1;

		assert_int_equal(
			beneath_open_parent(tree->root, paths[i], name, &fd, &err), -EINVAL);
		assert_string_equal(name, "untouched");
		assert_int_equal(fd, -1);
	}
}

static void missing_directories_are_made(void **state)
{
	struct tree *tree = *state;
	struct err err = ERR_INIT;
	struct stat st;
	int fd = -1;

	assert_int_equal(beneath_make_dirs(tree->root, "/a/b/./c//d/", 0700, &fd, &err), 0);
	assert_true(is_same_file(fd, openat(tree->root, "a/b/c/d", O_PATH)));
	assert_int_equal(fstatat(tree->root, "a/b/c/d", &st, 0), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	assert_int_equal(beneath_make_dirs(tree->root, "a/b", 0700, &fd, &err), 0);
	close(fd);
	assert_int_equal(beneath_make_dirs(tree->root, "/", 0700, &fd, &err), 0);
	assert_true(is_same_file(fd, openat(tree->root, ".", O_PATH)));
}

static void directories_behind_dangling_links_are_made_inside(void **state)
{
	struct tree *tree = *state;
	struct err err = ERR_INIT;
	int fd = -1;

	add_link(tree, "/../../outside/new", "absolute");
	add_link(tree, "../../outside2", "relative");
	add_link(tree, "/x/y", "last");
	assert_int_equal(beneath_make_dirs(tree->root, "absolute/a", 0755, &fd, &err), 0);
	assert_true(is_same_file(fd, openat(tree->root, "outside/new/a", O_PATH)));
	assert_int_equal(beneath_make_dirs(tree->root, "relative/a", 0755, &fd, &err), 0);
	assert_true(is_same_file(fd, openat(tree->root, "outside2/a", O_PATH)));
	assert_int_equal(beneath_make_dirs(tree->root, "last", 0755, &fd, &err), 0);
	assert_true(is_same_file(fd, openat(tree->root, "x/y", O_PATH)));
	assert_false(exists_at(tree->tmp, "outside/new"));
	assert_false(exists_at(tree->tmp, "outside2"));
}

static void a_file_in_the_way_of_a_directory_is_named(void **state)
{
	struct tree *tree = *state;
	struct err err = ERR_INIT;
	int fd = -1;

	add_dir(tree, "a");
	add_file(tree, "a/file");
	assert_int_equal(beneath_make_dirs(tree->root, "/a/file/b/c", 0755, &fd, &err), -ENOTDIR);
	assert_string_equal(err.text, "mkdir /a/file/b/c: at /a/file: not a directory");
	assert_string_equal(err.syscall, "mkdir");
	assert_string_equal(err.path, "/a/file/b/c");
}

static void a_directory_that_cannot_be_made_is_an_error(void **state)
{
	struct err err = ERR_INIT;
	int host_root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int fd = -1;

	/* procfs answers ENOENT to mkdir(2), as if the parent were missing. */
	assert_int_equal(beneath_make_dirs(host_root, "/proc/none", 0755, &fd, &err), -ENOENT);
	assert_int_equal(beneath_make_dirs(host_root, "/proc/none/x", 0755, &fd, &err), -ENOENT);
	assert_true(beneath_make_file(host_root, "/proc/none", 0644, &fd, &err) < 0);
	assert_int_equal(fd, -1);
	close(host_root);
}

static void many_directories_deep_can_be_made_and_left_again(void **state)
{
	enum { DEPTH = 500 };
	struct tree *tree = *state;
	struct err err = ERR_INIT;
	char path[DEPTH * 5 + 1] = "";
	int fd = -1;

	for (int i = 0; i < DEPTH; i++)
		memcpy(path + i * 2, "d/", 3);
	assert_int_equal(beneath_make_dirs(tree->root, path, 0755, &fd, &err), 0);
	close(fd);
	for (int i = 0; i < DEPTH; i++)
		memcpy(path + DEPTH * 2 + i * 3, "../", 4);
	assert_opens(tree, path, ".");
}

static void a_missing_file_is_made_with_its_parents(void **state)
{
	struct tree *tree = *state;
	struct err err = ERR_INIT;
	struct stat st;
	int fd = -1;

	assert_int_equal(beneath_make_file(tree->root, "etc/app/conf", 0640, &fd, &err), 0);
	assert_int_equal(fstat(fd, &st), 0);
	assert_true(S_ISREG(st.st_mode));
	assert_int_equal(st.st_mode & 0777, 0640);
	assert_int_equal(st.st_size, 0);
	assert_true(is_same_file(fd, openat(tree->root, "etc/app/conf", O_PATH)));
}

static void a_file_behind_a_dangling_link_is_made_inside(void **state)
{
	struct tree *tree = *state;
	struct err err = ERR_INIT;
	int fd = -1;

	add_dir(tree, "etc");
	add_link(tree, "../../run/resolve/stub", "etc/resolv.conf");
	assert_int_equal(beneath_make_file(tree->root, "etc/resolv.conf", 0644, &fd, &err), 0);
	assert_true(is_same_file(fd, openat(tree->root, "run/resolve/stub", O_PATH)));
	assert_false(exists_at(tree->tmp, "run"));
}

static void an_existing_file_of_any_kind_is_kept(void **state)
{
	struct tree *tree = *state;
	struct err err = ERR_INIT;
	int fd = -1;

	add_file(tree, "file");
	assert_int_equal(mkfifoat(tree->root, "fifo", 0600), 0);
	add_link(tree, "file", "link");
	assert_int_equal(beneath_make_file(tree->root, "link", 0600, &fd, &err), 0);
	assert_true(is_same_file(fd, openat(tree->root, "file", O_PATH)));
	assert_int_equal(beneath_make_file(tree->root, "fifo", 0600, &fd, &err), 0);
	assert_true(is_same_file(fd, openat(tree->root, "fifo", O_PATH)));
}

static void a_directory_is_no_file(void **state)
{
	static const char *const paths[] = { "dir", "dir/", "dir/.", "/", "..", "new/" };
	struct tree *tree = *state;

	add_dir(tree, "dir");
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		struct err err = ERR_INIT;
		int fd = -1;

		assert_int_equal(beneath_make_file(tree->root, paths[i], 0644, &fd, &err), -EISDIR);
		assert_non_null(strstr(err.text, "is a directory"));
	}
	assert_false(exists_at(tree->root, "new"));
}

static void a_symbolic_link_is_made_with_parents_inside(void **state)
{
	struct tree *tree = *state;
	struct err err = ERR_INIT;
	char target[16] = "";

	add_link(tree, "../outside", "dev");
	assert_int_equal(beneath_symlink(tree->root, "/proc/self/fd", "dev/fd", &err), 0);
	assert_int_equal(readlinkat(tree->root, "outside/fd", target, sizeof(target)), 13);
	assert_memory_equal(target, "/proc/self/fd", 13);
	assert_false(exists_at(tree->tmp, "outside/fd"));
	assert_int_equal(beneath_symlink(tree->root, "x", "dev/fd", &err), -EEXIST);
}

static void a_parent_is_made_inside_and_the_name_left_alone(void **state)
{
	struct tree *tree = *state;
	char name[NAME_MAX + 1];
	struct err err = ERR_INIT;
	AUTO_FD int parent = -1;

	add_link(tree, "../outside", "dev");
	assert_int_equal(beneath_make_parent(tree->root, "dev/net/pipe", name, &parent, &err), 0);
	assert_string_equal(name, "pipe");
	assert_true(exists_at(tree->root, "outside/net"));
	assert_false(exists_at(tree->root, "outside/net/pipe"));
	assert_false(exists_at(tree->tmp, "outside/net"));
	assert_int_equal(mknodat(parent, name, S_IFIFO | 0600, 0), 0);
	assert_true(exists_at(tree->root, "outside/net/pipe"));
	assert_int_equal(beneath_make_parent(tree->root, "dev/..", name, &parent, &err), -EINVAL);
}

/* Answers openat2(2) with an error as an outer container's filter would; in a child only. */
static void refuse_openat2(int code)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat2, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)code),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { sizeof(filter) / sizeof(filter[0]), filter };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
		prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
		_exit(99);
}

static int open_in_child_without_openat2(const struct tree *tree, int code)
{
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0) {
		struct err err = ERR_INIT;
		int fd = -1;

		refuse_openat2(code);
		_exit(-beneath_open(tree->root, "link", O_PATH, 0, &fd, &err));
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void a_refused_openat2_is_replaced_by_the_walk(void **state)
{
	struct tree *tree = *state;

	add_dir(tree, "dir");
	add_link(tree, "/dir", "link");
	assert_int_equal(open_in_child_without_openat2(tree, ENOSYS), 0);
	assert_int_equal(open_in_child_without_openat2(tree, EPERM), 0);
	assert_int_equal(open_in_child_without_openat2(tree, EACCES), EACCES);
}

struct swapper {
	int dir;
	_Atomic int stop;
	long swaps;
};

/* Exchanges a directory and a link out of the root, as fast as it goes. */
static void *swap(void *argument)
{
	struct swapper *swapper = argument;

	while (!swapper->stop) {
		if (syscall(SYS_renameat2, swapper->dir, "victim", swapper->dir, "link",
			    2 /* RENAME_EXCHANGE */) == 0)
			swapper->swaps++;
	}
	return NULL;
}

static long long milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

/* One round of what a runtime does at a path in the container; answers may vary, places may not. */
static void work_at_the_victim(const struct tree *tree, int round)
{
	struct err err = ERR_INIT;
	char path[64];
	int fd = -1;

	snprintf(path, sizeof(path), "victim/%c/d%d", 'a' + round % 4, round % 50);
	if (beneath_make_dirs(tree->root, path, 0755, &fd, &err) == 0)
		fd_close(fd);
	snprintf(path, sizeof(path), "victim/f%d", round % 50);
	if (beneath_make_file(tree->root, path, 0644, &fd, &err) == 0)
		fd_close(fd);
	snprintf(path, sizeof(path), "victim/l%d", round % 50);
	(void)beneath_symlink(tree->root, "x", path, &err);
	if (beneath_open(tree->root, "victim/../victim/secret", O_PATH, 0, &fd, &err) == 0)
		fail_msg("a file outside of the root was opened");
	if (beneath_open(tree->root, "victim/created", O_CREAT | O_WRONLY, 0644, &fd, &err) == 0)
		fd_close(fd);
}

/* The attack itself: does it work on a program that trusts the path? */
static bool plain_open_escapes(const struct tree *tree)
{
	int fd = openat(tree->root, "victim/secret", O_PATH);

	fd_close(fd);
	return fd >= 0;
}

static int only_secret(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	return ftw->level > 0 && strcmp(path + ftw->base, "secret") != 0;
}

static void nothing_leaves_the_root_while_someone_swaps_a_directory(void **state)
{
	enum { ROUNDS = 20000, LIMIT_MS = 2000 };
	struct tree *tree = *state;
	struct swapper swapper = { .dir = tree->root };
	long long end = milliseconds() + LIMIT_MS;
	char outside[sizeof(tree->path) + sizeof("/outside")];
	pthread_t thread;
	int escapes = 0;
	int round;

	snprintf(outside, sizeof(outside), "%s/outside", tree->path);
	add_dir(tree, "victim");
	add_link(tree, outside, "link");
	assert_int_equal(pthread_create(&thread, NULL, swap, &swapper), 0);
	for (round = 0; round < ROUNDS && milliseconds() < end; round++) {
		work_at_the_victim(tree, round);
		escapes += plain_open_escapes(tree);
	}
	swapper.stop = 1;
	pthread_join(thread, NULL);
	assert_true(escapes > 0);
	assert_int_equal(nftw(outside, only_secret, 16, FTW_PHYS), 0);
	print_message("# %d rounds, %ld exchanges, a plain open escaped %d times\n", round,
		swapper.swaps, escapes);
}

#define BOTH_WAYS(name)                                                      \
	{ #name " (openat2)", name, make_tree, remove_tree, NULL },          \
	{                                                                    \
#name " (walk)", name, make_tree_for_walk, remove_tree, NULL \
	}

static void plain_directories_and_files_are_made_where_no_link_leads(void **state)
{
	struct tree *tree = *state;
	struct err err = ERR_INIT;
	AUTO_FD int dir = -1;
	AUTO_FD int file = -1;
	int none = -1;

	assert_int_equal(mkdirat(tree->root, "real", 0755), 0);
	assert_int_equal(symlinkat("real", tree->root, "alias"), 0);
	assert_int_equal(beneath_make_plain_dirs(tree->root, "/real/a/b", 0755, &dir, &err), 0);
	assert_int_equal(beneath_make_plain_file(tree->root, "/real/c/file", 0644, &file, &err), 0);
	assert_int_equal(
		beneath_make_plain_dirs(tree->root, "/alias/x", 0755, &none, &err), -ELOOP);
	err = ERR_INIT;
	assert_int_equal(beneath_make_plain_dirs(tree->root, "/alias", 0755, &none, &err), -ELOOP);
	err = ERR_INIT;
	assert_int_equal(
		beneath_make_plain_file(tree->root, "/alias/file", 0644, &none, &err), -ELOOP);
	assert_int_equal(none, -1);
	assert_int_equal(faccessat(tree->root, "real/x", F_OK, 0), -1);
	assert_int_equal(faccessat(tree->root, "real/file", F_OK, 0), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH_WAYS(dotdot_stops_at_the_root),
		BOTH_WAYS(absolute_links_begin_at_the_root),
		BOTH_WAYS(links_that_climb_stay_inside),
		BOTH_WAYS(dotdot_after_a_link_leaves_its_target),
		BOTH_WAYS(forty_links_are_followed_and_one_more_is_not),
		BOTH_WAYS(a_link_to_itself_is_a_loop),
		BOTH_WAYS(a_last_link_is_itself_with_nofollow),
		BOTH_WAYS(a_slash_behind_a_name_wants_a_directory),
		BOTH_WAYS(bad_paths_are_refused),
		BOTH_WAYS(refused_paths_neither_close_nor_leak_descriptors),
		BOTH_WAYS(a_new_file_behind_a_dangling_link_is_made_inside),
		BOTH_WAYS(descriptors_are_close_on_exec),
		BOTH_WAYS(links_are_refused_where_none_is_wanted),
		BOTH_WAYS(another_mount_is_refused_where_none_is_wanted),
		BOTH_WAYS(magic_links_of_procfs_are_refused),
		BOTH_WAYS(a_parent_is_split_from_its_name),
		BOTH_WAYS(a_path_without_a_name_has_no_parent),
		BOTH_WAYS(missing_directories_are_made),
		BOTH_WAYS(directories_behind_dangling_links_are_made_inside),
		BOTH_WAYS(a_file_in_the_way_of_a_directory_is_named),
		BOTH_WAYS(a_directory_that_cannot_be_made_is_an_error),
		BOTH_WAYS(many_directories_deep_can_be_made_and_left_again),
		BOTH_WAYS(a_missing_file_is_made_with_its_parents),
		BOTH_WAYS(a_file_behind_a_dangling_link_is_made_inside),
		BOTH_WAYS(an_existing_file_of_any_kind_is_kept),
		BOTH_WAYS(a_directory_is_no_file),
		BOTH_WAYS(a_symbolic_link_is_made_with_parents_inside),
		BOTH_WAYS(a_parent_is_made_inside_and_the_name_left_alone),
		BOTH_WAYS(plain_directories_and_files_are_made_where_no_link_leads),
		BOTH_WAYS(nothing_leaves_the_root_while_someone_swaps_a_directory),
		cmocka_unit_test_setup_teardown(
			a_refused_openat2_is_replaced_by_the_walk, make_tree, remove_tree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
