/* SPDX-License-Identifier: Apache-2.0 */
#include "inspect/relations.h"

#include "base/fd.h"
#include "inspect/holders.h"
#include "sys/nsfs.h"

static void read_one(struct view *view, struct view_namespace *namespace, int fd);

/* The inode of the namespace behind fd; one that is new is added with what is above it. */
static uint64_t take_relative(struct view *view, enum namespace_kind kind, int fd)
{
	struct nsfs_id id;
	struct err ignored = ERR_INIT;

	if (nsfs_id_of(fd, &id, &ignored) < 0)
		return 0;
	if (!view_find(view, id.inode))
		read_one(view, view_add(view, kind, id.inode), fd);
	return id.inode;
}

static bool has_parent(enum namespace_kind kind)
{
	return kind == NAMESPACE_KIND_PID || kind == NAMESPACE_KIND_USER;
}

/* Nested at most as deep as namespaces are, 32 (user_namespaces(7)). */
static void read_one(struct view *view, struct view_namespace *namespace, int fd)
{
	AUTO_FD int owner = -1;
	AUTO_FD int parent = -1;
	struct err ignored = ERR_INIT; /* outside of what the caller may see */

	if (nsfs_open_owner(fd, &owner, &ignored) == 0)
	namespace->owner = take_relative(view, NAMESPACE_KIND_USER, owner);
	if (has_parent(namespace->kind) && nsfs_open_parent(fd, &parent, &ignored) == 0)
	namespace->parent = take_relative(view, namespace->kind, parent);
	if (namespace->kind == NAMESPACE_KIND_USER)
	namespace->has_owner_uid = nsfs_owner_uid(fd, &namespace->owner_uid, &ignored) == 0;
}

void relations_read(struct view *view)
{
	/* What is added on the way is read there. */
	for (size_t i = 0, n = view->n_namespaces; i < n; i++) {
		struct err ignored = ERR_INIT;
		AUTO_FD int fd = -1;

		if (holders_open(view, view->namespaces[i], &fd, &ignored) == 0)
			read_one(view, view->namespaces[i], fd);
	}
}
