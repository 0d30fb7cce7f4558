/* SPDX-License-Identifier: Apache-2.0 */
#include "core/toolbox.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <spawn.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/file.h"
#include "base/text.h"
#include "sys/mount_api.h"

enum {
	ELF_HEAD_BYTES = 4096,
	BUSYBOX_MAX_BYTES = 64 << 20,
	LIST_MAX_BYTES = 64 << 10,
};

bool toolbox_is_static(const void *bytes, size_t size)
{
	ElfW(Ehdr) head;
	ElfW(Phdr) segment;

	if (size < sizeof(head))
		return false;
	memcpy(&head, bytes, sizeof(head));
	if (memcmp(head.e_ident, ELFMAG, SELFMAG) != 0 ||
		head.e_ident[EI_CLASS] != (sizeof(void *) == 8 ? ELFCLASS64 : ELFCLASS32) ||
		head.e_phentsize != sizeof(segment) || head.e_phoff > size ||
		head.e_phnum > (size - head.e_phoff) / sizeof(segment))
		return false;
	for (size_t i = 0; i < head.e_phnum; i++) {
		memcpy(&segment, (const char *)bytes + head.e_phoff + i * sizeof(segment),
			sizeof(segment));
		if (segment.p_type == PT_INTERP)
			return false;
	}
	return true;
}

/* ---- busybox ---- */

static int open_static(const char *path, int *ret_fd)
{
	char head[ELF_HEAD_BYTES];
	struct err ignored = ERR_INIT;
	AUTO_FD int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t size;

	if (fd < 0)
		return -errno;
	size = fd_read_up_to(fd, head, sizeof(head), &ignored);
	if (size < 0 || !toolbox_is_static(head, (size_t)size) || lseek(fd, 0, SEEK_SET) < 0)
		return -ENOEXEC;
	*ret_fd = TAKE_FD(fd);
	return 0;
}

static int find_busybox(const char **ret_path, int *ret_fd, struct err *err)
{
	static const char *const paths[] = { "/bin/busybox", "/usr/bin/busybox",
		"/usr/local/bin/busybox", "/sbin/busybox", "/bin/busybox.static" };

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		if (open_static(paths[i], ret_fd) == 0) {
			*ret_path = paths[i];
			return 0;
		}
	}
	err_fail(err, ENOENT, "there is no static busybox on this machine");
	return err_hint(err, "apt-get install busybox-static, or --toolbox DIR with static "
			     "programs in DIR/bin");
}

static int copy_program(
	struct arena *arena, int from_fd, const char *path, int dir_fd, struct err *err)
{
	const char *bytes;
	size_t size;
	int r = file_read_fd(arena, from_fd, path, BUSYBOX_MAX_BYTES, &bytes, &size, err);

	return r < 0 ? r : file_create(dir_fd, "busybox", bytes, size, 0755, err);
}

/* What busybox --list says. */
static int list_programs(
	struct arena *arena, const char *path, const char **ret_names, struct err *err)
{
	char *const args[] = { (char *)path, (char *)"--list", NULL };
	char *const env[] = { NULL };
	posix_spawn_file_actions_t actions;
	int ends[2], status, r;
	size_t length;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_sys(err, "pipe2");
	AUTO_FD int read_fd = ends[0];
	AUTO_FD int write_fd = ends[1];
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, write_fd, STDOUT_FILENO);
	r = posix_spawn(&pid, path, &actions, NULL, args, env);
	posix_spawn_file_actions_destroy(&actions);
	fd_replace(&write_fd, -1);
	if (r != 0)
		return err_sys_code(err, r, "execute %s", path);
	r = file_read_fd(arena, read_fd, path, LIST_MAX_BYTES, ret_names, &length, err);
	fd_replace(&read_fd, -1);
	if (waitpid(pid, &status, 0) == pid && status != 0 && r == 0)
		return err_fail(err, EPROTO, "%s --list failed", path);
	return r;
}

static int link_programs(struct arena *arena, const char *names, int dir_fd, struct err *err)
{
	while (*names != '\0') {
		size_t length = strcspn(names, "\n");
		const char *name = arena_strndup(arena, names, length);

		if (length > 0 && !strchr(name, '/') && symlinkat("busybox", dir_fd, name) < 0 &&
			errno != EEXIST)
			return err_sys(err, "symlink %s", name);
		names += length + (names[length] == '\n');
	}
	return 0;
}

static int fill(struct arena *arena, int tree_fd, struct err *err)
{
	AUTO_FD int busybox = -1;
	AUTO_FD int dir = -1;
	const char *path = NULL, *names = NULL;
	int r = find_busybox(&path, &busybox, err);

	if (r < 0)
		return r;
	if (mkdirat(tree_fd, "bin", 0755) < 0)
		return err_sys(err, "mkdir bin");
	dir = openat(tree_fd, "bin", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return err_sys(err, "open bin");
	r = copy_program(arena, busybox, path, dir, err);
	if (r == 0)
		r = list_programs(arena, path, &names, err);
	return r < 0 ? r : link_programs(arena, names, dir, err);
}

/* ---- either of the two ---- */

static int open_busybox(struct arena *arena, int *ret_fd, struct err *err)
{
	AUTO_FD int tree = -1;
	int r = mount_new_fs(
		"tmpfs", "toolbox", "mode=755", MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV, &tree, err);

	if (r == 0)
		r = fill(arena, tree, err);
	if (r == 0)
		r = mount_set_attributes(tree, MOUNT_ATTR_RDONLY, 0, false, err);
	if (r == 0)
		*ret_fd = TAKE_FD(tree);
	return r;
}

static int open_directory(const char *dir, int *ret_fd, struct err *err)
{
	AUTO_FD int at = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	AUTO_FD int tree = -1;
	int r;

	if (at < 0)
		return err_sys(err, "open %s", dir);
	if (faccessat(at, "bin", X_OK, 0) < 0) {
		err_sys(err, "open %s/bin", dir);
		return err_hint(err, "a toolbox has its programs in bin");
	}
	r = mount_clone_tree(at, "", true, &tree, err);
	if (r == 0)
		r = mount_set_propagation(tree, MS_SLAVE, true, err);
	if (r == 0)
		r = mount_set_attributes(tree, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID, 0, true, err);
	if (r == 0)
		*ret_fd = TAKE_FD(tree);
	return r;
}

int toolbox_open(struct arena *arena, const char *dir, int *ret_fd, struct err *err)
{
	int r = dir ? open_directory(dir, ret_fd, err) : open_busybox(arena, ret_fd, err);

	return r < 0 ? err_while(err, "toolbox") : 0;
}
