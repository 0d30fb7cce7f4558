/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A sysctl's key, or ("/" in front) a path of /proc: what is opened is on the handle's procfs,
 * whatever is mounted there, and both ways of resolution say the same.
 */
#include "sys/procfs.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "sys/beneath.h"
#include "sys/mount_id.h"

static int proc_fd = -1;

/* Things mounted on /proc as an attacker would, where this process may have mounts of its own. */
static void cover_proc(void)
{
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return;
	mount("/dev/null", "/proc/sys/kernel/hostname", NULL, MS_BIND, NULL);
	mount("/proc/version", "/proc/uptime", NULL, MS_BIND, NULL);
	mount("tmpfs", "/proc/sys/net", "tmpfs", 0, NULL);
	mount("proc", "/proc/fs", "proc", 0, NULL);
}

/* The last fallback of procfs_open(), the weakest handle. */
static void open_handle(void)
{
	cover_proc();
	proc_fd = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (proc_fd < 0)
		abort();
}

static void check_is_inside(int fd, const char *path)
{
	uint64_t handle_id, file_id;
	struct statfs fs;

	if (fstatfs(fd, &fs) == 0 && (unsigned long)fs.f_type == PROC_SUPER_MAGIC &&
		mount_id_get(proc_fd, &handle_id) == 0 && mount_id_get(fd, &file_id) == 0 &&
		handle_id == file_id)
		return;
	fprintf(stderr, "%s was opened, and is not on the procfs of the handle\n", path);
	abort();
}

/* The errno. O_PATH: opening itself changes nothing then. */
static int try_open(const char *path, bool by_walk)
{
	struct err err = ERR_INIT;
	int fd = -1;
	int r;

	beneath_force_walk(by_walk);
	r = procfs_open_file(proc_fd, path, O_PATH, &fd, &err);
	beneath_force_walk(false);
	if (r != -err.code || (r == 0) != (fd >= 0))
		abort();
	if (r < 0)
		return -r;
	check_is_inside(fd, path);
	close(fd);
	return 0;
}

/*
 * Processes come and go: only a difference that stays is one. The walk's own descriptors show up in
 * self/fd and self/fdinfo: there only what is opened is checked.
 */
static void open_both_ways(const char *path)
{
	enum { ATTEMPTS = 5 };

	if (strstr(path, "fd")) {
		try_open(path, false);
		try_open(path, true);
		return;
	}
	for (int i = 0; i < ATTEMPTS; i++) {
		int walk = try_open(path, true);

		/* procfs has no limit of length: a name too long is just not there */
		if (walk == ENAMETOOLONG || walk == try_open(path, false))
			return;
	}
	fprintf(stderr, "%s: openat2 says %d, the walk %d\n", path, try_open(path, false),
		try_open(path, true));
	abort();
}

static void check_plain(const char *path)
{
	const char *at = path + strlen("sys");

	if (strncmp(path, "sys/", 4) != 0 || strlen(path) >= PROCFS_SYSCTL_PATH_BYTES)
		abort();
	while (*at == '/') {
		size_t length = strcspn(++at, "/");

		if (length == 0 || (length == 1 && at[0] == '.') ||
			(length == 2 && at[0] == '.' && at[1] == '.'))
			abort();
		at += length;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	char *text = malloc(size + 1);
	char path[PROCFS_SYSCTL_PATH_BYTES];

	if (proc_fd < 0)
		open_handle();
	memcpy(text, bytes, size);
	text[size] = '\0';
	if (text[0] == '/') {
		open_both_ways(text + 1);
	} else if (procfs_sysctl_path(text, path) == 0) {
		check_plain(path);
		open_both_ways(path);
	}
	free(text);
	return 0;
}
