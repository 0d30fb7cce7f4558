/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Role init: one mount of the configuration.
 *
 * The host's files are still in view (strategy copy), so that sources can be opened; targets are
 * only ever reached from root_fd, by descriptor. A mount gets all its attributes while it is
 * detached: nobody sees it without them.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/text.h"
#include "init/copy_up.h"
#include "init/init.h"
#include "sys/beneath.h"
#include "sys/mount_api.h"

enum { TARGET_MODE = 0755, DATA_BYTES = 4096 };

/* /proc and /sys as symbolic links would put the kernel's files anywhere (CVE-2023-28642). */
static int open_plain_directory(int root_fd, const char *path, int *ret_fd, struct err *err)
{
	const struct beneath_how how = {
		.flags = O_PATH | O_DIRECTORY | O_NOFOLLOW,
		.resolve = BENEATH_NO_SYMLINKS,
	};
	int r = beneath_open_how(root_fd, path, &how, ret_fd, err);

	switch (-r) {
	case ENOENT:
		return beneath_make_dirs(root_fd, path, TARGET_MODE, ret_fd, err);
	case ELOOP:
	case ENOTDIR:
		err_fail(err, ENOTDIR, "%s must be a directory, and no symbolic link leads there",
			path);
		return err_path(err, path);
	default:
		return r;
	}
}

static int open_target(
	struct init *init, const struct step_mount *mount, int *ret_fd, struct err *err)
{
	if (mount->flags & PLAN_MOUNT_LIVE)
		return mount->flags & PLAN_MOUNT_FILE
			       ? beneath_make_plain_file(
					 init->root_fd, mount->target, TARGET_MODE, ret_fd, err)
			       : beneath_make_plain_dirs(
					 init->root_fd, mount->target, TARGET_MODE, ret_fd, err);
	if (mount->flags & PLAN_MOUNT_PROC)
		return open_plain_directory(init->root_fd, mount->target, ret_fd, err);
	if (mount->flags & PLAN_MOUNT_NO_FOLLOW) {
		const struct beneath_how how = { .flags = O_PATH | O_NOFOLLOW };
		int r = beneath_open_how(init->root_fd, mount->target, &how, ret_fd, err);

		if (r != -ENOENT)
			return r;
	}
	if (mount->flags & PLAN_MOUNT_FILE)
		return beneath_make_file(init->root_fd, mount->target, TARGET_MODE, ret_fd, err);
	return beneath_make_dirs(init->root_fd, mount->target, TARGET_MODE, ret_fd, err);
}

static int open_new_fs(
	const struct init *init, const struct step_mount *mount, int *ret_fd, struct err *err)
{
	if (mount->flags & PLAN_MOUNT_OF_PIDNS)
		return mount_new_proc(mount->device_name, mount->data,
			init_slot(init, mount->source.slot), mount->attr_set, ret_fd, err);
	return mount_new_fs(
		mount->type, mount->device_name, mount->data, mount->attr_set, ret_fd, err);
}

static int set_attributes(const struct step_mount *mount, int tree, struct err *err)
{
	int r = 0;

	if (mount->base_propagation)
		r = mount_set_propagation(tree,
			(unsigned long)(mount->base_propagation & ~(uint64_t)MS_REC),
			mount->base_propagation & MS_REC, err);
	if (r == 0 && (mount->rec_set || mount->rec_clear))
		r = mount_set_attributes(tree, mount->rec_set, mount->rec_clear, true, err);
	if (r == 0 && (mount->attr_set || mount->attr_clear) && (mount->flags & PLAN_MOUNT_BIND))
		r = mount_set_attributes(tree, mount->attr_set, mount->attr_clear, false, err);
	return r;
}

/* A detached mount with everything but its place. */
static int make_tree(
	struct init *init, const struct step_mount *mount, int *ret_fd, struct err *err)
{
	bool is_recursive = mount->flags & PLAN_MOUNT_RECURSIVE;
	AUTO_FD int tree = -1;
	int r;

