/* SPDX-License-Identifier: Apache-2.0 */
/*
 * volume: named directories that outlive containers. docs/formats/volume.md has the files.
 *
 * Layer 3, roles caller and command. volumes/NAME of the store is a volume: it comes there complete
 * by one rename, and goes by one. Which containers use it is not kept anywhere: their settings say
 * so (engine/container/volumes.h). volumes.lock is held shared while a container that uses volumes
 * is made, so that none of them is removed before its settings tell of it.
 */
#pragma once

#include "engine/container/settings.h"
#include "engine/store/store.h"

struct volume {
	const char *name;
	const char *created;   /* RFC 3339 */
	const char *directory; /* absolute path of its content */
	bool is_anonymous;     /* made for one container, under a made-up name */
	struct oci_key_value *labels;
	size_t n_labels;
};

/* As Docker has it: "[a-zA-Z0-9][a-zA-Z0-9_.-]*"; EINVAL. */
int volume_check_name(const char *name, struct err *err);

/*
 * Makes it, or leaves one that is there as it is: *ret_is_new. request->name NULL: a made-up one.
 * Everything of *ret is filled in.
 */
int volume_make(struct arena *arena, const struct store *store, const struct volume *request,
	struct volume *ret, bool *ret_is_new, struct err *err);

/* ENOENT: "no such volume: …". */
int volume_open(struct arena *arena, const struct store *store, const char *name,
	struct volume *ret, struct err *err);

/* By name. */
int volume_list(struct arena *arena, const struct store *store, struct volume **ret, size_t *ret_n,
	struct err *err);

/* Under an exclusive lock, and only if nobody uses it. */
int volume_remove(
	struct arena *arena, const struct store *store, const char *name, struct err *err);

/* "volumes/NAME/_data" as an absolute path, whether it is there or not. */
const char *volume_directory(struct arena *arena, const struct store *store, const char *name);

/* What of the host a mount shows: a path, or NULL for a tmpfs. */
const char *volume_source_of(
	struct arena *arena, const struct store *store, const struct container_mount *mount);

/*
 * A mark while an image's files are copied into it: one that has the mark was not filled to its
 * end, and no container has used it yet.
 */
int volume_mark(const struct store *store, const char *name, bool is_filling, struct err *err);
bool volume_has_mark(const struct store *store, const char *name);

/* Everything in it goes. */
int volume_empty(const struct store *store, const char *name, struct err *err);
