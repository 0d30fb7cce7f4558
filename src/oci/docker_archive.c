/* SPDX-License-Identifier: Apache-2.0 */
/* manifest.json of a docker-archive: which member is what. */
#include <errno.h>
#include <string.h>

#include "base/path.h"
#include "base/text.h"
#include "oci/check.h"
#include "oci/manifest.h"

static const struct json_field image_fields[] = {
	JSON_STRING(struct docker_archive_image, "Config", config, .is_required = true),
	JSON_STRINGS(struct docker_archive_image, "RepoTags", tags, n_tags),
	JSON_STRINGS(struct docker_archive_image, "Layers", layers, n_layers, .is_required = true),
	{ .name = NULL },
};
static const struct json_field image_element = {
	.type = JSON_FIELD_OBJECT,
	.nested = image_fields,
};
/* The document is a list; a reader of fields wants a struct around it. */
static const struct json_field archive_row = {
	.type = JSON_FIELD_ARRAY,
	.element = &image_element,
	.size = sizeof(struct docker_archive_image),
	.offset = offsetof(struct docker_archive, images),
	.count_offset = offsetof(struct docker_archive, n_images),
};

/* "0123.json", "abcd/layer.tar", "blobs/sha256/…": relative, and nowhere upwards. */
static int check_member(const char *name, struct check_pointer at, struct err *err)
{
	AUTO_ARENA arena = ARENA_INIT;

	if (name[0] == '\0' || name[0] == '/' || strcmp(path_clean(&arena, name), name) != 0 ||
		text_has_prefix(name, "..") || strcmp(name, ".") == 0)
		return check_fail(
			err, at, "\"%.100s\" is no plain relative path into the archive", name);
	return 0;
}

static int check_image(size_t index, const struct docker_archive_image *image, struct err *err)
{
	int r = check_member(image->config, check_at("/%zu/Config", index), err);

	if (r == 0 && image->n_layers > OCI_LAYERS_MAX)
		return check_fail(err, check_at("/%zu/Layers", index),
			"%zu layers are more than %d", image->n_layers, OCI_LAYERS_MAX);
	for (size_t i = 0; r == 0 && i < image->n_layers; i++)
		r = check_member(image->layers[i], check_at("/%zu/Layers/%zu", index, i), err);
	return r;
}

int docker_archive_read(struct arena *arena, const char *bytes, size_t size,
	struct docker_archive *ret, struct err *err)
{
	struct json_reader reader = JSON_READER_INIT(arena, NULL);
	struct docker_archive archive = { 0 };
	const struct json_value *value = NULL;
	int r = json_parse(arena, bytes, size, &value, err);

	if (r == 0)
		r = json_read_value(&reader, value, &archive_row, &archive, err);
	if (r == 0 && archive.n_images == 0)
		return err_fail(err, EINVAL, "the list of images is empty");
	for (size_t i = 0; r == 0 && i < archive.n_images; i++)
		r = check_image(i, &archive.images[i], err);
	if (r < 0)
		return r;
	*ret = archive;
	return 0;
}

const char *docker_archive_text(
	struct arena *arena, const struct docker_archive *archive, size_t *ret_size)
{
	struct json_writer writer = JSON_WRITER_INIT(arena, NULL);

	json_write_list(&writer, NULL);
	for (size_t i = 0; i < archive->n_images; i++) {
		const struct docker_archive_image *image = &archive->images[i];

		json_write_object(&writer, NULL);
		json_write_string(&writer, "Config", image->config);
		json_write_strings(&writer, "RepoTags", image->tags, image->n_tags);
		json_write_strings(&writer, "Layers", image->layers, image->n_layers);
		json_write_end(&writer);
	}
	json_write_end(&writer);
	return json_write_text(&writer, ret_size);
}
