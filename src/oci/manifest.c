/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/manifest.h"

#include <errno.h>

#include "oci/check.h"
#include "oci/config_fields.h"

/* Both documents as far as they are alike, and what one must not have of the other. */
struct document {
	uint32_t schema_version;
	struct oci_manifest manifest;
	struct oci_index index;
};

static const struct json_field manifest_fields[] = {
	JSON_U32(struct document, "schemaVersion", schema_version, .is_required = true),
	JSON_STRING(struct document, "mediaType", manifest.media_type),
	JSON_OBJECT(struct document, "config", manifest.config, oci_descriptor_fields,
		.is_required = true),
	JSON_ARRAY(struct document, "layers", manifest.layers, manifest.n_layers,
		&oci_descriptor_element, .is_required = true),
	JSON_MAP(struct document, "annotations", manifest.annotations, manifest.n_annotations,
		&config_key_value_element),
	{ .name = NULL },
};

static const struct json_field index_fields[] = {
	JSON_U32(struct document, "schemaVersion", schema_version, .is_required = true),
	JSON_STRING(struct document, "mediaType", manifest.media_type),
	JSON_ARRAY(struct document, "manifests", index.manifests, index.n_manifests,
		&oci_descriptor_element, .is_required = true),
	JSON_MAP(struct document, "annotations", index.annotations, index.n_annotations,
		&config_key_value_element),
	{ .name = NULL },
};

/* The members of the other kind, which this one must not have. */
static int refuse_members(
	const struct json_value *value, const char *const *names, const char *kind, struct err *err)
{
	for (; *names; names++)
		if (value->kind == JSON_KIND_OBJECT && json_member(value, *names))
			return check_fail(
				err, check_at("/%s", *names), "%s must not have it", kind);
	return 0;
}

static int read_document(struct arena *arena, const char *bytes, size_t size,
	const struct json_field *fields, struct document *ret, const struct json_value **ret_value,
	struct err *err)
{
	struct json_reader reader = JSON_READER_INIT(arena, NULL);
	int r;

	if (size > OCI_MANIFEST_MAX_BYTES)
		return err_fail(err, EFBIG, "%zu bytes are too many for a manifest; %d are read",
			size, OCI_MANIFEST_MAX_BYTES);
	r = json_parse(arena, bytes, size, ret_value, err);
	if (r == 0)
		r = json_read_object(&reader, *ret_value, fields, ret, err);
	if (r == 0 && ret->schema_version != 2)
		return check_fail(err, check_at("/schemaVersion"), "%u is not 2",
			(unsigned)ret->schema_version);
	return r;
}

static int check_media_type(
	const char *media_type, enum oci_media_kind kind, const char *at, struct err *err)
{
	if (media_type && oci_media_kind(media_type) != kind)
		return check_fail(
			err, check_at("%s", at), "media type %.100s does not fit here", media_type);
	return 0;
}

static int check_manifest(const struct oci_manifest *manifest, struct err *err)
{
	int r = check_media_type(manifest->media_type, OCI_MEDIA_KIND_MANIFEST, "/mediaType", err);

	if (r == 0)
		r = check_media_type(manifest->config.media_type, OCI_MEDIA_KIND_CONFIG,
			"/config/mediaType", err);
	if (r == 0)
		r = oci_descriptor_check("/config", &manifest->config, err);
	if (r == 0 && manifest->n_layers > OCI_LAYERS_MAX)
		return check_fail(err, check_at("/layers"), "%zu layers are more than %d",
			manifest->n_layers, OCI_LAYERS_MAX);
	for (size_t i = 0; r == 0 && i < manifest->n_layers; i++) {
		struct check_pointer at = check_at("/layers/%zu", i);

		r = oci_descriptor_check(at.text, &manifest->layers[i], err);
		if (r == 0)
			r = check_media_type(manifest->layers[i].media_type, OCI_MEDIA_KIND_LAYER,
				check_at("/layers/%zu/mediaType", i).text, err);
	}
	return r;
}

int oci_manifest_read(struct arena *arena, const char *bytes, size_t size, struct oci_manifest *ret,
	struct err *err)
{
	static const char *const not_these[] = { "manifests", "fsLayers", NULL };
	struct document document = { 0 };
	const struct json_value *value = NULL;
	int r = read_document(arena, bytes, size, manifest_fields, &document, &value, err);

	if (r == 0)
		r = refuse_members(value, not_these, "a manifest", err);
	if (r == 0)
		r = check_manifest(&document.manifest, err);
	if (r < 0)
		return r;
	*ret = document.manifest;
	return 0;
}

int oci_index_read(
	struct arena *arena, const char *bytes, size_t size, struct oci_index *ret, struct err *err)
{
	static const char *const not_these[] = { "layers", "config", "fsLayers", NULL };
	struct document document = { 0 };
	const struct json_value *value = NULL;
	int r = read_document(arena, bytes, size, index_fields, &document, &value, err);

	if (r == 0)
		r = refuse_members(value, not_these, "an index", err);
	if (r == 0)
		r = check_media_type(
			document.manifest.media_type, OCI_MEDIA_KIND_INDEX, "/mediaType", err);
	for (size_t i = 0; r == 0 && i < document.index.n_manifests; i++)
		r = oci_descriptor_check(
			check_at("/manifests/%zu", i).text, &document.index.manifests[i], err);
	if (r < 0)
		return r;
	*ret = document.index;
	return 0;
}

static void write_annotations(
	struct json_writer *writer, const struct oci_key_value *annotations, size_t n)
{
	if (n == 0)
		return;
	json_write_object(writer, "annotations");
	for (size_t i = 0; i < n; i++)
		json_write_string(writer, annotations[i].key, annotations[i].value);
	json_write_end(writer);
}

static void write_descriptors(struct json_writer *writer, const char *key,
	const struct oci_descriptor *descriptors, size_t n)
{
	json_write_list(writer, key);
	for (size_t i = 0; i < n; i++)
		oci_descriptor_write(writer, NULL, &descriptors[i]);
	json_write_end(writer);
}

const char *oci_manifest_text(
	struct arena *arena, const struct oci_manifest *manifest, size_t *ret_size)
{
	struct json_writer writer = JSON_WRITER_INIT(arena, NULL);

	json_write_object(&writer, NULL);
	json_write_u64(&writer, "schemaVersion", 2);
	json_write_string(&writer, "mediaType", OCI_MEDIA_MANIFEST);
	oci_descriptor_write(&writer, "config", &manifest->config);
	write_descriptors(&writer, "layers", manifest->layers, manifest->n_layers);
	write_annotations(&writer, manifest->annotations, manifest->n_annotations);
	json_write_end(&writer);
	return json_write_text(&writer, ret_size);
}

const char *oci_index_text(struct arena *arena, const struct oci_index *index, size_t *ret_size)
{
	struct json_writer writer = JSON_WRITER_INIT(arena, NULL);

	json_write_object(&writer, NULL);
	json_write_u64(&writer, "schemaVersion", 2);
	json_write_string(&writer, "mediaType", OCI_MEDIA_INDEX);
	write_descriptors(&writer, "manifests", index->manifests, index->n_manifests);
	write_annotations(&writer, index->annotations, index->n_annotations);
	json_write_end(&writer);
	return json_write_text(&writer, ret_size);
}
