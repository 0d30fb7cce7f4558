/* SPDX-License-Identifier: Apache-2.0 */
#include "sys/mountinfo.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/parse.h"
#include "base/text.h"

static bool is_octal(char c)
{
	return c >= '0' && c <= '7';
}

/* "\040" → " "; seq_path() and mangle() of the kernel write space, tab, newline, backslash, '#' so.
 */
static void undo_escapes(char *text)
{
	char *to = text;

	for (const char *from = text; *from != '\0';) {
		if (from[0] == '\\' && from[1] <= '3' && is_octal(from[1]) && is_octal(from[2]) &&
			is_octal(from[3])) {
			int c = (from[1] - '0') << 6 | (from[2] - '0') << 3 | (from[3] - '0');

			if (c != 0) {
				*to++ = (char)c;
				from += 4;
				continue;
			}
		}
		*to++ = *from++;
	}
	*to = '\0';
}

/* Cuts off the field at *at, up to one space; NULL behind the last one. An empty field is a field.
 */
static char *take_field(char **at)
{
	char *field = *at;
	char *end;

	if (!field)
		return NULL;
	end = strchr(field, ' ');
	*at = NULL;
	if (end) {
		*end = '\0';
		*at = end + 1;
	}
	return field;
}

static int take_u64(char **at, uint64_t *ret)
{
	const char *field = take_field(at);

	return field ? parse_u64(field, ret) : -EINVAL;
}

static int take_device(char **at, struct mountinfo *ret)
{
	char *field = take_field(at);
	char *colon = field ? strchr(field, ':') : NULL;

	if (!colon)
		return -EINVAL;
	*colon = '\0';
	if (parse_u32(field, &ret->major) < 0 || parse_u32(colon + 1, &ret->minor) < 0)
		return -EINVAL;
	return 0;
}

static int read_optional_field(const char *field, struct mountinfo *ret)
{
	const char *number;

	number = text_after_prefix(field, "shared:");
	if (number)
		return parse_u32(number, &ret->peer_group);
	number = text_after_prefix(field, "master:");
	if (number)
		return parse_u32(number, &ret->master_group);
	if (text_equal(field, "unbindable"))
		ret->is_unbindable = true;
	return 0;
}

/* "shared:2 master:1 -": up to and with the hyphen. */
static int take_optional_fields(char **at, struct mountinfo *ret)
{
	const char *field;

	while ((field = take_field(at)) && !text_equal(field, "-")) {
		if (read_optional_field(field, ret) < 0)
			return -EINVAL;
	}
	return field ? 0 : -EINVAL;
}

int mountinfo_parse(char *line, struct mountinfo *ret)
{
	struct mountinfo mount = { 0 };
	char *root, *mount_point, *type, *source;

	if (take_u64(&line, &mount.id) < 0 || take_u64(&line, &mount.parent_id) < 0 ||
		take_device(&line, &mount) < 0)
		return -EINVAL;
	root = take_field(&line);
	mount_point = take_field(&line);
	mount.options = take_field(&line);
	if (!root || !mount_point || !mount.options || take_optional_fields(&line, &mount) < 0)
		return -EINVAL;
	type = take_field(&line);
	source = take_field(&line);
	mount.super_options = line; /* the rest: a file system may write spaces into its options */
	if (!type || !source || !line || type[0] == '\0' || mount_point[0] == '\0')
		return -EINVAL;
	undo_escapes(root);
	undo_escapes(mount_point);
	undo_escapes(type);
	undo_escapes(source);
	mount.root = root;
	mount.mount_point = mount_point;
	mount.type = type;
	mount.source = source;
	*ret = mount;
	return 0;
}

struct lines {
	char buffer[MOUNTINFO_LINE_BYTES];
	size_t used;
	unsigned number; /* of the last line visited, from 1 */
};

static int visit_line(
	struct lines *lines, char *line, mountinfo_visit *visit, void *context, struct err *err)
{
	struct mountinfo mount;

	lines->number++;
	if (mountinfo_parse(line, &mount) < 0)
		return err_fail(err, EPROTO, "mountinfo: line %u is malformed", lines->number);
	return visit(&mount, context, err);
}

/* Visits all whole lines and keeps the rest at the beginning of the buffer. */
static int visit_lines(struct lines *lines, mountinfo_visit *visit, void *context, struct err *err)
{
	char *line = lines->buffer;
	char *end;

	while ((end = memchr(line, '\n', lines->used - (size_t)(line - lines->buffer)))) {
		int r;

		*end = '\0';
		r = visit_line(lines, line, visit, context, err);
		if (r != 0)
			return r;
		line = end + 1;
	}
	lines->used -= (size_t)(line - lines->buffer);
	memmove(lines->buffer, line, lines->used);
	if (lines->used == sizeof(lines->buffer))
		return err_fail(err, EPROTO, "mountinfo: line %u is longer than %zu bytes",
			lines->number + 1, sizeof(lines->buffer));
	return 0;
}

int mountinfo_read(int fd, mountinfo_visit *visit, void *context, struct err *err)
{
	struct lines lines;

	lines.used = lines.number = 0;
	for (;;) {
		ssize_t n = read(fd, lines.buffer + lines.used, sizeof(lines.buffer) - lines.used);
		int r;

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(err, "read mountinfo");
		if (n == 0)
			break;
		lines.used += (size_t)n;
		r = visit_lines(&lines, visit, context, err);
		if (r != 0)
			return r;
	}
	if (lines.used > 0)
		return err_fail(err, EPROTO, "mountinfo: line %u has no end", lines.number + 1);
	return 0;
}

bool mountinfo_has_option(const char *options, const char *name)
{
	size_t length = strlen(name);

	for (const char *at = options;; at++) {
		size_t field = strcspn(at, ",");
		size_t key = strcspn(at, ",=");

		if (length > 0 && key == length && memcmp(at, name, length) == 0)
			return true;
		at += field;
		if (*at == '\0')
			return false;
	}
}
