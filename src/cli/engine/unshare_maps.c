/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/engine/unshare_maps.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/file.h"
#include "base/parse.h"
#include "base/text.h"
#include "core/subids.h"

enum { MAP_MAX_BYTES = 65536 };

struct lines {
	struct arena *arena;
	const struct unshare_map *map;
	struct oci_id_mapping *items;
	size_t n;
};

static void add_line(struct lines *lines, uint32_t inside, uint32_t outside, uint32_t count)
{
	if (count > 0)
		ARENA_APPEND(lines->arena, lines->items,
			lines->n) = (struct oci_id_mapping){ inside, outside, count };
}

/* Around the one number that is the caller's own. */
static void add_range(struct lines *lines, uint32_t inside, uint32_t outside, uint32_t count)
{
	uint32_t hole = lines->map->single;
	uint32_t before;

	if (!lines->map->has_single || hole < inside || hole - inside >= count) {
		add_line(lines, inside, outside, count);
		return;
	}
	before = hole - inside;
	add_line(lines, inside, outside, before);
	add_line(lines, hole + 1, outside + before, count - before);
}

static int parse_three(const char *text, char between, uint32_t ret[3])
{
	for (int i = 0; i < 3; i++) {
		const char *end = i < 2 ? strchr(text, between) : text + strlen(text);
		uint64_t number;

		if (!end || parse_u64_n(text, (size_t)(end - text), &number) < 0 ||
			number > UINT32_MAX)
			return -EINVAL;
		ret[i] = (uint32_t)number;
		text = end + 1;
	}
	return 0;
}

static int add_numbers(struct lines *lines, const char *text, struct err *err)
{
	uint32_t numbers[3];

	if (parse_three(text, ':', numbers) == 0)
		add_range(lines, numbers[0], numbers[1], numbers[2]);
	else if (parse_three(text, ',', numbers) == 0) /* the older order */
		add_range(lines, numbers[1], numbers[0], numbers[2]);
	else
		return err_fail(err, EINVAL,
			"id map \"%s\": neither INNER:OUTER:COUNT nor auto, subids or all", text);
	return 0;
}

static int add_subids(struct lines *lines, bool from_zero, struct err *err)
{
	struct subids subids;
	int r = subids_read(lines->arena, lines->map->subids_path, lines->map->own, &subids, err);

	if (r < 0)
		return r;
	add_range(lines, from_zero ? 0 : subids.first, subids.first, subids.count);
	return 0;
}

/* Every id that this user namespace has, as itself. */
static int add_all(struct lines *lines, struct err *err)
{
	const char *path = arena_printf(lines->arena, "/proc/self/%s", lines->map->proc_name);
	const char *text;
	size_t length;
	AUTO_FD int fd = open(path, O_RDONLY | O_CLOEXEC);
	int r;

	if (fd < 0)
		return err_sys(err, "open %s", path);
	r = file_read_fd(lines->arena, fd, path, MAP_MAX_BYTES, &text, &length, err);

	while (r == 0 && *text != '\0') {
		uint64_t numbers[3];

		for (int i = 0; i < 3; i++) {
			size_t digits;

			text += strspn(text, " ");
			digits = strspn(text, "0123456789");
			if (parse_u64_n(text, digits, &numbers[i]) < 0)
				return err_fail(err, EPROTO, "%s has an unknown form", path);
			text += digits;
		}
		text += *text == '\n';
		add_range(lines, (uint32_t)numbers[0], (uint32_t)numbers[0], (uint32_t)numbers[2]);
	}
	return r;
}

static int add_word(struct lines *lines, const char *word, struct err *err)
{
	if (text_equal(word, "auto"))
		return add_subids(lines, true, err);
	if (text_equal(word, "subids"))
		return add_subids(lines, false, err);
	if (text_equal(word, "all"))
		return add_all(lines, err);
	return add_numbers(lines, word, err);
}

int unshare_map_make(struct arena *arena, const struct unshare_map *map,
	struct oci_id_mapping **ret, size_t *ret_n, struct err *err)
{
	struct lines lines = { .arena = arena, .map = map };

	if (map->has_single)
		add_line(&lines, map->single, map->own, 1);
	for (size_t i = 0; i < map->ranges->n_items; i++) {
		int r = add_word(&lines, map->ranges->items[i], err);

		if (r < 0)
			return r;
	}
	*ret = lines.items;
	*ret_n = lines.n;
	return 0;
}
