/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/manifest.h"

#include <errno.h>

#include "document.h"

#define DIGEST "'sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef'"
#define LAYER  "{'mediaType':'" OCI_MEDIA_LAYER_GZIP "','digest':" DIGEST ",'size':32654}"

static const char manifest_base[] = "{'schemaVersion':2,'mediaType':'" OCI_MEDIA_MANIFEST "',"
				    "'config':{'mediaType':'" OCI_MEDIA_CONFIG "','digest':" DIGEST
				    ",'size':7023},"
				    "'layers':[" LAYER "," LAYER "],'annotations':{'a':'b'}}";

static const char index_base[] =
	"{'schemaVersion':2,'manifests':[{'mediaType':'" OCI_MEDIA_MANIFEST "','digest':" DIGEST
	",'size':7143,'platform':{'architecture':'arm64','os':'linux','variant':'v8'},"
	"'annotations':{'" OCI_ANNOTATION_REF_NAME "':'stable'}}]}";

static void a_manifest_is_read(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	const char *text = document_quoted(&arena, manifest_base);
	struct oci_manifest manifest;
	struct err err = ERR_INIT;

	assert_int_equal(oci_manifest_read(&arena, text, strlen(text), &manifest, &err), 0);
	assert_int_equal(manifest.n_layers, 2);
	assert_int_equal(manifest.layers[1].size, 32654);
	assert_string_equal(manifest.annotations[0].value, "b");
	assert_int_equal(oci_media_kind(manifest.config.media_type), OCI_MEDIA_KIND_CONFIG);
}

static void what_is_written_is_what_was_read(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	const char *text = document_quoted(&arena, manifest_base);
	struct oci_manifest manifest;
	struct err err = ERR_INIT;
	size_t size;

	assert_int_equal(oci_manifest_read(&arena, text, strlen(text), &manifest, &err), 0);
	assert_string_equal(oci_manifest_text(&arena, &manifest, &size), text);
	assert_int_equal(size, strlen(text));
}

static void an_index_is_read(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	const char *text = document_quoted(&arena, index_base);
	struct oci_index index, again;
	struct err err = ERR_INIT;
	size_t size;

	assert_int_equal(oci_index_read(&arena, text, strlen(text), &index, &err), 0);
	assert_int_equal(index.n_manifests, 1);
	assert_string_equal(index.manifests[0].platform->variant, "v8");
	assert_string_equal(
		oci_descriptor_annotation(&index.manifests[0], OCI_ANNOTATION_REF_NAME), "stable");
	assert_null(oci_descriptor_annotation(&index.manifests[0], "other"));
	text = oci_index_text(&arena, &index, &size);
	assert_int_equal(oci_index_read(&arena, text, size, &again, &err), 0);
	assert_string_equal(again.manifests[0].platform->architecture, "arm64");
}

struct bad_case {
	struct change change;
	const char *config;
};

typedef int read_fn(struct arena *arena, const char *text, struct err *err);

static int read_manifest(struct arena *arena, const char *text, struct err *err)
{
	struct oci_manifest manifest;

	return oci_manifest_read(arena, text, strlen(text), &manifest, err);
}

static int read_index(struct arena *arena, const char *text, struct err *err)
{
	struct oci_index index;

	return oci_index_read(arena, text, strlen(text), &index, err);
}

static void assert_refused(const char *base, const struct bad_case *cases, size_t n, read_fn *read)
{
	for (size_t i = 0; i < n; i++) {
		AUTO_ARENA arena = ARENA_INIT;
		const char *text = document_changed(&arena, base, &cases[i].change, 1);
		struct err err = ERR_INIT;

		if (read(&arena, text, &err) != -EINVAL)
			fail_msg("%s = %s was taken", cases[i].change.pointer,
				cases[i].change.value);
		assert_string_equal(err.config, cases[i].config);
	}
}

static void bad_manifests_are_refused(void **state)
{
	static const struct bad_case cases[] = {
		{ { "/schemaVersion", "1" }, "/schemaVersion" },
		{ { "/schemaVersion", NULL }, "/schemaVersion" },
		{ { "/mediaType", "'" OCI_MEDIA_INDEX "'" }, "/mediaType" },
		{ { "/config", NULL }, "/config" },
		{ { "/layers", NULL }, "/layers" },
		{ { "/config/mediaType", "'application/vnd.oci.empty.v1+json'" },
			"/config/mediaType" },
		{ { "/config/digest", "'sha256:../../../etc/passwd'" }, "/config/digest" },
		{ { "/config/size", "-1" }, "/config/size" },
		{ { "/layers/1/size", "9223372036854775808" }, "/layers/1/size" },
		{ { "/layers/1/digest", "'md5:00'" }, "/layers/1/digest" },
		{ { "/layers/0/mediaType", "'text/plain'" }, "/layers/0/mediaType" },
		{ { "/manifests", "[]" }, "/manifests" },
		{ { "/fsLayers", "[]" }, "/fsLayers" },
	};

	assert_refused(manifest_base, cases, COUNT_OF(cases), read_manifest);
}

