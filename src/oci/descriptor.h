/* SPDX-License-Identifier: Apache-2.0 */
/*
 * descriptor: a blob by type, digest and size (image-spec descriptor.md), and the media types.
 *
 * Layer 1, roles caller and command. Docker's older types mean the same as the OCI's.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/json.h"
#include "base/json_write.h"
#include "oci/config.h" /* struct oci_key_value */

#define OCI_MEDIA_INDEX      "application/vnd.oci.image.index.v1+json"
#define OCI_MEDIA_MANIFEST   "application/vnd.oci.image.manifest.v1+json"
#define OCI_MEDIA_CONFIG     "application/vnd.oci.image.config.v1+json"
#define OCI_MEDIA_LAYER      "application/vnd.oci.image.layer.v1.tar"
#define OCI_MEDIA_LAYER_GZIP OCI_MEDIA_LAYER "+gzip"
#define OCI_MEDIA_LAYER_ZSTD OCI_MEDIA_LAYER "+zstd"

#define OCI_ANNOTATION_REF_NAME "org.opencontainers.image.ref.name"

enum oci_media_kind {
	OCI_MEDIA_KIND_OTHER,
	OCI_MEDIA_KIND_INDEX,
	OCI_MEDIA_KIND_MANIFEST,
	OCI_MEDIA_KIND_CONFIG,
	OCI_MEDIA_KIND_LAYER,
};

enum oci_media_kind oci_media_kind(const char *media_type);

struct oci_platform {
	const char *architecture; /* GOARCH: "amd64" */
	const char *os;           /* GOOS: "linux" */
	const char *variant;      /* "v8"; NULL if none */
};

struct oci_descriptor {
	const char *media_type;
	const char *digest;
	uint64_t size; /* bytes */
	struct oci_key_value *annotations;
	size_t n_annotations;
	const struct oci_platform *platform; /* NULL if not said */
};

extern const struct json_field oci_descriptor_fields[];
extern const struct json_field oci_descriptor_element; /* for lists */

/* The digest's form, a size that fits into a file; at is the JSON pointer. */
int oci_descriptor_check(const char *at, const struct oci_descriptor *descriptor, struct err *err);

/* NULL if there is no such annotation. */
const char *oci_descriptor_annotation(const struct oci_descriptor *descriptor, const char *key);

void oci_descriptor_write(
	struct json_writer *writer, const char *key, const struct oci_descriptor *descriptor);

/* The platform this program was built for. */
const struct oci_platform *oci_platform_host(void);

/* NULL, what says nothing, matches; so does a variant that only one of them names. */
bool oci_platform_matches(const struct oci_platform *a, const struct oci_platform *b);
