/* SPDX-License-Identifier: Apache-2.0 */
/* The mounts inside, and what they have to do with the host's. */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fd.h"
#include "base/file.h"
#include "base/text.h"
#include "inspect/audit/gather.h"
#include "sys/beneath.h"

enum { MOUNTINFO_MAX_BYTES = 16 << 20 };

void gather_parse_mounts(
	struct arena *arena, const char *text, struct audit_mount **ret, size_t *ret_n)
{
	while (*text != '\0') {
		size_t length = strcspn(text, "\n");
		struct audit_mount mount = { 0 };

		/* the strings of a mount lie in its line */
		if (mountinfo_parse(arena_strndup(arena, text, length), &mount.info) == 0)
			ARENA_APPEND(arena, *ret, *ret_n) = mount;
		text += length + (text[length] == '\n');
	}
}

/* What is left of path below the directory top; NULL: it is not below it. */
static const char *rest_below(const char *top, const char *path)
{
	const char *rest = text_after_prefix(path, text_equal(top, "/") ? "" : top);

	return rest && (*rest == '\0' || *rest == '/') ? rest : NULL;
}

/* The host may have several mounts of one file system: the one that shows least above it. */
static const char *find_host_path(struct arena *arena, const struct audit_mount *mount,
	const struct audit_mount *host_mounts, size_t n_host_mounts)
{
	const struct audit_mount *best = NULL;
	const char *rest, *top;

	for (size_t i = 0; i < n_host_mounts; i++) {
		const struct audit_mount *host = &host_mounts[i];

		if (host->info.major != mount->info.major ||
			host->info.minor != mount->info.minor ||
			!rest_below(host->info.root, mount->info.root))
			continue;
		if (!best || strlen(host->info.root) > strlen(best->info.root))
			best = host;
	}
	if (!best)
		return NULL;
	rest = rest_below(best->info.root, mount->info.root);
	if (text_equal(rest, "/"))
		rest = "";
	top = text_equal(best->info.mount_point, "/") && *rest != '\0' ? ""
								       : best->info.mount_point;
	return arena_printf(arena, "%s%s", top, rest);
}

static bool lies_upon(const struct audit_mount *upper, const struct audit_mount *lower)
{
	return upper->info.parent_id == lower->info.id &&
	       text_equal(upper->info.mount_point, lower->info.mount_point);
}

/* A later mount of the same parent, on a directory that leads to it. */
static bool is_in_the_way(const struct audit_mount *upper, const struct audit_mount *lower)
{
	const char *rest = rest_below(upper->info.mount_point, lower->info.mount_point);

	return upper->info.parent_id == lower->info.parent_id && upper->info.id != lower->info.id &&
	       rest && *rest != '\0';
}

static bool is_covered(const struct audit_mount *mounts, size_t n_mounts, size_t at)
{
	const struct audit_mount *mount = &mounts[at];

	for (size_t i = 0; i < n_mounts; i++) {
		const struct audit_mount *other = &mounts[i];

		if (lies_upon(other, mount) || (i > at && is_in_the_way(other, mount)))
			return true;
		/* a parent is listed before what is mounted on it */
		if (i < at && other->info.id == mount->info.parent_id && other->is_covered &&
			!lies_upon(mount, other))
			return true;
	}
	return false;
}

void gather_relate_mounts(struct arena *arena, struct audit_mount *mounts, size_t n_mounts,
	const struct audit_mount *host_mounts, size_t n_host_mounts)
{
	for (size_t i = 0; i < n_mounts; i++) {
		mounts[i].is_covered = is_covered(mounts, n_mounts, i);
		mounts[i].host_path = find_host_path(arena, &mounts[i], host_mounts, n_host_mounts);
		for (size_t j = 0; j < n_host_mounts && mounts[i].info.peer_group != 0; j++)
			mounts[i].is_host_peer |= host_mounts[j].info.peer_group ==
						  mounts[i].info.peer_group;
	}
}

static int read_mounts(const struct audit_subject *subject, const char *path,
	struct audit_mount **ret, size_t *ret_n, struct err *err)
{
	const char *text;
	size_t length;
	int r;

	AUTO_FD int fd = openat(subject->view->proc_fd, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(err, "open /proc/%s", path);
	r = file_read_fd(subject->view->arena, fd, path, MOUNTINFO_MAX_BYTES, &text, &length, err);
	if (r == 0)
		gather_parse_mounts(subject->view->arena, text, ret, ret_n);
	return r;
}

/* Of what kind the root of each mount is: a socket is mounted like any other file. */
static void read_types(const struct audit_subject *subject, struct audit_snapshot *snapshot)
{
	char path[32];

	text_format(path, sizeof(path), "%d/root", subject->target->pid);
	AUTO_FD int root = openat(subject->view->proc_fd, path, O_PATH | O_CLOEXEC);
	for (size_t i = 0; root >= 0 && i < snapshot->n_mounts; i++) {
		struct err ignored = ERR_INIT; /* it lies below another mount */
		AUTO_FD int fd = -1;
		struct stat st;

		if (beneath_open(root, snapshot->mounts[i].info.mount_point, O_PATH, 0, &fd,
			    &ignored) == 0 &&
			fstat(fd, &st) == 0)
			snapshot->mounts[i].type = st.st_mode & S_IFMT;
	}
}

void gather_mounts(const struct audit_subject *subject, struct audit_snapshot *snapshot)
{
	struct audit_mount *host_mounts = NULL;
	struct err err = ERR_INIT;
	size_t n_host_mounts = 0;
	char path[32];
	int r;

	text_format(path, sizeof(path), "%d/mountinfo", subject->target->pid);
	r = read_mounts(subject, path, &snapshot->mounts, &snapshot->n_mounts, &err);
	if (r == 0)
		r = read_mounts(subject, "self/mountinfo", &host_mounts, &n_host_mounts, &err);
	if (r < 0) {
		snapshot->mounts_why = arena_strdup(snapshot->arena, err.text);
		return;
	}
	gather_relate_mounts(
		snapshot->arena, snapshot->mounts, snapshot->n_mounts, host_mounts, n_host_mounts);
	read_types(subject, snapshot);
}
