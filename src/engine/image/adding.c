/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/image/adding.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/fd.h"

int adding_begin(
	struct adding *adding, struct arena *arena, const struct store *store, struct err *err)
{
	int r;

	*adding = (struct adding){
		.arena = arena,
		.store = store,
		.stage = STORE_STAGE_INIT,
		.source = SOURCE_INIT,
		.use_fd = -1,
	};
	r = store_use(store, &adding->use_fd, err);
	return r < 0 ? r : store_make_stage(arena, store, &adding->stage, err);
}

void adding_end(struct adding *adding)
{
	layer_jobs_free(adding->jobs, adding->jobs_max);
	source_close(&adding->source);
	store_remove_stage(adding->store, &adding->stage);
	fd_replace(&adding->use_fd, -1);
}

void adding_reserve(struct adding *adding, size_t n)
{
	assert(!adding->jobs);
	adding->jobs = layer_jobs_new(n);
	adding->jobs_max = n;
}

static struct layer_job *find_job(const struct adding *adding, const struct adding_layer *layer)
{
	for (size_t i = 0; i < adding->n_jobs; i++)
		if (layer->diff_id && layer->descriptor.digest &&
			strcmp(adding->jobs[i].diff_id, layer->diff_id) == 0 &&
			strcmp(adding->jobs[i].digest, layer->descriptor.digest) == 0)
			return &adding->jobs[i];
	return NULL;
}

static void copy_digest(char to[OCI_DIGEST_BYTES], const char *digest)
{
	if (digest)
		snprintf(to, OCI_DIGEST_BYTES, "%s", digest);
}

void adding_add(struct adding *adding, int fd, uint64_t size, struct adding_layer *layer)
{
	struct layer_job *job = find_job(adding, layer);

	layer->job = job;
	if (job) {
		fd_close(fd);
		return;
	}
	assert(adding->n_jobs < adding->jobs_max);
	job = &adding->jobs[adding->n_jobs];
	job->blob_fd = fd;
	job->blob_bytes = size;
	copy_digest(job->digest, layer->descriptor.digest);
	copy_digest(job->diff_id, layer->diff_id);
	snprintf(job->directory, sizeof(job->directory), "%s/l%zu", adding->stage.path,
		adding->n_jobs);
	layer->job = job;
	adding->n_jobs++;
}

static int adopt(struct adding *adding, struct err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < adding->n_jobs; i++) {
		const struct layer_job *job = &adding->jobs[i];
		char name[24];

		snprintf(name, sizeof(name), "l%zu", i);
		r = store_adopt_blob(adding->store, job->blob_fd, job->digest, err);
		if (r == 0)
			r = store_adopt_layer(
				adding->store, &adding->stage, name, job->diff_id, err);
	}
	return r < 0 ? r : store_sync_names(adding->store, err);
}

int adding_run(struct adding *adding, struct err *err)
{
	int r;

	if (adding->n_jobs == 0)
		return 0;
	r = layer_jobs_run(adding->store, adding->jobs, adding->n_jobs, adding->progress,
		adding->context, err);
	if (r == 0)
		r = store_sync(adding->store, err);
	return r < 0 ? r : adopt(adding, err);
}

void adding_complete(struct adding *adding, struct adding_layer *layer)
{
	const struct layer_job *job = layer->job;

	if (!job)
		return;
	layer->descriptor.digest = arena_strdup(adding->arena, job->digest);
	layer->descriptor.size = job->blob_bytes;
	layer->diff_id = arena_strdup(adding->arena, job->diff_id);
}

int adding_documents(struct arena *arena, const struct store *store,
	const struct oci_image_config *config, struct oci_manifest *manifest, const char *name,
	const char **ret_id, struct err *err)
{
	struct oci_descriptor config_blob = { .media_type = OCI_MEDIA_CONFIG };
	struct oci_descriptor manifest_blob = { .media_type = OCI_MEDIA_MANIFEST };
	size_t size;
	const char *text = oci_image_config_text(arena, config, &size);
	int r = store_add_blob(arena, store, text, size, &config_blob, err);

	if (r < 0)
		return r;
	manifest->config = config_blob;
	text = oci_manifest_text(arena, manifest, &size);
	r = store_add_blob(arena, store, text, size, &manifest_blob, err);
	if (r == 0)
		r = store_sync_names(store, err);
	*ret_id = config_blob.digest;
	return r < 0 ? r : image_name(arena, store, &manifest_blob, &name, name ? 1 : 0, err);
}
