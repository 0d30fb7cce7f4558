/* SPDX-License-Identifier: Apache-2.0 */
/*
 * image_filter: --filter of images.
 *
 * Layer 3, role command. Pure. Different keys must all fit, of one key any value.
 */
#pragma once

#include "cli/option.h"
#include "engine/image/image.h"

struct image_filter {
	struct option_list dangling, labels, references;
	const struct image *before, *since; /* NULL: not asked for */
};

/*
 * "dangling=true", "label=KEY[=VALUE]", "reference=PATTERN", "before=IMAGE", "since=IMAGE". images:
 * where before and since are looked for. -EINVAL, -ENOENT.
 */
int image_filter_read(struct arena *arena, const struct store *store,
	const struct option_list *filters, struct image_filter *ret, struct err *err);

/* name: one of the image's names, or NULL. */
bool image_filter_takes(struct arena *arena, const struct image_filter *filter,
	const struct image *image, const char *name);
