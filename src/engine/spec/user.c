/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/spec/user.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fd.h"
#include "base/file.h"
#include "base/parse.h"
#include "base/text.h"
#include "sys/beneath.h"

enum {
	FILE_MAX_BYTES = 1024 * 1024,
	PASSWD_FIELDS = 7,
	GROUP_FIELDS = 4,
};

/* What it is is known before it is opened: to open a device can already do something. */
static int open_file(int root_fd, const char *path, int *ret_fd, struct err *err)
{
	char name[32];
	struct stat st;
	AUTO_FD int found = -1;
	int r = beneath_open(root_fd, path, O_PATH, 0, &found, err);

	if (r < 0)
		return r;
	if (fstat(found, &st) < 0)
		return err_sys(err, "fstat %s", path);
	if (!S_ISREG(st.st_mode))
		return err_fail(err, EINVAL, "%s is not a regular file", path);
	text_format(name, sizeof(name), "/proc/self/fd/%d", found);
	*ret_fd = open(name, O_RDONLY | O_CLOEXEC);
	return *ret_fd < 0 ? err_sys(err, "open %s", path) : 0;
}

/* The whole file; a missing one is empty. */
static int read_file(
	struct arena *arena, int root_fd, const char *path, char **ret, struct err *err)
{
	struct err problem = ERR_INIT;
	AUTO_FD int fd = -1;
	const char *text = "";
	size_t length;
	int r = open_file(root_fd, path, &fd, &problem);

	if (r == 0)
		r = file_read_fd(arena, fd, path, FILE_MAX_BYTES, &text, &length, &problem);
	if (r < 0 && r != -ENOENT && r != -ENOTDIR) {
		*err = problem;
		return err_while(err, "the image's users");
	}
	*ret = arena_strdup(arena, text);
	return 0;
}

/* Cuts "a:b:c" in place; returns how many there are, at most n. */
static size_t split(char *line, char **fields, size_t n)
{
	size_t found = 0;

	while (line && found < n) {
		fields[found++] = line;
		line = strchr(line, ':');
		if (line)
			*line++ = '\0';
	}
	return found;
}

/* The next line of *at, cut off in place; NULL at the end. */
static char *next_line(char **at)
{
	char *line = *at;

	if (!line || line[0] == '\0')
		return NULL;
	*at = strchr(line, '\n');
	if (*at)
		*(*at)++ = '\0';
	return line;
}

struct passwd_entry {
	const char *name;
	uint32_t uid, gid;
};

/* By name, or by number if that is one. */
static bool find_passwd(char *text, const char *name, const uint32_t *uid, struct passwd_entry *ret)
{
	char *fields[PASSWD_FIELDS], *line;

	while ((line = next_line(&text))) {
		if (split(line, fields, PASSWD_FIELDS) < PASSWD_FIELDS - 1 ||
			parse_id(fields[2], &ret->uid) < 0 || parse_id(fields[3], &ret->gid) < 0)
			continue;
		if (uid ? ret->uid != *uid : strcmp(fields[0], name) != 0)
			continue;
		ret->name = fields[0];
		return true;
	}
	return false;
}

static bool lists_member(const char *members, const char *name)
{
	size_t length = strlen(name);

	for (const char *at = members; at; at = strchr(at, ',')) {
		at += at != members;
		if (strncmp(at, name, length) == 0 && (at[length] == ',' || at[length] == '\0'))
			return true;
	}
	return false;
}

static bool find_group(char *text, const char *name, uint32_t *ret)
{
	char *fields[GROUP_FIELDS], *line;

	while ((line = next_line(&text)))
		if (split(line, fields, GROUP_FIELDS) >= 3 && strcmp(fields[0], name) == 0 &&
			parse_id(fields[2], ret) == 0)
			return true;
	return false;
}

static void add_group(struct arena *arena, struct spec_user *user, uint32_t gid)
{
	for (size_t i = 0; i < user->n_groups; i++)
		if (user->groups[i] == gid)
			return;
	ARENA_APPEND(arena, user->groups, user->n_groups) = gid;
}

static void add_memberships(
	struct arena *arena, char *text, const char *name, struct spec_user *user)
{
	char *fields[GROUP_FIELDS], *line;
	uint32_t gid;

	while ((line = next_line(&text)))
		if (split(line, fields, GROUP_FIELDS) == GROUP_FIELDS &&
			parse_id(fields[2], &gid) == 0 && lists_member(fields[3], name))
			add_group(arena, user, gid);
}

static int group_number(
	struct arena *arena, const char *groups, const char *text, uint32_t *ret, struct err *err)
{
	if (parse_id(text, ret) == 0)
		return 0;
	if (text[0] >= '0' && text[0] <= '9')
		return err_fail(err, EINVAL, "group %s is not a number from 0 to 4294967294", text);
	if (find_group(arena_strdup(arena, groups), text, ret))
		return 0;
	return err_fail(
		err, ENOENT, "unable to find group %s: no matching entries in group file", text);
}

static int set_user(struct arena *arena, const char *name, const char *passwd, bool *ret_is_known,
	struct passwd_entry *ret, struct err *err)
{
	uint32_t uid;
	bool is_number = parse_id(name, &uid) == 0;

	if (!is_number && name[0] >= '0' && name[0] <= '9')
		return err_fail(err, EINVAL, "user %s is not a number from 0 to 4294967294", name);
	*ret_is_known = find_passwd(
		arena_strdup(arena, passwd), name, is_number ? &uid : NULL, ret);
	if (*ret_is_known)
		return 0;
	if (!is_number)
		return err_fail(err, ENOENT,
			"unable to find user %s: no matching entries in passwd file", name);
	*ret = (struct passwd_entry){ .uid = uid };
	return 0;
}

static int set_groups(struct arena *arena, const char *groups, const char *group,
	const char *const *group_add, size_t n_group_add, const char *name, struct spec_user *user,
	struct err *err)
{
	uint32_t gid;
	int r = 0;

	if (group)
		r = group_number(arena, groups, group, &user->gid, err);
	else if (name)
		add_memberships(arena, arena_strdup(arena, groups), name, user);
	for (size_t i = 0; r == 0 && i < n_group_add; i++) {
		r = group_number(arena, groups, group_add[i], &gid, err);
		if (r == 0)
			add_group(arena, user, gid);
	}
	return r;
}

int user_resolve(struct arena *arena, int root_fd, const char *text, const char *const *group_add,
	size_t n_group_add, struct spec_user *ret, struct err *err)
{
	char *name = arena_strdup(arena, text_is_empty(text) ? "0" : text);
	char *group = strchr(name, ':'), *passwd, *groups;
	struct passwd_entry entry = { 0 };
	struct spec_user user = { 0 };
	bool is_known = false;
	int r = read_file(arena, root_fd, "etc/passwd", &passwd, err);

	if (r == 0)
		r = read_file(arena, root_fd, "etc/group", &groups, err);
	if (group)
		*group++ = '\0';
	if (r == 0)
		r = set_user(arena, name[0] ? name : "0", passwd, &is_known, &entry, err);
	if (r < 0)
		return r;
	user.uid = entry.uid;
	user.gid = entry.gid;
	r = set_groups(arena, groups, group && group[0] ? group : NULL, group_add, n_group_add,
		is_known ? entry.name : NULL, &user, err);
	if (r == 0)
		*ret = user;
	return r;
}
