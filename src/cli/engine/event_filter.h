/* SPDX-License-Identifier: Apache-2.0 */
/*
 * event_filter: --filter of events.
 *
 * Layer 3, role command. Different keys must all fit, of one key any value.
 */
#pragma once

#include "base/json.h"
#include "cli/option.h"

struct event_filter {
	struct option_list types, actions, containers, images, labels, volumes, networks;
};

/* "type=", "event=", "container=" (name or begin of the id), "image=", "label=KEY[=VALUE]",
 * "volume=", "network=". -EINVAL for another key. */
int event_filter_read(struct arena *arena, const struct option_list *filters,
	struct event_filter *ret, struct err *err);

bool event_filter_takes(const struct event_filter *filter, const struct json_value *event);

/* A member that is a text; "" where it is not there. */
const char *event_text(const struct json_value *object, const char *key);

/* Actor.Attributes; NULL: none. */
const struct json_value *event_attributes(const struct json_value *event);
