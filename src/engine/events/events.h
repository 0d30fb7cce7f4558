/* SPDX-License-Identifier: Apache-2.0 */
/*
 * events: what happened in a store, in the words of Docker's events: events.json below the store,
 * one JSON object a line, and the file before it; docs/formats/events.md.
 *
 * Layer 3, roles caller and command. Whoever does a thing writes down that it is done; a
 * container's end is written by its monitor (monitor/end.c), which needs event_tail_write() for it.
 * An event that cannot be written is lost: nothing fails for want of one.
 */
#pragma once

#include <stdbool.h>
#include <time.h>

#include "engine/container/containers.h"
#include "engine/monitor/event.h"

struct event {
	const char *type;   /* "container", "image", "network", "volume" */
	const char *action; /* "start", "exec_start: sh", "health_status: healthy" … */
	const char *id;
	const char *from; /* of a container: its image's name; may be NULL */
	const struct oci_key_value *attributes;
	size_t n_attributes;
};

void event_write(struct arena *arena, const struct store *store, const struct event *event);

/* Of a container: with its name, image and labels, and further attributes in front. */
void event_write_container(struct arena *arena, const struct store *store,
	const struct engine_container *container, const char *action,
	const struct oci_key_value *attributes, size_t n_attributes);

/* Of an image, by its id; name may be NULL. */
void event_write_image(struct arena *arena, const struct store *store, const char *action,
	const char *id, const char *name);

/* What the monitor puts behind the attributes of its own: EVENT_TAIL_NAME in the container's
 * directory. Anew at each start and with each name. */
void event_tail_write(struct arena *arena, const struct engine_container *container);

/* ---- reading ---- */

struct event_reading {
	const struct store *store;
	struct timespec since, until; /* of events that are wanted */
	bool has_since;               /* else: those from now on */
	bool has_until;               /* and it ends then; else never */
};

/* value: the whole event. < 0 ends the reading with that. */
typedef int event_fn(void *context, struct arena *arena, const struct json_value *value,
	const struct timespec *when, struct err *err);

int events_read(const struct event_reading *reading, event_fn *fn, void *context, struct err *err);
