/* SPDX-License-Identifier: Apache-2.0 */
#include "core/user_name.h"

#include <fcntl.h>
#include <stdbool.h>
#include <string.h>

#include "base/file.h"
#include "base/parse.h"

enum { PASSWD_MAX_BYTES = 4 * 1024 * 1024 };

/* name:password:UID:… (passwd(5)) */
static bool line_is_of(const char *line, uid_t uid, size_t *ret_name_length)
{
	const char *second = strchr(line, ':');
	const char *third = second ? strchr(second + 1, ':') : NULL;
	uint64_t found;

	if (!third || parse_u64_n(third + 1, strcspn(third + 1, ":\n"), &found) < 0 || found != uid)
		return false;
	*ret_name_length = (size_t)(second - line);
	return true;
}

const char *user_name(struct arena *arena, uid_t uid)
{
	struct err ignored = ERR_INIT;
	const char *text;
	size_t length;

	if (uid == 0)
		return "root";
	if (file_read_at(
		    arena, AT_FDCWD, "/etc/passwd", PASSWD_MAX_BYTES, &text, &length, &ignored) < 0)
		text = "";
	for (; *text; text += strcspn(text, "\n"), text += *text == '\n')
		if (line_is_of(text, uid, &length))
			return arena_strndup(arena, text, length);
	return arena_printf(arena, "%u", uid);
}
