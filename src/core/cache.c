/* SPDX-License-Identifier: Apache-2.0 */
#include "core/cache.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/text.h"
#include "core/cgroup/device_cache.h"
#include "core/seccomp/seccomp.h"
#include "core/template.h"

#define SECCOMP_DIR "/run/hull/seccomp"

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

/* Where seccomp.h says the filters are; that of root of a user namespace is that of a user. */
static const char *seccomp_directory(struct arena *arena)
{
	const char *runtime_dir = secure_getenv("XDG_RUNTIME_DIR");

	if (text_is_empty(runtime_dir) || access(SECCOMP_DIR, R_OK | W_OK) == 0)
		return SECCOMP_DIR;
	return arena_printf(arena, "%s/hull/seccomp", runtime_dir);
}

static int list_filters(struct cache_listing *listing, struct err *err)
{
	const char *directory = seccomp_directory(listing->arena);
	struct seccomp_cache_entry *filters;
	size_t n_filters;
	int r = seccomp_cache_list(listing->arena, &filters, &n_filters, err);

	for (size_t i = 0; r == 0 && i < n_filters; i++)
		ARENA_APPEND(listing->arena, listing->entries,
			listing->n_entries) = (struct cache_entry){
			.kind = "seccomp",
			.path = arena_printf(listing->arena, "%s/%s", directory, filters[i].name),
			.size_bytes = filters[i].size_bytes,
		};
	return r;
}

/* Whoever compiles one meanwhile keeps it. */
static int remove_filters(struct err *err)
{
	AUTO_ARENA arena = ARENA_INIT;
	const char *directory = seccomp_directory(&arena);
	int r = seccomp_cache_remove(&arena, NULL, err);

	if (r == 0 && rmdir(directory) < 0 && errno != ENOENT && errno != ENOTEMPTY &&
		errno != EACCES)
		return err_sys(err, "rmdir %s", directory);
	return r;
}

static int list_programs(struct cache_listing *listing, struct err *err)
{
	const char **names;
	size_t n;
	int r = device_cache_list(listing->arena, &names, &n, err);

	for (size_t i = 0; r == 0 && i < n; i++)
		ARENA_APPEND(listing->arena, listing->entries,
			listing->n_entries) = (struct cache_entry){
			.kind = "devices",
			.path = arena_printf(listing->arena, DEVICE_CACHE_DIR "/%s", names[i]),
		};
	return r;
}

/* In the order of the listing. The last one removes the directory of all. */
static const struct {
	int (*list)(struct cache_listing *listing, struct err *err);
	int (*remove)(struct err *err);
} kinds[] = {
	{ list_filters, remove_filters },
	{ list_programs, device_cache_remove },
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
