/* SPDX-License-Identifier: Apache-2.0 */
#include "base/append.h"
#include "base/file.h"
#include "base/json_write.h"
#include "base/text.h"
#include "engine/events/events.h"

static void write_attributes(
	struct json_writer *writer, const struct oci_key_value *attributes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		json_write_string(
			writer, attributes[i].key, attributes[i].value ? attributes[i].value : "");
}

/* Members of the object, from its actor on: the monitor has others in front. */
static void write_rest(struct json_writer *writer, const struct event *event)
{
	json_write_string(writer, "ID", event->id);
	json_write_end(writer); /* Actor */
	json_write_string(writer, "id", event->id);
	if (event->from)
		json_write_string(writer, "from", event->from);
	json_write_string(writer, "Type", event->type);
	json_write_string(writer, "scope", "local");
	json_write_end(writer);
}

void event_write(struct arena *arena, const struct store *store, const struct event *event)
{
	struct json_writer writer = JSON_WRITER_INIT(arena, NULL);
	struct err ignored = ERR_INIT;
	struct timespec now;
	const char *line;
	size_t length;

	clock_gettime(CLOCK_REALTIME, &now);
	json_write_object(&writer, NULL);
	json_write_string(&writer, "status", event->action);
	json_write_string(&writer, "Action", event->action);
	json_write_i64(&writer, "time", now.tv_sec);
	json_write_i64(&writer, "timeNano", now.tv_sec * INT64_C(1000000000) + now.tv_nsec);
	json_write_object(&writer, "Actor");
	json_write_object(&writer, "Attributes");
	write_attributes(&writer, event->attributes, event->n_attributes);
	json_write_end(&writer);
	write_rest(&writer, event);
	line = arena_printf(arena, "%s\n", json_write_text(&writer, &length));
	append_line(store->root_fd, EVENTS_NAME, line, length + 1, EVENTS_MAX_BYTES, &ignored);
}

static struct event of_container(struct arena *arena, const struct engine_container *container,
	const char *action, const struct oci_key_value *more, size_t n_more)
{
	const struct container_settings *settings = &container->settings;
	const char *image = settings->image_name ? settings->image_name : settings->rootfs;
	struct oci_key_value *attributes = NULL;
	size_t n = 0;

	for (size_t i = 0; i < n_more; i++)
		ARENA_APPEND(arena, attributes, n) = more[i];
	for (size_t i = 0; i < settings->n_labels; i++)
		ARENA_APPEND(arena, attributes, n) = settings->labels[i];
	ARENA_APPEND(arena, attributes, n) = (struct oci_key_value){ "image", image };
	ARENA_APPEND(arena, attributes, n) = (struct oci_key_value){ "name", settings->name };
	return (struct event){
		.type = "container",
		.action = action,
		.id = container->id,
		.from = image ? image : "",
		.attributes = attributes,
		.n_attributes = n,
	};
}

void event_write_container(struct arena *arena, const struct store *store,
	const struct engine_container *container, const char *action,
	const struct oci_key_value *attributes, size_t n_attributes)
{
	const struct event event = of_container(arena, container, action, attributes, n_attributes);

	event_write(arena, store, &event);
}

void event_write_image(struct arena *arena, const struct store *store, const char *action,
	const char *id, const char *name)
{
	const struct oci_key_value attribute = { "name", name };
	const struct event event = {
		.type = "image",
		.action = action,
		.id = id,
		.attributes = &attribute,
		.n_attributes = name ? 1 : 0,
	};

	event_write(arena, store, &event);
}

/*
 * An object with the attributes in the place where the monitor's own end: what is written here
 * begins behind its brace.
 */
void event_tail_write(struct arena *arena, const struct engine_container *container)
{
	static const char begin[] = "{\"Actor\":{\"Attributes\":{";
	const struct event event = of_container(arena, container, "", NULL, 0);
	struct json_writer writer = JSON_WRITER_INIT(arena, NULL);
	struct err ignored = ERR_INIT;
	const char *text;
	size_t length;

	json_write_object(&writer, NULL);
	json_write_object(&writer, "Actor");
	json_write_object(&writer, "Attributes");
	write_attributes(&writer, event.attributes, event.n_attributes);
	json_write_end(&writer);
	write_rest(&writer, &event);
	text = json_write_text(&writer, &length) + sizeof(begin) - 1;
	length -= sizeof(begin) - 1;
	if (length < EVENT_TAIL_BYTES)
		file_replace(container->dir_fd, EVENT_TAIL_NAME, text, length, 0600, &ignored);
}
