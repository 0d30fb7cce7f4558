/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "base/fd.h"
#include "base/text.h"
#include "cli/engine/ns.h"
#include "cli/printable.h"
#include "core/user_name.h"
#include "inspect/facts.h"
#include "inspect/holders.h"
#include "inspect/inside.h"
#include "inspect/interfaces.h"

static struct ns_value none(void)
{
	return (struct ns_value){ .kind = NS_VALUE_NONE };
}

static struct ns_value number(uint64_t value)
{
	return (struct ns_value){ .kind = NS_VALUE_NUMBER, .number = value };
}

static struct ns_value text(const char *value)
{
	return (struct ns_value){ .kind = value ? NS_VALUE_TEXT : NS_VALUE_NONE, .text = value };
}

/* ---- as lsns has them ---- */

static struct ns_value value_ns(struct ns_listing *listing, struct view_namespace *namespace)
{
	(void)listing;
	return number(namespace->inode);
}

static struct ns_value value_type(struct ns_listing *listing, struct view_namespace *namespace)
{
	(void)listing;
	return text(namespace_kind_name(namespace->kind));
}

static struct ns_value value_path(struct ns_listing *listing, struct view_namespace *namespace)
{
	const char *kind = namespace_kind_name(namespace->kind);
	const struct view_holder *holder = namespace->holders;

	if (namespace->first)
		return text(arena_printf(
			listing->arena, "/proc/%d/ns/%s", namespace->first->pid, kind));
	if (!holder)
		return none();
	if (holder->kind == HOLDER_KIND_DESCRIPTOR)
		return text(arena_printf(
			listing->arena, "/proc/%d/fd/%d", holder->pid, holder->descriptor));
	if (holder->kind == HOLDER_KIND_CHILDREN)
		return text(arena_printf(
			listing->arena, "/proc/%d/ns/%s_for_children", holder->pid, kind));
	return text(arena_printf(listing->arena, "/proc/%d/root%s", holder->pid, holder->path));
}

static struct ns_value value_nprocs(struct ns_listing *listing, struct view_namespace *namespace)
{
	(void)listing;
	return number(namespace->n_processes);
}

static struct ns_value value_pid(struct ns_listing *listing, struct view_namespace *namespace)
{
	(void)listing;
	return namespace->first ? number((uint64_t) namespace->first->pid) : none();
}

static struct ns_value value_ppid(struct ns_listing *listing, struct view_namespace *namespace)
{
	if (!namespace->first)
		return none();
	return number((uint64_t)facts_of(&listing->scene.view, namespace->first)->parent);
}

static struct ns_value value_command(struct ns_listing *listing, struct view_namespace *namespace)
{
	if (!namespace->first)
		return none();
	return text(facts_command_line(&listing->scene.view, namespace->first));
}

static struct ns_value value_uid(struct ns_listing *listing, struct view_namespace *namespace)
{
	if (!namespace->first)
		return none();
	return number(facts_of(&listing->scene.view, namespace->first)->uid);
}

static struct ns_value value_user(struct ns_listing *listing, struct view_namespace *namespace)
{
	if (!namespace->first)
		return none();
	return text(
		user_name(listing->arena, facts_of(&listing->scene.view, namespace->first)->uid));
}

static struct ns_value value_pns(struct ns_listing *listing, struct view_namespace *namespace)
{
	(void)listing;
	return number(namespace->parent);
}

static struct ns_value value_ons(struct ns_listing *listing, struct view_namespace *namespace)
{
	(void)listing;
	return number(namespace->owner);
}

static struct ns_value value_netnsid(struct ns_listing *listing, struct view_namespace *namespace)
{
	struct err ignored = ERR_INIT; /* what may not be asked is left out */
	AUTO_FD int fd = -1;
	int id = -1;

	if (namespace->kind != NAMESPACE_KIND_NET ||
		holders_open(&listing->scene.view, namespace, &fd, &ignored) < 0 ||
		interfaces_netnsid(fd, &id, &ignored) < 0)
		return none();
	return text(id < 0 ? "unassigned" : arena_printf(listing->arena, "%d", id));
}

/* ---- holders ---- */

/* A line of a cell; a path may have line ends of its own. */
static const char *add_line(struct arena *arena, const char *lines, const char *line)
{
	char *copy = arena_strdup(arena, line);

	printable_make_line(copy);
	return lines ? arena_printf(arena, "%s\n%s", lines, copy) : copy;
}

static bool is_own_mount(const struct ns_listing *listing, const struct view_holder *holder)
{
	const struct view_process *other = view_find_process(&listing->scene.view, holder->pid);
	const struct view_process *own = view_find_process(&listing->scene.view, getpid());

	return holder->kind == HOLDER_KIND_MOUNT && own && other &&
	       own->namespaces[NAMESPACE_KIND_MNT] == other->namespaces[NAMESPACE_KIND_MNT];
}

