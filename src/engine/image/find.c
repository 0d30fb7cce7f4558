/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "base/fd.h"
#include "base/text.h"
#include "base/utc.h"
#include "base/warn.h"
#include "engine/image/helper_program.h"
#include "engine/image/image.h"
#include "oci/reference.h"

static int read_documents(
	struct arena *arena, const struct store *store, struct image *image, struct err *err)
{
	const char *bytes;
	size_t size;
	int r = store_read_blob(
		arena, store, &image->descriptor, OCI_MANIFEST_MAX_BYTES, &bytes, &size, err);

	if (r == 0)
		r = oci_manifest_read(arena, bytes, size, &image->manifest, err);
	if (r == 0)
		r = store_read_blob(arena, store, &image->manifest.config,
			OCI_IMAGE_CONFIG_MAX_BYTES, &image->config_text, &image->config_size, err);
	if (r == 0)
		r = oci_image_config_read(
			arena, image->config_text, image->config_size, &image->config, err);
	if (r == 0 && image->config.n_diff_ids != image->manifest.n_layers)
		r = err_fail(err, EINVAL, "the manifest has %zu layers, the configuration %zu",
			image->manifest.n_layers, image->config.n_diff_ids);
	return r;
}

static void add_sizes(const struct store *store, struct image *image)
{
	for (size_t i = 0; i < image->manifest.n_layers; i++) {
		uint64_t bytes = store_layer_bytes(store, image->config.diff_ids[i]);

		image->size += bytes ? bytes : image->manifest.layers[i].size;
	}
}

static int read_image(struct arena *arena, const struct store *store, const struct oci_index *index,
	size_t first, struct image *ret, struct err *err)
{
	struct image image = { .descriptor = index->manifests[first] };
	int r = read_documents(arena, store, &image, err);

	if (r < 0)
		return err_while(err, "image %s", image.descriptor.digest);
	image.id = image.manifest.config.digest;
	image.descriptor.annotations = NULL;
	image.descriptor.n_annotations = 0;
	for (size_t i = first; i < index->n_manifests; i++) {
		const char *name = oci_descriptor_annotation(
			&index->manifests[i], OCI_ANNOTATION_REF_NAME);

		if (name && strcmp(index->manifests[i].digest, image.descriptor.digest) == 0)
			ARENA_APPEND(arena, image.names, image.n_names) = name;
	}
	add_sizes(store, &image);
	*ret = image;
	return 0;
}

static bool is_first_of_its_image(const struct oci_index *index, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (strcmp(index->manifests[i].digest, index->manifests[at].digest) == 0)
			return false;
	return true;
}

static int compare_age(const void *a, const void *b)
{
	const struct image *left = a, *right = b;
	struct timespec of_left = { 0 }, of_right = { 0 };

	if (left->config.created)
		(void)utc_parse(left->config.created, &of_left);
	if (right->config.created)
		(void)utc_parse(right->config.created, &of_right);
	if (of_left.tv_sec != of_right.tv_sec)
		return of_left.tv_sec < of_right.tv_sec ? 1 : -1;
	return strcmp(left->id, right->id);
}

int image_list(struct arena *arena, const struct store *store, struct image **ret, size_t *ret_n,
	struct err *err)
{
	struct oci_index index;
	int r = store_read_index(arena, store, &index, err);

	if (r < 0)
		return r;
	*ret = NULL;
	*ret_n = 0;
	for (size_t i = 0; i < index.n_manifests; i++) {
		struct err problem = ERR_INIT;
		struct image image;

		if (!is_first_of_its_image(&index, i))
			continue;
		if (read_image(arena, store, &index, i, &image, &problem) < 0)
			warn(&problem);
		else
			ARENA_APPEND(arena, *ret, *ret_n) = image;
	}
	if (*ret_n > 1)
		qsort(*ret, *ret_n, sizeof(**ret), compare_age);
	return 0;
}

/* "sha256:" may stand in front of an id, or of the begin of one. */
static const char *id_of(const char *text)
{
	const char *hex = text_after_prefix(text, "sha256:");
	size_t length;

	if (!hex)
		hex = text;
	length = strspn(hex, "0123456789abcdef");
	return length > 0 && length <= OCI_DIGEST_HEX_LENGTH && hex[length] == '\0' ? hex : NULL;
}

struct wanted {
	const char *text;
	const char *id;     /* or the begin of one; NULL */
	const char *digest; /* of a manifest; NULL */
	const char *names[2];
};

