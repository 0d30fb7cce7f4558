/* SPDX-License-Identifier: Apache-2.0 */
#include "core/id_map.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/text.h"
#include "sys/capability.h"
#include "sys/clone.h"
#include "sys/process.h"

enum {
	ID_MAP_MAX_LINES = 340,         /* of the kernel, since 4.15 */
	ID_MAP_LINE_BYTES = 3 * 10 + 4, /* three numbers, two spaces, a newline */
};

static size_t format_lines(const struct oci_id_mapping *mappings, size_t n, char *text, size_t size)
{
	size_t used = 0;

	for (size_t i = 0; i < n && used < size; i++)
		used += (size_t)snprintf(text + used, size - used, "%u %u %u\n",
			mappings[i].container_id, mappings[i].host_id, mappings[i].size);
	return used;
}

static int write_file(pid_t pid, const char *name, const char *text, size_t size, struct err *err)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	AUTO_FD int fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(err, "open %s", path);
	if (write(fd, text, size) != (ssize_t)size) /* one write for the whole map */
		return err_sys(err, "write %s", path);
	return 0;
}

static int write_map(pid_t pid, const char *name, const struct oci_id_mapping *mappings, size_t n,
	struct err *err)
{
	char text[ID_MAP_MAX_LINES * ID_MAP_LINE_BYTES + 1];

	if (n > ID_MAP_MAX_LINES)
		return err_fail(err, EINVAL, "%s has %zu lines; the kernel takes %d", name, n,
			ID_MAP_MAX_LINES);
	return write_file(pid, name, text, format_lines(mappings, n, text, sizeof(text)), err);
}

/* An ordinary user may write this map: one id, its own. */
static bool is_own_id(const struct oci_id_mapping *mappings, size_t n, uint32_t own)
{
	return n == 1 && mappings[0].size == 1 && mappings[0].host_id == own;
}

/* Its standard error is errors_fd. */
static int spawn_helper(
	const char *program, char *const *argv, int errors_fd, pid_t *ret_pid, struct err *err)
{
	static char path[] = "PATH=/usr/local/bin:/usr/bin:/bin";
	char *const environment[] = { path, NULL };
	posix_spawn_file_actions_t actions;
	int r = posix_spawn_file_actions_init(&actions);

	if (r == 0) {
		r = posix_spawn_file_actions_adddup2(&actions, errors_fd, STDERR_FILENO);
		if (r == 0)
			r = posix_spawnp(ret_pid, program, &actions, NULL, argv, environment);
		posix_spawn_file_actions_destroy(&actions);
	}
	if (r == 0)
		return 0;
	err_sys_code(err, r, "execute %s", program);
	return r == ENOENT ? err_hint(err, "install the package uidmap") : -r;
}

static int refuse_helper(const char *program, int errors_fd, struct err *err)
{
	struct err ignored = ERR_INIT; /* then it said nothing */
	ssize_t n;

	err_fail(err, EPERM, "%s failed", program);
	n = fd_read_up_to(errors_fd, err->hook_stderr, sizeof(err->hook_stderr) - 1, &ignored);
	err->hook_stderr[n < 0 ? 0 : n] = '\0';
	text_make_printable(err->hook_stderr);
	return err_hint(err, "are the host ids this user's in /etc/subuid and /etc/subgid?");
}

/* What it has to say is a line or two: the pipe holds that. */
static int run_helper(const char *program, char *const *argv, struct err *err)
{
	int errors[2], status, r;
	pid_t pid;

	if (pipe2(errors, O_CLOEXEC | O_NONBLOCK) < 0)
		return err_sys(err, "pipe2");
	AUTO_FD int read_end = errors[0];
	AUTO_FD int write_end = errors[1];
	r = spawn_helper(program, argv, write_end, &pid, err);
	if (r < 0)
		return r;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return err_sys(err, "waitpid");
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	fd_replace(&write_end, -1);
	return refuse_helper(program, read_end, err);
}

static int map_by_helper(pid_t pid, const char *program, const struct oci_id_mapping *mappings,
	size_t n, struct err *err)
{
	char numbers[ID_MAP_MAX_LINES * 3 + 1][12];
	char *argv[ID_MAP_MAX_LINES * 3 + 3];
	size_t argc = 0, used = 0;

	if (n > ID_MAP_MAX_LINES)
		return err_fail(
			err, EINVAL, "%zu id mappings; the kernel takes %d", n, ID_MAP_MAX_LINES);
	argv[argc++] = (char *)program;
	snprintf(numbers[used], sizeof(numbers[used]), "%d", pid);
	argv[argc++] = numbers[used++];
	for (size_t i = 0; i < n; i++) {
		const uint32_t values[] = { mappings[i].container_id, mappings[i].host_id,
			mappings[i].size };

		for (size_t k = 0; k < 3; k++) {
			snprintf(numbers[used], sizeof(numbers[used]), "%u", values[k]);
			argv[argc++] = numbers[used++];
		}
	}
	argv[argc] = NULL;
	return run_helper(program, argv, err);
}

static int map_groups_as_user(pid_t pid, const struct id_maps *maps, struct err *err)
{
	int r;

	if (!is_own_id(maps->gids, maps->n_gids, getegid()))
		return map_by_helper(pid, "newgidmap", maps->gids, maps->n_gids, err);
	/* without privilege only who cannot drop a group may get a map (CVE-2014-8989) */
	r = write_file(pid, "setgroups", "deny", strlen("deny"), err);
	return r < 0 ? r : write_map(pid, "gid_map", maps->gids, maps->n_gids, err);
}

static int map_users_as_user(pid_t pid, const struct id_maps *maps, struct err *err)
{
	if (!is_own_id(maps->uids, maps->n_uids, geteuid()))
		return map_by_helper(pid, "newuidmap", maps->uids, maps->n_uids, err);
	return write_map(pid, "uid_map", maps->uids, maps->n_uids, err);
}

int id_map_write(pid_t pid, const struct id_maps *maps, struct err *err)
{
	bool can_groups = capability_is_effective(CAPABILITY_SETGID);
	bool can_users = capability_is_effective(CAPABILITY_SETUID);
	int r = 0;

	if (maps->n_gids)
		r = can_groups ? write_map(pid, "gid_map", maps->gids, maps->n_gids, err)
			       : map_groups_as_user(pid, maps, err);
	if (r < 0)
		return err_config(err, "/linux/gidMappings");
	if (maps->n_uids)
		r = can_users ? write_map(pid, "uid_map", maps->uids, maps->n_uids, err)
			      : map_users_as_user(pid, maps, err);
	if (r < 0)
		return err_config(err, "/linux/uidMappings");
	return 0;
}

int id_map_open_namespace(const struct id_maps *maps, int *ret_fd, struct err *err)
{
	const struct clone_how how = { .flags = CLONE_NEWUSER, .cgroup_fd = -1 };
	AUTO_FD int pidfd = -1;
	char path[64];
	pid_t pid;
	int r;

	r = clone_copying_memory(&how, &pid, &pidfd, err);
	if (r < 0)
		return r;
	if (pid == 0)
		for (;;)
			pause(); /* it only holds the namespace until we have opened it */
	r = id_map_write(pid, maps, err);
	if (r == 0) {
		snprintf(path, sizeof(path), "/proc/%d/ns/user", pid);
		*ret_fd = open(path, O_RDONLY | O_CLOEXEC);
		if (*ret_fd < 0)
			r = err_sys(err, "open %s", path);
	}
	process_kill_and_reap(pidfd);
	return r;
}
