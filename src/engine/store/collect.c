/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/text.h"
#include "base/warn.h"
#include "engine/image/unpacker.h"
#include "engine/store/store.h"
#include "oci/image_config.h"
#include "sys/directory.h"

/* A stage is emptied as its owner: files of other ids are in it. */
static int empty_stage(const struct store *store, const char *name, struct err *err)
{
	AUTO_ARENA arena = ARENA_INIT;
	const struct unpacker_request request = {
		.mode = "remove",
		.directory = arena_printf(&arena, "%s/tmp/%s", store->root, name),
		.in_fd = -1,
		.out_fd = -1,
	};
	int r = 0;

	if (unlinkat(store->tmp_fd, name, AT_REMOVEDIR) == 0)
		return 0;
	r = unpacker_run(store, &request, NULL, err);
	if (r == 0 && unlinkat(store->tmp_fd, name, AT_REMOVEDIR) < 0)
		r = err_sys(err, "rmdir tmp/%s", name);
	return r;
}

void store_remove_stage(const struct store *store, struct store_stage *stage)
{
	struct err err = ERR_INIT;

	if (stage->fd < 0)
		return;
	if (empty_stage(store, stage->name, &err) < 0)
		warn(&err);
	fd_replace(&stage->fd, -1);
}

/* A stage whose lock can be had belongs to nobody. */
static int remove_stale_stage(const struct store *store, const char *name, struct err *err)
{
	AUTO_FD int fd = openat(
		store->tmp_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return errno == ENOENT ? 0 : err_sys(err, "open tmp/%s", name);
	if (flock(fd, LOCK_EX | LOCK_NB) < 0)
		return 0;
	return empty_stage(store, name, err);
}

/* Names are read before any of them goes. */
static int list_names(
	struct arena *arena, int dir_fd, const char ***ret, size_t *ret_n, struct err *err)
{
	AUTO_FD int fd = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	const char *name;
	int r;

	*ret = NULL;
	*ret_n = 0;
	if (fd < 0)
		return err_sys(err, "open .");
	struct directory directory = DIRECTORY_INIT(fd);
	while ((r = directory_next(&directory, &name, err)) == 1)
		ARENA_APPEND(arena, *ret, *ret_n) = arena_strdup(arena, name);
	return r;
}

struct needed {
	const char **blobs, **layers; /* hex */
	size_t n_blobs, n_layers;
};

static bool has_name(const char *const *names, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

static int need_image(struct arena *arena, const struct store *store,
	const struct oci_descriptor *descriptor, struct needed *needed, struct err *err)
{
	struct oci_manifest manifest;
	struct oci_image_config config;
	const char *bytes;
	size_t size;
	int r = store_read_blob(
		arena, store, descriptor, OCI_MANIFEST_MAX_BYTES, &bytes, &size, err);

	if (r == 0)
		r = oci_manifest_read(arena, bytes, size, &manifest, err);
	if (r == 0)
		r = store_read_blob(arena, store, &manifest.config, OCI_IMAGE_CONFIG_MAX_BYTES,
			&bytes, &size, err);
	if (r == 0)
		r = oci_image_config_read(arena, bytes, size, &config, err);
	if (r < 0)
		return r;
	ARENA_APPEND(arena, needed->blobs, needed->n_blobs) = oci_digest_hex(descriptor->digest);
	ARENA_APPEND(arena, needed->blobs, needed->n_blobs) = oci_digest_hex(
		manifest.config.digest);
	for (size_t i = 0; i < manifest.n_layers; i++)
		ARENA_APPEND(arena, needed->blobs, needed->n_blobs) = oci_digest_hex(
			manifest.layers[i].digest);
	for (size_t i = 0; i < config.n_diff_ids; i++)
		ARENA_APPEND(arena, needed->layers, needed->n_layers) = oci_digest_hex(
			config.diff_ids[i]);
	return 0;
}

/* An image that cannot be read may need anything: then nothing is removed. */
static int find_needed(
	struct arena *arena, const struct store *store, struct needed *ret, struct err *err)
{
	struct oci_index index;
	int r = store_read_index(arena, store, &index, err);

	for (size_t i = 0; r == 0 && i < index.n_manifests; i++)
		r = need_image(arena, store, &index.manifests[i], ret, err);
	return r;
}

static int collect_blobs(struct arena *arena, const struct store *store,
	const struct needed *needed, uint64_t *bytes, struct err *err)
{
	const char **names;
	size_t n;
	int r = list_names(arena, store->blobs_fd, &names, &n, err);

	for (size_t i = 0; r == 0 && i < n; i++) {
		struct stat st;

		if (has_name(needed->blobs, needed->n_blobs, names[i]))
			continue;
		if (fstatat(store->blobs_fd, names[i], &st, AT_SYMLINK_NOFOLLOW) == 0)
			*bytes += (uint64_t)st.st_size;
		if (unlinkat(store->blobs_fd, names[i], 0) < 0)
			r = err_sys(err, "unlink blob %s", names[i]);
	}
	return r;
}

static int collect_layers(struct arena *arena, const struct store *store,
	const struct needed *needed, uint64_t *bytes, struct err *err)
{
	struct store_stage stage = STORE_STAGE_INIT;
	const char **names;
	size_t n;
	int r = list_names(arena, store->layers_fd, &names, &n, err);

	for (size_t i = 0; r == 0 && i < n; i++) {
		if (has_name(needed->layers, needed->n_layers, names[i]))
			continue;
		if (stage.fd < 0)
			r = store_make_stage(arena, store, &stage, err);
		if (r == 0 && oci_digest_is_hex(names[i]))
			*bytes += store_layer_bytes(
				store, arena_printf(arena, "sha256:%s", names[i]));
		if (r == 0 && renameat(store->layers_fd, names[i], stage.fd, names[i]) < 0)
			r = err_sys(err, "rename layer %s", names[i]);
	}
	store_remove_stage(store, &stage);
	return r;
}

static int collect_stages(struct arena *arena, const struct store *store, struct err *err)
{
	const char **names;
	size_t n;
	int r = list_names(arena, store->tmp_fd, &names, &n, err);

	for (size_t i = 0; r == 0 && i < n; i++)
		r = remove_stale_stage(store, names[i], err);
	return r;
}

int store_collect(
	struct arena *arena, const struct store *store, uint64_t *ret_bytes, struct err *err)
{
	struct needed needed = { 0 };
	struct err busy = ERR_INIT;
	AUTO_FD int use_fd = -1;
	uint64_t bytes = 0;
	int r = store_use_alone(store, &use_fd, &busy);

	if (r == 0)
		r = find_needed(arena, store, &needed, err);
	else if (r != -EAGAIN)
		*err = busy;
	if (r == 0)
		r = collect_blobs(arena, store, &needed, &bytes, err);
	if (r == 0)
		r = collect_layers(arena, store, &needed, &bytes, err);
	if (r == 0)
		r = collect_stages(arena, store, err);
	if (ret_bytes)
		*ret_bytes = bytes;
	return r == -EAGAIN ? 0 : r;
}
