/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ps: the processes of a container. Its cgroups know them; without any, its pid namespace does.
 */
#include <dirent.h>
#include <errno.h>
#include <sched.h>
#include <stdlib.h>

#include "base/fd.h"
#include "base/parse.h"
#include "base/text.h"
#include "core/container.h"
#include "core/lookup.h"
#include "sys/nsfs.h"

static int read_pid_namespace(const char *process, struct nsfs_id *ret)
{
	AUTO_FD int fd = -1;
	struct err ignored = ERR_INIT;
	char path[64];
	int r;

	text_format(path, sizeof(path), "/proc/%s/ns/pid", process);
	r = nsfs_open(path, CLONE_NEWPID, &fd, &ignored);
	return r < 0 ? r : nsfs_id_of(fd, ret, &ignored);
}

static int compare_pids(const void *a, const void *b)
{
	pid_t first = *(const pid_t *)a, second = *(const pid_t *)b;

	return (first > second) - (first < second);
}

/* Processes that end meanwhile, or that the caller may not look at, are left out. */
static int list_namespace(
	struct arena *arena, struct nsfs_id wanted, pid_t **ret, size_t *ret_count, struct err *err)
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;
	pid_t *pids = NULL;
	size_t n = 0;

	if (!dir)
		return err_sys(err, "opendir /proc");
	while ((entry = readdir(dir))) {
		struct nsfs_id id;
		uint32_t pid;

		if (parse_u32(entry->d_name, &pid) == 0 &&
			read_pid_namespace(entry->d_name, &id) == 0 && nsfs_id_equal(id, wanted))
			ARENA_APPEND(arena, pids, n) = (pid_t)pid;
	}
	closedir(dir);
	if (n > 0)
		qsort(pids, n, sizeof(*pids), compare_pids);
	*ret = pids;
	*ret_count = n;
	return 0;
}

/* In the caller's own pid namespace nothing but its number tells a process of the container. */
static int list_without_cgroup(
	const struct container *container, pid_t **ret, size_t *ret_count, struct err *err)
{
	struct nsfs_id own, inside;
	char process[16];

	*ret = NULL;
	*ret_count = 0;
	text_format(process, sizeof(process), "%d", container->record.pid);
	if (read_pid_namespace("self", &own) == 0 && read_pid_namespace(process, &inside) == 0 &&
		!nsfs_id_equal(own, inside) && lookup_is_alive(container))
		return list_namespace(container->arena, inside, ret, ret_count, err);
	if (lookup_is_alive(container))
		ARENA_APPEND(container->arena, *ret, *ret_count) = container->record.pid;
	return 0;
}

int container_pids(struct arena *arena, const struct runtime *runtime, const char *id, pid_t **ret,
	size_t *ret_count, struct err *err)
{
	AUTO_CONTAINER container = CONTAINER_INIT;
	int r = lookup_open(arena, runtime, id, &container, err);

	if (r < 0)
		return r;
	if (container.group.n_dirs == 0 && container.has_record)
		return list_without_cgroup(&container, ret, ret_count, err);
	return cgroup_list_pids(arena, &container.group, ret, ret_count, err);
}
