/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "engine/image/load.h"
#include "oci/reference.h"

enum { INDEX_DEPTH_MAX = 4 };

/* containerd and Docker write the whole name here, and only the tag into the other. */
#define ANNOTATION_CONTAINERD_NAME "io.containerd.image.name"

static int add_layers(struct load *load, struct load_image *image, struct err *err)
{
	struct adding *adding = &load->adding;

	for (size_t i = 0; i < image->n_layers; i++) {
		struct adding_layer *layer = &image->layers[i];
		uint64_t size;
		int fd, r;

		layer->descriptor = image->manifest.layers[i];
		layer->diff_id = image->config.diff_ids[i];
		if (store_has_blob(adding->store, &layer->descriptor) &&
			store_has_layer(adding->store, layer->diff_id))
			continue;
		r = source_take(&adding->source, &adding->stage,
			arena_printf(adding->arena, "blobs/sha256/%s",
				oci_digest_hex(layer->descriptor.digest)),
			&fd, &size, err);
		if (r < 0)
			return r;
		/* the job compares with what the file has */
		adding_add(adding, fd, layer->descriptor.size, layer);
	}
	return 0;
}

static int read_config(struct load *load, struct load_image *image, struct err *err)
{
	struct arena *arena = load->adding.arena;
	int r = source_read_blob(arena, &load->adding.source, &image->manifest.config,
		OCI_IMAGE_CONFIG_MAX_BYTES, &image->config_text, &image->config_size, err);

	if (r == 0)
		r = oci_image_config_read(
			arena, image->config_text, image->config_size, &image->config, err);
	if (r < 0)
		return err_while(err, "configuration %s", image->manifest.config.digest);
	if (image->config.n_diff_ids != image->manifest.n_layers)
		return err_fail(err, EINVAL,
			"manifest: %zu layers, but the configuration has %zu diff_ids",
			image->manifest.n_layers, image->config.n_diff_ids);
	image->id = image->manifest.config.digest;
	image->n_layers = image->manifest.n_layers;
	image->layers = ARENA_NEW_ARRAY(arena, image->n_layers, struct adding_layer);
	return 0;
}

static int read_manifest(struct load *load, const struct oci_descriptor *descriptor,
	struct load_image *image, struct err *err)
{
	struct arena *arena = load->adding.arena;
	int r = source_read_blob(arena, &load->adding.source, descriptor, OCI_MANIFEST_MAX_BYTES,
		&image->manifest_text, &image->manifest_size, err);

	if (r == 0)
		r = oci_manifest_read(
			arena, image->manifest_text, image->manifest_size, &image->manifest, err);
	if (r < 0)
		return err_while(err, "manifest %s", descriptor->digest);
	return read_config(load, image, err);
}

/* The image for this machine; where nobody says a platform, the only one. */
static const struct oci_descriptor *choose(const struct oci_index *index)
{
	for (size_t i = 0; i < index->n_manifests; i++) {
		const struct oci_descriptor *entry = &index->manifests[i];

		if (oci_media_kind(entry->media_type) != OCI_MEDIA_KIND_OTHER &&
			(entry->platform || index->n_manifests == 1) &&
			oci_platform_matches(entry->platform, oci_platform_host()))
			return entry;
	}
	return NULL;
}

/* Down through indexes to a manifest. */
static int resolve(struct load *load, const struct oci_descriptor **descriptor, struct err *err)
{
	struct arena *arena = load->adding.arena;

	for (int depth = 0; depth < INDEX_DEPTH_MAX; depth++) {
		const struct oci_descriptor *at = *descriptor;
		struct oci_index *index = ARENA_NEW(arena, struct oci_index);
		const char *bytes;
		size_t size;
		int r;

		if (oci_media_kind(at->media_type) == OCI_MEDIA_KIND_MANIFEST)
			return 0;
		if (oci_media_kind(at->media_type) != OCI_MEDIA_KIND_INDEX)
			return err_fail(
				err, EINVAL, "media type %.100s is no image", at->media_type);
		r = source_read_blob(arena, &load->adding.source, at, OCI_MANIFEST_MAX_BYTES,
			&bytes, &size, err);
		if (r == 0)
			r = oci_index_read(arena, bytes, size, index, err);
		if (r < 0)
			return err_while(err, "index %s", at->digest);
		*descriptor = choose(index);
		if (!*descriptor)
			return err_fail(err, ENOENT, "index %s has no image for %s/%s", at->digest,
				oci_platform_host()->os, oci_platform_host()->architecture);
	}
	return err_fail(err, ELOOP, "indexes in indexes, deeper than %d", INDEX_DEPTH_MAX);
}

static struct load_image *find_image(struct load *load, const char *manifest_digest)
{
	for (size_t i = 0; i < load->n_images; i++) {
		char digest[OCI_DIGEST_BYTES];

		oci_digest_of(load->images[i].manifest_text, load->images[i].manifest_size, digest);
		if (strcmp(digest, manifest_digest) == 0)
			return &load->images[i];
	}
	return NULL;
}

static int read_entry(struct load *load, const struct oci_descriptor *entry, struct err *err)
{
	const char *name = oci_descriptor_annotation(entry, ANNOTATION_CONTAINERD_NAME);
	const struct oci_descriptor *descriptor = entry;
	struct load_image *image;
	int r = resolve(load, &descriptor, err);

	if (r < 0)
		return r;
	if (!name)
		name = oci_descriptor_annotation(entry, OCI_ANNOTATION_REF_NAME);
	image = find_image(load, descriptor->digest);
	if (!image) {
		struct load_image read = { .add_layers = add_layers };

		r = read_manifest(load, descriptor, &read, err);
		if (r < 0)
			return r;
		ARENA_APPEND(load->adding.arena, load->images, load->n_images) = read;
		image = &load->images[load->n_images - 1];
	}
	if (name)
		load_add_name(load, image, name);
	return 0;
}

int load_read_oci(struct load *load, struct err *err)
{
	struct arena *arena = load->adding.arena;
	struct oci_index *index = ARENA_NEW(arena, struct oci_index);
	const char *bytes;
	size_t size;
	int r = source_read(arena, &load->adding.source, "index.json", OCI_MANIFEST_MAX_BYTES,
		&bytes, &size, err);

	if (r == 0)
		r = oci_index_read(arena, bytes, size, index, err);
	if (r < 0)
		return err_while(err, "index.json");
	if (index->n_manifests == 0)
		return err_fail(err, ENOENT, "index.json: there is no image in it");
	for (size_t i = 0; r == 0 && i < index->n_manifests; i++)
		r = read_entry(load, &index->manifests[i], err);
	return r;
}
