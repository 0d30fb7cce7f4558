/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "engine/image/load.h"

static int load_all(struct load *load, struct err *err)
{
	int r = load->adding.source.kind == SOURCE_KIND_OCI ? load_read_oci(load, err)
							    : load_read_docker(load, err);
	size_t n_layers = 0;

	for (size_t i = 0; r == 0 && i < load->n_images; i++)
		n_layers += load->images[i].n_layers;
	if (r == 0)
		adding_reserve(&load->adding, n_layers);
	for (size_t i = 0; r == 0 && i < load->n_images; i++)
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
