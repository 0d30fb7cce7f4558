/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scratch_tree: a small tree full of symbolic links, made from a fuzzer's input.
 *
 * SCRATCH/outside/secret must never change; SCRATCH/root/ is the container's root and is filled
 * from the input's lines: a letter, the number of the directory to work in (0 is the root, then in
 * the order of making), a name, and for a link a space and its text: d0etc       a directory
 *     f1passwd    an empty file in etc
 *     l1up ../..  a link in etc
 * Other letters are for the fuzz target.
 */
#pragma once

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	SCRATCH_DIRS_MAX = 10,
	SCRATCH_LINES_MAX = 64,
	SCRATCH_INPUT_MAX_BYTES = 2048,
};

struct scratch_tree {
	char path[128]; /* of SCRATCH, absolute and without links */
	int top_fd, root_fd;
	int dirs[SCRATCH_DIRS_MAX];
	int n_dirs;
};

#define SCRATCH_CHECK(condition)                                                                \
	do {                                                                                    \
		if (!(condition)) {                                                             \
			fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
			abort();                                                                \
		}                                                                               \
	} while (0)

static int scratch_remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static void scratch_open(struct scratch_tree *tree)
{
	const char *tmp = getenv("TMPDIR");
	char *real = realpath(tmp ? tmp : "/tmp", NULL);

	SCRATCH_CHECK(real);
	snprintf(tree->path, sizeof(tree->path), "%s/fuzz.XXXXXX", real);
	free(real);
	SCRATCH_CHECK(mkdtemp(tree->path));
	tree->top_fd = open(tree->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	SCRATCH_CHECK(tree->top_fd >= 0);
	SCRATCH_CHECK(mkdirat(tree->top_fd, "outside", 0755) == 0);
	close(openat(tree->top_fd, "outside/secret", O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
	SCRATCH_CHECK(mkdirat(tree->top_fd, "root", 0755) == 0);
	tree->root_fd = openat(tree->top_fd, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);
	tree->dirs[0] = tree->root_fd;
	tree->n_dirs = 1;
}

static int scratch_count_entries(int dir_fd, const char *name)
{
	int fd = openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fdopendir(fd);
	int n = 0;

	SCRATCH_CHECK(dir);
	while (readdir(dir))
		n++;
	closedir(dir);
	return n - 2;
}

/* Nothing was made, removed or changed outside of the root; then all of it is removed. */
static void scratch_close(struct scratch_tree *tree)
{
	struct stat st;

	SCRATCH_CHECK(scratch_count_entries(tree->top_fd, ".") == 2);
	SCRATCH_CHECK(scratch_count_entries(tree->top_fd, "outside") == 1);
	SCRATCH_CHECK(fstatat(tree->top_fd, "outside/secret", &st, AT_SYMLINK_NOFOLLOW) == 0);
	SCRATCH_CHECK(st.st_mode == (S_IFREG | 0600) && st.st_size == 0);
	for (int i = 0; i < tree->n_dirs; i++)
		close(tree->dirs[i]);
	close(tree->top_fd);
	nftw(tree->path, scratch_remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

/* Where the descriptor's file is, from the root: "/a/b"; ends the process if that is outside. */
static void scratch_place(const struct scratch_tree *tree, int fd, char place[PATH_MAX])
{
	size_t length = strlen(tree->path);
	char link[64], path[PATH_MAX];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof(path) - 1);
	SCRATCH_CHECK(n > 0);
	path[n] = '\0';
	SCRATCH_CHECK(strncmp(path, tree->path, length) == 0);
	SCRATCH_CHECK(strncmp(path + length, "/root", 5) == 0);
	SCRATCH_CHECK(path[length + 5] == '/' || path[length + 5] == '\0');
	snprintf(place, PATH_MAX, "%s", path + length + 5);
}

static void scratch_add_dir(struct scratch_tree *tree, int dir, const char *name)
{
	int fd;

	if (tree->n_dirs == SCRATCH_DIRS_MAX || mkdirat(dir, name, 0755) < 0)
		return;
	fd = openat(dir, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	SCRATCH_CHECK(fd >= 0);
	tree->dirs[tree->n_dirs++] = fd;
}

/* A line that adds to the tree: d, f, l. What cannot be made is left out. */
static bool scratch_add(struct scratch_tree *tree, char *line)
{
	int number = line[0] != '\0' ? line[1] - '0' : -1;
	char *target = strchr(line, ' ');
	int dir;

	if (!strchr("dfl", line[0]) || number < 0 || number >= tree->n_dirs)
		return false;
	dir = tree->dirs[number];
	if (target)
		*target++ = '\0';
	if (strchr(line + 2,
		    '/')) /* a name, not a path: it would be resolved outside of all checks */
		return true;
	if (line[0] == 'd')
		scratch_add_dir(tree, dir, line + 2);
	else if (line[0] == 'f')
		close(openat(dir, line + 2, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0644));
	else if (target)
		(void)!symlinkat(target, dir, line + 2);
	return true;
}

typedef void scratch_line(struct scratch_tree *tree, const char *line);

/* Runs over an input's lines; those that do not add to the tree go to act. */
static void scratch_run(const uint8_t *bytes, size_t size, scratch_line *act)
{
	char text[SCRATCH_INPUT_MAX_BYTES + 1];
	struct scratch_tree tree;
	char *line = text;

	if (size > SCRATCH_INPUT_MAX_BYTES)
		return;
	memcpy(text, bytes, size);
	text[size] = '\0';
	scratch_open(&tree);
	for (int i = 0; i < SCRATCH_LINES_MAX && line; i++) {
		char *next = strchr(line, '\n');

		if (next)
			*next++ = '\0';
		if (!scratch_add(&tree, line))
			act(&tree, line);
		line = next;
	}
	scratch_close(&tree);
}
