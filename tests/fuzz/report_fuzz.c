/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An error as it comes out of a container, any bytes: the line has no control characters, and the
 * object is JSON.
 */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include <json-c/json.h>

#include "cli/report.h"

static void check_line(const char *line)
{
	for (const char *c = line; *c != '\0'; c++)
		assert((unsigned char)*c >= 0x20 && *c != 0x7f);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct err err = ERR_INIT;
	struct json_object *object;
	const char *message;
	const char *line;

	memcpy(&err, bytes, size < sizeof(err) ? size : sizeof(err));
	err_sanitize(&err);
	message = report_message(&arena, &err);
	check_line(message);
	check_line(report_text_line(&arena, "T", REPORT_LEVEL_ERROR, message));
	line = report_json_line(&arena, "T", REPORT_LEVEL_ERROR, message, &err);
	check_line(line);
	object = json_tokener_parse(line);
	assert(object);
	json_object_put(object);
	return 0;
}
