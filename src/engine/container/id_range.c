/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/container/id_range.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/file.h"
#include "base/parse.h"
#include "base/text.h"
#include "core/subids.h"
#include "engine/container/containers.h"
#include "sys/directory.h"

#define RANGE_OWNER "hull"

enum {
	FILE_MAX_BYTES = 4 * 1024 * 1024,
	/* behind those of systemd-nspawn, before those of others (systemd, UIDS-GIDS.md) */
	DEFAULT_FIRST = 0x70000000,
	DEFAULT_COUNT = 0x07000000,
};

static int open_ids(const struct store *store, int *ret_fd, struct err *err)
{
	if (mkdirat(store->root_fd, "ids", 0700) < 0 && errno != EEXIST)
		return err_sys(err, "mkdir ids");
	*ret_fd = openat(store->root_fd, "ids", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return *ret_fd < 0 ? err_sys(err, "open ids") : 0;
}

static const char *owner_in(
	struct arena *arena, const struct store *store, int ids_fd, const char *name)
{
	struct err ignored = ERR_INIT;
	const char *id;
	size_t length;

	if (file_read_at(arena, ids_fd, name, CONTAINER_ID_LENGTH, &id, &length, &ignored) < 0 ||
		length != CONTAINER_ID_LENGTH || strchr(id, '/') ||
		faccessat(store->root_fd, arena_printf(arena, "containers/%s", id), F_OK,
			AT_SYMLINK_NOFOLLOW) < 0)
		return "";
	return id;
}

const char *id_range_owner(struct arena *arena, const struct store *store, const char *name)
{
	struct err ignored = ERR_INIT;
	AUTO_FD int fd = -1;

	return open_ids(store, &fd, &ignored) < 0 ? "" : owner_in(arena, store, fd, name);
}

static bool read_range(struct arena *arena, const char *path, struct subids *ret)
{
	struct err ignored = ERR_INIT;
	const char *text;
	size_t length;

	return file_read_at(arena, AT_FDCWD, path, FILE_MAX_BYTES, &text, &length, &ignored) == 0 &&
	       subids_parse(text, RANGE_OWNER, RANGE_OWNER, ret);
}

/* What users and groups have in common: a range is the same for both. */
static struct subids all_ids(struct arena *arena)
{
	struct subids users, groups, both;
	uint32_t end;

	if (!read_range(arena, "/etc/subuid", &users) || !read_range(arena, "/etc/subgid", &groups))
		return (struct subids){ DEFAULT_FIRST, DEFAULT_COUNT };
	both.first = users.first > groups.first ? users.first : groups.first;
	end = users.first + users.count < groups.first + groups.count ? users.first + users.count
								      : groups.first + groups.count;
	both.count = end > both.first ? end - both.first : 0;
	return both;
}

/* The number of the entry that the container has; false: none. */
static bool find_own(struct arena *arena, const struct store *store, int ids_fd,
	const char *container_id, uint32_t *ret_first)
{
	struct directory directory = DIRECTORY_INIT(ids_fd);
	struct err ignored = ERR_INIT;
	const char *name;

	if (lseek(ids_fd, 0, SEEK_SET) < 0)
		return false;
	while (directory_next(&directory, &name, &ignored) == 1) {
		if (!text_equal(owner_in(arena, store, ids_fd, name), container_id) ||
			parse_id(name, ret_first) < 0)
			continue;
		return true;
	}
	return false;
}

static int take_free(struct arena *arena, const struct store *store, int ids_fd,
	const char *container_id, uint32_t *ret_first, struct err *err)
{
	const struct subids ids = all_ids(arena);

	for (uint32_t used = 0; ids.count - used >= ID_RANGE_SIZE; used += ID_RANGE_SIZE) {
		const char *name = arena_printf(arena, "%u", ids.first + used);
		int r;

		if (owner_in(arena, store, ids_fd, name)[0] != '\0')
			continue;
		r = file_replace(ids_fd, name, container_id, CONTAINER_ID_LENGTH, 0600, err);
		if (r == 0)
			*ret_first = ids.first + used;
		return r;
	}
	err_fail(err, EAGAIN, "no range of %d ids is left of the %u ids from %u on", ID_RANGE_SIZE,
		ids.count, ids.first);
	return err_hint(err, "give \"" RANGE_OWNER "\" more in /etc/subuid and /etc/subgid, or "
			     "remove containers that have one");
}

int id_range_take(struct arena *arena, const struct store *store, const char *container_id,
	uint32_t *ret_first, struct err *err)
{
	AUTO_FD int fd = -1;
	int r = open_ids(store, &fd, err);

	if (r < 0)
		return r;
	while (flock(fd, LOCK_EX) < 0)
		if (errno != EINTR)
			return err_sys(err, "flock ids");
	if (find_own(arena, store, fd, container_id, ret_first))
		return 0;
	return take_free(arena, store, fd, container_id, ret_first, err);
}

void id_range_release(struct arena *arena, const struct store *store, const char *container_id)
{
	struct directory directory;
	struct err ignored = ERR_INIT;
	const char *name, *id;
	size_t length;
	AUTO_FD int fd = openat(
		store->root_fd, "ids", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return;
	directory = DIRECTORY_INIT(fd);
	while (directory_next(&directory, &name, &ignored) == 1)
		if (file_read_at(arena, fd, name, CONTAINER_ID_LENGTH, &id, &length, &ignored) ==
				0 &&
			text_equal(id, container_id))
			unlinkat(fd, name, 0);
}