/* A copy of the caller's mounts has copies of these, too. */
static bool is_copy(const struct ns_listing *listing, const struct view_namespace *namespace,
	const struct view_holder *holder)
{
	if (holder->kind != HOLDER_KIND_MOUNT || is_own_mount(listing, holder))
		return false;
	for (size_t i = 0; i < namespace->n_holders; i++)
		if (is_own_mount(listing, &namespace->holders[i]) &&
			text_equal(namespace->holders[i].path, holder->path))
			return true;
	return false;
}

static struct ns_value value_nsfs(struct ns_listing *listing, struct view_namespace *namespace)
{
	const char *lines = NULL;

	for (size_t i = 0; i < namespace->n_holders; i++)
		if (is_own_mount(listing, &namespace->holders[i]))
			lines = add_line(listing->arena, lines, namespace->holders[i].path);
	return text(lines);
}

static const char *holder_text(const struct ns_listing *listing, const struct view_holder *holder)
{
	switch (holder->kind) {
	case HOLDER_KIND_MOUNT:
		if (is_own_mount(listing, holder))
			return holder->path;
		return arena_printf(
			listing->arena, "%s in the mounts of %d", holder->path, holder->pid);
	case HOLDER_KIND_DESCRIPTOR:
		return arena_printf(
			listing->arena, "descriptor %d of %d", holder->descriptor, holder->pid);
	case HOLDER_KIND_CHILDREN:
		return arena_printf(listing->arena, "for children of %d", holder->pid);
	case HOLDER_KIND_COUNT:
		break;
	}
	return "";
}

static struct ns_value value_holder(struct ns_listing *listing, struct view_namespace *namespace)
{
	const char *lines = NULL;

	for (size_t i = 0; i < namespace->n_holders; i++)
		if (!is_copy(listing, namespace, &namespace->holders[i]))
			lines = add_line(listing->arena, lines,
				holder_text(listing, &namespace->holders[i]));
	return text(lines);
}

/* ---- what else hull knows ---- */

static struct ns_value value_container(struct ns_listing *listing, struct view_namespace *namespace)
{
	struct container_name name = container_of_namespace(
		&listing->scene.view, namespace, listing->scene.known, listing->scene.n_known);

	return text(container_text(listing->arena, &name));
}

static struct ns_value value_ouid(struct ns_listing *listing, struct view_namespace *namespace)
{
	const struct view_namespace *owner = namespace->kind == NAMESPACE_KIND_USER
						     ? namespace
						     : view_find(&listing->scene.view,
							       namespace->owner);

	return owner && owner->has_owner_uid ? number(owner->owner_uid) : none();
}

static struct ns_value value_nspid(struct ns_listing *listing, struct view_namespace *namespace)
{
	return namespace->first ? text(scene_pids(&listing->scene, namespace->first)) : none();
}

/* The lines of a file of the first process, with single spaces. */
static struct ns_value lines_of(
	struct ns_listing *listing, struct view_namespace *namespace, const char *name)
{
	char *from, *to, *lines;

	if (!namespace->first)
		return none();
	lines = (char *)facts_file(&listing->scene.view, namespace->first->pid, name);
	for (from = to = lines; *from != '\0'; from++) {
		bool is_space = *from == ' ' || *from == '\t';

		if (is_space && (to == lines || to[-1] == ' ' || to[-1] == '\n'))
			continue;
		*to++ = is_space ? ' ' : *from;
	}
	while (to > lines && to[-1] == '\n')
		to--;
	if (to == lines)
		return none();
	*to = '\0';
	return text(lines);
}

static struct ns_value value_uidmap(struct ns_listing *listing, struct view_namespace *namespace)
{
	if (namespace->kind != NAMESPACE_KIND_USER)
		return none();
	return lines_of(listing, namespace, "uid_map");
}

static struct ns_value value_gidmap(struct ns_listing *listing, struct view_namespace *namespace)
{
	if (namespace->kind != NAMESPACE_KIND_USER)
		return none();
	return lines_of(listing, namespace, "gid_map");
}

static struct ns_value value_offsets(struct ns_listing *listing, struct view_namespace *namespace)
{
	if (namespace->kind != NAMESPACE_KIND_TIME)
		return none();
	return lines_of(listing, namespace, "timens_offsets");
}

static struct ns_value value_cgroup(struct ns_listing *listing, struct view_namespace *namespace)
{
	return lines_of(listing, namespace, "cgroup");
}

static struct ns_value value_hostname(struct ns_listing *listing, struct view_namespace *namespace)
{
	struct err ignored = ERR_INIT; /* without the right to join it */
	const char *name = NULL;
	AUTO_FD int fd = -1;

	if (namespace->kind != NAMESPACE_KIND_UTS ||
		holders_open(&listing->scene.view, namespace, &fd, &ignored) < 0)
		return none();
	(void)inside_host_name(listing->arena, fd, &name, &ignored);
	return text(name);
}

