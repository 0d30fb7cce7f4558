/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/store/sub_ids.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/parse.h"
#include "core/user_name.h"

enum { SUB_IDS_MAX_BYTES = 1024 * 1024 };

/* "NAME:FIRST:COUNT" in line, which is changed. */
static bool parse_line(
	char *line, const char *name, uid_t uid, uint32_t *ret_first, uint32_t *ret_count)
{
	char *first = strchr(line, ':');
	char *count = first ? strchr(first + 1, ':') : NULL;
	uint32_t number;

	if (!count)
		return false;
	*first++ = '\0';
	*count++ = '\0';
	if (!(name && strcmp(line, name) == 0) && !(parse_id(line, &number) == 0 && number == uid))
		return false;
	return parse_id(first, ret_first) == 0 && parse_id(count, ret_count) == 0 &&
	       *ret_count > 0 && *ret_count <= UINT32_MAX - 1 - *ret_first;
}

void sub_ids_parse(struct arena *arena, const char *text, const char *name, uid_t uid,
	struct oci_id_mapping **ret, size_t *ret_n)
{
	uint32_t next = 1, first, count;

	*ret = NULL;
	*ret_n = 0;
	while (*text) {
		size_t length = strcspn(text, "\n");
		char *line = arena_strndup(arena, text, length);

		if (parse_line(line, name, uid, &first, &count) && count <= UINT32_MAX - next) {
			ARENA_APPEND(arena, *ret, *ret_n) = (struct oci_id_mapping){ next, first,
				count };
			next += count;
		}
		text += length + (text[length] == '\n');
	}
}

static bool has_helper(const char *name)
{
	static const char *const folders[] = { "/usr/bin", "/bin", "/usr/local/bin" };
	char path[64];

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", folders[i], name);
		if (access(path, X_OK) == 0)
			return true;
	}
	return false;
}

/* The user's own id as 0, and what file gives it. */
static bool read_map(struct arena *arena, const char *file, uint32_t own,
	const struct oci_id_mapping **ret, size_t *ret_n)
{
	struct oci_id_mapping *ranges, *map;
	struct err ignored = ERR_INIT;
	const char *text = "";
	size_t size, n;

	/* a file that cannot be read gives nothing */
	(void)file_read_at(arena, AT_FDCWD, file, SUB_IDS_MAX_BYTES, &text, &size, &ignored);
	sub_ids_parse(arena, text, user_name(arena, getuid()), getuid(), &ranges, &n);
	map = ARENA_NEW_ARRAY(arena, n + 1, struct oci_id_mapping);
	map[0] = (struct oci_id_mapping){ 0, own, 1 };
	if (n > 0)
		memcpy(map + 1, ranges, n * sizeof(*map));
	*ret = map;
	*ret_n = n + 1;
	return n > 0;
}

void sub_ids_map(struct arena *arena, struct id_maps *ret, bool *ret_is_one)
{
	bool has_uids = read_map(arena, "/etc/subuid", geteuid(), &ret->uids, &ret->n_uids);
	bool has_gids = read_map(arena, "/etc/subgid", getegid(), &ret->gids, &ret->n_gids);

	*ret_is_one = !has_uids || !has_gids || !has_helper("newuidmap") ||
		      !has_helper("newgidmap");
	if (*ret_is_one) {
		ret->n_uids = 1;
		ret->n_gids = 1;
	}
}
