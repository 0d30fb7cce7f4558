/* SPDX-License-Identifier: Apache-2.0 */
/*
 * image_store: what the commands about images share.
 *
 * Layer 3, role command.
 */
#pragma once

#include "cli/command.h"
#include "engine/image/image.h"

/* The store that the global options name. */
int image_store_open(struct command_call *call, struct store *ret, struct err *err);

/* "latest" for a name without tag: for targets of tag and import. A digest is refused. */
int image_target_name(
	struct command_call *call, const char *text, const char **ret, struct err *err);

/* "sha256:0123456789ab…" → "0123456789ab". */
const char *image_short_id(struct arena *arena, const char *id);

/* As people write it: "busybox:latest" for "docker.io/library/busybox:latest". */
const char *image_familiar_name(struct arena *arena, const char *name);

/* Repository and tag of a normalised name; "<none>" for NULL. */
void image_split_name(
	struct arena *arena, const char *name, const char **ret_repository, const char **ret_tag);

/* Shows on a terminal (standard error) how far layers are; nothing elsewhere. */
struct image_progress {
	bool is_shown;
	size_t n_lines; /* that were drawn */
};
struct image_progress image_progress_begin(bool quiet);
layer_progress_fn image_progress_show; /* context: struct image_progress */
