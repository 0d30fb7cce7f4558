/* SPDX-License-Identifier: Apache-2.0 */
/*
 * manifest: an image (image-spec manifest.md), a list of images (image-index.md), and the list in a
 * docker-archive.
 *
 * Layer 1, roles caller and command. Reading checks: what is returned has valid digests, known
 * kinds and a bounded number of layers. The same bytes are never both a manifest and an index
 * (CVE-2021-41190): each refuses the other's members.
 */
#pragma once

#include "oci/descriptor.h"

enum {
	OCI_MANIFEST_MAX_BYTES = 4 * 1024 * 1024, /* as registries have it */
	OCI_LAYERS_MAX = 500,                     /* overlayfs stacks no more */
};

struct oci_manifest {
	const char *media_type; /* NULL where the document does not say it */
	struct oci_descriptor config;
	struct oci_descriptor *layers; /* lowest first */
	size_t n_layers;
	struct oci_key_value *annotations;
	size_t n_annotations;
};

struct oci_index {
	struct oci_descriptor *manifests;
	size_t n_manifests;
	struct oci_key_value *annotations;
	size_t n_annotations;
};

/* One image of a docker-archive's manifest.json. Paths are names of members of the archive. */
struct docker_archive_image {
	const char *config;
	const char **tags;
	size_t n_tags;
	const char **layers; /* lowest first */
	size_t n_layers;
};

struct docker_archive {
	struct docker_archive_image *images;
	size_t n_images;
};

/* -EINVAL with the JSON pointer in err->config. Everything lives in arena. */
int oci_manifest_read(struct arena *arena, const char *bytes, size_t size, struct oci_manifest *ret,
	struct err *err);
int oci_index_read(struct arena *arena, const char *bytes, size_t size, struct oci_index *ret,
	struct err *err);
int docker_archive_read(struct arena *arena, const char *bytes, size_t size,
	struct docker_archive *ret, struct err *err);

/* What is written is what the reader above takes; one line, no newline at its end. */
const char *oci_manifest_text(
	struct arena *arena, const struct oci_manifest *manifest, size_t *ret_size);
const char *oci_index_text(struct arena *arena, const struct oci_index *index, size_t *ret_size);
const char *docker_archive_text(
	struct arena *arena, const struct docker_archive *archive, size_t *ret_size);
