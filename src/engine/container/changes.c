/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/file.h"
#include "base/text.h"
#include "engine/container/commit.h"
#include "engine/container/rootfs.h"
#include "engine/store/inside.h"
#include "sys/beneath.h"
#include "sys/directory.h"

enum { ANSWER_MAX_BYTES = 1024 * 1024 * 1024 };

struct walk {
	struct arena *arena;
	const char **layers; /* lowest first */
	size_t n_layers;
	const char **mount_points;
	size_t n_mount_points;
	int upper_fd;
	struct container_change *changes;
	size_t n;
};

const char **container_mount_points(
	struct arena *arena, const struct container_settings *settings, size_t *ret_n)
{
	static const char *const usual[] = { "/proc", "/dev", "/sys", "/etc/resolv.conf",
		"/etc/hostname", "/etc/hosts" };
	const size_t n_usual = sizeof(usual) / sizeof(usual[0]);
	const char **all = ARENA_NEW_ARRAY(arena, n_usual + settings->n_mounts, const char *);

	*ret_n = n_usual + settings->n_mounts;
	for (size_t i = 0; i < n_usual; i++)
		all[i] = usual[i];
	for (size_t i = 0; i < settings->n_mounts; i++)
		all[n_usual + i] = settings->mounts[i].target;
	return all;
}

static bool is_mount_point(const struct walk *walk, const char *path)
{
	for (size_t i = 0; i < walk->n_mount_points; i++)
		if (text_equal(walk->mount_points[i], path))
			return true;
	return false;
}

static bool is_whiteout(const struct stat *st)
{
	return S_ISCHR(st->st_mode) && st->st_rdev == makedev(0, 0);
}

static bool is_opaque(int fd)
{
	char value;

	return fgetxattr(fd, "user.overlay.opaque", &value, 1) == 1 && value == 'y';
}

/* What one layer says of a path. */
enum found { FOUND_NOTHING, FOUND_IT, FOUND_END };

