/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "engine/container/containers.h"
#include "engine/container/id_range.h"
#include "engine/container/names.h"
#include "engine/container/networking.h"
#include "engine/events/events.h"
#include "engine/firewall/publish.h"
#include "engine/store/inside.h"
#include "engine/usernet/usernet.h"
#include "sys/directory.h"

static int empty_inside(void *context, int *ret_fd, struct err *err)
{
	int r = inside_become_root(err);

	(void)ret_fd;
	return r < 0 ? r : directory_empty(*(const int *)context, err);
}

/* In an ordinary user's store some files may belong to other ids that the container had. */
static int empty(const struct store *store, int dir_fd, struct err *err)
{
	const struct inside_place place = { .maps = &store->maps, .join_fd = -1 };
	struct err refused = ERR_INIT;
	int r = directory_empty(dir_fd, &refused);

	if (store->has_user_namespace && (r == -EACCES || r == -EPERM))
		return inside_run(&place, empty_inside, &dir_fd, NULL, err);
	if (r < 0)
		*err = refused;
	return r;
}

/*
 * First the directory is moved out of the way, at once: from then on there is no such container.
 * Whatever a death leaves in tmp/ is removed by the next collection.
 */
int containers_remove(struct arena *arena, const struct engine *engine,
	const struct engine_container *container, struct err *err)
{
	const struct store *store = engine->store;
	char temporary[NAME_MAX + 1];
	int r;

	snprintf(temporary, sizeof(temporary), "rm-%.32s", container->id);
	if (renameat(AT_FDCWD, container->directory, store->tmp_fd, temporary) < 0)
		return err_sys(err, "rename %s", container->directory);
	if (container->settings.name)
		name_release(arena, store, container->settings.name, container->id);
	if (faccessat(container->dir_fd, SETTINGS_NAME, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		event_write_container(arena, store, container, "destroy", NULL, 0);
	id_range_release(arena, store, container->id);
	r = store_unpin(store, container->id, err);
	if (r == 0)
		r = empty(store, container->dir_fd, err);
	if (r == 0 && unlinkat(store->tmp_fd, temporary, AT_REMOVEDIR) < 0 && errno != ENOENT)
		r = err_sys(err, "rmdir tmp/%s", temporary);
	return r < 0 ? err_while(err, "remove container %.12s", container->id) : 0;
}

int containers_clean(
	const struct engine *engine, const struct engine_container *container, struct err *err)
{
	AUTO_ARENA arena = ARENA_INIT;
	int r = container_delete(&engine->runtime, container->id, true, err);

	if (r == 0)
		publish_close(&arena, engine->store, container);
	if (r == 0)
		networking_leave(&arena, engine->store, container);
	usernet_stop(&arena, container);
	if (r == 0 && unlinkat(container->dir_fd, "attach.sock", 0) < 0 && errno != ENOENT)
		r = err_sys(err, "unlink attach.sock");
	return r < 0 ? err_while(err, "container %.12s", container->id) : 0;
}
