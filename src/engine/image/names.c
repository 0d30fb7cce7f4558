/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The names of images are the annotations of index.json: one entry for each name, or one without
 * for an image that has none. Changes are made in memory and written as a whole.
 */
#include <errno.h>
#include <string.h>

#include "base/fd.h"
#include "engine/image/image.h"

static const char *name_of(const struct oci_descriptor *entry)
{
	return oci_descriptor_annotation(entry, OCI_ANNOTATION_REF_NAME);
}

static bool has_other_entry(const struct oci_index *index, const struct oci_descriptor *entry)
{
	for (size_t i = 0; i < index->n_manifests; i++)
		if (&index->manifests[i] != entry &&
			strcmp(index->manifests[i].digest, entry->digest) == 0)
			return true;
	return false;
}

static void remove_entry(struct oci_index *index, size_t i)
{
	index->n_manifests--;
	memmove(&index->manifests[i], &index->manifests[i + 1],
		(index->n_manifests - i) * sizeof(index->manifests[0]));
}

/* Without a name the entry stays if it is the image's last. */
static bool drop_name(struct oci_index *index, const char *name)
{
	for (size_t i = 0; i < index->n_manifests; i++) {
		struct oci_descriptor *entry = &index->manifests[i];
		const char *has = name_of(entry);

		if (!has || strcmp(has, name) != 0)
			continue;
		if (has_other_entry(index, entry))
			remove_entry(index, i);
		else
			entry->n_annotations = 0;
		return true;
	}
	return false;
}

static void drop_nameless(struct oci_index *index, const char *digest)
{
	for (size_t i = index->n_manifests; i-- > 0;)
		if (!name_of(&index->manifests[i]) &&
			strcmp(index->manifests[i].digest, digest) == 0)
			remove_entry(index, i);
}

static struct oci_descriptor make_entry(
	struct arena *arena, const struct oci_descriptor *descriptor, const char *name)
{
	struct oci_descriptor entry = { descriptor->media_type, descriptor->digest,
		descriptor->size, NULL, 0, NULL };

	if (name) {
		entry.annotations = ARENA_NEW(arena, struct oci_key_value);
		entry.annotations[0] = (struct oci_key_value){ OCI_ANNOTATION_REF_NAME, name };
		entry.n_annotations = 1;
	}
	return entry;
}

static void add_entry(struct arena *arena, struct oci_index *index,
	const struct oci_descriptor *descriptor, const char *name)
{
	struct oci_descriptor *entries = ARENA_NEW_ARRAY(
		arena, index->n_manifests + 1, struct oci_descriptor);

	if (index->n_manifests > 0)
		memcpy(entries, index->manifests, index->n_manifests * sizeof(entries[0]));
	entries[index->n_manifests++] = make_entry(arena, descriptor, name);
	index->manifests = entries;
}

static bool has_digest(const struct oci_index *index, const char *digest)
{
	for (size_t i = 0; i < index->n_manifests; i++)
		if (strcmp(index->manifests[i].digest, digest) == 0)
			return true;
	return false;
}

int image_name(struct arena *arena, const struct store *store,
	const struct oci_descriptor *descriptor, const char *const *names, size_t n,
	struct err *err)
{
	struct oci_index index;
	AUTO_FD int lock_fd = -1;
	int r = store_lock_index(store, &lock_fd, err);

	if (r == 0)
		r = store_read_index(arena, store, &index, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < n; i++) {
		drop_name(&index, names[i]);
		add_entry(arena, &index, descriptor, names[i]);
	}
	if (n > 0)
		drop_nameless(&index, descriptor->digest);
	else if (!has_digest(&index, descriptor->digest))
		add_entry(arena, &index, descriptor, NULL);
	return store_replace_index(arena, store, &index, err);
}

int image_unname(struct arena *arena, const struct store *store, const char *name, struct err *err)
{
	struct oci_index index;
	AUTO_FD int lock_fd = -1;
	int r = store_lock_index(store, &lock_fd, err);

	if (r == 0)
		r = store_read_index(arena, store, &index, err);
	if (r < 0)
		return r;
	if (!drop_name(&index, name))
		return err_fail(err, ENOENT, "no image has the name %s", name);
	return store_replace_index(arena, store, &index, err);
}

int image_forget(struct arena *arena, const struct store *store, const char *manifest_digest,
	struct err *err)
{
	struct oci_index index;
	AUTO_FD int lock_fd = -1;
	int r = store_lock_index(store, &lock_fd, err);

	if (r == 0)
		r = store_read_index(arena, store, &index, err);
	if (r < 0)
		return r;
	for (size_t i = index.n_manifests; i-- > 0;)
		if (strcmp(index.manifests[i].digest, manifest_digest) == 0)
			remove_entry(&index, i);
	return store_replace_index(arena, store, &index, err);
}
