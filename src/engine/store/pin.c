/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/file.h"
#include "base/text.h"
#include "engine/store/store.h"
#include "sys/directory.h"

/* Made with the first pin; not there: no pins. */
static int open_pins(const struct store *store, bool make, int *ret_fd, struct err *err)
{
	if (make && mkdirat(store->root_fd, "pins", 0700) < 0 && errno != EEXIST)
		return err_sys(err, "mkdir pins");
	*ret_fd = openat(store->root_fd, "pins", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return *ret_fd < 0 ? err_sys(err, "open pins") : 0;
}

int store_pin(
	const struct store *store, const char *name, const char *manifest_digest, struct err *err)
{
	AUTO_FD int fd = -1;
	int r = open_pins(store, true, &fd, err);

	return r < 0 ? r
		     : file_replace(fd, name, manifest_digest, strlen(manifest_digest), 0600, err);
}

int store_unpin(const struct store *store, const char *name, struct err *err)
{
	AUTO_FD int fd = -1;
	int r = open_pins(store, false, &fd, err);

	if (r == -ENOENT || (r == 0 && unlinkat(fd, name, 0) < 0 && errno == ENOENT))
		return 0;
	return r;
}

static int read_pin(
	struct arena *arena, int dir_fd, const char *name, struct store_pin *ret, struct err *err)
{
	size_t size;
	int r = file_read_at(
		arena, dir_fd, name, OCI_DIGEST_BYTES, &ret->manifest_digest, &size, err);

	ret->name = arena_strdup(arena, name);
	if (r == 0)
		r = oci_digest_check(ret->manifest_digest, err);
	return r < 0 ? err_while(err, "pin %s", name) : 0;
}

static bool has_container(const struct store *store, const char *name)
{
	char path[NAME_MAX + sizeof("containers/")];

	text_format(path, sizeof(path), "containers/%s", name);
	return faccessat(store->root_fd, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

int store_list_pins(struct arena *arena, const struct store *store, struct store_pin **ret,
	size_t *ret_n, struct err *err)
{
	struct err problem = ERR_INIT;
	AUTO_FD int fd = -1;
	const char *name;
	int r = open_pins(store, false, &fd, &problem);

	*ret = NULL;
	*ret_n = 0;
	if (r == -ENOENT)
		return 0;
	if (r < 0) {
		*err = problem;
		return r;
	}
	struct directory directory = DIRECTORY_INIT(fd);
	while ((r = directory_next(&directory, &name, err)) == 1) {
		struct store_pin pin;

		if (name[0] == '.' || !has_container(store, name))
			continue; /* being written, or left by a command that died */
		r = read_pin(arena, fd, name, &pin, err);
		if (r < 0)
			return r;
		ARENA_APPEND(arena, *ret, *ret_n) = pin;
	}
	return r;
}