	if (mount->flags & PLAN_MOUNT_BIND || !mount->type) {
		r = init_open_source(init, &mount->source, is_recursive, &tree, err);
	} else if (mount->source.slot >= 0 &&
		   !(mount->flags & (PLAN_MOUNT_SUBSTITUTE | PLAN_MOUNT_OF_PIDNS))) {
		tree = init_slot(init, mount->source.slot); /* made by the caller */
		r = 0;
	} else {
		r = open_new_fs(init, mount, &tree, err);
		/* sysfs belongs to the network namespace: with the host's there is only the
		   host's /sys to show */
		if (r == -EPERM && (mount->flags & PLAN_MOUNT_SUBSTITUTE)) {
			r = init_open_source(init, &mount->source, true, &tree, err);
			if (r == 0)
				r = mount_set_attributes(
					tree, mount->attr_set, mount->attr_clear, true, err);
		}
	}
	if (r == 0)
		r = set_attributes(mount, tree, err);
	if (r == 0)
		*ret_fd = TAKE_FD(tree);
	return r;
}

static bool is_link_that_says(int root_fd, const char *path, const char *text)
{
	struct err ignored = ERR_INIT;
	char found[PATH_MAX];
	AUTO_FD int fd = -1;
	ssize_t n;

	if (beneath_open(root_fd, path, O_PATH | O_NOFOLLOW, 0, &fd, &ignored) < 0)
		return false;
	n = readlinkat(fd, "", found, sizeof(found) - 1);
	if (n < 0)
		return false;
	found[n] = '\0';
	return text_equal(found, text);
}

/* copy-symlink; the same link is there already where a container was before. */
static int make_link(struct init *init, const struct step_mount *mount, struct err *err)
{
	struct err failed = ERR_INIT;
	int r = beneath_symlink(init->root_fd, mount->source.path, mount->target, &failed);

	if (r == -EEXIST && is_link_that_says(init->root_fd, mount->target, mount->source.path))
		return 0;
	if (r < 0)
		*err = failed;
	return r;
}

/* After mounting, the path must lead to what was mounted: else the target moved meanwhile. */
static int verify(struct init *init, const struct step_mount *mount, int tree, struct err *err)
{
	struct beneath_how how = { .flags = O_PATH };
	bool no_follow = mount->flags & PLAN_MOUNT_NO_FOLLOW;
	struct stat mounted, found;
	int r;

	AUTO_FD int fd = -1;
	if (mount->flags & PLAN_MOUNT_LIVE) /* what runs there may move it at any time */
		return 0;
	if (fstat(tree, &mounted) < 0)
		return err_sys(err, "fstat the mount");
	if (no_follow || S_ISLNK(mounted.st_mode))
		how.flags |= O_NOFOLLOW;
	r = beneath_open_how(init->root_fd, mount->target, &how, &fd, err);
	if (r < 0)
		return r;
	if (fstat(fd, &found) < 0)
		return err_sys(err, "fstat %s", mount->target);
	if (mounted.st_dev == found.st_dev && mounted.st_ino == found.st_ino)
		return 0;
	/* a link was mounted on what a link leads to: whoever follows the one follows both */
	if (!no_follow && S_ISLNK(mounted.st_mode) && S_ISLNK(found.st_mode))
		return 0;
	return err_fail(err, ESTALE, "%s was exchanged while it was mounted on", mount->target);
}

static bool is_root(int root_fd, int target)
{
	struct stat root, st;

	return fstat(root_fd, &root) == 0 && fstat(target, &st) == 0 && root.st_dev == st.st_dev &&
	       root.st_ino == st.st_ino;
}

/* Whatever path led here: what lies over procfs catches writes that are meant for the kernel. */
static int check_not_procfs(const struct step_mount *mount, int target, struct err *err)
{
	enum { PROC_MAGIC = 0x9fa0 }; /* PROC_SUPER_MAGIC (statfs(2)) */
	struct statfs fs;

	if ((mount->flags & (PLAN_MOUNT_OVER_PROC | PLAN_MOUNT_PROC)) || fstatfs(target, &fs) < 0 ||
		fs.f_type != PROC_MAGIC)
		return 0;
	return err_fail(err, EINVAL, "%s leads inside a proc file system", mount->target);
}

static int copy_up(int target, int tree, bool read_only, struct err *err)
{
	int r = copy_up_tree(target, tree, err);

	if (r == 0 && read_only)
		r = mount_set_attributes(tree, MOUNT_ATTR_RDONLY, 0, false, err);
	return r;
}

