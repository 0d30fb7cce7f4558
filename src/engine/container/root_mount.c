/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/container/root_mount.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "engine/store/inside.h"
#include "sys/mount_api.h"

#define OWN_NAME "own" /* the container's directory */

/* As overlay and mount_new_fs() read a directory's name. */
static const char *escape(struct arena *arena, const char *path)
{
	char *text = arena_alloc(arena, 2 * strlen(path) + 1), *at = text;

	for (; *path; path++) {
		if (strchr("\\:,", *path))
			*at++ = '\\';
		*at++ = *path;
	}
	*at = '\0';
	return text;
}

/* The root directory itself is as the topmost layer has it. */
static int make_upper(const char *directory, const char *topmost, struct err *err)
{
	struct stat st;

	AUTO_FD int dir_fd = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir_fd < 0)
		return err_sys(err, "open %s", directory);
	if (mkdirat(dir_fd, "work", 0700) < 0 && errno != EEXIST)
		return err_sys(err, "mkdir work");
	if (mkdirat(dir_fd, "upper", 0755) < 0)
		return errno == EEXIST ? 0 : err_sys(err, "mkdir upper");
	if (stat(topmost, &st) < 0)
		return err_sys(err, "stat %s", topmost);
	AUTO_FD int fd = openat(dir_fd, "upper", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return err_sys(err, "open upper");
	if (fchown(fd, st.st_uid, st.st_gid) < 0 || fchmod(fd, st.st_mode & 07777) < 0)
		return err_sys(err, "set the owner and mode of upper");
	return 0;
}

/* overlay names the uppermost first; an image lists its lowest first. */
static int mount_overlay(const struct root_mount *mount, const char *directory,
	const char *const *layers, int *ret_fd, struct err *err)
{
	struct arena *arena = mount->arena;
	const char *own = escape(arena, directory);
	const char *lower = "";
	int r;

	for (size_t i = mount->n_layers; i > 0; i--)
		lower = arena_printf(arena, "%s%s%s", lower, i < mount->n_layers ? ":" : "",
			escape(arena, layers[i - 1]));
	if (mount->is_image_only)
		return mount_new_fs("overlay", "overlay",
			arena_printf(arena, "lowerdir=%s:%s/empty,userxattr", lower, own),
			MOUNT_ATTR_RDONLY, ret_fd, err);
	r = make_upper(directory, layers[mount->n_layers - 1], err);
	if (r < 0)
		return r;
	return mount_new_fs("overlay", "overlay",
		arena_printf(arena, "lowerdir=%s,upperdir=%s/upper,workdir=%s/work,userxattr%s",
			lower, own, own, mount->is_volatile ? ",volatile" : ""),
		0, ret_fd, err);
}

static int clone_directory(const struct root_mount *mount, int *ret_fd, struct err *err)
{
	AUTO_FD int tree = -1;
	int r = mount_clone_tree(AT_FDCWD, mount->rootfs, true, &tree, err);

	if (r == 0) /* what is mounted in it must not appear on the host */
		r = mount_set_propagation(tree, MS_SLAVE, true, err);
	if (r == 0 && mount->maps_ids)
		r = mount_set_idmap(tree, mount->userns_fd, true, err);
	if (r == 0)
		*ret_fd = TAKE_FD(tree);
	return r < 0 ? err_while(err, "--rootfs %s", mount->rootfs) : 0;
}

/* An empty file system over "/", as the working directory; absolute paths still are the host's. */
static int enter_workshop(const struct root_mount *mount, struct err *err)
{
	AUTO_FD int slash = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	AUTO_FD int tree = -1;
	int r;

	if (slash < 0)
		return err_sys(err, "open /");
	/* what a user namespace got of the host is nobody's peer already */
	r = mount->is_root ? mount_set_propagation(slash, MS_SLAVE, true, err) : 0;
	if (r == 0)
		r = mount_new_fs("tmpfs", "hull", "mode=755,size=1m", 0, &tree, err);
	if (r == 0)
		r = mount_attach(tree, slash, err);
	if (r == 0 && fchdir(tree) < 0)
		r = err_sys(err, "fchdir");
	return r;
}

static int explain_idmap(const char *path, struct err *err)
{
	if (err->code == EINVAL || err->code == ENOSYS)
		err_hint(err, "idmapped mounts need Linux 5.12, under an overlay 5.19, and a file "
			      "system that has them: ext4, xfs, btrfs, …");
	return err_while(err, "map the ids of %s", path);
}

static int put(const struct root_mount *mount, const char *path, const char *name, struct err *err)
{
	AUTO_FD int place = -1;
	AUTO_FD int tree = -1;
	int r;

	if (mkdir(name, 0755) < 0)
		return err_sys(err, "mkdir %s", name);
	place = open(name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (place < 0)
		return err_sys(err, "open %s", name);
	r = mount_clone_tree(AT_FDCWD, path, false, &tree, err);
	if (r == 0 && mount->maps_ids && mount_set_idmap(tree, mount->userns_fd, false, err) < 0)
		r = explain_idmap(path, err);
	return r < 0 ? r : mount_attach(tree, place, err);
}

static int put_all(const struct root_mount *mount, const char **names, struct err *err)
{
	int r = put(mount, mount->directory, OWN_NAME, err);

	for (size_t i = 0; r == 0 && i < mount->n_layers; i++) {
		names[i] = arena_printf(mount->arena, "%zu", i);
		r = put(mount, mount->layers[i], names[i], err);
	}
	return r;
}

int root_mount_make(void *context, int *ret_fd, struct err *err)
{
	const struct root_mount *mount = context;
	const char **names = ARENA_NEW_ARRAY(mount->arena, mount->n_layers, const char *);
	int r;

	if (mount->rootfs)
		return clone_directory(mount, ret_fd, err);
	r = enter_workshop(mount, err);
	if (r == 0)
		r = put_all(mount, names, err);
	if (r == 0)
		r = mount->is_root ? inside_join(mount->userns_fd, err) : inside_become_root(err);
	return r < 0 ? r : mount_overlay(mount, OWN_NAME, names, ret_fd, err);
}

int root_mount_make_here(const struct root_mount *mount, int *ret_fd, struct err *err)
{
	if (mount->rootfs)
		return clone_directory(mount, ret_fd, err);
	return mount_overlay(mount, mount->directory, mount->layers, ret_fd, err);
}
