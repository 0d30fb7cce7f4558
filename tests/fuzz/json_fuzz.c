/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A text that is accepted means the same after it was written and read again, and the writer makes
 * valid JSON of any bytes.
 */
#include <assert.h>
#include <json-c/json.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/json_write.h"

static void fuzz_parse(const char *bytes, size_t size)
{
	AUTO_JSON *value = NULL;
	AUTO_JSON *again = NULL;
	struct err err = ERR_INIT;
	const char *text;
	size_t length;

	if (json_parse(bytes, size, &value, &err) < 0) {
		assert(err.code > 0 && err.text[0] != '\0');
		return;
	}
	text = json_object_to_json_string_length(value, JSON_C_TO_STRING_PLAIN, &length);
	/* A number such as 1e999 is infinite, which JSON cannot say. */
	if (strstr(text, "Infinity") || strstr(text, "NaN"))
		return;
	if (json_parse(text, length, &again, &err) < 0)
		abort();
	assert(json_object_equal(value, again));
}

static void fuzz_write(const char *bytes, size_t size)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct json_writer writer = JSON_WRITER_INIT(&arena, "  ");
	AUTO_JSON *value = NULL;
	struct err err = ERR_INIT;
	const char *text;
	size_t length;

	json_write_list(&writer, NULL);
	json_write_string_n(&writer, NULL, bytes, size);
	json_write_end(&writer);
	text = json_write_text(&writer, &length);
	if (json_parse(text, length, &value, &err) < 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	fuzz_parse((const char *)bytes, size);
	if (size < 64 * 1024)
		fuzz_write((const char *)bytes, size);
	return 0;
}
