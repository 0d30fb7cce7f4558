/* SPDX-License-Identifier: Apache-2.0 */
/*
 * image: what commands do with images. The interface of the store to whoever runs containers.
 *
 * Layer 3, roles caller and command. Nothing prints. Everything returned lives in the arena.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/image/layer_job.h"
#include "engine/store/store.h"
#include "oci/image_config.h"

struct image {
	const char *id;                   /* digest of the configuration */
	struct oci_descriptor descriptor; /* of the manifest */
	const char **names;               /* "docker.io/library/busybox:latest" … */
	size_t n_names;
	struct oci_manifest manifest;
	struct oci_image_config config;
	const char *config_text; /* as it came */
	size_t config_size;
	uint64_t size; /* bytes of all its layers, unpacked */
};

/* Newest first. An image whose documents cannot be read is a warning. */
int image_list(struct arena *arena, const struct store *store, struct image **ret, size_t *ret_n,
	struct err *err);

/*
 * By name ("busybox", "x:tag", "x@sha256:…"), by id or the begin of one. ENOENT with a hint how to
 * load one; EINVAL for a begin that several have. A name without a registry is also looked for as
 * localhost/NAME, where others put images that were built on this machine.
 */
int image_find(struct arena *arena, const struct store *store, const char *text, struct image *ret,
	struct err *err);

/* The same; an image that comes with hull is loaded if it is not there. */
int image_find_or_load(struct arena *arena, const struct store *store, const char *text,
	struct image *ret, struct err *err);

/*
 * The image's layers as directories, lowest first, for overlayfs (mounted with "userxattr": the
 * marks of opaque directories are user.overlay.opaque). A layer that is missing is unpacked again.
 * Hold store_use() from before this until the image is pinned (store_pin) or no longer used.
 */
int image_layers(struct arena *arena, const struct store *store, const struct image *image,
	const char ***ret_directories, size_t *ret_n, struct err *err);

/* ---- names: names.c ---- */

/* The image (by the descriptor of its manifest) is in the index under these normalised names,
 * each taken from whichever image had it. No names: it is there without one. */
int image_name(struct arena *arena, const struct store *store,
	const struct oci_descriptor *descriptor, const char *const *names, size_t n,
	struct err *err);

/* The name goes; the image stays, without a name if that was its last. */
int image_unname(struct arena *arena, const struct store *store, const char *name, struct err *err);

/* The image goes from the index with all of its names. */
int image_forget(struct arena *arena, const struct store *store, const char *manifest_digest,
	struct err *err);

/* ---- loading: load.c ---- */

struct load_request {
	const char *path; /* archive or directory; NULL: standard input */
	layer_progress_fn *progress;
	void *context;
};

struct loaded_image {
	const char *id;
	const char **names; /* normalised */
	size_t n_names;
	uint64_t n_devices_skipped;
};

/* An OCI layout (directory or archive) or a docker-archive, compressed or not. */
int image_load(struct arena *arena, const struct store *store, const struct load_request *request,
	struct loaded_image **ret, size_t *ret_n, struct err *err);

/* ---- saving: save.c ---- */

enum save_format {
	SAVE_FORMAT_DOCKER_ARCHIVE,
	SAVE_FORMAT_OCI_ARCHIVE,
	SAVE_FORMAT_OCI_DIR,
};

struct save_request {
	enum save_format format;
	const struct image *images;
	const char *const
		*names; /* of each image: what it was asked for by, normalised; NULL: all */
	size_t n_images;
	int out_fd;       /* archives */
	const char *path; /* OCI_DIR: made, or an OCI layout that is there */
};

int image_save(struct arena *arena, const struct store *store, const struct save_request *request,
	struct err *err);

/* ---- importing: import.c ---- */

struct import_request {
	const char *path; /* a tar of a root file system; NULL: standard input */
	const char *name; /* normalised; NULL: none */
	const char *message;
	const char *const *changes; /* "CMD [\"sh\"]", "ENV A=b" … as in a Dockerfile */
	size_t n_changes;
	layer_progress_fn *progress;
	void *context;
};

int image_import(struct arena *arena, const struct store *store,
	const struct import_request *request, const char **ret_id, struct err *err);
