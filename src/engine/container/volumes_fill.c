/* SPDX-License-Identifier: Apache-2.0 */
/* An empty volume begins with what the image has at its place. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/text.h"
#include "engine/container/rootfs.h"
#include "engine/container/volumes.h"
#include "engine/image/unpacker.h"
#include "sys/beneath.h"
#include "sys/directory.h"

/* One volume on its way. */
struct filling {
	const struct engine *engine;
	const struct engine_container *container;
	const struct container_mount *mount;
	const char *directory; /* of the volume's content */
	struct rootfs image;   /* its files */
};

static bool is_wanted(const struct container_mount *mount)
{
	if (!text_equal(mount->type, "volume"))
		return false;
	for (size_t i = 0; i < mount->n_options; i++)
		if (text_equal(mount->options[i], "nocopy"))
			return false;
	return true;
}

static int is_empty(int directory_fd, bool *ret, struct err *err)
{
	AUTO_FD int fd = openat(directory_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct directory directory = DIRECTORY_INIT(fd);
	const char *name;
	int r;

	if (fd < 0)
		return err_sys(err, "open");
	r = directory_next(&directory, &name, err);
	*ret = r == 0;
	return r < 0 ? r : 0;
}

static int run_pair(struct arena *arena, const struct filling *filling, int read_fd, int write_fd,
	struct err *err)
{
	const char *words[] = { "content", arena_printf(arena, "path=%s", filling->mount->target) };
	struct unpacker_view view = UNPACKER_VIEW_INIT;
	const struct unpacker_request pack = {
		.mode = "pack",
		.view = &view,
		.in_fd = -1,
		.out_fd = write_fd,
		.words = words,
		.n_words = sizeof(words) / sizeof(words[0]),
	};
	const struct unpacker_request fill = {
		.mode = "fill",
		.directory = filling->directory,
		.in_fd = read_fd,
		.out_fd = -1,
		.max_bytes = UINT64_MAX,
	};
	struct unpacker packer = UNPACKER_INIT, filler = UNPACKER_INIT;
	struct err of_packer = ERR_INIT, of_filler = ERR_INIT;
	int r, filler_r;

	view.tree_fd = filling->image.tree_fd;
	view.user_ns_fd = filling->image.userns_fd;
	r = unpacker_start(filling->engine->store, &pack, &packer, err);
	fd_close(write_fd);
	if (r == 0)
		r = unpacker_start(filling->engine->store, &fill, &filler, err);
	fd_close(read_fd);
	if (r < 0) {
		unpacker_kill(&packer);
		return r;
	}
	r = unpacker_finish(&packer, NULL, &of_packer);
	filler_r = unpacker_finish(&filler, NULL, &of_filler);
	if (r < 0 && r != -EPIPE)
		*err = of_packer;
	else if (filler_r < 0)
		*err = of_filler;
	return err->code ? -err->code : 0;
}

static int copy_files(struct arena *arena, const struct filling *filling, struct err *err)
{
	const char *name = filling->mount->source;
	int fds[2];
	int r = volume_mark(filling->engine->store, name, true, err);

	if (r < 0)
		return r;
	if (pipe2(fds, O_CLOEXEC) < 0)
		return err_sys(err, "pipe2");
	r = run_pair(arena, filling, fds[0], fds[1], err);
	return r < 0 ? r : volume_mark(filling->engine->store, name, false, err);
}

/* An empty directory has an owner and a mode, too. */
static int take_attributes(int from_fd, int to_fd, struct err *err)
{
	struct stat st;

	if (fstat(from_fd, &st) < 0)
		return err_sys(err, "fstat");
	if (fchown(to_fd, st.st_uid, st.st_gid) < 0 || fchmod(to_fd, st.st_mode & 07777) < 0)
		return err_sys(err, "set the owner and mode of the volume");
	return 0;
}

/* Whether the image has something there; an empty directory is taken over at once. */
static int look_at_image(
	struct filling *filling, int directory_fd, bool *ret_has_files, struct err *err)
{
	struct err missing = ERR_INIT;
	AUTO_FD int source_fd = -1;
	int r = beneath_open(filling->image.tree_fd, filling->mount->target, O_RDONLY | O_DIRECTORY,
		0, &source_fd, &missing);

	*ret_has_files = false;
	/* what others own only the packer can look at */
	if (r == -EACCES || filling->image.userns_fd >= 0) {
		*ret_has_files = r == 0 || r == -EACCES;
		return 0;
	}
	if (r < 0) /* the image has no such directory */
		return 0;
	r = is_empty(source_fd, ret_has_files, err);
	*ret_has_files = !*ret_has_files;
	return r < 0 || *ret_has_files ? r : take_attributes(source_fd, directory_fd, err);
}

/* Under the lock: nobody else fills it. */
static int fill_locked(
	struct arena *arena, struct filling *filling, int directory_fd, struct err *err)
{
	const struct store *store = filling->engine->store;
	bool has_nothing, has_files;
	int r = 0;

	if (volume_has_mark(store, filling->mount->source))
		r = volume_empty(store, filling->mount->source, err);
	if (r == 0)
		r = is_empty(directory_fd, &has_nothing, err);
	if (r < 0 || !has_nothing)
		return r;
	r = rootfs_mount_image(arena, filling->engine, filling->container, &filling->image, err);
	if (r < 0 || filling->image.tree_fd < 0)
		return r;
	r = look_at_image(filling, directory_fd, &has_files, err);
	if (r < 0)
		return r;
	return has_files ? copy_files(arena, filling, err)
			 : volume_mark(store, filling->mount->source, false, err);
}

static int fill(struct arena *arena, struct filling *filling, struct err *err)
{
	AUTO_FD int lock_fd = -1;
	AUTO_FD int fd = open(filling->directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	bool has_nothing;
	int r;

	if (fd < 0) {
		err_sys(err, "open %s", filling->directory);
		return err_hint(err, "volume %s has been removed by hand", filling->mount->source);
	}
	r = is_empty(fd, &has_nothing, err);
	if (r < 0 ||
		(!has_nothing && !volume_has_mark(filling->engine->store, filling->mount->source)))
		return r;
	r = store_lock_volumes(filling->engine->store, &lock_fd, err);
	return r < 0 ? r : fill_locked(arena, filling, fd, err);
}

int volumes_fill(struct arena *arena, const struct engine *engine,
	const struct engine_container *container, struct err *err)
{
	const struct container_settings *settings = &container->settings;
	int r = 0;

	for (size_t i = 0; r == 0 && i < settings->n_mounts; i++) {
		const struct container_mount *mount = &settings->mounts[i];
		struct filling filling = { engine, container, mount, NULL, ROOTFS_INIT };

		if (!is_wanted(mount))
			continue;
		filling.directory = volume_directory(arena, engine->store, mount->source);
		r = fill(arena, &filling, err);
		rootfs_close(&filling.image);
		if (r < 0)
			err_while(err, "volume %s", mount->source);
	}
	return r;
}
