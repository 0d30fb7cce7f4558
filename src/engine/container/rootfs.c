/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/container/rootfs.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/text.h"
#include "engine/container/root_mount.h"
#include "engine/image/image.h"
#include "engine/store/inside.h"
#include "engine/usernet/usernet.h"
#include "sys/mount_api.h"

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

static int find_layers(struct arena *arena, const struct engine *engine,
	const struct engine_container *container, struct root_mount *mount, struct err *err)
{
	const char **layers;
	int r;

	if (mount->rootfs)
		return 0;
	r = use_image(arena, engine, container, &layers, &mount->n_layers, err);
	if (r == 0)
		r = add_empty_layer(arena, container, &layers, &mount->n_layers, err);
	mount->layers = layers;
	return r;
}

static int open_userns(const struct userns *userns, int *ret_fd, struct err *err)
{
	if (!userns->path)
		return id_map_open_namespace(&userns->maps, ret_fd, err);
	*ret_fd = open(userns->path, O_RDONLY | O_CLOEXEC);
	return *ret_fd < 0 ? err_sys(err, "open %s", userns->path) : 0;
}

static int mount_in(const struct inside_place *place, struct root_mount *mount, struct rootfs *ret,
	struct err *err)
{
	struct inside_result *maker = &ret->maker;
	int r = inside_run(place, root_mount_make, mount, maker, err);

	if (r < 0)
		return r;
	ret->tree_fd = TAKE_FD(maker->fd);
	ret->netns_fd = TAKE_FD(maker->netns_fd);
	if (maker->userns_fd >= 0)
		ret->userns_fd = TAKE_FD(maker->userns_fd);
	return 0;
}

/* Root makes the user namespace first, because it maps the layers' ids. */
static int mount_as_root(
	const struct userns *userns, struct root_mount *mount, struct rootfs *ret, struct err *err)
{
	const struct inside_place place = INSIDE_PLACE_INIT;
	int r = open_userns(userns, &ret->userns_fd, err);

	mount->userns_fd = ret->userns_fd;
	mount->maps_ids = userns->maps_layers;
	return r < 0 ? r : mount_in(&place, mount, ret, err);
}

static int mount_as_user(
	const struct userns *userns, struct root_mount *mount, struct rootfs *ret, struct err *err)
{
	struct inside_place place = {
		.maps = &userns->maps,
		.join_fd = -1,
		.makes_network = mount->makes_network,
	};
	int r = 0;

	if (userns->path) {
		r = open_userns(userns, &ret->userns_fd, err);
		place.maps = NULL;
		place.join_fd = ret->userns_fd;
	}
	return r < 0 ? r : mount_in(&place, mount, ret, err);
}

/* A root that is mounted nowhere is what the newer calls are for. */
static void explain_lack(struct err *err)
{
	const char *lacking = mount_lacking_call();

	if (lacking)
		err_hint(err,
			"%s is not to be had here, because the kernel is older or a seccomp filter "
			"around hull refuses it; hull-oci runs containers without it",
			lacking);
}

static bool has_usernet(const struct engine_container *container)
{
	return text_equal(container->settings.network_mode, USERNET_PASTA);
}

static struct root_mount mount_of(
	struct arena *arena, const struct engine *engine, const struct engine_container *container)
{
	return (struct root_mount){
		.arena = arena,
		.directory = container->directory,
		.rootfs = container->settings.rootfs,
		.is_root = !engine->store->has_user_namespace,
		.userns_fd = -1,
	};
}

static int run_mount(struct arena *arena, const struct engine *engine,
	const struct engine_container *container, const struct userns *userns,
	struct root_mount *mount, struct rootfs *ret, struct err *err)
{
	int r = find_layers(arena, engine, container, mount, err);

	if (r == 0 && userns->maps.n_uids == 0)
		r = root_mount_make_here(mount, &ret->tree_fd, err);
	else if (r == 0 && mount->is_root)
		r = mount_as_root(userns, mount, ret, err);
	else if (r == 0)
		r = mount_as_user(userns, mount, ret, err);
	if (r < 0)
		explain_lack(err);
	return r < 0 ? err_while(err, "root filesystem") : 0;
}

int rootfs_mount(struct arena *arena, const struct engine *engine,
	const struct engine_container *container, const struct userns *userns, struct rootfs *ret,
	struct err *err)
{
	struct root_mount mount = mount_of(arena, engine, container);

	mount.is_volatile = container->settings.auto_remove;
	mount.makes_network = has_usernet(container);
	return run_mount(arena, engine, container, userns, &mount, ret, err);
}

/* Root sees every id as it is kept; an ordinary user needs a namespace for that. */
static struct userns userns_to_look(const struct engine *engine)
{
	return (struct userns){
		.maps = engine->store->has_user_namespace ? engine->store->maps
							  : (struct id_maps){ 0 },
		.has_one_id = engine->store->has_one_id,
	};
}

int rootfs_mount_to_look(struct arena *arena, const struct engine *engine,
	const struct engine_container *container, struct rootfs *ret, struct err *err)
{
	struct root_mount mount = mount_of(arena, engine, container);
	const struct userns userns = userns_to_look(engine);

	return run_mount(arena, engine, container, &userns, &mount, ret, err);
}

int rootfs_mount_image(struct arena *arena, const struct engine *engine,
	const struct engine_container *container, struct rootfs *ret, struct err *err)
{
	struct root_mount mount = mount_of(arena, engine, container);
	const struct userns userns = userns_to_look(engine);

	if (mount.rootfs)
		return 0;
	/* one directory alone is no overlay */
	if (mkdirat(container->dir_fd, "empty", 0755) < 0 && errno != EEXIST)
		return err_sys(err, "mkdir empty");
	mount.is_image_only = true;
	return run_mount(arena, engine, container, &userns, &mount, ret, err);
}

int rootfs_layers(struct arena *arena, const struct engine *engine,
	const struct engine_container *container, const char ***ret, size_t *ret_n, struct err *err)
{
	return use_image(arena, engine, container, ret, ret_n, err);
}

void rootfs_close(struct rootfs *rootfs)
{
	inside_close(&rootfs->maker);
	fd_replace(&rootfs->tree_fd, -1);
	fd_replace(&rootfs->userns_fd, -1);
	fd_replace(&rootfs->netns_fd, -1);
}
