/* SPDX-License-Identifier: Apache-2.0 */
/*
 * image_config: how an image wants to be run, and what it is made of (image-spec config.md).
 *
 * Layer 1, roles caller and command. The digest of the document's bytes is the image's id, so it is
 * kept byte by byte and only read here, except for images that are made here. Labels, names and
 * paths are the image's: data to judge, never options.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "base/arena.h"
#include "base/err.h"
#include "oci/config.h" /* struct oci_key_value */
#include "oci/descriptor.h"

enum { OCI_IMAGE_CONFIG_MAX_BYTES = 8 * 1024 * 1024 };

/* Docker's extension; times in nanoseconds, 0 where absent. */
struct oci_healthcheck {
	const char **test; /* "NONE", or "CMD" and arguments, or "CMD-SHELL" and a line */
	size_t n_test;
	int64_t interval, timeout, start_period, start_interval;
	int64_t retries;
};

struct oci_history {
	const char *created; /* RFC 3339; each string NULL where absent */
	const char *created_by;
	const char *author;
	const char *comment;
	bool empty_layer;
};

/* The execution parameters; zeros where absent. */
struct oci_image_run {
	const char *user;
	const char **exposed_ports; /* "80/tcp" */
	size_t n_exposed_ports;
	const char **env;
	size_t n_env;
	const char **entrypoint;
	size_t n_entrypoint;
	const char **cmd;
	size_t n_cmd;
	const char **volumes; /* paths in the container */
	size_t n_volumes;
	const char *working_dir;
	struct oci_key_value *labels;
	size_t n_labels;
	const char *stop_signal;
	const struct oci_healthcheck *healthcheck;
	const char **shell;
	size_t n_shell;
	const char **on_build;
	size_t n_on_build;
};

struct oci_image_config {
	const char *created; /* RFC 3339; NULL where absent */
	const char *author;
	const char *architecture;
	const char *os;
	const char *os_version;
	const char *variant;
	struct oci_image_run run;
	const char **diff_ids; /* lowest layer first; valid digests */
	size_t n_diff_ids;
	struct oci_history *history;
	size_t n_history;
};

/* Reads and checks; -EINVAL with the JSON pointer in err->config. Everything lives in arena. */
int oci_image_config_read(struct arena *arena, const char *bytes, size_t size,
	struct oci_image_config *ret, struct err *err);

/* What the reader takes, one line, no newline at its end. */
const char *oci_image_config_text(
	struct arena *arena, const struct oci_image_config *config, size_t *ret_size);

/* The parameters as Docker shows them in `inspect`: the object "Config". key: NULL at the top. */
void oci_image_run_write(
	struct json_writer *writer, const char *key, const struct oci_image_run *run);

/* Names what the application of diff_ids[0 … n - 1] gives (config.md, "Layer ChainID"); n >= 1. */
const char *oci_chain_id(struct arena *arena, const char *const *diff_ids, size_t n);
