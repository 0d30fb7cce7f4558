/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/container/files_view.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/file.h>

#include "base/fd.h"
#include "base/text.h"
#include "engine/container/rootfs.h"
#include "engine/volume/volume.h"
#include "sys/mount_api.h"
#include "sys/nsfs.h"

void files_view_done(struct files_view *view)
{
	fd_replace(&view->view.tree_fd, -1);
	fd_replace(&view->view.mount_ns_fd, -1);
	fd_replace(&view->view.user_ns_fd, -1);
	for (size_t i = 0; i < view->view.n_mounts; i++)
		fd_close(view->mount_fds[i]);
	view->view.n_mounts = 0;
	if (view->is_locked)
		flock(view->container->dir_fd, LOCK_UN);
	view->is_locked = false;
}

/* ---- one that runs ---- */

static int open_user_namespace(const char *path, int *ret_fd, struct err *err)
{
	AUTO_FD int theirs = -1;
	AUTO_FD int ours = -1;
	struct nsfs_id id_of_theirs, id_of_ours;
	int r = nsfs_open(path, CLONE_NEWUSER, &theirs, err);

	if (r == 0)
		r = nsfs_open("/proc/self/ns/user", CLONE_NEWUSER, &ours, err);
	if (r == 0)
		r = nsfs_id_of(theirs, &id_of_theirs, err);
	if (r == 0)
		r = nsfs_id_of(ours, &id_of_ours, err);
	if (r < 0)
		return r;
	if (!nsfs_id_equal(id_of_theirs, id_of_ours))
		*ret_fd = TAKE_FD(theirs);
	return 0;
}

/* The number is the container's still after its namespaces were opened. */
static int check_same(struct arena *arena, const struct engine *engine,
	const struct engine_container *container, pid_t pid, struct err *err)
{
	struct engine_state state;
	int r = containers_state(arena, engine, container, &state, err);

	if (r == 0 && state.pid != pid)
		return err_fail(err, ESRCH, "container %.12s has just ended", container->id);
	return r;
}

static int open_running(struct arena *arena, const struct engine *engine,
	const struct engine_container *container, pid_t pid, struct files_view *view,
	struct err *err)
{
	int r = nsfs_open(arena_printf(arena, "/proc/%d/ns/mnt", pid), CLONE_NEWNS,
		&view->view.mount_ns_fd, err);

	if (r == 0)
		r = open_user_namespace(
			arena_printf(arena, "/proc/%d/ns/user", pid), &view->view.user_ns_fd, err);
	return r < 0 ? r : check_same(arena, engine, container, pid, err);
}

/* ---- one that does not ---- */

static int add_mount(struct arena *arena, const struct engine *engine,
	const struct container_mount *mount, struct files_view *view, struct err *err)
{
	const char *source = volume_source_of(arena, engine->store, mount);
	size_t n = view->view.n_mounts;
	AUTO_FD int fd = -1;
	struct err missing = ERR_INIT;
	int r;

	if (!source)
		return 0;
	if (n == UNPACK_MOUNTS_MAX)
		return err_fail(err, E2BIG, "the container has more than %d mounts; start it first",
			UNPACK_MOUNTS_MAX);
	r = mount_clone_tree(AT_FDCWD, source, true, &fd, &missing);
	if (r == -ENOENT) /* what the host had there has gone */
		return 0;
	if (r < 0) {
		*err = missing;
		return r;
	}
	r = mount_set_propagation(fd, MS_PRIVATE, true, err);
	if (r == 0 && mount->is_readonly)
		r = mount_set_attributes(fd, MOUNT_ATTR_RDONLY, 0, true, err);
	if (r < 0)
		return r;
	view->mount_fds[n] = TAKE_FD(fd);
	view->targets[n] = mount->target;
	ARENA_APPEND(arena, view->words, view->n_words) = arena_printf(
		arena, "mount=%s", mount->target);
	view->view.n_mounts++;
	return 0;
}

/* What lies below another comes behind it. */
static int add_mounts(
	struct arena *arena, const struct engine *engine, struct files_view *view, struct err *err)
{
	const struct container_settings *settings = &view->container->settings;
	size_t n_left = settings->n_mounts;
	int r = 0;

	for (size_t length = 1; r == 0 && n_left > 0; length++)
		for (size_t i = 0; r == 0 && i < settings->n_mounts; i++)
			if (strlen(settings->mounts[i].target) == length) {
				n_left--;
				r = add_mount(arena, engine, &settings->mounts[i], view, err);
			}
	return r;
}

static int open_stopped(struct arena *arena, const struct engine *engine,
	const struct engine_container *container, enum files_view_kind kind,
	struct files_view *view, struct err *err)
{
	struct rootfs rootfs = ROOTFS_INIT;
	int r = rootfs_mount_to_look(arena, engine, container, &rootfs, err);

	view->view.tree_fd = rootfs.tree_fd;
	view->view.user_ns_fd = rootfs.userns_fd;
	if (r == 0 && container->settings.readonly_rootfs)
		r = mount_set_attributes(view->view.tree_fd, MOUNT_ATTR_RDONLY, 0, false, err);
	if (r == 0 && kind == FILES_VIEW_ALL)
		r = add_mounts(arena, engine, view, err);
	return r;
}

static int open_files(struct arena *arena, const struct engine *engine,
	const struct engine_container *container, enum files_view_kind kind,
	struct files_view *view, struct err *err)
{
	struct engine_state state;
	int r = containers_lock(container, err);

	if (r < 0)
		return r;
	view->is_locked = true;
	r = containers_state(arena, engine, container, &state, err);
	if (r < 0)
		return r;
	if (state.status == ENGINE_STATUS_DEAD)
		return err_fail(err, EINVAL, "container %.12s is damaged: it can only be removed",
			container->id);
	if (state.pid == 0)
		return open_stopped(arena, engine, container, kind, view, err);
	flock(container->dir_fd, LOCK_UN);
	view->is_locked = false;
	if (kind == FILES_VIEW_ROOT)
		ARENA_APPEND(arena, view->words, view->n_words) = "root-only";
	return open_running(arena, engine, container, state.pid, view, err);
}

int files_view_open(struct arena *arena, const struct engine *engine,
	const struct engine_container *container, enum files_view_kind kind, struct files_view *ret,
	struct err *err)
{
	int r;

	*ret = FILES_VIEW_INIT;
	ret->container = container;
	ret->view.mount_fds = ret->mount_fds;
	ret->view.targets = ret->targets;
	r = open_files(arena, engine, container, kind, ret, err);
	return r < 0 ? err_while(err, "the files of the container") : 0;
}
