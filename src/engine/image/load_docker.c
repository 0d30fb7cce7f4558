/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "engine/image/load.h"

/* The media type that a file's first bytes ask for; NULL if there is none (xz). */
static int find_media_type(int fd, const char **ret, struct err *err)
{
	unsigned char begin[4] = { 0 };
	bool is_compressed;
	int r = layer_file_is_compressed(fd, &is_compressed, err);

	if (r < 0)
		return r;
	if (pread(fd, begin, sizeof(begin), 0) < 0)
		return err_sys(err, "pread");
	*ret = !is_compressed     ? OCI_MEDIA_LAYER
	       : begin[0] == 0x1f ? OCI_MEDIA_LAYER_GZIP
	       : begin[0] == 0x28 ? OCI_MEDIA_LAYER_ZSTD
				  : NULL;
	return 0;
}

/* A plain layer's digest is known beforehand: it is the diff_id. */
static int add_layer(
	struct load *load, const char *file, struct adding_layer *layer, struct err *err)
{
	struct adding *adding = &load->adding;
	struct oci_descriptor *descriptor = &layer->descriptor;
	int fd, r = source_take(&adding->source, &adding->stage, file, &fd, &descriptor->size, err);

	if (r < 0)
		return r;
	r = find_media_type(fd, &descriptor->media_type, err);
	if (r == 0 && !descriptor->media_type) {
		descriptor->media_type = OCI_MEDIA_LAYER;
		r = source_decompress(adding->store, &adding->source, &adding->stage, &fd,
			&descriptor->size, err);
	}
	if (r < 0) {
		fd_close(fd);
		return err_while(err, "%s", file);
	}
	if (strcmp(descriptor->media_type, OCI_MEDIA_LAYER) == 0)
		descriptor->digest = layer->diff_id;
	if (descriptor->digest && store_has_blob(adding->store, descriptor) &&
		store_has_layer(adding->store, layer->diff_id)) {
		fd_close(fd);
		return 0;
	}
	adding_add(adding, fd, descriptor->size, layer);
	return 0;
}

static int add_layers(struct load *load, struct load_image *image, struct err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < image->n_layers; i++) {
		image->layers[i].diff_id = image->config.diff_ids[i];
		r = add_layer(load, image->layer_files[i], &image->layers[i], err);
	}
	return r;
}

static int read_image(struct load *load, const struct docker_archive_image *from, struct err *err)
{
	struct arena *arena = load->adding.arena;
	struct load_image image = { .add_layers = add_layers, .layer_files = from->layers };
	char id[OCI_DIGEST_BYTES];
	int r = source_read(arena, &load->adding.source, from->config, OCI_IMAGE_CONFIG_MAX_BYTES,
		&image.config_text, &image.config_size, err);

	if (r == 0)
		r = oci_image_config_read(
			arena, image.config_text, image.config_size, &image.config, err);
	if (r < 0)
		return err_while(err, "configuration %s", from->config);
	if (image.config.n_diff_ids != from->n_layers)
		return err_fail(err, EINVAL,
			"manifest.json has %zu layers, the configuration %s %zu", from->n_layers,
			from->config, image.config.n_diff_ids);
	oci_digest_of(image.config_text, image.config_size, id);
	image.id = arena_strdup(arena, id);
	image.n_layers = from->n_layers;
	image.layers = ARENA_NEW_ARRAY(arena, image.n_layers, struct adding_layer);
	for (size_t i = 0; i < from->n_tags; i++)
		load_add_name(load, &image, from->tags[i]);
	ARENA_APPEND(arena, load->images, load->n_images) = image;
	return 0;
}

int load_read_docker(struct load *load, struct err *err)
{
	struct arena *arena = load->adding.arena;
	struct docker_archive *archive = ARENA_NEW(arena, struct docker_archive);
	const char *bytes;
	size_t size;
	int r = source_read(arena, &load->adding.source, "manifest.json", OCI_MANIFEST_MAX_BYTES,
		&bytes, &size, err);

	if (r == 0)
		r = docker_archive_read(arena, bytes, size, archive, err);
	if (r < 0)
		return err_while(err, "manifest.json");
	for (size_t i = 0; r == 0 && i < archive->n_images; i++)
		r = read_image(load, &archive->images[i], err);
	return r;
}
