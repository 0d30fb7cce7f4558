/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What processes hold, and on which side of the wall it is. A descriptor of theirs is opened with
 * O_PATH only: no driver, no other process is told. The mount's id is compared with the mounts that
 * the process sees and with those that we see.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/file.h"
#include "base/parse.h"
#include "base/text.h"
#include "inspect/audit/gather.h"
#include "inspect/facts.h"
#include "sys/mount_id.h"

enum { MOUNTINFO_MAX_BYTES = 16 << 20 };

/* The ids of the mounts that are seen in one mount namespace. */
struct mount_ids {
	uint64_t namespace; /* inode; 0: our own */
	uint64_t *ids;
	size_t n_ids;
};

struct gathering {
	const struct audit_subject *subject;
	struct audit_snapshot *snapshot;
	struct arena *arena;
	struct mount_ids *seen;
	size_t n_seen;
	struct mount_ids own;
};

static void read_ids(struct gathering *gathering, const char *path, struct mount_ids *ret)
{
	struct err ignored = ERR_INIT; /* then nothing is taken for the process's own */
	const char *text = "";
	uint64_t id;

	AUTO_FD int fd = openat(gathering->subject->view->proc_fd, path, O_RDONLY | O_CLOEXEC);
	size_t length;
	if (fd < 0 || file_read_fd(gathering->arena, fd, path, MOUNTINFO_MAX_BYTES, &text, &length,
			      &ignored) < 0)
		return;
	while (*text != '\0') {
		if (parse_u64_n(text, strspn(text, "0123456789"), &id) == 0)
			ARENA_APPEND(gathering->arena, ret->ids, ret->n_ids) = id;
		text += strcspn(text, "\n");
		text += *text == '\n';
	}
}

static const struct mount_ids *ids_of(
	struct gathering *gathering, const struct view_process *process)
{
	static const struct mount_ids none;
	uint64_t namespace = process->namespaces[NAMESPACE_KIND_MNT];
	struct mount_ids *ids;

	/* a process of the container that sees the host's mounts: they are the host's all the same
	 */
	if (!gathering->snapshot->namespaces[NAMESPACE_KIND_MNT].is_host &&
		gather_is_host_namespace(gathering->subject->view, NAMESPACE_KIND_MNT, namespace))
		return &none;

	for (size_t i = 0; i < gathering->n_seen; i++)
		if (gathering->seen[i].namespace == namespace)
			return &gathering->seen[i];
	ids = &ARENA_APPEND(gathering->arena, gathering->seen, gathering->n_seen);
	*ids = (struct mount_ids){ .namespace = namespace };
	read_ids(gathering, arena_printf(gathering->arena, "%d/mountinfo", process->pid), ids);
	return ids;
}

static bool has_id(const struct mount_ids *ids, uint64_t id)
{
	for (size_t i = 0; i < ids->n_ids; i++)
		if (ids->ids[i] == id)
			return true;
	return false;
}

/* "Pid:" of a pidfd; 0: it is none, or its process has ended or is not to be seen. */
static uint64_t pid_of_pidfd(struct gathering *gathering, const struct audit_file *file)
{
	const char *info, *line;
	uint64_t pid = 0;

	if (!text_has_prefix(file->link, "anon_inode:[pidfd]") &&
		!text_has_prefix(file->link, "pidfd:"))
		return 0;
	info = facts_file(gathering->subject->view, file->pid,
		arena_printf(gathering->arena, "fdinfo/%d", file->number));
	line = strstr(info, "\nPid:\t");
	if (line)
		(void)parse_u64_n(line + 6, strspn(line + 6, "0123456789"), &pid);
	for (size_t i = 0; i < gathering->snapshot->n_processes; i++)
		if (gathering->snapshot->processes[i].pid == (pid_t)pid)
			return 0;
	return pid;
}

static bool take_link(struct gathering *gathering, const char *path, struct audit_file *file)
{
	char link[PATH_MAX];
	ssize_t length = readlinkat(gathering->subject->view->proc_fd, path, link, sizeof(link));

	if (length < 0)
		return false;
	file->link = arena_strndup(gathering->arena, link, (size_t)length);
	return true;
}

static void take_file(struct gathering *gathering, const struct mount_ids *ids, const char *path,
	struct audit_file *file)
{
	struct stat st;
	uint64_t id;

