/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/caller.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/text.h"

/* The first user namespace maps every id to itself: one line, "0 0 4294967295"
 * (user_namespaces(7)). */
static bool is_in_user_namespace(void)
{
	AUTO_FD int map = open("/proc/self/uid_map", O_RDONLY | O_CLOEXEC);
	char text[128] = "";
	char *word = text;
	static const char *const words[] = { "0", "0", "4294967295" };
	struct err ignored = ERR_INIT; /* without /proc nothing can be told */

	if (map < 0 || fd_read_up_to(map, text, sizeof(text) - 1, &ignored) < 0)
		return false;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		size_t length;

		word += strspn(word, " ");
		length = strcspn(word, " \n");
		if (length != strlen(words[i]) || memcmp(word, words[i], length) != 0)
			return true;
		word += length;
	}
	return false;
}

struct caller caller_read(struct arena *arena, const char *program)
{
	struct caller caller = {
		.program = program,
		.uid = geteuid(),
		.is_in_user_namespace = is_in_user_namespace(),
		.user = getenv("USER"),
		.runtime_dir = getenv("XDG_RUNTIME_DIR"),
	};
	char current_dir[PATH_MAX];

	/* Outside of the root the kernel says "(unreachable)/…" (getcwd(2)). */
	if (getcwd(current_dir, sizeof(current_dir)) && current_dir[0] == '/')
		caller.current_dir = arena_strdup(arena, current_dir);
	return caller;
}

/* Cuts the last component off path; "/" stays. */
static void cut_last(char *path)
{
	char *slash = strrchr(path, '/');

	if (slash)
		*slash = '\0';
}

static bool is_component(const char *part, size_t length, const char *name)
{
	return strlen(name) == length && memcmp(part, name, length) == 0;
}

/* Absolute and without ".", ".." and doubled slashes, by the letters alone; "" for the root. */
static char *clean(struct arena *arena, const char *path)
{
	char *cleaned = arena_strdup(arena, "");

	while (*path != '\0') {
		size_t length = strcspn(path, "/");

		if (is_component(path, length, ".."))
			cut_last(cleaned);
		else if (length > 0 && !is_component(path, length, "."))
			cleaned = arena_printf(arena, "%s/%.*s", cleaned, (int)length, path);
		path += length;
		path += strspn(path, "/");
	}
	return cleaned;
}

static int choose_given(const struct caller *caller, struct arena *arena, const char *given,
	struct root_dir *ret, struct err *err)
{
	const char *path = given;

	if (given[0] != '/' && !caller->current_dir)
		return err_fail(err, EINVAL,
			"root %s is relative, and the current directory has no name", given);
	if (given[0] != '/')
		path = arena_printf(arena, "%s/%s", caller->current_dir, given);
	path = clean(arena, path);
	if (path[0] == '\0')
		return err_fail(err, EINVAL, "root may not be \"/\"");

	*ret = (struct root_dir){ .path = path };
	return 0;
}

