/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/descriptor.h"

#include <string.h>

#include "base/text.h"
#include "oci/check.h"
#include "oci/config_fields.h"
#include "oci/digest.h"

static const struct json_enum media_types[] = {
	{ OCI_MEDIA_INDEX, OCI_MEDIA_KIND_INDEX },
	{ "application/vnd.docker.distribution.manifest.list.v2+json", OCI_MEDIA_KIND_INDEX },
	{ OCI_MEDIA_MANIFEST, OCI_MEDIA_KIND_MANIFEST },
	{ "application/vnd.docker.distribution.manifest.v2+json", OCI_MEDIA_KIND_MANIFEST },
	{ OCI_MEDIA_CONFIG, OCI_MEDIA_KIND_CONFIG },
	{ "application/vnd.docker.container.image.v1+json", OCI_MEDIA_KIND_CONFIG },
	{ OCI_MEDIA_LAYER, OCI_MEDIA_KIND_LAYER },
	{ OCI_MEDIA_LAYER_GZIP, OCI_MEDIA_KIND_LAYER },
	{ OCI_MEDIA_LAYER_ZSTD, OCI_MEDIA_KIND_LAYER },
	{ "application/vnd.oci.image.layer.nondistributable.v1.tar", OCI_MEDIA_KIND_LAYER },
	{ "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip", OCI_MEDIA_KIND_LAYER },
	{ "application/vnd.oci.image.layer.nondistributable.v1.tar+zstd", OCI_MEDIA_KIND_LAYER },
	{ "application/vnd.docker.image.rootfs.diff.tar", OCI_MEDIA_KIND_LAYER },
	{ "application/vnd.docker.image.rootfs.diff.tar.gzip", OCI_MEDIA_KIND_LAYER },
	{ "application/vnd.docker.image.rootfs.diff.tar.zstd", OCI_MEDIA_KIND_LAYER },
	{ "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", OCI_MEDIA_KIND_LAYER },
	{ NULL, 0 },
};

enum oci_media_kind oci_media_kind(const char *media_type)
{
	int kind = media_type ? json_enum_value(media_types, media_type) : -1;

	return kind < 0 ? OCI_MEDIA_KIND_OTHER : (enum oci_media_kind)kind;
}

static const struct json_field platform_fields[] = {
	JSON_STRING(struct oci_platform, "architecture", architecture, .is_required = true),
	JSON_STRING(struct oci_platform, "os", os, .is_required = true),
	JSON_STRING(struct oci_platform, "variant", variant, .empty_is_absent = true),
	{ .name = NULL },
};

const struct json_field oci_descriptor_fields[] = {
	JSON_STRING(struct oci_descriptor, "mediaType", media_type, .is_required = true),
	JSON_STRING(struct oci_descriptor, "digest", digest, .is_required = true),
	JSON_U64(struct oci_descriptor, "size", size, .is_required = true),
	JSON_MAP(struct oci_descriptor, "annotations", annotations, n_annotations,
		&config_key_value_element),
	JSON_OBJECT_POINTER(struct oci_descriptor, "platform", platform, platform_fields),
	{ .name = NULL },
};
const struct json_field oci_descriptor_element = {
	.type = JSON_FIELD_OBJECT,
	.nested = oci_descriptor_fields,
};

int oci_descriptor_check(const char *at, const struct oci_descriptor *descriptor, struct err *err)
{
	struct err why = ERR_INIT;

	if (oci_digest_check(descriptor->digest, &why) < 0)
		return check_fail(err, check_at("%s/digest", at), "%s", why.text);
	if (descriptor->size > INT64_MAX)
		return check_fail(err, check_at("%s/size", at), "%llu bytes fit into no file",
			(unsigned long long)descriptor->size);
	return 0;
}

const char *oci_descriptor_annotation(const struct oci_descriptor *descriptor, const char *key)
{
	for (size_t i = 0; i < descriptor->n_annotations; i++)
		if (strcmp(descriptor->annotations[i].key, key) == 0)
			return descriptor->annotations[i].value;
	return NULL;
}

void oci_descriptor_write(
	struct json_writer *writer, const char *key, const struct oci_descriptor *descriptor)
{
	json_write_object(writer, key);
	json_write_string(writer, "mediaType", descriptor->media_type);
	json_write_string(writer, "digest", descriptor->digest);
	json_write_u64(writer, "size", descriptor->size);
	if (descriptor->n_annotations > 0) {
		json_write_object(writer, "annotations");
		for (size_t i = 0; i < descriptor->n_annotations; i++)
			json_write_string(writer, descriptor->annotations[i].key,
				descriptor->annotations[i].value);
		json_write_end(writer);
	}
	if (descriptor->platform) {
		json_write_object(writer, "platform");
		json_write_string(writer, "architecture", descriptor->platform->architecture);
		json_write_string(writer, "os", descriptor->platform->os);
		if (descriptor->platform->variant)
			json_write_string(writer, "variant", descriptor->platform->variant);
		json_write_end(writer);
	}
	json_write_end(writer);
}

#if defined(__x86_64__)
#define HOST_ARCHITECTURE "amd64"
#elif defined(__aarch64__)
#define HOST_ARCHITECTURE "arm64"
#elif defined(__riscv) && __riscv_xlen == 64
#define HOST_ARCHITECTURE "riscv64"
#elif defined(__s390x__)
#define HOST_ARCHITECTURE "s390x"
#elif defined(__powerpc64__) && defined(__LITTLE_ENDIAN__)
#define HOST_ARCHITECTURE "ppc64le"
#elif defined(__loongarch64)
#define HOST_ARCHITECTURE "loong64"
#elif defined(__i386__)
#define HOST_ARCHITECTURE "386"
#elif defined(__arm__)
#define HOST_ARCHITECTURE "arm"
#endif

const struct oci_platform *oci_platform_host(void)
{
	static const struct oci_platform host = { HOST_ARCHITECTURE, "linux", NULL };

	return &host;
}

bool oci_platform_matches(const struct oci_platform *a, const struct oci_platform *b)
{
	if (!a || !b)
		return true;
	return text_equal(a->architecture, b->architecture) && text_equal(a->os, b->os) &&
	       (!a->variant || !b->variant || text_equal(a->variant, b->variant));
}
