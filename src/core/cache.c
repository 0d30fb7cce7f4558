/* SPDX-License-Identifier: Apache-2.0 */
#include "core/cache.h"

#include "core/template.h"

struct cache_listing {
	struct arena *arena;
	struct cache_entry *entries;
	size_t n_entries;
};

static int list_namespace(struct cache_listing *listing, struct err *err)
{
	(void)err;
	if (template_exists())
		ARENA_APPEND(listing->arena, listing->entries,
			listing->n_entries) = (struct cache_entry){
			.kind = "namespace",
			.path = TEMPLATE_DIR "/mnt",
		};
	return 0;
}

/* Only who may make one has one to remove. */
static int remove_namespace(struct err *err)
{
	return template_is_possible() ? template_remove(err) : 0;
}

/* In the order of the listing. */
static const struct {
	int (*list)(struct cache_listing *listing, struct err *err);
	int (*remove)(struct err *err);
} kinds[] = {
	{ list_namespace, remove_namespace },
};

enum { KIND_COUNT = sizeof(kinds) / sizeof(kinds[0]) };

int cache_list(struct arena *arena, struct cache_entry **ret, size_t *ret_count, struct err *err)
{
	struct cache_listing listing = { .arena = arena };

	for (size_t i = 0; i < KIND_COUNT; i++) {
		int r = kinds[i].list(&listing, err);

		if (r < 0)
			return err_while(err, "cache");
	}
	*ret = listing.entries;
	*ret_count = listing.n_entries;
	return 0;
}

int cache_remove(struct err *err)
{
	for (size_t i = 0; i < KIND_COUNT; i++) {
		int r = kinds[i].remove(err);

		if (r < 0)
			return err_while(err, "cache");
	}
	return 0;
}
