/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/warn.h"
#include "engine/image/load.h"
#include "oci/reference.h"

void load_add_name(struct load *load, struct load_image *image, const char *text)
{
	struct arena *arena = load->adding.arena;
	struct oci_reference reference;
	struct err err = ERR_INIT;
	const char *name;

	if (oci_reference_parse_tagged(arena, text, &reference, &err) < 0) {
		err_while(&err, "the image's name is not used");
		warn(&err);
		return;
	}
	if (!reference.tag)
		return; /* a digest says nothing that the manifest does not */
	reference.digest = NULL;
	name = oci_reference_text(arena, &reference);
	for (size_t i = 0; i < image->n_names; i++)
		if (strcmp(image->names[i], name) == 0)
			return;
	ARENA_APPEND(arena, image->names, image->n_names) = name;
}

/* For an image that came without a manifest. */
static void make_manifest(struct load *load, struct load_image *image)
{
	struct arena *arena = load->adding.arena;
	struct oci_manifest manifest = {
		.config = { OCI_MEDIA_CONFIG, image->id, image->config_size, NULL, 0, NULL },
		.layers = ARENA_NEW_ARRAY(arena, image->n_layers, struct oci_descriptor),
		.n_layers = image->n_layers,
	};

	for (size_t i = 0; i < image->n_layers; i++)
		manifest.layers[i] = image->layers[i].descriptor;
	image->manifest_text = oci_manifest_text(arena, &manifest, &image->manifest_size);
}

int load_finish(struct load *load, struct load_image *image, struct err *err)
{
	struct arena *arena = load->adding.arena;
	const struct store *store = load->adding.store;
	struct oci_descriptor config = { .media_type = OCI_MEDIA_CONFIG };
	struct oci_descriptor manifest = { .media_type = OCI_MEDIA_MANIFEST };
	int r;

	if (image->is_there)
		return image_name(arena, store, &image->stored, image->names, image->n_names, err);
	for (size_t i = 0; i < image->n_layers; i++)
		adding_complete(&load->adding, &image->layers[i]);
	if (!image->manifest_text)
		make_manifest(load, image);
	else if (image->manifest.media_type)
		manifest.media_type = image->manifest.media_type;
	r = store_add_blob(arena, store, image->config_text, image->config_size, &config, err);
	if (r == 0)
		r = store_add_blob(
			arena, store, image->manifest_text, image->manifest_size, &manifest, err);
	if (r == 0)
		r = store_sync_names(store, err);
	if (r == 0)
		r = image_name(arena, store, &manifest, image->names, image->n_names, err);
	return r;
}