	AUTO_FD int fd = openat(gathering->subject->view->proc_fd, path, O_PATH | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		return;
	file->type = st.st_mode & S_IFMT;
	file->major = major(st.st_rdev);
	file->minor = minor(st.st_rdev);
	if (mount_id_of_mountinfo(fd, &id) < 0)
		return;
	if (has_id(ids, id))
		file->side = AUDIT_SIDE_INSIDE;
	else if (has_id(&gathering->own, id))
		file->side = AUDIT_SIDE_HOST;
}

/* false: the process has ended, or may not be looked at */
static bool add(struct gathering *gathering, const struct view_process *process,
	enum audit_place place, const char *name)
{
	struct audit_file file = {
		.pid = process->pid, .place = place, .side = AUDIT_SIDE_NOWHERE
	};
	const char *path = arena_printf(gathering->arena, "%d/%s", process->pid, name);
	uint32_t number;

	if (place == AUDIT_PLACE_DESCRIPTOR) {
		if (parse_u32(name + strlen("fd/"), &number) < 0)
			return true;
		file.number = (int)number;
	}
	if (!take_link(gathering, path, &file))
		return errno == ENOENT;
	take_file(gathering, ids_of(gathering, process), path, &file);
	if (place == AUDIT_PLACE_DESCRIPTOR)
		file.foreign_pid = pid_of_pidfd(gathering, &file);
	ARENA_APPEND(
		gathering->arena, gathering->snapshot->files, gathering->snapshot->n_files) = file;
	return true;
}

static bool add_descriptors(struct gathering *gathering, const struct view_process *process)
{
	const char *path = arena_printf(gathering->arena, "%d/fd", process->pid);
	const struct dirent *entry;
	bool is_seen = true;
	DIR *directory;
	int fd = openat(
		gathering->subject->view->proc_fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	directory = fd < 0 ? NULL : fdopendir(fd);
	if (!directory) {
		fd_close(fd);
		return false;
	}
	while ((errno = 0, entry = readdir(directory)))
		if (entry->d_name[0] != '.')
			is_seen &= add(gathering, process, AUDIT_PLACE_DESCRIPTOR,
				arena_printf(gathering->arena, "fd/%s", entry->d_name));
	is_seen &= errno == 0;
	closedir(directory);
	return is_seen;
}

static void add_process(struct gathering *gathering, pid_t pid)
{
	const struct view_process *process = view_find_process(gathering->subject->view, pid);
	bool is_seen;

	if (!process)
		return;
	is_seen = add(gathering, process, AUDIT_PLACE_CWD, "cwd") &&
		  add(gathering, process, AUDIT_PLACE_ROOT, "root") &&
		  add(gathering, process, AUDIT_PLACE_PROGRAM, "exe");
	if (!add_descriptors(gathering, process) || !is_seen)
		gathering->snapshot->n_files_hidden++;
}

static bool stat_root(const struct view *view, pid_t pid, struct stat *ret)
{
	char path[32];

	text_format(path, sizeof(path), "%d/root", pid);
	return fstatat(view->proc_fd, path, ret, 0) == 0;
}

static bool is_same(const struct stat *one, const struct stat *other)
{
	return one->st_dev == other->st_dev && one->st_ino == other->st_ino;
}

/* The very directory that is our own root, or that of the machine's first process, which an
 * ordinary user may not look at. False: that could not be found out. */
static bool compare_roots(const struct audit_subject *subject, bool *ret_is_host)
{
	struct stat root, own, first;

	if (!stat_root(subject->view, subject->target->pid, &root) ||
		!stat_root(subject->view, getpid(), &own))
		return false;
	*ret_is_host = is_same(&root, &own);
	if (!stat_root(subject->view, 1, &first))
		return errno == EACCES || errno == ENOENT;
	*ret_is_host |= is_same(&root, &first);
	return true;
}

void gather_files(const struct audit_subject *subject, struct audit_snapshot *snapshot)
{
	struct gathering gathering = {
		.subject = subject,
		.snapshot = snapshot,
		.arena = snapshot->arena,
	};

	read_ids(&gathering, "self/mountinfo", &gathering.own);
	for (size_t i = 0; i < snapshot->n_processes; i++)
		add_process(&gathering, snapshot->processes[i].pid);
	if (!compare_roots(subject, &snapshot->is_root_host))
		snapshot->n_files_hidden++;
}
