/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Role init: masked and read-only paths. A path that is not there needs neither.
 *
 * All masked directories show one empty read-only tmpfs, all masked files the one /dev/null of the
 * container whose device number was checked on the very descriptor that is mounted
 * (CVE-2025-31133): if that is not to be had, nothing stays unmasked, the start fails.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/fd.h"
#include "init/init.h"
#include "sys/beneath.h"
#include "sys/device_node.h"
#include "sys/mount_api.h"

static bool is_missing(int r)
{
	return r == -ENOENT || r == -ENOTDIR;
}

static int mask_directory(struct init *init, const char *label, int target, struct err *err)
{
	const uint64_t attributes = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV |
				    MOUNT_ATTR_NOEXEC;
	AUTO_FD int tree = -1;
	int r;

	if (init->mask_fd >= 0)
		r = mount_clone_tree(init->mask_fd, "", false, &tree, err);
	else
		r = mount_new_fs("tmpfs", "tmpfs", label, attributes, &tree, err);
	if (r == 0)
		r = mount_attach(tree, target, err);
	if (r == 0 && init->mask_fd < 0)
		init->mask_fd = TAKE_FD(tree);
	return r;
}

static int mask_file(struct init *init, int target, struct err *err)
{
	AUTO_FD int tree = -1;
	int r = 0;

	if (init->null_fd < 0)
		r = device_node_open_null(init->root_fd, &init->null_fd, err);
	if (r == 0)
		r = mount_clone_tree(init->null_fd, "", false, &tree, err);
	return r < 0 ? r : mount_attach(tree, target, err);
}

int step_mask(struct init *init, const struct step *step, struct err *err)
{
	struct stat st;
	AUTO_FD int target = -1;
	int r = beneath_open(init->root_fd, step->mask.path, O_PATH, 0, &target, err);

	if (is_missing(r))
		return 0;
	if (r == 0 && fstat(target, &st) < 0)
		r = err_sys(err, "fstat %s", step->mask.path);
	if (r == 0)
		r = S_ISDIR(st.st_mode) ? mask_directory(init, step->mask.label, target, err)
					: mask_file(init, target, err);
	if (r < 0) {
		err_while(err, "mask %s", step->mask.path);
		return err_path(err, step->mask.path);
	}
	return 0;
}

int step_readonly_path(struct init *init, const struct step *step, struct err *err)
{
	AUTO_FD int target = -1;
	AUTO_FD int tree = -1;
	int r = beneath_open(init->root_fd, step->path.path, O_PATH, 0, &target, err);

	if (is_missing(r))
		return 0;
	if (r == 0)
		r = mount_clone_tree(target, "", true, &tree, err);
	if (r == 0)
		r = mount_set_attributes(tree, MOUNT_ATTR_RDONLY, 0, true, err);
	if (r == 0)
		r = mount_attach(tree, target, err);
	if (r < 0) {
		err_while(err, "make %s read-only", step->path.path);
		return err_path(err, step->path.path);
	}
	return 0;
}
