/* SPDX-License-Identifier: Apache-2.0 */
/* Reads whatever comes as each document of an image; what is taken can be written and read again.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "oci/digest.h"
#include "oci/image_config.h"
#include "oci/manifest.h"
#include "oci/reference.h"

/* A failure has a code and a text. */
static void assert_told(int r, const struct err *err)
{
	assert(r == -err->code && r < 0);
	assert(err->text[0] != '\0');
}

static void fuzz_manifest(const char *bytes, size_t size)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct oci_manifest manifest, again;
	struct err err = ERR_INIT;
	const char *text;
	int r = oci_manifest_read(&arena, bytes, size, &manifest, &err);

	if (r < 0) {
		assert_told(r, &err);
		return;
	}
	for (size_t i = 0; i < manifest.n_layers; i++)
		assert(oci_digest_is_valid(manifest.layers[i].digest));
	text = oci_manifest_text(&arena, &manifest, &size);
	assert(oci_manifest_read(&arena, text, size, &again, &err) == 0);
	assert(again.n_layers == manifest.n_layers);
}

static void fuzz_index(const char *bytes, size_t size)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct oci_index index, again;
	struct err err = ERR_INIT;
	const char *text;
	int r = oci_index_read(&arena, bytes, size, &index, &err);

	if (r < 0) {
		assert_told(r, &err);
		return;
	}
	text = oci_index_text(&arena, &index, &size);
	assert(oci_index_read(&arena, text, size, &again, &err) == 0);
	assert(again.n_manifests == index.n_manifests);
}

static void fuzz_config(const char *bytes, size_t size)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct oci_image_config config, again;
	struct err err = ERR_INIT;
	const char *text;
	int r = oci_image_config_read(&arena, bytes, size, &config, &err);

	if (r < 0) {
		assert_told(r, &err);
		return;
	}
	text = oci_image_config_text(&arena, &config, &size);
	assert(oci_image_config_read(&arena, text, size, &again, &err) == 0);
	assert(again.n_diff_ids == config.n_diff_ids && again.run.n_env == config.run.n_env);
}

static void fuzz_archive(const char *bytes, size_t size)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct docker_archive archive;
	struct err err = ERR_INIT;
	int r = docker_archive_read(&arena, bytes, size, &archive, &err);

	if (r < 0)
		assert_told(r, &err);
	for (size_t i = 0; r == 0 && i < archive.n_images; i++)
		assert(archive.images[i].config[0] != '/' && archive.images[i].config[0] != '\0');
}

/* A reference that was taken is the same when its normal form is read. */
static void fuzz_reference(const char *bytes, size_t size)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct oci_reference reference, again;
	struct err err = ERR_INIT;
	const char *text = arena_strndup(&arena, bytes, size);
	int r = oci_reference_parse_tagged(&arena, text, &reference, &err);

	if (r < 0) {
		assert_told(r, &err);
		return;
	}
	text = oci_reference_text(&arena, &reference);
	assert(oci_reference_parse(&arena, text, &again, &err) == 0);
	assert(strcmp(oci_reference_text(&arena, &again), text) == 0);
	text = oci_reference_familiar(&arena, &reference);
	assert(oci_reference_parse(&arena, text, &again, &err) == 0);
	assert(strcmp(again.path, reference.path) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	fuzz_manifest((const char *)bytes, size);
	fuzz_index((const char *)bytes, size);
	fuzz_config((const char *)bytes, size);
	fuzz_archive((const char *)bytes, size);
	fuzz_reference((const char *)bytes, size);
	return 0;
}
