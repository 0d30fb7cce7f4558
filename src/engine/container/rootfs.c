/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/container/rootfs.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "engine/image/image.h"
#include "engine/store/inside.h"
#include "sys/mount_api.h"

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
static int make_upper(int dir_fd, const char *topmost, struct err *err)
{
	struct stat st;

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
static const char *mount_data(struct arena *arena, const struct engine_container *container,
	const char *const *layers, size_t n)
{
	const char *directory = escape(arena, container->directory);
	const char *lower = "";

	for (size_t i = n; i > 0; i--)
		lower = arena_printf(
			arena, "%s%s%s", lower, i < n ? ":" : "", escape(arena, layers[i - 1]));
	return arena_printf(arena, "lowerdir=%s,upperdir=%s/upper,workdir=%s/work,userxattr%s",
		lower, directory, directory, container->settings.auto_remove ? ",volatile" : "");
}

/* The container's pin keeps the image. */
static int use_image(struct arena *arena, const struct engine *engine,
	const struct engine_container *container, const char ***ret_layers, size_t *ret_n,
	struct err *err)
{
	struct image image;
	AUTO_FD int use_fd = -1;
	int r = store_use(engine->store, &use_fd, err);

	if (r == 0)
		r = image_find(arena, engine->store, container->settings.image_id, &image, err);
	if (r == 0)
		r = image_layers(arena, engine->store, &image, ret_layers, ret_n, err);
	return r;
}

/* An image without layers is an empty directory. */
static int add_empty_layer(struct arena *arena, const struct engine_container *container,
	const char ***layers, size_t *n, struct err *err)
{
	if (*n > 0)
		return 0;
	if (mkdirat(container->dir_fd, "empty", 0755) < 0 && errno != EEXIST)
		return err_sys(err, "mkdir empty");
	*layers = ARENA_NEW_ARRAY(arena, 1, const char *);
	(*layers)[0] = arena_printf(arena, "%s/empty", container->directory);
	*n = 1;
	return 0;
}

static int clone_directory(const char *path, int *ret_fd, struct err *err)
{
	AUTO_FD int tree = -1;
	int r = mount_clone_tree(AT_FDCWD, path, true, &tree, err);

	if (r == 0) /* what is mounted in it must not appear on the host */
		r = mount_set_propagation(tree, MS_SLAVE, true, err);
	if (r == 0)
		*ret_fd = TAKE_FD(tree);
	return r < 0 ? err_while(err, "--rootfs %s", path) : 0;
}

/* What the mounting process needs; the layers are there already. */
struct mounting {
	struct arena *arena;
	const struct engine_container *container;
	const char **layers;
	size_t n_layers;
};

static int mount_root(void *context, int *ret_fd, struct err *err)
{
	const struct mounting *mounting = context;
	const struct engine_container *container = mounting->container;
	int r;

	if (container->settings.rootfs)
		return clone_directory(container->settings.rootfs, ret_fd, err);
	r = make_upper(container->dir_fd, mounting->layers[mounting->n_layers - 1], err);
	if (r == 0)
		r = mount_new_fs("overlay", "overlay",
			mount_data(
				mounting->arena, container, mounting->layers, mounting->n_layers),
			0, ret_fd, err);
	return r;
}

static int find_layers(const struct engine *engine, struct mounting *mounting, struct err *err)
{
	int r;

	if (mounting->container->settings.rootfs)
		return 0;
	r = use_image(mounting->arena, engine, mounting->container, &mounting->layers,
		&mounting->n_layers, err);
	if (r == 0)
		r = add_empty_layer(mounting->arena, mounting->container, &mounting->layers,
			&mounting->n_layers, err);
	return r;
}

int rootfs_mount(struct arena *arena, const struct engine *engine,
	const struct engine_container *container, struct rootfs *ret, struct err *err)
{
	const struct inside_place place = { .maps = &engine->store->maps };
	struct mounting mounting = { .arena = arena, .container = container };
	int r = find_layers(engine, &mounting, err);

	if (r == 0 && engine->store->has_user_namespace)
		r = inside_run(&place, mount_root, &mounting, &ret->tree_fd, &ret->userns_fd, err);
	else if (r == 0)
		r = mount_root(&mounting, &ret->tree_fd, err);
	return r < 0 ? err_while(err, "root filesystem") : 0;
}

void rootfs_close(struct rootfs *rootfs)
{
	fd_replace(&rootfs->tree_fd, -1);
	fd_replace(&rootfs->userns_fd, -1);
}