static void understand(struct arena *arena, const char *text, struct wanted *ret)
{
	struct oci_reference reference;
	struct err ignored = ERR_INIT; /* what is no name may be an id */

	*ret = (struct wanted){ .text = text, .id = id_of(text) };
	if (oci_reference_parse_tagged(arena, text, &reference, &ignored) < 0)
		return;
	ret->digest = reference.digest;
	reference.digest = NULL;
	if (!ret->digest || reference.tag)
		ret->names[0] = oci_reference_text(arena, &reference);
	if (strcmp(reference.domain, "docker.io") == 0 && !strchr(text, '.') && !ret->digest) {
		const char *path = text_after_prefix(reference.path, "library/");

		reference.path = path ? path : reference.path;
		reference.domain = "localhost";
		ret->names[1] = oci_reference_text(arena, &reference);
	}
}

static bool has_name(const struct image *image, const char *name)
{
	for (size_t i = 0; name && i < image->n_names; i++)
		if (strcmp(image->names[i], name) == 0)
			return true;
	return false;
}

static bool is_wanted_by_name(const struct image *image, const struct wanted *wanted, int which)
{
	if (wanted->digest && which == 0)
		return strcmp(image->descriptor.digest, wanted->digest) == 0;
	return has_name(image, wanted->names[which]);
}

static bool is_wanted_by_id(const struct image *image, const struct wanted *wanted)
{
	return wanted->id && text_has_prefix(oci_digest_hex(image->id), wanted->id);
}

static int pick_by_id(const struct wanted *wanted, const struct image *images, size_t n,
	const struct image **ret, struct err *err)
{
	for (size_t i = 0; i < n; i++) {
		if (!is_wanted_by_id(&images[i], wanted))
			continue;
		if (*ret && strcmp((*ret)->id, images[i].id) != 0)
			return err_fail(err, EINVAL, "%s is the begin of more than one image's id",
				wanted->text);
		*ret = &images[i];
	}
	return 0;
}

/* A name is stronger than the begin of an id, as Docker has it. */
static int pick(const struct wanted *wanted, const struct image *images, size_t n,
	const struct image **ret, struct err *err)
{
	*ret = NULL;
	for (int which = 0; which < 2; which++)
		for (size_t i = 0; i < n && !*ret; i++)
			if (is_wanted_by_name(&images[i], wanted, which))
				*ret = &images[i];
	if (!*ret)
		return pick_by_id(wanted, images, n, ret, err);
	return 0;
}

int image_find(struct arena *arena, const struct store *store, const char *text, struct image *ret,
	struct err *err)
{
	const struct image *found = NULL;
	struct image *images = NULL;
	struct wanted wanted;
	size_t n = 0;
	int r = image_list(arena, store, &images, &n, err);

	understand(arena, text, &wanted);
	if (r == 0)
		r = pick(&wanted, images, n, &found, err);
	if (r < 0)
		return r;
	if (!found) {
		err_fail(err, ENOENT, "no such image: %.300s", text);
		return err_hint(err, "`hull load -i ARCHIVE` loads one, `hull images` shows them");
	}
	*ret = *found;
	return 0;
}

/* Images that come with hull, by their normalised names. */
static const struct {
	const char *name, *file;
} shipped[] = { { "docker.io/library/busybox:latest", "busybox.tar" } };

static const char *find_shipped(struct arena *arena, const char *text)
{
	struct oci_reference reference;
	struct err ignored = ERR_INIT;
	const char *name;

	if (oci_reference_parse_tagged(arena, text, &reference, &ignored) < 0)
		return NULL;
	name = oci_reference_text(arena, &reference);
	for (size_t i = 0; i < sizeof(shipped) / sizeof(shipped[0]); i++)
		if (strcmp(shipped[i].name, name) == 0)
			return shipped[i].file;
	return NULL;
}

int image_find_or_load(struct arena *arena, const struct store *store, const char *text,
	struct image *ret, struct err *err)
{
	const char *file = find_shipped(arena, text);
	struct err missing = ERR_INIT, ignored = ERR_INIT;
	int r = image_find(arena, store, text, ret, &missing);
	struct loaded_image *loaded;
	char path[PATH_MAX];
	size_t n;

	if (r == -ENOENT && file && helper_data_find(file, path, &ignored) == 0) {
		const struct load_request request = { .path = path };

		r = image_load(arena, store, &request, &loaded, &n, err);
		return r < 0 ? err_while(err, "image %s, which comes with hull", text)
			     : image_find(arena, store, text, ret, err);
	}
	if (r < 0)
		*err = missing;
	return r;
}