/* No path is walked and nothing has to be verified: the directory is in nobody's reach yet. */
static int place_in_kept(
	const struct init *init, const struct step_mount *mount, int tree, struct err *err)
{
	const char *name = strrchr(mount->target, '/') + 1;

	if (mkdirat(init->kept_fd, name, TARGET_MODE) < 0)
		return err_sys(err, "mkdir %s", mount->target);
	AUTO_FD int target = openat(
		init->kept_fd, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (target < 0)
		return err_sys(err, "open %s", mount->target);
	return mount_attach(tree, target, err);
}

static int propagate(const struct step_mount *mount, int tree, struct err *err)
{
	if (!mount->propagation)
		return 0;
	return mount_set_propagation(tree, (unsigned long)(mount->propagation & ~(uint64_t)MS_REC),
		mount->propagation & MS_REC, err);
}

static int place(struct init *init, const struct step_mount *mount, bool read_only, int *tree,
	struct err *err)
{
	AUTO_FD int target = -1;
	bool covers_root;
	int r;

	if ((mount->flags & PLAN_MOUNT_IN_KEPT) && init->kept_fd >= 0) {
		r = place_in_kept(init, mount, *tree, err);
		return r < 0 ? r : propagate(mount, *tree, err);
	}
	r = open_target(init, mount, &target, err);
	if (r == 0)
		r = check_not_procfs(mount, target, err);
	if (r == 0 && (mount->flags & PLAN_MOUNT_COPY_UP))
		r = copy_up(target, *tree, read_only, err);
	if (r < 0)
		return r;
	covers_root = is_root(init->root_fd, target);
	r = mount_attach(*tree, target, err);
	if (r == 0)
		r = propagate(mount, *tree, err);
	if (r < 0)
		return r;
	if (covers_root) { /* from here on paths begin in what was mounted over "/" */
		fd_replace(&init->root_fd, TAKE_FD(*tree));
		return 0;
	}
	return verify(init, mount, *tree, err);
}

/*
 * A tmpfs without a mode of its own has that of the directory it covers, as runc makes it; a
 * directory that is made for it does not count.
 */
static void add_covered_mode(
	const struct init *init, struct step_mount *mount, char data[DATA_BYTES])
{
	struct err missing = ERR_INIT;
	struct stat st;

	AUTO_FD int covered = -1;
	if (!text_equal(mount->type, "tmpfs") || (mount->data && strstr(mount->data, "mode=")) ||
		beneath_open(init->root_fd, mount->target, O_PATH | O_DIRECTORY, 0, &covered,
			&missing) < 0 ||
		fstat(covered, &st) < 0)
		return;
	text_format(data, DATA_BYTES, "%s%smode=%o", mount->data ? mount->data : "",
		text_is_empty(mount->data) ? "" : ",", st.st_mode & 07777);
	mount->data = data;
}

int step_mount(struct init *init, const struct step *step, struct err *err)
{
	char data[DATA_BYTES];
	struct step_mount changed = step->mount;
	const struct step_mount *mount = &changed;
	AUTO_FD int tree = -1;
	int r;

	if (mount->flags & PLAN_MOUNT_SYMLINK) {
		r = make_link(init, mount, err);
		return r < 0 ? err_while(err, "copy the link %s", mount->target) : 0;
	}
	add_covered_mode(init, &changed, data);
	if (mount->flags & PLAN_MOUNT_COPY_UP) /* it is filled first */
		changed.attr_set &= ~(uint64_t)MOUNT_ATTR_RDONLY;
	r = make_tree(init, mount, &tree, err);
	if (r == 0 && (mount->flags & PLAN_MOUNT_LIVE))
		r = init_synchronise(init, PLAN_SYNC_MOUNT, tree, err);
	if (r == 0)
		r = place(init, mount, step->mount.attr_set & MOUNT_ATTR_RDONLY, &tree, err);
	if (r < 0) {
		err_while(err, "mount %s on %s", mount->type ? mount->type : "bind", mount->target);
		return err_path(err, mount->target);
	}
	/* the container's own proc is as good as a private one: nothing is mounted on it yet, and
	   each file opened below it is checked again */
	if (init->proc_fd < 0 && text_equal(mount->type, "proc") && tree >= 0 &&
		!(mount->attr_set & MOUNT_ATTR_RDONLY))
		init->proc_fd = TAKE_FD(tree);
	if (mount->flags & PLAN_MOUNT_KEPT)
		fd_replace(&init->kept_fd, TAKE_FD(tree));
	return 0;
}
