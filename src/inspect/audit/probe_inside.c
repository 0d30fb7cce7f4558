/* SPDX-License-Identifier: Apache-2.0 */
/* The probe's work: inside, under the target's filter. Calls that are refused are answers. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/text.h"
#include "inspect/audit/probe.h"
#include "sys/directory.h"

enum { DEV_DEPTH_MAX = 3 };

#define PROBE_OPEN (O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)

/* ---- paths ---- */

/* 1: there is something, 0: nothing, -errno */
static int has_name(int fd)
{
	struct directory directory = DIRECTORY_INIT(fd);
	struct err ignored = ERR_INIT;
	const char *name;

	return directory_next(&directory, &name, &ignored);
}

/* "ffffffff81000000 T _text": zeros where addresses are hidden. */
static int has_address(int fd)
{
	char text[PROBE_READ_BYTES];
	ssize_t length = read(fd, text, sizeof(text) - 1);

	if (length < 0)
		return -errno;
	text[length] = '\0';
	for (const char *line = text; *line != '\0';) {
		if (line[strspn(line, "0")] != ' ' && line[strspn(line, "0")] != '\0')
			return 1;
		line += strcspn(line, "\n");
		line += *line == '\n';
	}
	return 0;
}

static int has_byte(int fd)
{
	char byte;
	ssize_t length = read(fd, &byte, 1);

	return length < 0 ? -errno : (int)length;
}

static int has_content(int fd, enum audit_probe_kind kind, const struct audit_probed *probed)
{
	if (probed->type == S_IFDIR)
		return has_name(fd);
	if (probed->type == S_IFCHR) /* what files are masked with is 1:3, and nothing else */
		return probed->major != 1 || probed->minor != 3;
	return kind == AUDIT_PROBE_ADDRESSES ? has_address(fd) : has_byte(fd);
}

static void probe_path(const struct audit_probe_path *path, struct audit_probed *ret)
{
	struct stat st;
	int r;

	ret->is_tried = true;
	if (path->kind == AUDIT_PROBE_READ_ONLY) {
		ret->error = access(path->path, W_OK) < 0 ? errno : 0;
		return;
	}
	AUTO_FD int fd = open(path->path, PROBE_OPEN);
	if (fd < 0 || fstat(fd, &st) < 0) {
		ret->error = errno;
		return;
	}
	ret->type = st.st_mode & S_IFMT;
	ret->major = major(st.st_rdev);
	ret->minor = minor(st.st_rdev);
	r = has_content(fd, path->kind, ret);
	ret->error = r < 0 ? -r : 0;
	ret->has_content = r > 0;
}

void probe_paths(struct audit_probe_result *ret)
{
	for (size_t i = 0; i < n_audit_probe_paths; i++)
		probe_path(&audit_probe_paths[i], &ret->paths[i]);
}

/* ---- /dev ---- */

static bool may_open(const struct audit_probe_result *result, const struct audit_node *node)
{
	if (node->is_block) {
		for (unsigned i = 0; i < result->n_nodes; i++)
			if (result->nodes[i].is_block && result->nodes[i].error != -1)
				return false; /* one loop node tells enough */
		return node->major == 7;
	}
	return node->major == 1 &&
	       (node->minor == 3 || node->minor == 5 || node->minor == 7 || node->minor == 8);
}

static void add_node(struct audit_probe_result *result, int dir_fd, const char *path,
	const char *name, const struct stat *st)
{
	struct audit_node *node = &result->nodes[result->n_nodes];

	if (result->n_nodes == AUDIT_NODES_MAX) {
		result->are_nodes_cut_off = true;
		return;
	}
	text_format(node->path, sizeof(node->path), "%s/%s", path, name);
	node->is_block = S_ISBLK(st->st_mode);
	node->major = major(st->st_rdev);
	node->minor = minor(st->st_rdev);
	node->error = -1;
	if (may_open(result, node)) {
		AUTO_FD int fd = openat(dir_fd, name, PROBE_OPEN | O_NOFOLLOW);

		node->error = fd < 0 ? errno : 0;
	}
	result->n_nodes++;
}

static void list_nodes(struct audit_probe_result *result, int fd, const char *path, unsigned depth)
{
	struct directory directory = DIRECTORY_INIT(fd);
	struct err ignored = ERR_INIT;
	const char *name;

	int r;

	while ((r = directory_next(&directory, &name, &ignored)) > 0) {
		struct stat st;

		if (fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0) {
			result->are_nodes_cut_off |= errno != ENOENT;
			continue;
		}
		if (S_ISBLK(st.st_mode) || S_ISCHR(st.st_mode))
			add_node(result, fd, path, name, &st);
		if (S_ISDIR(st.st_mode) && depth < DEV_DEPTH_MAX) {
			char below[64];
			AUTO_FD int sub = openat(
				fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

			text_format(below, sizeof(below), "%s/%s", path, name);
			if (sub >= 0)
				list_nodes(result, sub, below, depth + 1);
			else
				result->are_nodes_cut_off = true;
		}
	}
	result->are_nodes_cut_off |= r < 0;
}

void probe_devices(struct audit_probe_result *ret)
{
	AUTO_FD int fd = open("/dev", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd >= 0)
		list_nodes(ret, fd, "/dev", 0);
	else if (errno != ENOENT && errno != ENOTDIR)
		ret->are_nodes_cut_off = true;
}
