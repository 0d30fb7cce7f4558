/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/engine/event_filter.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"

const char *event_text(const struct json_value *object, const char *key)
{
	const struct json_value *value = object ? json_member(object, key) : NULL;

	return value && value->kind == JSON_KIND_STRING ? value->text : "";
}

const struct json_value *event_attributes(const struct json_value *event)
{
	const struct json_value *actor = json_member(event, "Actor");
	const struct json_value *attributes = actor && actor->kind == JSON_KIND_OBJECT
						      ? json_member(actor, "Attributes")
						      : NULL;

	return attributes && attributes->kind == JSON_KIND_OBJECT ? attributes : NULL;
}

int event_filter_read(struct arena *arena, const struct option_list *filters,
	struct event_filter *ret, struct err *err)
{
	struct event_filter filter = { 0 };
	const struct {
		const char *prefix;
		struct option_list *list;
	} keys[] = {
		{ "type=", &filter.types },
		{ "event=", &filter.actions },
		{ "container=", &filter.containers },
		{ "image=", &filter.images },
		{ "label=", &filter.labels },
		{ "volume=", &filter.volumes },
		{ "network=", &filter.networks },
	};
	const size_t n_keys = sizeof(keys) / sizeof(keys[0]);

	for (size_t i = 0; i < filters->n_items; i++) {
		const char *value = NULL;
		size_t k = 0;

		for (; k < n_keys && !value; k++)
			value = text_after_prefix(filters->items[i], keys[k].prefix);
		if (!value)
			return err_fail(err, EINVAL,
				"--filter %s: type=, event=, container=, image=, label=, volume= "
				"or "
				"network= is expected",
				filters->items[i]);
		ARENA_APPEND(arena, keys[k - 1].list->items, keys[k - 1].list->n_items) = value;
	}
	*ret = filter;
	return 0;
}

/* "exec_start" is "exec_start: sh", too. */
static bool is_action(const char *action, const char *wanted)
{
	const char *rest = text_after_prefix(action, wanted);

	return rest && (*rest == '\0' || *rest == ':');
}

static bool has_any(const struct option_list *list, const char *text)
{
	for (size_t i = 0; i < list->n_items; i++)
		if (strcmp(list->items[i], text) == 0)
			return true;
	return list->n_items == 0;
}

static bool has_action(const struct option_list *list, const char *action)
{
	for (size_t i = 0; i < list->n_items; i++)
		if (is_action(action, list->items[i]))
			return true;
	return list->n_items == 0;
}

/* A thing of that type, by its name or the begin of its id. */
static bool is_thing(
	const struct option_list *list, const char *type, const struct json_value *event)
{
	const struct json_value *attributes = event_attributes(event);
	bool is_type = strcmp(event_text(event, "Type"), type) == 0;

	for (size_t i = 0; is_type && i < list->n_items; i++)
		if (strcmp(event_text(attributes, "name"), list->items[i]) == 0 ||
			(list->items[i][0] &&
				text_has_prefix(event_text(event, "id"), list->items[i])))
			return true;
	return list->n_items == 0;
}

/* Of that image, or the image itself. "busybox" is every tag of it, as with Docker. */
static bool is_image(const struct option_list *list, const struct json_value *event)
{
	const char *name = event_text(event_attributes(event), "image");

	if (list->n_items > 0 && strcmp(event_text(event, "Type"), "image") == 0)
		return is_thing(list, "image", event);
	for (size_t i = 0; i < list->n_items; i++)
		if (is_action(name, list->items[i]))
			return true;
	return list->n_items == 0;
}

static bool has_labels(const struct option_list *list, const struct json_value *event)
{
	const struct json_value *attributes = event_attributes(event);

	for (size_t i = 0; i < list->n_items; i++) {
		const char *equals = strchr(list->items[i], '=');
		size_t length = equals ? (size_t)(equals - list->items[i]) : strlen(list->items[i]);
		bool fits = false;

		for (size_t k = 0; attributes && k < attributes->length; k++) {
			const struct json_member *member = &attributes->members[k];

			fits |= strncmp(member->key, list->items[i], length) == 0 &&
				member->key[length] == '\0' &&
				(!equals || strcmp(event_text(attributes, member->key),
						    equals + 1) == 0);
		}
		if (!fits)
			return false;
	}
	return true;
}

bool event_filter_takes(const struct event_filter *filter, const struct json_value *event)
{
	return has_any(&filter->types, event_text(event, "Type")) &&
	       has_action(&filter->actions, event_text(event, "Action")) &&
	       is_thing(&filter->containers, "container", event) &&
	       is_thing(&filter->volumes, "volume", event) &&
	       is_thing(&filter->networks, "network", event) && is_image(&filter->images, event) &&
	       has_labels(&filter->labels, event);
}
