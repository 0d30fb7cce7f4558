/* SPDX-License-Identifier: Apache-2.0 */
#include "inspect/target.h"

#include <errno.h>
#include <string.h>

#include "base/parse.h"
#include "base/text.h"
#include "inspect/facts.h"

enum { ID_DIGITS = 64, ID_PREFIX_MIN = 4 };

static bool is_same(const struct container_name *a, const struct container_name *b)
{
	return a->engine && b->engine && text_equal(a->engine, b->engine) &&
	       text_equal(a->id, b->id);
}

/* "web", "ENGINE:web"; an id, or the beginning of a long one. */
static bool has_name(const struct container_name *name, const char *text)
{
	const char *id = text;
	size_t engine_length = name->engine ? strlen(name->engine) : 0;

	if (!name->engine)
		return false;
	if (strncmp(text, name->engine, engine_length) == 0 && text[engine_length] == ':')
		id = text + engine_length + 1;
	if (text_equal(name->id, id) || (name->name && text_equal(name->name, id)))
		return true;
	return strlen(name->id) == ID_DIGITS && strlen(id) >= ID_PREFIX_MIN &&
	       text_has_prefix(name->id, id);
}

/* Nobody above it is in the same container. */
static bool is_entry(const struct view *view, const struct container_known *known, size_t n_known,
	struct view_process *process, const struct container_name *name)
{
	struct view_process *parent = facts_parent(view, process);
	struct container_name above = { 0 };

	if (parent)
		above = container_of(view, parent, known, n_known);
	return !is_same(&above, name);
}

struct view_process *target_first_process(const struct view *view,
	const struct container_known *known, size_t n_known, const struct container_name *name)
{
	struct view_process *first = NULL;

	for (size_t i = 0; i < n_known; i++)
		if (is_same(&known[i].name, name))
			return view_find_process(view, known[i].pid);
	for (size_t i = 0; i < view->n_processes; i++) {
		struct view_process *process = &view->processes[i];
		struct container_name other = container_of(view, process, known, n_known);
		const struct process_facts *facts;

		if (!is_same(&other, name) || !is_entry(view, known, n_known, process, name))
			continue;
		facts = facts_of(view, process);
		/* what an exec brought in has no process 1 */
		if (facts->n_nspids > 0 && facts->nspids[facts->n_nspids - 1] == 1)
			return process;
		if (!first)
			first = process;
	}
	return first;
}

static int refuse(const char *text, struct err *err)
{
	err_fail(err, ESRCH, "%s: no such process or container", text);
	return err_hint(err, "hull tree shows them");
}

/* The names of all containers, one after the other. */
static int find_container(const struct view *view, const struct container_known *known,
	size_t n_known, const char *text, struct container_name *ret, struct err *err)
{
	struct container_name found = { 0 };

	for (size_t i = 0; i < view->n_processes; i++) {
		struct container_name name = container_of(
			view, &view->processes[i], known, n_known);

		if (!has_name(&name, text) || is_same(&name, &found))
			continue;
		if (found.engine)
			return err_fail(err, EEXIST, "%s: both %s:%s and %s:%s are called so", text,
				found.engine, found.id, name.engine, name.id);
		found = name;
	}
	if (!found.engine)
		return refuse(text, err);
	*ret = found;
	return 0;
}

int target_find(const struct view *view, const struct container_known *known, size_t n_known,
	const char *text, struct target *ret, struct err *err)
{
	struct target target = { 0 };
	uint32_t pid;
	int r;

	if (parse_u32(text, &pid) == 0)
		target.process = view_find_process(view, (pid_t)pid);
	if (!target.process) {
		r = find_container(view, known, n_known, text, &target.name, err);
		if (r < 0)
			return r;
		target.process = target_first_process(view, known, n_known, &target.name);
	}
	if (!target.process)
		return refuse(text, err);
	*ret = target;
	return 0;
}

static bool is_below(const struct view *view, uint64_t inode, uint64_t top)
{
	while (inode != 0 && inode != top) {
		const struct view_namespace *namespace = view_find(view, inode);

		inode = namespace ? namespace->parent : 0;
	}
	return inode != 0;
}

pid_t target_number_in(
	const struct view *view, struct view_process *process, struct view_process *other)
{
	const struct process_facts *facts = facts_of(view, process);
	size_t depth = facts_of(view, other)->n_nspids;
	uint64_t top = other->namespaces[NAMESPACE_KIND_PID];

	if (depth == 0 || facts->n_nspids < depth || top == 0 ||
		!is_below(view, process->namespaces[NAMESPACE_KIND_PID], top))
		return 0;
	return facts->nspids[depth - 1];
}

int target_find_inside(const struct view *view, const struct container_known *known, size_t n_known,
	const char *text, struct target *ret, struct err *err)
{
	const char *colon = strrchr(text, ':');
	struct target target;
	uint32_t number;
	struct err ignored = ERR_INIT; /* "docker:0123": a name, and no number behind one */
	int r;

	if (!colon || parse_u32(colon + 1, &number) < 0 ||
		target_find(view, known, n_known, text, &target, &ignored) == 0)
		return target_find(view, known, n_known, text, ret, err);
	r = target_find(view, known, n_known,
		arena_strndup(view->arena, text, (size_t)(colon - text)), &target, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < view->n_processes; i++) {
		struct view_process *process = &view->processes[i];

		if (target_number_in(view, process, target.process) != (pid_t)number)
			continue;
		target.process = process;
		*ret = target;
		return 0;
	}
	return err_fail(err, ESRCH, "%.*s has no process %u", (int)(colon - text), text, number);
}
