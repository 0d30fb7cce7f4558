/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "engine/image/image.h"

/* A job for each layer that is not there; what the image has as a blob. */
static int add_jobs(const struct store *store, const struct image *image,
	const struct store_stage *stage, struct layer_job *jobs, size_t *n, struct err *err)
{
	for (size_t i = 0; i < image->manifest.n_layers; i++) {
		const struct oci_descriptor *layer = &image->manifest.layers[i];
		struct layer_job *job = &jobs[*n];
		int r;

		if (store_has_layer(store, image->config.diff_ids[i]))
			continue;
		r = store_open_blob(store, layer, &job->blob_fd, err);
		if (r < 0)
			return r;
		job->blob_bytes = layer->size;
		snprintf(job->digest, sizeof(job->digest), "%s", layer->digest);
		snprintf(job->diff_id, sizeof(job->diff_id), "%s", image->config.diff_ids[i]);
		snprintf(job->directory, sizeof(job->directory), "%s/l%zu", stage->path, *n);
		(*n)++;
	}
	return 0;
}

static int adopt_layers(const struct store *store, const struct store_stage *stage,
	const struct layer_job *jobs, size_t n, struct err *err)
{
	int r = store_sync(store, err);

	for (size_t i = 0; r == 0 && i < n; i++) {
		char name[24];

		snprintf(name, sizeof(name), "l%zu", i);
		r = store_adopt_layer(store, stage, name, jobs[i].diff_id, err);
	}
	return r;
}

static int unpack_missing(
	struct arena *arena, const struct store *store, const struct image *image, struct err *err)
{
	struct layer_job *jobs = layer_jobs_new(image->manifest.n_layers);
	struct store_stage stage = STORE_STAGE_INIT;
	size_t n = 0;
	int r = store_make_stage(arena, store, &stage, err);

	if (r == 0)
		r = add_jobs(store, image, &stage, jobs, &n, err);
	if (r == 0)
		r = layer_jobs_run(store, jobs, n, NULL, NULL, err);
	if (r == 0)
		r = adopt_layers(store, &stage, jobs, n, err);
	layer_jobs_free(jobs, image->manifest.n_layers);
	store_remove_stage(store, &stage);
	return r < 0 ? err_while(err, "image %s: unpack its layers", image->id) : 0;
}

int image_layers(struct arena *arena, const struct store *store, const struct image *image,
	const char ***ret_directories, size_t *ret_n, struct err *err)
{
	size_t n = image->config.n_diff_ids, n_there = 0;
	const char **directories = ARENA_NEW_ARRAY(arena, n, const char *);

	for (size_t i = 0; i < n; i++) {
		directories[i] = store_layer_path(arena, store, image->config.diff_ids[i]);
		n_there += store_has_layer(store, image->config.diff_ids[i]);
	}
	if (n_there < n) {
		int r = unpack_missing(arena, store, image, err);

		if (r < 0)
			return r;
	}
	*ret_directories = directories;
	*ret_n = n;
	return 0;
}
