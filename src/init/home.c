/* SPDX-License-Identifier: Apache-2.0 */
/* Role init. /etc/passwd belongs to the image: nothing in it is trusted, least of all its size. */
#include "init/home.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fd.h"
#include "base/parse.h"
#include "base/text.h"

enum {
	HOME_FILE_MAX_BYTES = 1 << 20,
	HOME_LINE_BYTES = 2048, /* longer lines are no entries */
};

struct passwd_line {
	char text[HOME_LINE_BYTES];
	size_t length;
	bool is_too_long;
};

/* name:password:UID:GID:comment:HOME:shell (passwd(5)). */
static bool home_of_line(char *line, uint32_t uid, char ret[HOME_VARIABLE_BYTES])
{
	char *fields[7] = { line };
	size_t n = 1;
	uint32_t found;

	for (char *c = line; *c && n < 7; c++) {
		if (*c != ':')
			continue;
		*c = '\0';
		fields[n++] = c + 1;
	}
	if (n < 6 || parse_id(fields[2], &found) < 0 || found != uid || fields[5][0] == '\0')
		return false;
	text_format(ret, HOME_VARIABLE_BYTES, "HOME=%s", fields[5]);
	return true;
}

static bool take_byte(struct passwd_line *line, char c, uint32_t uid, char *ret)
{
	bool found = false;

	if (c != '\n') {
		if (line->length < sizeof(line->text) - 1)
			line->text[line->length++] = c;
		else
			line->is_too_long = true;
		return false;
	}
	line->text[line->length] = '\0';
	if (!line->is_too_long)
		found = home_of_line(line->text, uid, ret);
	line->length = 0;
	line->is_too_long = false;
	return found;
}

bool home_from_passwd(int fd, uint32_t uid, char ret[HOME_VARIABLE_BYTES])
{
	struct passwd_line line = { .length = 0 };
	char chunk[4096];
	size_t total = 0;
	ssize_t n;

	while (total < HOME_FILE_MAX_BYTES && (n = read(fd, chunk, sizeof(chunk))) > 0) {
		total += (size_t)n;
		for (ssize_t i = 0; i < n; i++)
			if (take_byte(&line, chunk[i], uid, ret))
				return true;
	}
	return take_byte(&line, '\n', uid, ret);
}

void home_variable(uint32_t uid, char ret[HOME_VARIABLE_BYTES])
{
	struct stat st;

	memcpy(ret, "HOME=/", sizeof("HOME=/"));
	AUTO_FD int fd = open("/etc/passwd", O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return;
	home_from_passwd(fd, uid, ret);
}