static struct ns_value value_net(struct ns_listing *listing, struct view_namespace *namespace)
{
	if (namespace->kind != NAMESPACE_KIND_NET)
		return none();
	return text(interfaces_text(&listing->scene.view, namespace));
}

static struct ns_value value_peer(struct ns_listing *listing, struct view_namespace *namespace)
{
	if (namespace->kind != NAMESPACE_KIND_NET)
		return none();
	return text(interfaces_peers(&listing->scene.view, namespace));
}

static struct ns_value value_cgroot(struct ns_listing *listing, struct view_namespace *namespace)
{
	struct err ignored = ERR_INIT; /* without the right to join it */
	const char *roots = NULL;
	AUTO_FD int fd = -1;

	if (namespace->kind != NAMESPACE_KIND_CGROUP || !namespace->first ||
		holders_open(&listing->scene.view, namespace, &fd, &ignored) < 0)
		return none();
	(void)inside_cgroup_root(&listing->scene.view, namespace->first, fd, &roots, &ignored);
	return text(roots);
}

#define RIGHT                    \
	{                        \
		.is_right = true \
	}
#define CUT                        \
	{                          \
		.may_be_cut = true \
	}

const struct ns_column ns_columns[] = {
	{ "NS", "number of the namespace (inode of its file)", RIGHT, false, value_ns },
	{ "TYPE", "mnt, pid, net, ipc, uts, user, cgroup or time", { 0 }, false, value_type },
	{ "PATH", "path that leads to it", { 0 }, false, value_path },
	{ "NPROCS", "how many processes are in it", RIGHT, false, value_nprocs },
	{ "PID", "lowest PID in it", RIGHT, false, value_pid },
	{ "PPID", "parent of PID", RIGHT, false, value_ppid },
	{ "COMMAND", "command line of PID", CUT, false, value_command },
	{ "UID", "user of PID, as a number", RIGHT, false, value_uid },
	{ "USER", "user of PID", { 0 }, false, value_user },
	{ "NETNSID", "number that the caller's network namespace has for it", { 0 }, false,
		value_netnsid },
	{ "NSFS", "where its file is mounted, as the caller sees it", { 0 }, true, value_nsfs },
	{ "PNS", "the namespace it was made in (pid, user)", RIGHT, false, value_pns },
	{ "ONS", "the user namespace that owns it", RIGHT, false, value_ons },
	{ "CONTAINER", "container or systemd unit of PID, if it has the namespace for itself", CUT,
		false, value_container },
	{ "HOLDER", "what keeps it beside processes: mounts, open descriptors, children to come",
		CUT, true, value_holder },
	{ "OUID", "user who made the owning user namespace", RIGHT, false, value_ouid },
	{ "NSPID", "PID in each pid namespace, from the caller's inwards", { 0 }, false,
		value_nspid },
	{ "UIDMAP", "of a user namespace: first inside, first outside, count", { 0 }, true,
		value_uidmap },
	{ "GIDMAP", "the same for groups", { 0 }, true, value_gidmap },
	{ "NET", "of a net namespace: interfaces, their peers and addresses", CUT, true,
		value_net },
	{ "PEER", "of a net namespace: the other ends of its veth pairs", CUT, true, value_peer },
	{ "HOSTNAME", "of a uts namespace", { 0 }, false, value_hostname },
	{ "OFFSETS", "of a time namespace: clock, seconds, nanoseconds", { 0 }, true,
		value_offsets },
	{ "CGROOT", "of a cgroup namespace: the groups that are its root", CUT, true,
		value_cgroot },
	{ "CGROUP", "cgroups of PID", CUT, true, value_cgroup },
};
const size_t n_ns_columns = sizeof(ns_columns) / sizeof(ns_columns[0]);

int ns_column_find(const char *name, size_t length, size_t *ret, struct err *err)
{
	for (size_t i = 0; i < n_ns_columns; i++) {
		if (strlen(ns_columns[i].name) == length &&
			strncasecmp(ns_columns[i].name, name, length) == 0) {
			*ret = i;
			return 0;
		}
	}
	err_fail(err, EINVAL, "unknown column \"%.*s\"", (int)length, name);
	return err_hint(err, "hull ns --list-columns names them");
}

const struct ns_value *ns_row_value(struct ns_listing *listing, struct ns_row *row, size_t column)
{
	struct ns_value *value = &row->values[column];

	if (value->kind == NS_VALUE_UNKNOWN)
		*value = ns_columns[column].value(listing, row->namespace);
	return value;
}

const char *ns_value_text(struct arena *arena, const struct ns_value *value)
{
	switch (value->kind) {
	case NS_VALUE_NUMBER:
		return arena_printf(arena, "%llu", (unsigned long long)value->number);
	case NS_VALUE_TEXT:
		return value->text;
	case NS_VALUE_UNKNOWN:
	case NS_VALUE_NONE:
		break;
	}
	return NULL;
}
