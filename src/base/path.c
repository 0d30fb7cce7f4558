/* SPDX-License-Identifier: Apache-2.0 */
#include "base/path.h"

#include <stdbool.h>
#include <string.h>

/* Drops the last component of out[0 … length), unless it is ".." or there is none. */
static bool drop_last(const char *out, size_t start, size_t *length)
{
	size_t at = *length;

	if (at == start)
		return false;
	while (at > start && out[at - 1] != '/')
		at--;
	if (*length - at == 2 && memcmp(out + at, "..", 2) == 0)
		return false;
	*length = at > start ? at - 1 : start;
	return true;
}

const char *path_clean(struct arena *arena, const char *path)
{
	bool is_absolute = path[0] == '/';
	char *out = arena_alloc(arena, strlen(path) + 2);
	size_t start = is_absolute ? 1 : 0;
	size_t length = start;

	out[0] = '/';
	while (*path) {
		size_t n = strcspn(path, "/");
		bool is_parent = n == 2 && memcmp(path, "..", 2) == 0;
		bool is_dropped = n == 0 || (n == 1 && path[0] == '.');

		if (is_parent && (drop_last(out, start, &length) || is_absolute))
			is_dropped = true;
		if (!is_dropped) {
			if (length > start)
				out[length++] = '/';
			memcpy(out + length, path, n);
			length += n;
		}
		path += n + (path[n] == '/');
	}
	if (length == 0)
		out[length++] = '.';
	out[length] = '\0';
	return out;
}

const char *path_join(struct arena *arena, const char *directory, const char *path)
{
	if (path[0] == '/')
		return path_clean(arena, path);
	return path_clean(arena, arena_printf(arena, "%s/%s", directory, path));
}

const char *path_base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}
