/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/unpack/pack.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/text.h"
#include "engine/unpack/pack_internal.h"
#include "engine/unpack/tree.h"
#include "sys/beneath.h"
#include "sys/directory.h"

#ifndef MQUEUE_MAGIC
#define MQUEUE_MAGIC 0x19800202
#endif

enum { NAMES_FIRST = 64 };

/* ---- the path that is looked at, and its name in the archive ---- */

struct mark {
	size_t path_length, name_length;
};

static void append(char *path, size_t length, const char *leaf)
{
	if (length > 0)
		path[length++] = '/';
	memcpy(path + length, leaf, strlen(leaf) + 1);
}

static int push(struct pack *pack, const char *leaf, struct mark *ret, struct err *err)
{
	size_t length = strlen(leaf);

	*ret = (struct mark){ strlen(pack->path), strlen(pack->name) };
	if (ret->path_length + length + 2 > PATH_MAX || ret->name_length + length + 2 > PATH_MAX)
		return err_sys_code(err, ENAMETOOLONG, "%.300s", pack->path);
	append(pack->path, ret->path_length, leaf);
	append(pack->name, ret->name_length, leaf);
	return 0;
}

static void pop(struct pack *pack, const struct mark *mark)
{
	pack->path[mark->path_length] = '\0';
	pack->name[mark->name_length] = '\0';
}

/* ---- names of a directory ---- */

struct names {
	char **items;
	size_t n, capacity;
};

static void names_done(struct names *names)
{
	for (size_t i = 0; i < names->n; i++)
		free(names->items[i]);
	free(names->items);
}