/* END: this layer hides what lower ones have. Layers are ours: nobody changes them. */
static enum found look_in_layer(const char *layer, const char *path, struct stat *ret)
{
	AUTO_FD int fd = open(layer, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	enum found otherwise = FOUND_NOTHING;

	while (fd >= 0) {
		char name[NAME_MAX + 1];
		size_t n;

		path += strspn(path, "/");
		n = strcspn(path, "/");
		if (is_opaque(fd))
			otherwise = FOUND_END;
		text_format(name, sizeof(name), "%.*s", (int)n, path);
		if (fstatat(fd, name, ret, AT_SYMLINK_NOFOLLOW) < 0)
			return otherwise;
		if (is_whiteout(ret))
			return FOUND_END;
		path += n;
		if (path[strspn(path, "/")] == '\0')
			return FOUND_IT;
		if (!S_ISDIR(ret->st_mode))
			return FOUND_END;
		fd_replace(&fd, openat(fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
	}
	return otherwise;
}

/* Whether the image has the path; *ret is what it has. */
static bool image_has(const struct walk *walk, const char *path, struct stat *ret)
{
	for (size_t i = walk->n_layers; i > 0; i--) {
		enum found found = look_in_layer(walk->layers[i - 1], path, ret);

		if (found != FOUND_NOTHING)
			return found == FOUND_IT;
	}
	return false;
}

static void add(struct walk *walk, enum change_kind kind, const char *path)
{
	ARENA_APPEND(walk->arena, walk->changes, walk->n) = (struct container_change){ kind, path };
}

static int names_of(struct walk *walk, const char *path, const char ***ret, size_t *ret_n,
	int *ret_fd, struct err *err)
{
	const struct beneath_how how = {
		.flags = O_RDONLY | O_DIRECTORY,
		.resolve = BENEATH_NO_SYMLINKS,
	};
	const char *name;
	int r = beneath_open_how(walk->upper_fd, path, &how, ret_fd, err);

	*ret = NULL;
	*ret_n = 0;
	if (r < 0)
		return r;
	struct directory directory = DIRECTORY_INIT(*ret_fd);
	while ((r = directory_next(&directory, &name, err)) == 1)
		ARENA_APPEND(walk->arena, *ret, *ret_n) = arena_strdup(walk->arena, name);
	return r;
}

static int walk_directory(struct walk *walk, const char *path, bool is_new, struct err *err);

/* Only its time tells that something was made in it, which is told itself. */
static bool has_same_attributes(const struct stat *a, const struct stat *b)
{
	return a->st_mode == b->st_mode && a->st_uid == b->st_uid && a->st_gid == b->st_gid;
}

static int walk_entry(struct walk *walk, int directory_fd, const char *name, const char *path,
	bool is_new, struct err *err)
{
	struct stat st, of_image;
	bool is_known, is_plain;
	size_t at = walk->n;
	int r;

	if (fstatat(directory_fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : err_sys(err, "stat %s", path);
	is_known = !is_new && image_has(walk, path, &of_image);
	if (is_whiteout(&st)) {
		if (is_known)
			add(walk, CHANGE_DELETED, path);
		return 0;
	}
	is_plain = is_mount_point(walk, path);
	if (is_plain && !S_ISDIR(st.st_mode) && st.st_size == 0)
		return 0;
	add(walk, is_known ? CHANGE_CHANGED : CHANGE_ADDED, path);
	if (!S_ISDIR(st.st_mode))
		return 0;
	r = walk_directory(walk, path, !is_known || !S_ISDIR(of_image.st_mode), err);
	/* nothing in it, and nothing about it: it was only a way, or a place to mount on */
	if (r == 0 && walk->n == at + 1 &&
		(is_plain || (is_known && has_same_attributes(&st, &of_image))))
		walk->n = at;
	return r;
}

/* An opaque directory has nothing of the image's; what it had and has no more is deleted. */
static int add_hidden(struct walk *walk, const char *path, const char *const *names, size_t n)
{
	for (size_t i = walk->n_layers; i > 0; i--) {
		const char *layer = arena_printf(walk->arena, "%s%s", walk->layers[i - 1], path);
		AUTO_FD int fd = open(layer, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		struct directory directory = DIRECTORY_INIT(fd);
		struct err ignored = ERR_INIT;
		const char *name;

		while (fd >= 0 && directory_next(&directory, &name, &ignored) == 1) {
			const char *child = arena_printf(walk->arena, "%s/%s", path, name);
			bool is_told = false;
			struct stat st;

			for (size_t k = 0; k < n; k++)
				is_told |= text_equal(names[k], name);
			for (size_t k = 0; k < walk->n; k++)
				is_told |= text_equal(walk->changes[k].path, child);
			if (!is_told && image_has(walk, child, &st))
				add(walk, CHANGE_DELETED, child);
		}
	}
	return 0;
}

static int walk_directory(struct walk *walk, const char *path, bool is_new, struct err *err)
{
	struct err changed = ERR_INIT;
	AUTO_FD int fd = -1;
	const char **names;
	size_t n;
	int r = names_of(walk, path, &names, &n, &fd, &changed);

	if (r == -ENOENT || r == -ENOTDIR || r == -ELOOP) /* it went meanwhile */
		return 0;
	if (r < 0) {
		*err = changed;
		return r;
	}
	if (!is_new && is_opaque(fd))
		add_hidden(walk, path, names, n);
	for (size_t i = 0; r == 0 && i < n; i++)
		r = walk_entry(walk, fd, names[i],
			arena_printf(
				walk->arena, "%s/%s", text_equal(path, "/") ? "" : path, names[i]),
			is_new, err);
	return r;
}

static int by_path(const void *a, const void *b)
{
	const struct container_change *first = a, *second = b;

	return strcmp(first->path, second->path);
}

/* Where every file may be read. The answer is a file: a kind and a path, ended by a NUL, each. */
static int walk_all(void *context, int *ret_fd, struct err *err)
{
	struct walk *walk = context;
	AUTO_FD int fd = memfd_create("changes", MFD_CLOEXEC);
	int r = fd < 0 ? err_sys(err, "memfd_create") : walk_directory(walk, "/", false, err);

	if (r == 0 && walk->n > 1)
		qsort(walk->changes, walk->n, sizeof(*walk->changes), by_path);
	for (size_t i = 0; r == 0 && i < walk->n; i++) {
		const char kind = (char)walk->changes[i].kind;

		r = fd_write_all(fd, &kind, 1, err);
		if (r == 0)
			r = fd_write_all(
				fd, walk->changes[i].path, strlen(walk->changes[i].path) + 1, err);
	}
	if (r == 0)
		*ret_fd = TAKE_FD(fd);
	return r;
}

static int read_answer(
	struct arena *arena, int fd, struct container_change **ret, size_t *ret_n, struct err *err)
{
	const char *text;
	size_t length;
	int r;

	if (lseek(fd, 0, SEEK_SET) < 0)
		return err_sys(err, "lseek");
	r = file_read_fd(arena, fd, "changes", ANSWER_MAX_BYTES, &text, &length, err);
	for (const char *at = text; r == 0 && at < text + length; at += strlen(at) + 1) {
		enum change_kind kind = (enum change_kind) * at++;

		ARENA_APPEND(arena, *ret, *ret_n) = (struct container_change){ kind, at };
	}
	return r;
}

static int refuse_directory(const struct engine_container *container, struct err *err)
{
	err_fail(err, EINVAL, "container %s has no layer of its own: it uses %s as it is",
		container->settings.name, container->settings.rootfs);
	return err_hint(err, "`hull export` writes what is there");
}

int container_changes(struct arena *arena, const struct engine *engine,
	const struct engine_container *container, struct container_change **ret, size_t *ret_n,
	struct err *err)
{
	const struct inside_place place = { .maps = &engine->store->maps, .join_fd = -1 };
	struct walk walk = { .arena = arena, .upper_fd = -1 };
	AUTO_FD int upper_fd = -1;
	AUTO_FD int answer_fd = -1;
	struct inside_result inside = INSIDE_RESULT_INIT;
	int r;

	*ret = NULL;
	*ret_n = 0;
	if (container->settings.rootfs)
		return refuse_directory(container, err);
	upper_fd = openat(
		container->dir_fd, "upper", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (upper_fd < 0)
		return errno == ENOENT ? 0 : err_sys(err, "open upper");
	walk.upper_fd = upper_fd;
	walk.mount_points = container_mount_points(
		arena, &container->settings, &walk.n_mount_points);
	r = rootfs_layers(arena, engine, container, &walk.layers, &walk.n_layers, err);
	if (r == 0 && engine->store->has_user_namespace)
		r = inside_run(&place, walk_all, &walk, &inside, err);
	else if (r == 0)
		r = walk_all(&walk, &inside.fd, err);
	answer_fd = TAKE_FD(inside.fd);
	inside_close(&inside);
	return r < 0 ? r : read_answer(arena, answer_fd, ret, ret_n, err);
}
