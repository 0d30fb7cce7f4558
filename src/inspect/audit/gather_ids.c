/* SPDX-License-Identifier: Apache-2.0 */
/* Id maps: of the container, of all others that have one, and the users of the host. */
#include <fcntl.h>
#include <string.h>

#include "base/file.h"
#include "base/parse.h"
#include "base/text.h"
#include "inspect/audit/gather.h"
#include "inspect/facts.h"

enum { PASSWD_MAX_BYTES = 1 << 20 };

static bool take_number(const char **text, uint32_t *ret)
{
	const char *digits = *text + strspn(*text, " ");
	size_t length = strspn(digits, "0123456789");
	uint64_t value;

	if (parse_u64_n(digits, length, &value) < 0 || value > UINT32_MAX)
		return false;
	*text = digits + length;
	*ret = (uint32_t)value;
	return true;
}

void gather_parse_map(
	struct arena *arena, const char *text, struct audit_id_range **ret, size_t *ret_n)
{
	while (*text != '\0') {
		struct audit_id_range range;

		if (take_number(&text, &range.inside) && take_number(&text, &range.outside) &&
			take_number(&text, &range.count))
			ARENA_APPEND(arena, *ret, *ret_n) = range;
		text += strcspn(text, "\n");
		text += *text == '\n';
	}
}

/* "name:x:1000:…" */
static void read_users(struct audit_snapshot *snapshot)
{
	struct err ignored = ERR_INIT; /* none */
	const char *text = "";
	size_t length;

	if (file_read_at(snapshot->arena, AT_FDCWD, "/etc/passwd", PASSWD_MAX_BYTES, &text, &length,
		    &ignored) < 0)
		return;
	while (*text != '\0') {
		size_t line = strcspn(text, "\n"), name = strcspn(text, ":\n");
		const char *id = memchr(text, ':', line);
		struct audit_user user;

		id = id ? memchr(id + 1, ':', line - (size_t)(id + 1 - text)) : NULL;
		if (id && *++id && take_number(&id, &user.uid) && *id == ':') {
			user.name = arena_strndup(snapshot->arena, text, name);
			ARENA_APPEND(snapshot->arena, snapshot->host_users,
				snapshot->n_host_users) = user;
		}
		text += line + (text[line] == '\n');
	}
}

static void add_other(const struct audit_subject *subject, struct audit_snapshot *snapshot,
	const struct view_namespace *namespace)
{
	struct container_name name = container_of(
		subject->view, namespace->first, subject->known, subject->n_known);
	struct audit_other_ids other = { .name = container_text(snapshot->arena, &name) };

	if (!other.name)
		other.name = arena_printf(snapshot->arena, "process %d", namespace->first->pid);
	gather_parse_map(snapshot->arena,
		facts_file(subject->view, namespace->first->pid, "uid_map"), &other.ranges,
		&other.n_ranges);
	ARENA_APPEND(snapshot->arena, snapshot->others, snapshot->n_others) = other;
}

void gather_ids(const struct audit_subject *subject, struct audit_snapshot *snapshot)
{
	const struct view *view = subject->view;
	uint64_t own = subject->target->namespaces[NAMESPACE_KIND_USER];
	const struct view_namespace *namespace = view_find(view, own);

	if (!namespace || snapshot->namespaces[NAMESPACE_KIND_USER].is_host)
		return;
	snapshot->has_owner_uid = namespace->has_owner_uid;
	snapshot->owner_uid = namespace->owner_uid;
	gather_parse_map(snapshot->arena, facts_file(view, subject->target->pid, "uid_map"),
		&snapshot->uid_ranges, &snapshot->n_uid_ranges);
	read_users(snapshot);
	for (size_t i = 0; i < view->n_namespaces; i++) {
		const struct view_namespace *other = view->namespaces[i];

		if (other->kind == NAMESPACE_KIND_USER && other->first &&
			!gather_is_related(view, other->inode, own))
			add_other(subject, snapshot, other);
	}
}
