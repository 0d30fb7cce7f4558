/* SPDX-License-Identifier: Apache-2.0 */
#include "inspect/names.h"

#include <fcntl.h>

#include "base/file.h"
#include "base/json.h"
#include "base/text.h"

static const char storage_path[] = "/var/lib/containers/storage/overlay-containers/containers.json";

static const char *text_of(const struct json_value *value)
{
	return value && value->kind == JSON_KIND_STRING && !text_is_empty(value->text) ? value->text
										       : NULL;
}

const char *names_parse_docker(struct arena *arena, const char *text, size_t size)
{
	const struct json_value *container;
	struct err ignored = ERR_INIT; /* then it has no name here */
	const char *name;

	if (json_parse(arena, text, size, &container, &ignored) < 0 ||
		container->kind != JSON_KIND_OBJECT)
		return NULL;
	name = text_of(json_member(container, "Name"));
	return name && name[0] == '/' && name[1] != '\0' ? name + 1 : name;
}

static const char *name_of_entry(const struct json_value *entry, const char *id)
{
	const struct json_value *names;

	if (entry->kind != JSON_KIND_OBJECT || !text_equal(text_of(json_member(entry, "id")), id))
		return NULL;
	names = json_member(entry, "names");
	return names && names->kind == JSON_KIND_ARRAY && names->length > 0
		       ? text_of(&names->elements[0])
		       : NULL;
}

const char *names_parse_storage(struct arena *arena, const char *text, size_t size, const char *id)
{
	const struct json_value *list;
	struct err ignored = ERR_INIT;
	const char *name = NULL;

	if (json_parse(arena, text, size, &list, &ignored) < 0 || list->kind != JSON_KIND_ARRAY)
		return NULL;
	for (size_t i = 0; !name && i < list->length; i++)
		name = name_of_entry(&list->elements[i], id);
	return name;
}

static const char *read_docker(struct arena *arena, const char *id)
{
	const char *path = arena_printf(arena, "/var/lib/docker/containers/%s/config.v2.json", id);
	struct err ignored = ERR_INIT;
	const char *text;
	size_t size;

	if (file_read_at(arena, AT_FDCWD, path, JSON_TEXT_MAX_BYTES, &text, &size, &ignored) < 0)
		return NULL;
	return names_parse_docker(arena, text, size);
}

static const char *read_storage(struct arena *arena, const char *id)
{
	struct err ignored = ERR_INIT;
	const char *text;
	size_t size;

	if (file_read_at(
		    arena, AT_FDCWD, storage_path, JSON_TEXT_MAX_BYTES, &text, &size, &ignored) < 0)
		return NULL;
	return names_parse_storage(arena, text, size, id);
}

static const struct {
	const char *engine;
	const char *(*read)(struct arena *arena, const char *id);
} sources[] = {
	{ "docker", read_docker },
	{ "podman", read_storage },
	{ "crio", read_storage },
};

static const char *read_name(struct arena *arena, const char *engine, const char *id)
{
	for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++)
		if (text_equal(sources[i].engine, engine))
			return sources[i].read(arena, id);
	return NULL;
}

const char *names_of(const struct view *view, const char *engine, const char *id)
{
	struct view_names *names = view->names;
	const char *name;

	for (size_t i = 0; i < names->n; i++)
		if (text_equal(names->items[i].id, id))
			return names->items[i].name;
	name = read_name(view->arena, engine, id);
	ARENA_APPEND(view->arena, names->items, names->n) = (struct view_name){ id, name };
	return name;
}
