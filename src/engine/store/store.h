/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store: images and their unpacked layers on disk. docs/formats/store.md has the layout.
 *
 * Layer 3, roles caller and command. There is no daemon: any number of commands work on a store at
 * once, and a command may die, or the machine, at any point. So:
 * - a thing gets its final name by one rename, when it is complete and its digest was verified;
 * - what is not complete is in tmp/, in a directory that its maker has locked; once the lock is
 *   gone, anybody may remove it;
 * - data is on the disk before its name is (store_sync), the name before index.json tells of it;
 * - index.json is replaced as a whole, under a lock; it alone says which images exist;
 * - what no image needs is removed only while nobody is adding something (store_use).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "core/id_map.h"
#include "oci/digest.h"
#include "oci/manifest.h"

struct store {
	const char *root; /* absolute path */
	int root_fd;
	int images_fd; /* images/, an OCI image layout */
	int blobs_fd;  /* images/blobs/sha256/ */
	int layers_fd; /* layers/ */
	int tmp_fd;    /* tmp/ */

	/* An ordinary user's store: its files belong to the ids of a user namespace. */
	bool has_user_namespace;
	bool has_one_id; /* no subordinate ids: every file becomes the user's own */
	struct id_maps maps;
};

#define STORE_INIT       \
	((struct store){ \
		.root_fd = -1, .images_fd = -1, .blobs_fd = -1, .layers_fd = -1, .tmp_fd = -1 })
#define AUTO_STORE __attribute__((cleanup(store_close))) struct store

/* /var/lib/hull for root, $XDG_DATA_HOME/hull or ~/.local/share/hull for others. */
int store_default_root(struct arena *arena, const char **ret, struct err *err);

/*
 * Opens the store, making it if it is not there. root NULL: the default one. Strings live
 * in arena.
 */
int store_open(struct arena *arena, const char *root, struct store *ret, struct err *err);
void store_close(struct store *store);

/* ---- locks: held while the descriptor is open; see flock(2) ---- */

/* For a change of index.json. Waits. */
int store_lock_index(const struct store *store, int *ret_fd, struct err *err);

/* While something is added or used: nothing is collected meanwhile. Waits for a collection. */
int store_use(const struct store *store, int *ret_fd, struct err *err);

/* For a collection: EAGAIN while anybody uses the store. */
int store_use_alone(const struct store *store, int *ret_fd, struct err *err);

/* While a container that uses volumes is made: none is removed. Waits. */
int store_use_volumes(const struct store *store, int *ret_fd, struct err *err);

/* While a volume is removed, or filled. Waits. */
int store_lock_volumes(const struct store *store, int *ret_fd, struct err *err);

/* ---- index.json ---- */

int store_read_index(
	struct arena *arena, const struct store *store, struct oci_index *ret, struct err *err);

/* Under store_lock_index(). On the disk when it returns. */
int store_replace_index(struct arena *arena, const struct store *store,
	const struct oci_index *index, struct err *err);

/* ---- blobs ---- */

bool store_has_blob(const struct store *store, const struct oci_descriptor *descriptor);

/* ENOENT; EBADMSG when the size is another. */
int store_open_blob(const struct store *store, const struct oci_descriptor *descriptor, int *ret_fd,
	struct err *err);

/* The whole blob, its digest verified (EBADMSG). EFBIG for more than max_bytes. */
int store_read_blob(struct arena *arena, const struct store *store,
	const struct oci_descriptor *descriptor, size_t max_bytes, const char **ret_bytes,
	size_t *ret_size, struct err *err);

/* Bytes that were made here; sets digest and size of *ret. */
int store_add_blob(struct arena *arena, const struct store *store, const void *bytes, size_t size,
	struct oci_descriptor *ret, struct err *err);

/* The digest of what is left of an open file, and its number of bytes. */
int store_hash(int fd, char ret_digest[OCI_DIGEST_BYTES], uint64_t *ret_size, struct err *err);

/* ---- layers ---- */

/* "ROOT/layers/HEX/fs", whether it is there or not. */
const char *store_layer_path(struct arena *arena, const struct store *store, const char *diff_id);

bool store_has_layer(const struct store *store, const char *diff_id);

/* Bytes of the layer's tar; 0 if not known. */
uint64_t store_layer_bytes(const struct store *store, const char *diff_id);

/* ---- stages: a place in tmp/ for what is not complete ---- */

struct store_stage {
	const char *path; /* absolute */
	char name[32];
	int fd; /* the directory, locked; -1: none */
};

#define STORE_STAGE_INIT ((struct store_stage){ .fd = -1 })

int store_make_stage(
	struct arena *arena, const struct store *store, struct store_stage *ret, struct err *err);

/* Removes it with everything in it, and ends the lock; failures are warnings. */
void store_remove_stage(const struct store *store, struct store_stage *stage);

/* Everything that was written into the file system of the store is on the disk. */
int store_sync(const struct store *store, struct err *err);

/*
 * A verified file of the store's file system becomes the blob: the very one that fd is of, whatever
 * its name. A directory of the stage (which has fs/) becomes the layer; where there is one it is as
 * good.
 */
int store_adopt_blob(const struct store *store, int fd, const char *digest, struct err *err);
int store_adopt_layer(const struct store *store, const struct store_stage *stage, const char *name,
	const char *diff_id, struct err *err);

/* The names of blobs and layers are on the disk. */
int store_sync_names(const struct store *store, struct err *err);

/* ---- pins: an image that a container uses; pins/ID has the digest of its manifest. One whose
 * container (containers/ID) is gone does not count. ---- */

int store_pin(
	const struct store *store, const char *name, const char *manifest_digest, struct err *err);
int store_unpin(const struct store *store, const char *name, struct err *err);

struct store_pin {
	const char *name;
	const char *manifest_digest;
};
int store_list_pins(struct arena *arena, const struct store *store, struct store_pin **ret,
	size_t *ret_n, struct err *err);

/* ---- collecting: collect.c ---- */

/*
 * Removes blobs and layers that no image needs, and what died commands have left. Nothing happens
 * while somebody uses the store: a later collection finds the same. *ret_bytes: what blobs and
 * layers' tars had, may be NULL.
 */
int store_collect(
	struct arena *arena, const struct store *store, uint64_t *ret_bytes, struct err *err);