static void bad_indexes_are_refused(void **state)
{
	static const struct bad_case cases[] = {
		{ { "/schemaVersion", "3" }, "/schemaVersion" },
		{ { "/mediaType", "'" OCI_MEDIA_MANIFEST "'" }, "/mediaType" },
		{ { "/manifests", NULL }, "/manifests" },
		{ { "/manifests/0/digest", "'sha256:0'" }, "/manifests/0/digest" },
		{ { "/manifests/0/platform/os", NULL }, "/manifests/0/platform/os" },
		{ { "/layers", "[]" }, "/layers" },
		{ { "/config", "{}" }, "/config" },
	};

	assert_refused(index_base, cases, COUNT_OF(cases), read_index);
}

static void a_document_that_is_too_large_is_not_parsed(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	char *text = arena_alloc(&arena, OCI_MANIFEST_MAX_BYTES + 1);
	struct oci_manifest manifest;
	struct err err = ERR_INIT;

	memset(text, ' ', OCI_MANIFEST_MAX_BYTES + 1);
	assert_int_equal(
		oci_manifest_read(&arena, text, OCI_MANIFEST_MAX_BYTES + 1, &manifest, &err),
		-EFBIG);
}

static void more_layers_than_overlayfs_stacks_are_refused(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct oci_descriptor layers[OCI_LAYERS_MAX + 1];
	const char *text = document_quoted(&arena, manifest_base);
	struct oci_manifest manifest;
	struct err err = ERR_INIT;
	size_t size;

	assert_int_equal(oci_manifest_read(&arena, text, strlen(text), &manifest, &err), 0);
	for (size_t i = 0; i < COUNT_OF(layers); i++)
		layers[i] = manifest.layers[0];
	manifest.layers = layers;
	manifest.n_layers = OCI_LAYERS_MAX;
	text = oci_manifest_text(&arena, &manifest, &size);
	assert_int_equal(oci_manifest_read(&arena, text, size, &manifest, &err), 0);
	manifest.layers = layers;
	manifest.n_layers = OCI_LAYERS_MAX + 1;
	text = oci_manifest_text(&arena, &manifest, &size);
	assert_int_equal(oci_manifest_read(&arena, text, size, &manifest, &err), -EINVAL);
	assert_string_equal(err.config, "/layers");
}

static const char archive_base[] =
	"[{'Config':'0123.json','RepoTags':['a:b'],'Layers':['x/layer.tar','y.tar']},"
	"{'Config':'blobs/sha256/0','RepoTags':null,'Layers':[]}]";

static int read_archive(struct arena *arena, const char *text, struct err *err)
{
	struct docker_archive archive;

	return docker_archive_read(arena, text, strlen(text), &archive, err);
}

static void a_docker_archive_is_read(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	const char *text = document_quoted(&arena, archive_base);
	struct docker_archive archive;
	struct err err = ERR_INIT;

	assert_int_equal(docker_archive_read(&arena, text, strlen(text), &archive, &err), 0);
	assert_int_equal(archive.n_images, 2);
	assert_string_equal(archive.images[0].layers[1], "y.tar");
	assert_int_equal(archive.images[1].n_tags, 0);
}

static void members_of_an_archive_stay_inside_of_it(void **state)
{
	static const struct bad_case cases[] = {
		{ { "/0/Config", "'/etc/passwd'" }, "/0/Config" },
		{ { "/0/Config", "'../x'" }, "/0/Config" },
		{ { "/0/Config", "''" }, "/0/Config" },
		{ { "/0/Layers/1", "'a/../../x'" }, "/0/Layers/1" },
		{ { "/0/Layers/1", "'.'" }, "/0/Layers/1" },
		{ { "/0/Layers/1", "'a//b'" }, "/0/Layers/1" },
		{ { "/0/Layers", "null" }, "/0/Layers" },
	};

	assert_refused(archive_base, cases, COUNT_OF(cases), read_archive);
}

static void a_platform_that_says_less_matches(void **state)
{
	static const struct oci_platform arm = { "arm64", "linux", NULL };
	static const struct oci_platform v8 = { "arm64", "linux", "v8" };
	static const struct oci_platform v7 = { "arm64", "linux", "v7" };
	static const struct oci_platform windows = { "arm64", "windows", NULL };

	assert_true(oci_platform_matches(NULL, &arm));
	assert_true(oci_platform_matches(&arm, &v8));
	assert_false(oci_platform_matches(&v7, &v8));
	assert_false(oci_platform_matches(&arm, &windows));
	assert_string_equal(oci_platform_host()->os, "linux");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_manifest_is_read),
		cmocka_unit_test(what_is_written_is_what_was_read),
		cmocka_unit_test(an_index_is_read),
		cmocka_unit_test(bad_manifests_are_refused),
		cmocka_unit_test(bad_indexes_are_refused),
		cmocka_unit_test(a_document_that_is_too_large_is_not_parsed),
		cmocka_unit_test(more_layers_than_overlayfs_stacks_are_refused),
		cmocka_unit_test(a_docker_archive_is_read),
		cmocka_unit_test(members_of_an_archive_stay_inside_of_it),
		cmocka_unit_test(a_platform_that_says_less_matches),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
