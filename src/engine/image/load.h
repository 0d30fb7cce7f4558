/* SPDX-License-Identifier: Apache-2.0 */
/*
 * load: images of a source, between load*.c.
 *
 * Layer 3, role caller. Reading finds what images there are and reads their documents; adding makes
 * jobs of the layers that the store does not have; finishing writes the documents and the names.
 */
#pragma once

#include "engine/image/adding.h"

struct load;

struct load_image {
	const char *id;
	const char **names; /* normalised */
	size_t n_names;
	const char *config_text;
	size_t config_size;
	struct oci_image_config config;
	struct adding_layer *layers;
	size_t n_layers;
	bool is_there;                /* the store has it whole: only names are new */
	struct oci_descriptor stored; /* of its manifest there */

	/* OCI: the documents as they came */
	const char *manifest_text; /* NULL: one is made */
	size_t manifest_size;
	struct oci_manifest manifest;
	/* docker-archive */
	const char **layer_files;

	int (*add_layers)(struct load *load, struct load_image *image, struct err *err);
};

struct load {
	struct adding adding;
	struct load_image *images;
	size_t n_images;
};

int load_read_oci(struct load *load, struct err *err);
int load_read_docker(struct load *load, struct err *err);

/* The documents are in the store and the index knows the image. */
int load_finish(struct load *load, struct load_image *image, struct err *err);

/* A name as the source has it, normalised; one that is none is a warning. */
void load_add_name(struct load *load, struct load_image *image, const char *text);
