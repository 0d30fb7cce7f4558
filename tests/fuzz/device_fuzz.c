/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Device nodes in a tree full of links: what is reported as made is there, as asked for, and
 * inside. Lines of the input beside those of scratch_tree.h: c PATH  character device 1:3 (where
 * nodes may be made)    p PATH  fifo    z  open /dev/null
 */
#include "sys/device_node.h"

#include "base/err.h"
#include "scratch_tree.h"
#include "sys/beneath.h"

static void check_node(
	const struct scratch_tree *tree, const char *path, const struct device_node *node)
{
	struct err err = ERR_INIT;
	char place[PATH_MAX], name[NAME_MAX + 1];
	struct stat st;
	int parent = -1;
	int fd;

	SCRATCH_CHECK(beneath_open_parent(tree->root_fd, path, name, &parent, &err) == 0);
	fd = openat(parent, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	SCRATCH_CHECK(fd >= 0);
	scratch_place(tree, fd, place);
	SCRATCH_CHECK(device_node_check(fd, node->mode, node->major, node->minor, &err) == 0);
	SCRATCH_CHECK(fstat(fd, &st) == 0 && st.st_mode == node->mode);
	SCRATCH_CHECK(st.st_uid == node->uid && st.st_gid == node->gid);
	close(fd);
	close(parent);
}

static void make(const struct scratch_tree *tree, const char *path, const struct device_node *node)
{
	struct err err = ERR_INIT;
	int r = device_node_make(tree->root_fd, path, node, &err);

	SCRATCH_CHECK(err.code == -r);
	if (r == 0)
		check_node(tree, path, node);
}

static void open_null(const struct scratch_tree *tree)
{
	struct err err = ERR_INIT;
	char place[PATH_MAX];
	struct stat st;
	int fd = -1;

	if (device_node_open_null(tree->root_fd, &fd, &err) < 0)
		return;
	scratch_place(tree, fd, place);
	SCRATCH_CHECK(fstat(fd, &st) == 0 && S_ISCHR(st.st_mode) && st.st_rdev == 0x103);
	close(fd);
}

static void act(struct scratch_tree *tree, const char *line)
{
	struct device_node null = { S_IFCHR | 0666, 1, 3, geteuid(), getegid() };
	struct device_node pipe = { S_IFIFO | 0604, 0, 0, geteuid(), getegid() };
	const char *path = strchr(line, ' ');

	beneath_force_walk(line[0] != '\0' && line[1] == 'w');
	if (line[0] == 'c' && path)
		make(tree, path + 1, &null);
	else if (line[0] == 'p' && path)
		make(tree, path + 1, &pipe);
	else if (line[0] == 'z')
		open_null(tree);
	beneath_force_walk(false);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	scratch_run(bytes, size, act);
	return 0;
}
