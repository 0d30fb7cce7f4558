/* SPDX-License-Identifier: Apache-2.0 */
#include "inspect/container.h"

#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "inspect/facts.h"
#include "inspect/names.h"

enum { ID_DIGITS = 64, SHORT_ID_DIGITS = 12 };

/* One part of a cgroup's path, and the one above it. */
struct component {
	const char *name, *above;
	size_t length, above_length;
};

/*
 * A component of the form PREFIX id SUFFIX below the component ABOVE (NULL: any). Sources: the
 * engines' own naming, with cgroupfs and with systemd as the one who makes the groups.
 */
static const struct {
	const char *engine;
	const char *above, *prefix, *suffix;
	bool is_hex; /* the id is 64 digits: tells a container from its monitor */
} patterns[] = {
	{ "docker", NULL, "docker-", ".scope", true },
	{ "docker", "docker", "", "", true },
	{ "podman", NULL, "libpod-", ".scope", true },
	{ "podman", NULL, "libpod-", "", true },
	{ "containerd", NULL, "cri-containerd-", ".scope", true },
	{ "containerd", NULL, "nerdctl-", ".scope", true },
	{ "containerd", "k8s.io", "", "", false },
	{ "containerd", "moby", "", "", true },
	{ "containerd", "default", "", "", false },
	{ "crio", NULL, "crio-", ".scope", true },
	{ "crio", NULL, "crio-", "", true },
	{ "buildkit", "buildkit", "", "", false },
	{ "lxc", NULL, "lxc.payload.", "", false },
	{ "lxc", "lxc.payload", "", "", false },
	{ "lxc", "lxc", "", "", false },
	{ "nspawn", NULL, "systemd-nspawn@", ".service", false },
	{ "machine", NULL, "machine-", ".scope", false },
	{ "hull", "hull", "", "", false },
	{ "hull", NULL, "hull-", ".scope", false },
};

static const char *const unit_suffixes[] = { ".service", ".scope" };

static bool is_part(const char *part, size_t length, const char *name)
{
	return strlen(name) == length && memcmp(part, name, length) == 0;
}

static bool has_ends(const char *part, size_t length, const char *prefix, const char *suffix)
{
	size_t before = strlen(prefix), behind = strlen(suffix);

	return length > before + behind && memcmp(part, prefix, before) == 0 &&
	       memcmp(part + length - behind, suffix, behind) == 0;
}

static bool is_id(const char *id, size_t length)
{
	return length == ID_DIGITS && strspn(id, "0123456789abcdef") >= length;
}

/* Kubernetes with cgroupfs: kubepods/…/podUID/ID, whichever engine is below it. */
static bool is_in_pod(const struct component *component)
{
	return component->above_length > 3 && memcmp(component->above, "pod", 3) == 0 &&
	       is_id(component->name, component->length);
}

static bool match(
	struct arena *arena, const struct component *component, struct container_name *ret)
{
	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
		const char *id = component->name + strlen(patterns[i].prefix);
		size_t length;

		if (!has_ends(component->name, component->length, patterns[i].prefix,
			    patterns[i].suffix))
			continue;
		length = component->length - strlen(patterns[i].prefix) -
			 strlen(patterns[i].suffix);
		if ((patterns[i].is_hex && !is_id(id, length)) ||
			(patterns[i].above && !is_part(component->above, component->above_length,
						      patterns[i].above)))
			continue;
		*ret = (struct container_name){ patterns[i].engine,
			arena_strndup(arena, id, length) };
		return true;
	}
	if (is_in_pod(component))
		*ret = (struct container_name){ "kubernetes",
			arena_strndup(arena, component->name, component->length) };
	return is_in_pod(component);
}

static bool match_unit(
	struct arena *arena, const struct component *component, struct container_name *ret)
{
	for (size_t i = 0; i < sizeof(unit_suffixes) / sizeof(unit_suffixes[0]); i++) {
		if (!has_ends(component->name, component->length, "", unit_suffixes[i]))
			continue;
		*ret = (struct container_name){ "unit",
			arena_strndup(arena, component->name, component->length) };
		return true;
	}
	return false;
}