static bool is_own_dir(const struct caller *caller, const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && S_ISDIR(st.st_mode) && st.st_uid == caller->uid &&
	       (st.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

/* Everyone may make names in /tmp: one that is there must be the caller's. */
static int check_place_in_tmp(const struct caller *caller, const char *place, struct err *err)
{
	struct stat st;

	if ((lstat(place, &st) < 0 && errno == ENOENT) || is_own_dir(caller, place))
		return 0;
	err_fail(err, EACCES,
		"root below %s: it belongs to somebody else or others may write there", place);
	return err_hint(err, "set XDG_RUNTIME_DIR or use --root");
}

static int choose_private(
	const struct caller *caller, struct arena *arena, struct root_dir *ret, struct err *err)
{
	const char *above = caller->runtime_dir;

	if (text_is_empty(above) || above[0] != '/')
		above = arena_printf(arena, "/run/user/%u", caller->uid);
	if (above != caller->runtime_dir && !is_own_dir(caller, above)) {
		int r;

		above = arena_printf(arena, "/tmp/hull-run-%u", caller->uid);
		r = check_place_in_tmp(caller, above, err);
		if (r < 0)
			return r;
	}
	*ret = (struct root_dir){
		.path = arena_printf(arena, "%s/%s", clean(arena, above), caller->program),
		.is_private = true,
	};
	return 0;
}

/*
 * In a user namespace root may be an ordinary user's program (then USER and XDG_RUNTIME_DIR are
 * that user's) or the root of a container, which has a /run of its own.
 */
static bool has_private_root(const struct caller *caller)
{
	if (caller->uid != 0)
		return true;
	return caller->is_in_user_namespace && !text_is_empty(caller->runtime_dir) &&
	       !text_equal(caller->user, "root");
}

int caller_choose_root(const struct caller *caller, struct arena *arena, const char *given,
	struct root_dir *ret, struct err *err)
{
	if (given)
		return choose_given(caller, arena, given, ret, err);
	if (has_private_root(caller))
		return choose_private(caller, arena, ret, err);

	*ret = (struct root_dir){ .path = arena_printf(arena, "/run/%s", caller->program) };
	return 0;
}

/* mkdir for every component of path, which is absolute and clean. */
static int make_all(const char *path, struct err *err)
{
	char made[PATH_MAX];
	size_t length = strlen(path);

	if (length >= sizeof(made))
		return err_sys_code(err, ENAMETOOLONG, "mkdir %s", path);
	for (size_t i = 1; i <= length; i++) {
		if (path[i] != '/' && path[i] != '\0')
			continue;
		memcpy(made, path, i);
		made[i] = '\0';
		/* EROFS and EACCES also come for what is there already: the stat below decides. */
		if (mkdir(made, 0700) < 0 && errno != EEXIST && access(made, F_OK) < 0)
			return err_sys(err, "mkdir %s", made);
	}
	return 0;
}

static int check_dir(const struct root_dir *root, int dir, mode_t *ret_mode, struct err *err)
{
	struct stat st;

	if (fstat(dir, &st) < 0)
		return err_sys(err, "stat %s", root->path);
	if (st.st_mode & S_IWOTH)
		return err_fail(err, EACCES, "%s is writable by everyone", root->path);
	if (root->is_private && st.st_uid != geteuid())
		return err_fail(err, EACCES, "%s belongs to user %u", root->path, st.st_uid);

	*ret_mode = st.st_mode;
	return 0;
}

/* Whoever may rename the directory above could put another one in its place. */
static int check_place(const struct root_dir *root, int dir, struct err *err)
{
	struct stat st;

	if (fstatat(dir, "..", &st, AT_SYMLINK_NOFOLLOW) < 0)
		return err_sys(err, "stat %s/..", root->path);
	if ((st.st_uid != geteuid() && st.st_uid != 0) ||
		((st.st_mode & S_IWOTH) && !(st.st_mode & S_ISVTX)))
		return err_fail(err, EACCES, "others may replace %s", root->path);
	return 0;
}

static int make_sticky(const struct root_dir *root, int dir, mode_t mode, struct err *err)
{
	int r = check_place(root, dir, err);

	if (r < 0)
		return r;
	if (!(mode & S_ISVTX) && fchmod(dir, 0700 | S_ISVTX) < 0)
		return err_sys(err, "chmod %s", root->path);
	return 0;
}

static int make(const struct root_dir *root, struct err *err)
{
	AUTO_FD int dir = -1;
	mode_t mode = 0;
	int r = make_all(root->path, err);

	if (r < 0)
		return r;
	dir = open(root->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return err_sys(err, "open %s", root->path);
	r = check_dir(root, dir, &mode, err);
	if (r < 0 || !root->is_private)
		return r;
	return make_sticky(root, dir, mode, err);
}

int root_dir_make(const struct root_dir *root, struct err *err)
{
	if (make(root, err) < 0)
		return err_while(err, "directory of all containers");
	return 0;
}

bool caller_is_rootless(const struct caller *caller, const char *word)
{
	if (text_is_empty(word) || text_equal(word, "auto"))
		return caller->uid != 0 || caller->is_in_user_namespace;
	return text_equal(word, "true");
}
