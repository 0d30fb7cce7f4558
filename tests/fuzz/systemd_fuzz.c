/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Annotations for a scope (the name of a property, a newline, its value), and the messages between
 * the caller and hull-systemd: what was read is what hull-systemd accepts, and reads as the same
 * again.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "systemd/annotation.h"

static void require(bool condition)
{
	if (!condition)
		abort();
}

static void check_property(struct arena *arena, struct systemd_property *property)
{
	struct systemd_request request = {
		.call = SYSTEMD_CALL_SET,
		.unit = "a.scope",
		.properties = { property, 1 },
	};
	struct systemd_request again;
	struct err err = ERR_INIT;
	const struct json_value *value;
	size_t length;
	const char *text = systemd_request_text(arena, &request, &length);

	require(json_parse(arena, property->value, strlen(property->value), &value, &err) == 0);
	require(systemd_request_read(arena, text, length, &again, &err) == 0);
	require(again.properties.n == 1);
	require(strcmp(again.properties.list[0].value, property->value) == 0);
}

static void read_annotation(struct arena *arena, char *text)
{
	char *newline = strchr(text, '\n');
	struct systemd_property property;
	struct err err = ERR_INIT;
	int r;

	if (!newline)
		return;
	*newline = '\0';
	r = systemd_annotation_read(arena, text, newline + 1, &property, &err);
	require(err.code == -r);
	if (r == 0)
		check_property(arena, &property);
	*newline = '\n';
}

static void read_messages(struct arena *arena, const char *text, size_t size)
{
	struct systemd_request request, again;
	struct systemd_reply reply;
	struct err err = ERR_INIT;

	if (systemd_request_read(arena, text, size, &request, &err) == 0) {
		size_t length;
		const char *second = systemd_request_text(arena, &request, &length);

		require(systemd_request_read(arena, second, length, &again, &err) == 0);
		require(again.call == request.call);
		require(again.properties.n == request.properties.n);
	}
	err = ERR_INIT;
	if (systemd_reply_read(arena, text, size, &reply, &err) == 0)
		require(reply.control_group && !strstr(reply.control_group, "/../"));
	systemd_is_unit_name(text);
	require(systemd_signature_next(text) <= strlen(text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_ARENA arena = ARENA_INIT;
	char *text = arena_strndup(&arena, (const char *)data, size);

	read_annotation(&arena, text);
	read_messages(&arena, text, size);
	return 0;
}
