/* SPDX-License-Identifier: Apache-2.0 */
#include "core/subids.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/file.h"
#include "base/parse.h"
#include "core/user_name.h"

enum { FILE_MAX_BYTES = 4 * 1024 * 1024 };

static bool is_word(const char *text, size_t length, const char *word)
{
	return strlen(word) == length && memcmp(text, word, length) == 0;
}

/* FIRST:COUNT up to the line's end */
static bool parse_range(const char *text, struct subids *ret)
{
	size_t first_length = strcspn(text, ":\n");
	uint64_t first, count;

	if (text[first_length] != ':' || parse_u64_n(text, first_length, &first) < 0)
		return false;
	text += first_length + 1;
	if (parse_u64_n(text, strcspn(text, "\n"), &count) < 0 || count == 0 ||
		first > UINT32_MAX || count > UINT32_MAX - first)
		return false;
	*ret = (struct subids){ (uint32_t)first, (uint32_t)count };
	return true;
}

bool subids_parse(const char *text, const char *name, const char *number, struct subids *ret)
{
	for (const char *line = text; *line != '\0';) {
		size_t length = strcspn(line, ":\n");

		if (line[length] == ':' &&
			(is_word(line, length, name) || is_word(line, length, number)) &&
			parse_range(line + length + 1, ret))
			return true;
		line += strcspn(line, "\n");
		line += *line == '\n';
	}
	return false;
}

int subids_read(
	struct arena *arena, const char *path, uid_t uid, struct subids *ret, struct err *err)
{
	const char *name = user_name(arena, uid);
	const char *text;
	size_t length;
	int r = file_read_at(arena, AT_FDCWD, path, FILE_MAX_BYTES, &text, &length, err);

	if (r < 0)
		return r;
	if (subids_parse(text, name, arena_printf(arena, "%u", uid), ret))
		return 0;
	err_fail(err, ENOENT, "%s has no range for %s", path, name);
	return err_hint(err,
		"as root: usermod --add-subuids 100000-165535 "
		"--add-subgids 100000-165535 %s",
		name);
}
