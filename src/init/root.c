/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Role init: the container's root file system, from the host's path or a detached tree to "/".
 *
 * Until ENTER_ROOT this process sees the host's files (strategy copy) or nothing (template).
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/text.h"
#include "init/init.h"
#include "sys/beneath.h"
#include "sys/mount_api.h"

/* MS_SLAVE | MS_REC and its like, on the mount whose root is fd. */
static int set_propagation(int fd, uint64_t flags, struct err *err)
{
	return mount_set_propagation(
		fd, (unsigned long)(flags & ~(uint64_t)MS_REC), flags & MS_REC, err);
}

int step_propagation(struct init *init, const struct step *step, struct err *err)
{
	int r = step->propagation.has_old_calls ? mount_use_old_calls(err) : 0;

	(void)init;
	if (r < 0)
		return r;
	AUTO_FD int slash = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (slash < 0)
		return err_sys(err, "open /");
	return set_propagation(slash, step->propagation.flags, err);
}

/* Whether path still leads to what the caller saw there. */
static int check_same(int fd, const struct plan_source *source, struct err *err)
{
	struct stat st;

	if (source->inode == 0)
		return 0;
	if (fstat(fd, &st) < 0)
		return err_sys(err, "fstat %s", source->path);
	if (st.st_dev != source->device || st.st_ino != source->inode)
		return err_fail(err, ESTALE, "%s was exchanged while the container was created",
			source->path);
	return 0;
}

int init_open_source(struct init *init, const struct plan_source *source, bool recursive,
	int *ret_tree_fd, struct err *err)
{
	int given = init_slot(init, source->slot);
	int r;

	if (given >= 0) {
		*ret_tree_fd = given;
		return 0;
	}
	AUTO_FD int fd = open(
		source->path, O_PATH | O_CLOEXEC | (source->no_follow ? O_NOFOLLOW : 0));
	if (fd < 0)
		err_sys(err, "open %s", source->path);
	r = fd < 0 ? -err->code : check_same(fd, source, err);
	if (r == 0)
		r = mount_clone_tree(fd, "", recursive, ret_tree_fd, err);
	return r < 0 ? err_path(err, source->path) : 0;
}

/* The directory the root is mounted on: its own path, or "/". */
static int open_root_target(const char *target, int *ret_fd, struct err *err)
{
	int fd = open(target ? target : "/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0) {
		err_sys(err, "open %s", target ? target : "/");
		return err_path(err, target ? target : "/");
	}
	*ret_fd = fd;
	return 0;
}

int step_root(struct init *init, const struct step *step, struct err *err)
{
	const struct step_root *root = &step->root;
	AUTO_FD int tree = -1;
	AUTO_FD int target = -1;
	int r;

	r = init_open_source(init, &root->source, true, &tree, err);
	if (r == 0 && root->base_propagation)
		r = set_propagation(tree, root->base_propagation, err);
	if (r == 0 && root->is_peer)
		/* of its own: pivot_root(2) refuses a shared one, and what is mounted inside must
		   not appear below the bundle on the host */
		r = set_propagation(tree, MS_PRIVATE, err);
	if (r == 0)
		r = open_root_target(root->target, &target, err);
	if (r == 0)
		r = mount_attach(tree, target, err);
	if (r < 0)
		return err_while(err, "root filesystem");
	fd_replace(&init->root_fd, TAKE_FD(tree));
	return 0;
}

int step_open_root(struct init *init, const struct step *step, struct err *err)
{
	int fd = -1;
	int r = open_root_target(step->path.path, &fd, err);

	if (r < 0)
		return err_while(err, "root filesystem");
	fd_replace(&init->root_fd, fd);
	return 0;
}

static int change_root(int root_fd, struct err *err)
{
	if (fchdir(root_fd) < 0)
		return err_sys(err, "fchdir to the root filesystem");
	if (chroot(".") < 0)
		return err_sys(err, "chroot");
	return 0;
}

/* Over "/": what was there stays below it, out of reach of this root. */
static int move_root(int root_fd, struct err *err)
{
	AUTO_FD int slash = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (slash < 0)
		return err_sys(err, "open /");
	return mount_attach(root_fd, slash, err);
}

int step_enter_root(struct init *init, const struct step *step, struct err *err)
{
	int r = 0;

	switch ((enum plan_enter)step->enter_root.method) {
	case PLAN_ENTER_PIVOT:
		return mount_pivot_root(init->root_fd, err);
	case PLAN_ENTER_MOVE:
		r = move_root(init->root_fd, err);
		break;
	case PLAN_ENTER_CHROOT:
		break;
	}
	return r < 0 ? r : change_root(init->root_fd, err);
}

int step_root_attributes(struct init *init, const struct step *step, struct err *err)
{
	const struct step_root_attributes *want = &step->root_attributes;
	AUTO_FD int opened = -1;
	int fd = init->root_fd;
	int r = 0;

	if (want->path) {
		r = beneath_open(init->root_fd, want->path, O_PATH, 0, &opened, err);
		fd = opened;
	}
	if (r == 0 && want->attr_set)
		r = mount_set_attributes(fd, want->attr_set, 0, false, err);
	if (r == 0 && want->propagation)
		r = set_propagation(fd, want->propagation, err);
	if (r < 0)
		return err_while(err, "attributes of %s", want->path ? want->path : "the root");
	return 0;
}
