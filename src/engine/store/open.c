/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/file.h"
#include "base/path.h"
#include "base/text.h"
#include "engine/store/store.h"
#include "engine/store/sub_ids.h"
#include "sys/capability.h"

#define SYSTEM_ROOT "/var/lib/hull"

/* Everything is the owner's only: images have setuid programs, which nobody else may reach
 * (CVE-2021-41091). */
enum { PRIVATE_MODE = 0700 };

int store_default_root(struct arena *arena, const char **ret, struct err *err)
{
	const char *data = getenv("XDG_DATA_HOME"), *home = getenv("HOME");

	*ret = NULL;
	if (geteuid() == 0)
		*ret = SYSTEM_ROOT;
	else if (data && data[0] == '/')
		*ret = arena_printf(arena, "%s/hull", data);
	else if (home && home[0] == '/')
		*ret = arena_printf(arena, "%s/.local/share/hull", home);
	else
		err_fail(err, ENOENT, "no place for the store");
	return *ret ? 0 : err_hint(err, "set HOME or XDG_DATA_HOME");
}

/* path and its missing parents, which are ordinary directories. */
static int make_root(struct arena *arena, const char *path, struct err *err)
{
	char *copy = arena_strdup(arena, path);

	for (char *at = strchr(copy + 1, '/'); at; at = strchr(at + 1, '/')) {
		*at = '\0';
		if (mkdir(copy, 0755) < 0 && errno != EEXIST)
			return err_sys(err, "mkdir %s", copy);
		*at = '/';
	}
	if (mkdir(copy, PRIVATE_MODE) < 0 && errno != EEXIST)
		return err_sys(err, "mkdir %s", copy);
	return 0;
}

static int open_directory(int parent_fd, const char *name, int *ret_fd, struct err *err)
{
	if (mkdirat(parent_fd, name, PRIVATE_MODE) < 0 && errno != EEXIST)
		return err_sys(err, "mkdir %s", name);
	*ret_fd = openat(parent_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return *ret_fd < 0 ? err_sys(err, "open %s", name) : 0;
}

/* The directory is this user's, and no one else writes to it. */
static int check_root(const struct store *store, struct err *err)
{
	struct stat st;

	if (fstat(store->root_fd, &st) < 0)
		return err_sys(err, "fstat %s", store->root);
	if (st.st_uid != geteuid())
		return err_fail(err, EPERM, "store %s belongs to user %u", store->root,
			(unsigned)st.st_uid);
	if (st.st_mode & (S_IWGRP | S_IWOTH))
		return err_fail(err, EPERM, "store %s is writable by others", store->root);
	return 0;
}

static int make_layout_file(
	const struct store *store, const char *name, const char *text, struct err *err)
{
	if (faccessat(store->images_fd, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		return 0;
	return file_replace(store->images_fd, name, text, strlen(text), 0600, err);
}

static int make_layout(const struct store *store, struct err *err)
{
	int r = make_layout_file(store, "oci-layout", "{\"imageLayoutVersion\":\"1.0.0\"}", err);

	if (r < 0 || faccessat(store->images_fd, "index.json", F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		return r;
	AUTO_FD int lock_fd = -1;
	r = store_lock_index(store, &lock_fd, err);
	if (r == 0)
		r = make_layout_file(store, "index.json",
			"{\"schemaVersion\":2,\"mediaType\":\"" OCI_MEDIA_INDEX
			"\",\"manifests\":[]}",
			err);
	return r;
}

static int open_all(struct store *store, struct err *err)
{
	AUTO_FD int blobs_fd = -1;
	int r;

	store->root_fd = open(store->root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (store->root_fd < 0)
		return err_sys(err, "open %s", store->root);
	r = check_root(store, err);
	if (r == 0)
		r = open_directory(store->root_fd, "images", &store->images_fd, err);
	if (r == 0)
		r = open_directory(store->images_fd, "blobs", &blobs_fd, err);
	if (r == 0)
		r = open_directory(blobs_fd, "sha256", &store->blobs_fd, err);
	if (r == 0)
		r = open_directory(store->root_fd, "layers", &store->layers_fd, err);
	if (r == 0)
		r = open_directory(store->root_fd, "tmp", &store->tmp_fd, err);
	return r == 0 ? make_layout(store, err) : r;
}

int store_open(struct arena *arena, const char *root, struct store *ret, struct err *err)
{
	struct store store = STORE_INIT;
	char cwd[PATH_MAX];
	int r = 0;

	if (!root)
		r = store_default_root(arena, &root, err);
	if (r == 0 && !getcwd(cwd, sizeof(cwd)))
		r = err_sys(err, "getcwd");
	if (r < 0)
		return r;
	store.root = path_join(arena, cwd, root);
	r = make_root(arena, store.root, err);
	if (r == 0)
		r = open_all(&store, err);
	if (r == 0 && !(geteuid() == 0 && capability_is_effective(CAPABILITY_SYS_ADMIN))) {
		store.has_user_namespace = true;
		sub_ids_map(arena, &store.maps, &store.has_one_id);
	}
	if (r < 0) {
		store_close(&store);
		return err_while(err, "store %s", root);
	}
	*ret = store;
	return 0;
}

void store_close(struct store *store)
{
	fd_replace(&store->tmp_fd, -1);
	fd_replace(&store->layers_fd, -1);
	fd_replace(&store->blobs_fd, -1);
	fd_replace(&store->images_fd, -1);
	fd_replace(&store->root_fd, -1);
}
