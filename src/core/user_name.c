/* SPDX-License-Identifier: Apache-2.0 */
#include "core/user_name.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>

#include "base/file.h"
#include "base/parse.h"

enum { PASSWD_MAX_BYTES = 4 * 1024 * 1024 };

/* name:password:ID:… (passwd(5), group(5)) */
static bool parse_line(const char *line, size_t *ret_name_length, uint64_t *ret_id)
{
	size_t length = strcspn(line, ":\n");
	const char *password = line + length + (line[length] == ':');
	const char *id = password + strcspn(password, ":\n");

	if (line[length] != ':' || *id != ':' ||
		parse_u64_n(id + 1, strcspn(id + 1, ":\n"), ret_id) < 0)
		return false;
	*ret_name_length = length;
	return true;
}

static const char *next_line(const char *line)
{
	line += strcspn(line, "\n");
	return line + (*line == '\n');
}

static const char *read_names(struct arena *arena, const char *path)
{
	struct err ignored = ERR_INIT; /* then nobody has a name */
	const char *text;
	size_t length;

	if (file_read_at(arena, AT_FDCWD, path, PASSWD_MAX_BYTES, &text, &length, &ignored) < 0)
		return "";
	return text;
}

const char *user_name(struct arena *arena, uid_t uid)
{
	size_t length;
	uint64_t id;

	if (uid == 0)
		return "root";
	for (const char *line = read_names(arena, "/etc/passwd"); *line; line = next_line(line))
		if (parse_line(line, &length, &id) && id == uid)
			return arena_strndup(arena, line, length);
	return arena_printf(arena, "%u", uid);
}

int user_id(struct arena *arena, const char *path, const char *name, uint32_t *ret)
{
	size_t length;
	uint64_t id;

	if (parse_id(name, ret) == 0)
		return 0;
	for (const char *line = read_names(arena, path); *line; line = next_line(line)) {
		if (parse_line(line, &length, &id) && strlen(name) == length &&
			memcmp(line, name, length) == 0 && id < UINT32_MAX) {
			*ret = (uint32_t)id;
			return 0;
		}
	}
	return -EINVAL;
}
