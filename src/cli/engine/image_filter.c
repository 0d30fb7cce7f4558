/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/engine/image_filter.h"

#include <errno.h>
#include <fnmatch.h>
#include <string.h>

#include "base/text.h"
#include "base/utc.h"
#include "cli/engine/image_store.h"

static int read_image(struct arena *arena, const struct store *store, const char *value,
	const struct image **ret, struct err *err)
{
	struct image *image = ARENA_NEW(arena, struct image);

	*ret = image;
	return image_find(arena, store, value, image, err);
}

static int read_one(struct arena *arena, const struct store *store, const char *filter,
	struct image_filter *ret, struct err *err)
{
	const char *value;

	if ((value = text_after_prefix(filter, "dangling="))) {
		if (strcmp(value, "true") != 0 && strcmp(value, "false") != 0 &&
			strcmp(value, "1") != 0 && strcmp(value, "0") != 0)
			return err_fail(err, EINVAL, "filter dangling=%.50s: true or false", value);
		ARENA_APPEND(arena, ret->dangling.items, ret->dangling.n_items) = value;
		return 0;
	}
	if ((value = text_after_prefix(filter, "label="))) {
		ARENA_APPEND(arena, ret->labels.items, ret->labels.n_items) = value;
		return 0;
	}
	if ((value = text_after_prefix(filter, "reference="))) {
		ARENA_APPEND(arena, ret->references.items, ret->references.n_items) = value;
		return 0;
	}
	if ((value = text_after_prefix(filter, "before=")))
		return read_image(arena, store, value, &ret->before, err);
	if ((value = text_after_prefix(filter, "since=")))
		return read_image(arena, store, value, &ret->since, err);
	return err_fail(err, EINVAL,
		"invalid filter \"%.100s\": dangling=, label=, reference=, before= and since= are "
		"known",
		filter);
}

int image_filter_read(struct arena *arena, const struct store *store,
	const struct option_list *filters, struct image_filter *ret, struct err *err)
{
	int r = 0;

	*ret = (struct image_filter){ 0 };
	for (size_t i = 0; r == 0 && i < filters->n_items; i++)
		r = read_one(arena, store, filters->items[i], ret, err);
	return r;
}

static bool is_yes(const char *value)
{
	return strcmp(value, "true") == 0 || strcmp(value, "1") == 0;
}

static bool has_label(const struct image *image, const char *wanted)
{
	size_t length = strcspn(wanted, "=");

	for (size_t i = 0; i < image->config.run.n_labels; i++) {
		const struct oci_key_value *label = &image->config.run.labels[i];

		if (strlen(label->key) == length && strncmp(label->key, wanted, length) == 0 &&
			(wanted[length] == '\0' || strcmp(label->value, wanted + length + 1) == 0))
			return true;
	}
	return false;
}

/* The pattern may say the repository alone, with tag, or the whole normalised name. */
static bool fits_reference(struct arena *arena, const char *name, const char *pattern)
{
	const char *repository, *tag;

	if (!name)
		return false;
	image_split_name(arena, name, &repository, &tag);
	return fnmatch(pattern, repository, FNM_PATHNAME) == 0 ||
	       fnmatch(pattern, arena_printf(arena, "%s:%s", repository, tag), FNM_PATHNAME) == 0 ||
	       fnmatch(pattern, name, FNM_PATHNAME) == 0;
}

static int compare_age(const struct image *a, const struct image *b)
{
	struct timespec of_a = { 0 }, of_b = { 0 };

	if (a->config.created)
		(void)utc_parse(a->config.created, &of_a);
	if (b->config.created)
		(void)utc_parse(b->config.created, &of_b);
	if (of_a.tv_sec != of_b.tv_sec)
		return of_a.tv_sec < of_b.tv_sec ? -1 : 1;
	return of_a.tv_nsec < of_b.tv_nsec ? -1 : of_a.tv_nsec > of_b.tv_nsec;
}

bool image_filter_takes(struct arena *arena, const struct image_filter *filter,
	const struct image *image, const char *name)
{
	bool fits = filter->references.n_items == 0;

	for (size_t i = 0; i < filter->dangling.n_items; i++)
		if (is_yes(filter->dangling.items[i]) != (image->n_names == 0))
			return false;
	for (size_t i = 0; i < filter->labels.n_items; i++)
		if (!has_label(image, filter->labels.items[i]))
			return false;
	for (size_t i = 0; i < filter->references.n_items; i++)
		fits = fits || fits_reference(arena, name, filter->references.items[i]);
	if (filter->before && compare_age(image, filter->before) >= 0)
		return false;
	if (filter->since && compare_age(image, filter->since) <= 0)
		return false;
	return fits;
}
