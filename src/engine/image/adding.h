/* SPDX-License-Identifier: Apache-2.0 */
/*
 * adding: images on their way into the store, whatever they come from.
 *
 * Layer 3, role caller. First everything is taken into the stage and verified, layer by layer; then
 * it is put onto the disk; then it gets its names; then index.json tells of it. A death in between
 * leaves a stage, or blobs and layers that nobody needs, which the next collection removes.
 */
#pragma once

#include "engine/image/image.h"
#include "engine/image/source.h"

/* One layer of one image. */
struct adding_layer {
	struct oci_descriptor descriptor; /* digest NULL: that of the job, when it is done */
	const char *diff_id;              /* NULL likewise */
	struct layer_job *job;            /* NULL: the store has it */
};

struct adding {
	struct arena *arena;
	const struct store *store;
	struct store_stage stage;
	struct source source;
	int use_fd;
	struct layer_job *jobs;
	size_t n_jobs, jobs_max;
	layer_progress_fn *progress;
	void *context;
};

/* Begins: nothing is collected from here on. adding_end() in any case. */
int adding_begin(
	struct adding *adding, struct arena *arena, const struct store *store, struct err *err);
void adding_end(struct adding *adding);

/* Room for n jobs; once, before the first is added. */
void adding_reserve(struct adding *adding, size_t n);

/*
 * A file of the stage (fd is taken) is a layer. layer->descriptor.digest and diff_id are what it
 * must be, or NULL. The same layer twice is one job.
 */
void adding_add(struct adding *adding, int fd, uint64_t size, struct adding_layer *layer);

/* Verifies and unpacks what was added; then blobs and layers are in the store, on the disk. */
int adding_run(struct adding *adding, struct err *err);

/* Fills in what the jobs have found out. */
void adding_complete(struct adding *adding, struct adding_layer *layer);

/* Configuration and manifest of an image whose layers are there; the manifest gets its
 * configuration. name: one that it takes, or NULL. *ret_id: the configuration's digest. */
int adding_documents(struct arena *arena, const struct store *store,
	const struct oci_image_config *config, struct oci_manifest *manifest, const char *name,
	const char **ret_id, struct err *err);
