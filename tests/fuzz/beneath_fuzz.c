/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Paths in a tree full of links: the kernel's resolution and the walk in user space agree, and
 * neither ever leads outside. Lines of the input beside those of scratch_tree.h:
 *     oN PATH  open with the N-th way of the table below
 *     m PATH   make directories    t PATH  make a file    s PATH  make a link    n PATH  make a
 * fifo
 */
#include "base/fd.h"
#include "sys/beneath.h"

#include "scratch_tree.h"

static const struct beneath_how ways[] = {
	{ .flags = O_PATH },
	{ .flags = O_PATH | O_NOFOLLOW },
	{ .flags = O_PATH | O_DIRECTORY },
	{ .flags = O_PATH | O_DIRECTORY | O_NOFOLLOW },
	{ .flags = O_RDONLY | O_NONBLOCK },
	{ .flags = O_RDONLY | O_NONBLOCK | O_NOFOLLOW },
	{ .flags = O_RDONLY | O_DIRECTORY },
	{ .flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW },
	{ .flags = O_PATH, .resolve = BENEATH_NO_SYMLINKS },
	{ .flags = O_PATH | O_NOFOLLOW, .resolve = BENEATH_NO_SYMLINKS },
	{ .flags = O_PATH, .resolve = BENEATH_NO_XDEV },
	{ .flags = O_CREAT | O_WRONLY | O_NONBLOCK, .mode = 0644 },
	{ .flags = O_CREAT | O_WRONLY | O_NONBLOCK | O_NOFOLLOW, .mode = 0644 },
	{ .flags = O_CREAT | O_EXCL | O_WRONLY, .mode = 0644 },
};

enum { N_WAYS = sizeof(ways) / sizeof(ways[0]) };

/* What an open gave: a place below the root, or an errno. */
struct answer {
	int code;
	char place[PATH_MAX];
};

static struct answer ask(const struct scratch_tree *tree, const char *path,
	const struct beneath_how *how, bool by_walk)
{
	struct answer answer = { 0 };
	struct err err = ERR_INIT;
	int fd = -1;
	int r;

	beneath_force_walk(by_walk);
	r = beneath_open_how(tree->root_fd, path, how, &fd, &err);
	beneath_force_walk(false);
	answer.code = -r;
	SCRATCH_CHECK((r == 0) == (fd >= 0));
	SCRATCH_CHECK(err.code == answer.code);
	if (r < 0)
		return answer;
	scratch_place(tree, fd, answer.place);
	close(fd);
	return answer;
}

static bool is_there(const struct scratch_tree *tree, const char *path, bool follows)
{
	struct beneath_how how = { .flags = O_PATH | (follows ? 0 : O_NOFOLLOW) };

	return ask(tree, path, &how, false).code == 0;
}

static void open_both_ways(const struct scratch_tree *tree, const char *path, int way)
{
	const struct beneath_how *how = &ways[way];
	bool follows = !(how->flags & (O_NOFOLLOW | O_EXCL));
	bool was_there = is_there(tree, path, follows);
	struct answer walk = ask(tree, path, how, true);
	struct answer kernel;

	if (walk.code == 0 && !was_there) /* made just now: the kernel shall make it too */
		SCRATCH_CHECK(unlinkat(tree->root_fd, walk.place + 1, 0) == 0);
	kernel = ask(tree, path, how, false);
	if (walk.code == ENAMETOOLONG) /* a limit that the kernel does not have */
		return;
	if (walk.code != kernel.code || strcmp(walk.place, kernel.place) != 0) {
		fprintf(stderr, "open %s, way %d: walk %d %s, kernel %d %s\n", path, way, walk.code,
			walk.place, kernel.code, kernel.place);
		abort();
	}
}

/* What was made is what the kernel finds there. */
static void check_made(
	const struct scratch_tree *tree, const char *path, int r, int fd, bool is_dir)
{
	struct answer found;
	struct stat st;
	char place[PATH_MAX];

	SCRATCH_CHECK((r == 0) == (fd >= 0));
	if (r < 0)
		return;
	SCRATCH_CHECK(fstat(fd, &st) == 0 && S_ISDIR(st.st_mode) == is_dir);
	scratch_place(tree, fd, place);
	close(fd);
	found = ask(tree, path, &ways[0], false);
	SCRATCH_CHECK(found.code == 0 && strcmp(found.place, place) == 0);
}

static void act(struct scratch_tree *tree, const char *line)
{
	const char *path = strchr(line, ' ');
	char name[NAME_MAX + 1];
	struct err err = ERR_INIT;
	AUTO_FD int parent = -1;
	int fd = -1;
	int r;

	if (!path)
		return;
	path++;
	switch (line[0]) {
	case 'o':
		open_both_ways(tree, path, (unsigned char)line[1] % N_WAYS);
		break;
	case 'm':
		r = beneath_make_dirs(tree->root_fd, path, 0755, &fd, &err);
		check_made(tree, path, r, fd, true);
		break;
	case 't':
		r = beneath_make_file(tree->root_fd, path, 0644, &fd, &err);
		check_made(tree, path, r, fd, false);
		break;
	case 's':
		r = beneath_symlink(tree->root_fd, "../outside", path, &err);
		SCRATCH_CHECK(
			r < 0 || is_there(tree, path, false) || path[strlen(path) - 1] == '/');
		break;
	case 'n':
		r = beneath_make_parent(tree->root_fd, path, name, &parent, &err);
		if (r == 0)
			r = mknodat(parent, name, S_IFIFO | 0600, 0);
		SCRATCH_CHECK(
			r < 0 || is_there(tree, path, false) || path[strlen(path) - 1] == '/');
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	scratch_run(bytes, size, act);
	return 0;
}
