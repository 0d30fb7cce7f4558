/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "engine/image/load.h"

/* An image is what its configuration says: with the same one, another manifest tells only how the
 * same layers were packed. */
static bool is_whole(const struct store *store, const struct image *image)
{
	for (size_t i = 0; i < image->manifest.n_layers; i++)
		if (!store_has_blob(store, &image->manifest.layers[i]) ||
			!store_has_layer(store, image->config.diff_ids[i]))
			return false;
	return true;
}

static int find_stored(struct load *load, struct err *err)
{
	const struct store *store = load->adding.store;
	struct image *images;
	size_t n;
	int r = image_list(load->adding.arena, store, &images, &n, err);

	for (size_t i = 0; r == 0 && i < load->n_images; i++)
		for (size_t k = 0; k < n && !load->images[i].is_there; k++)
			if (strcmp(images[k].id, load->images[i].id) == 0 &&
				is_whole(store, &images[k])) {
				load->images[i].is_there = true;
				load->images[i].stored = images[k].descriptor;
			}
	return r;
}

static int load_all(struct load *load, struct err *err)
{
	int r = load->adding.source.kind == SOURCE_KIND_OCI ? load_read_oci(load, err)
							    : load_read_docker(load, err);
	size_t n_layers = 0;

	if (r == 0)
		r = find_stored(load, err);
	for (size_t i = 0; r == 0 && i < load->n_images; i++)
		n_layers += load->images[i].n_layers;
	if (r == 0)
		adding_reserve(&load->adding, n_layers);
	for (size_t i = 0; r == 0 && i < load->n_images; i++)
		if (!load->images[i].is_there)
			r = load->images[i].add_layers(load, &load->images[i], err);
	if (r == 0)
		r = adding_run(&load->adding, err);
	for (size_t i = 0; r == 0 && i < load->n_images; i++)
		r = load_finish(load, &load->images[i], err);
	return r;
}

static uint64_t count_skipped_devices(const struct load_image *image)
{
	uint64_t n = 0;

	for (size_t i = 0; i < image->n_layers; i++)
		if (image->layers[i].job)
			n += image->layers[i].job->n_devices_skipped;
	return n;
}

static void tell(struct load *load, struct loaded_image **ret, size_t *ret_n)
{
	*ret = ARENA_NEW_ARRAY(load->adding.arena, load->n_images, struct loaded_image);
	*ret_n = load->n_images;
	for (size_t i = 0; i < load->n_images; i++) {
		const struct load_image *image = &load->images[i];

		(*ret)[i] = (struct loaded_image){
			.id = image->id,
			.names = image->names,
			.n_names = image->n_names,
			.n_devices_skipped = count_skipped_devices(image),
		};
	}
}

int image_load(struct arena *arena, const struct store *store, const struct load_request *request,
	struct loaded_image **ret, size_t *ret_n, struct err *err)
{
	struct load load = { 0 };
	int r = adding_begin(&load.adding, arena, store, err);

	load.adding.progress = request->progress;
	load.adding.context = request->context;
	if (r == 0)
		r = source_open(store, &load.adding.stage, request->path, &load.adding.source, err);
	if (r == 0)
		r = load_all(&load, err);
	if (r == 0)
		tell(&load, ret, ret_n);
	adding_end(&load.adding);
	return r;
}