/* The innermost match of a path that ends with its line; false: none. */
static bool search(struct arena *arena, const char *path,
	bool (*matches)(struct arena *, const struct component *, struct container_name *),
	struct container_name *ret)
{
	struct component component = { .above = "", .name = "" };
	bool is_found = false;

	while (*path == '/') {
		component.above = component.name;
		component.above_length = component.length;
		component.name = path + 1;
		component.length = strcspn(component.name, "/\n");
		is_found |= matches(arena, &component, ret);
		path = component.name + component.length;
	}
	return is_found;
}

struct container_name container_of_cgroup(struct arena *arena, const char *text)
{
	struct container_name name = { 0 };
	struct container_name unit = { 0 };

	for (const char *line = text; *line != '\0';) {
		size_t length = strcspn(line, "\n");
		const char *path = memchr(
			line, '/', length); /* controllers have none in their names */

		if (path && search(arena, path, match, &name))
			return name;
		if (path)
			(void)search(arena, path, match_unit, &unit);
		line += length + (line[length] == '\n');
	}
	return unit;
}

static const struct container_name *find_known(
	const struct container_known *known, size_t n_known, pid_t pid)
{
	for (size_t i = 0; i < n_known; i++)
		if (known[i].pid == pid)
			return &known[i].name;
	return NULL;
}

/* The machine's first process, or the caller, is in it, too. */
static bool is_shared(const struct view *view, enum namespace_kind kind, uint64_t inode)
{
	const struct view_process *first = view_first_process(view);
	const struct view_process *own = view_find_process(view, getpid());

	/* an ordinary user sees the namespaces of its own processes only: the first of them is
	 * nobody in particular */
	return (first && first->pid == 1 && first->namespaces[kind] == inode) ||
	       (own && own->namespaces[kind] == inode);
}

static const struct container_name *find_by_mounts(const struct view *view,
	const struct view_process *process, const struct container_known *known, size_t n_known)
{
	uint64_t mounts = process->namespaces[NAMESPACE_KIND_MNT];

	if (mounts == 0 || is_shared(view, NAMESPACE_KIND_MNT, mounts))
		return NULL;
	for (size_t i = 0; i < n_known; i++) {
		const struct view_process *other = view_find_process(view, known[i].pid);

		if (other && other->namespaces[NAMESPACE_KIND_MNT] == mounts)
			return &known[i].name;
	}
	return NULL;
}

static struct container_name find_name(const struct view *view, struct view_process *process,
	const struct container_known *known, size_t n_known)
{
	const struct container_name *name = NULL;
	struct view_process *ancestor = process;
	struct container_name found;

	/* bounded: numbers that are used again while they are read could make a ring */
	for (size_t i = 0; n_known > 0 && !name && ancestor && i < view->n_processes; i++) {
		name = find_known(known, n_known, ancestor->pid);
		ancestor = facts_parent(view, ancestor);
	}
	if (!name && n_known > 0)
		name = find_by_mounts(view, process, known, n_known);
	if (name)
		return *name;
	found = container_of_cgroup(view->arena, facts_file(view, process->pid, "cgroup"));
	if (found.engine && is_id(found.id, strlen(found.id)))
		found.name = names_of(view, found.engine, found.id);
	return found;
}

struct container_name container_of(const struct view *view, struct view_process *process,
	const struct container_known *known, size_t n_known)
{
	if (!process->container) {
		struct container_name *name = ARENA_NEW(view->arena, struct container_name);

		*name = find_name(view, process, known, n_known);
		process->container = name;
	}
	return *process->container;
}

struct container_name container_of_namespace(const struct view *view,
	const struct view_namespace *namespace, const struct container_known *known, size_t n_known)
{
	if (!namespace->first || is_shared(view, namespace->kind, namespace->inode))
		return (struct container_name){ 0 };
	return container_of(view, namespace->first, known, n_known);
}

const char *container_text(struct arena *arena, const struct container_name *name)
{
	bool is_long;

	if (!name->engine)
		return NULL;
	if (name->name)
		return arena_printf(arena, "%s:%s", name->engine, name->name);
	is_long = is_id(name->id, strlen(name->id));
	return arena_printf(arena, "%s:%.*s", name->engine,
		is_long ? SHORT_ID_DIGITS : (int)strlen(name->id), name->id);
}