static int names_add(struct names *names, const char *name, struct err *err)
{
	char *copy = strdup(name);

	if (copy && names->n == names->capacity) {
		size_t capacity = names->capacity ? names->capacity * 2 : NAMES_FIRST;
		char **items = reallocarray(names->items, capacity, sizeof(*items));

		if (items) {
			names->items = items;
			names->capacity = capacity;
		}
	}
	if (!copy || names->n == names->capacity) {
		free(copy);
		return err_fail(err, ENOMEM, "no memory for the names of a directory");
	}
	names->items[names->n++] = copy;
	return 0;
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int names_read(struct names *names, int directory_fd, struct err *err)
{
	struct directory directory = DIRECTORY_INIT(directory_fd);
	const char *name;
	int r;

	while ((r = directory_next(&directory, &name, err)) == 1) {
		r = names_add(names, name, err);
		if (r < 0)
			return r;
	}
	if (r == 0 && names->n > 1)
		qsort(names->items, names->n, sizeof(*names->items), by_bytes);
	return r;
}

/* ---- one file ---- */

/* It went while we looked: not a failure. */
static bool has_changed(struct pack *pack, int code)
{
	if (code != -ENOENT && code != -ENOTDIR && code != -ELOOP && code != -ESTALE)
		return false;
	pack->report->n_changed++;
	return true;
}

static int pack_link(
	struct pack *pack, int parent_fd, const char *leaf, const struct stat *st, struct err *err)
{
	char target[PATH_MAX];
	ssize_t n = readlinkat(parent_fd, leaf, target, sizeof(target) - 1);

	if (n < 0)
		return has_changed(pack, -errno) || errno == EINVAL
			       ? 0
			       : err_sys(err, "readlink %.300s", pack->path);
	target[n] = '\0';
	return pack_write_entry(pack, st, target, -1, err);
}

/* nodev is in force and nothing blocks: whatever it is by now, opening it does no harm. */
static int pack_regular(struct pack *pack, int parent_fd, const char *leaf, struct err *err)
{
	AUTO_FD int fd = openat(
		parent_fd, leaf, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	struct stat st;

	if (fd < 0)
		return has_changed(pack, -errno) ? 0 : err_sys(err, "open %.300s", pack->path);
	if (fstat(fd, &st) < 0)
		return err_sys(err, "fstat %.300s", pack->path);
	if (!S_ISREG(st.st_mode)) {
		pack->report->n_changed++;
		return 0;
	}
	return pack_write_entry(pack, &st, NULL, fd, err);
}

static bool is_left_out(const struct pack *pack)
{
	for (size_t i = 0; i < pack->request->n_without; i++) {
		const char *without = pack->request->without[i];

		if (text_equal(pack->path, without + (without[0] == '/')))
			return true;
	}
	return false;
}

/* What only stands for the kernel's own data; its content is no file's. */
static bool is_view_of_kernel(int fd)
{
	static const unsigned long magics[] = { PROC_SUPER_MAGIC, SYSFS_MAGIC, CGROUP_SUPER_MAGIC,
		CGROUP2_SUPER_MAGIC, DEVPTS_SUPER_MAGIC, DEBUGFS_MAGIC, TRACEFS_MAGIC,
		SECURITYFS_MAGIC, BPF_FS_MAGIC, MQUEUE_MAGIC };
	struct statfs fs;

	if (fstatfs(fd, &fs) < 0)
		return true;
	for (size_t i = 0; i < sizeof(magics) / sizeof(magics[0]); i++)
		if ((unsigned long)fs.f_type == magics[i])
			return true;
	return false;
}

static int pack_names(struct pack *pack, const struct names *names, struct err *err);

/* fd is closed before anything below is looked at: no depth needs many descriptors. */
static int pack_directory(struct pack *pack, int fd, bool is_top, struct err *err)
{
	__attribute__((cleanup(names_done))) struct names names = { 0 };
	struct stat st;
	bool is_empty;
	int r;

	if (fstat(fd, &st) < 0) {
		r = err_sys(err, "fstat %.300s", pack->path);
		fd_close(fd);
		return r;
	}
	is_empty = st.st_dev != pack->device && !is_top && is_view_of_kernel(fd);
	r = is_empty ? 0 : names_read(&names, fd, err);
	if (r == 0 && !(names.n == 0 && is_left_out(pack)) &&
		!(is_top && pack->request->has_no_top))
		r = pack_write_entry(pack, &st, NULL, fd, err);
	if (r == 0 && pack->request->is_layer && !is_top)
		r = pack_write_opaque(pack, fd, err);
	fd_close(fd);
	return r < 0 ? r : pack_names(pack, &names, err);
}

static int open_from_root(
	struct pack *pack, const char *path, int flags, int *ret_fd, struct err *err)
{
	const struct beneath_how how = { .flags = flags, .resolve = BENEATH_NO_SYMLINKS };

	return beneath_open_how(pack->top_fd, path[0] ? path : "/", &how, ret_fd, err);
}

static int pack_leaf(struct pack *pack, int parent_fd, const char *leaf, struct err *err)
{
	struct stat st;
	int fd;

	if (fstatat(parent_fd, leaf, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return has_changed(pack, -errno) ? 0 : err_sys(err, "stat %.300s", pack->path);
	if (pack->request->is_layer && tree_is_whiteout(&st))
		return pack_write_whiteout(pack, leaf, err);
	switch (st.st_mode & S_IFMT) {
	case S_IFREG:
		if (st.st_size == 0 && is_left_out(pack))
			return 0;
		return pack_regular(pack, parent_fd, leaf, err);
	case S_IFLNK:
		return pack_link(pack, parent_fd, leaf, &st, err);
	case S_IFDIR:
		fd = openat(parent_fd, leaf, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (fd >= 0)
			return pack_directory(pack, fd, false, err);
		return has_changed(pack, -errno) ? 0 : err_sys(err, "open %.300s", pack->path);
	case S_IFSOCK: /* nothing can be done with one whose program is not there */
		return 0;
	default:
		return pack_write_entry(pack, &st, NULL, -1, err);
	}
}

static int pack_names(struct pack *pack, const struct names *names, struct err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < names->n; i++) {
		struct err changed = ERR_INIT;
		AUTO_FD int parent_fd = -1;
		struct mark mark;

		/* anew each time: a descriptor may be that of a directory which was moved away */
		r = open_from_root(pack, pack->path, O_PATH | O_DIRECTORY, &parent_fd, &changed);
		if (r < 0) {
			if (has_changed(pack, r))
				return 0;
			*err = changed;
			return r;
		}
		r = push(pack, names->items[i], &mark, err);
		if (r < 0)
			return r;
		r = pack_leaf(pack, parent_fd, names->items[i], err);
		pop(pack, &mark);
	}
	return r;
}

/* ---- the top ---- */

static const char *last_component(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static void put_name(struct pack *pack, const char *path)
{
	const char *name = pack->request->name ? pack->request->name : last_component(path);

	if (!pack->request->is_content)
		text_format(pack->name, sizeof(pack->name), "%s", name);
}

/* The directory becomes the top: paths are looked for from it. */
static int pack_top_directory(struct pack *pack, int fd, struct err *err)
{
	struct stat st;
	int listing_fd;

	if (fstat(fd, &st) < 0)
		return err_sys(err, "fstat");
	pack->device = st.st_dev;
	pack->top_fd = fd;
	listing_fd = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return listing_fd < 0 ? err_sys(err, "open") : pack_directory(pack, listing_fd, true, err);
}

static int pack_top_file(struct pack *pack, int root_fd, const char *path, struct err *err)
{
	AUTO_FD int parent_fd = -1;
	char leaf[NAME_MAX + 1];
	uint64_t n_changed = pack->report->n_changed;
	int r;

	if (pack->request->is_content)
		return err_fail(err, ENOTDIR, "%.300s is not a directory", path);
	r = beneath_open_parent(root_fd, path, leaf, &parent_fd, err);
	if (r == 0)
		r = pack_leaf(pack, parent_fd, leaf, err);
	if (r == 0 && pack->report->n_changed > n_changed)
		return err_fail(err, ENOENT, "%.300s changed while it was looked at", path);
	return r;
}

/* A file behind a link: what is opened is what is copied, under the link's name. */
static int pack_followed_file(struct pack *pack, int root_fd, const char *path, struct err *err)
{
	AUTO_FD int fd = -1;
	struct stat st;
	int r = beneath_open(root_fd, path, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0, &fd, err);

	if (r < 0)
		return r;
	if (fstat(fd, &st) < 0)
		return err_sys(err, "fstat %.300s", path);
	if (!S_ISREG(st.st_mode))
		return err_fail(err, EINVAL, "%.300s leads to something that is no file", path);
	if (pack->request->is_content)
		return err_fail(err, ENOTDIR, "%.300s is not a directory", path);
	return pack_write_entry(pack, &st, NULL, fd, err);
}

static int pack_top(struct pack *pack, const char *path, struct err *err)
{
	const bool follows = pack->request->follows_link || pack->request->is_content;
	AUTO_FD int root_fd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	AUTO_FD int fd = -1;
	struct stat st;
	int r;

	if (root_fd < 0)
		return err_sys(err, "open /");
	r = beneath_open(root_fd, path, O_PATH | (follows ? 0 : O_NOFOLLOW), 0, &fd, err);
	if (r < 0)
		return r;
	if (fstat(fd, &st) < 0)
		return err_sys(err, "fstat %.300s", path);
	put_name(pack, path);
	if (S_ISDIR(st.st_mode))
		return pack_top_directory(pack, fd, err);
	if (!follows || !S_ISREG(st.st_mode))
		return pack_top_file(pack, root_fd, path, err);
	return pack_followed_file(pack, root_fd, path, err);
}

int pack_files(const struct pack_request *request, struct unpack_report *report, int out_fd,
	struct err *err)
{
	struct pack *pack = calloc(1, sizeof(*pack));
	char path[1 + PATH_MAX];
	int r;

	if (!pack)
		return err_fail(err, ENOMEM, "no memory for the archive");
	pack->request = request;
	pack->report = report;
	r = tree_clean(request->path ? request->path : "/", path + 1, err);
	path[0] = '/';
	if (r == 0)
		r = pack_open(pack, out_fd, err);
	if (r == 0)
		r = pack_top(pack, path, err);
	if (r == 0)
		r = pack_close(pack, err);
	pack_done(pack);
	free(pack);
	return r;
}
