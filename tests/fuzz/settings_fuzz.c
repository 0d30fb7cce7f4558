/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever comes as a container's settings, as a seccomp profile and as detach keys: what is taken
 * can be written and read again. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "engine/container/attach.h"
#include "engine/container/settings.h"
#include "engine/spec/seccomp_file.h"

static void fuzz_settings(const char *bytes, size_t size)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct container_settings settings, again;
	struct err err = ERR_INIT;
	const char *text, *second;

	if (settings_read(&arena, bytes, size, &settings, &err) < 0) {
		assert(err.code > 0 && err.text[0] != '\0');
		return;
	}
	text = settings_text(&arena, &settings, &size);
	assert(settings_read(&arena, text, size, &again, &err) == 0);
	second = settings_text(&arena, &again, &size);
	assert(strcmp(text, second) == 0);
}

static void fuzz_profile(const char *bytes, size_t size)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct json_writer writer = JSON_WRITER_INIT(&arena, NULL);
	struct err err = ERR_INIT;
	char *text = arena_strndup(&arena, bytes, size);

	if (seccomp_file_write(&arena, &writer, NULL, text, UINT64_C(0xa80425fb), &err) < 0)
		assert(err.code > 0);
	else
		assert(json_write_text(&writer, NULL)[0] == '{');
}

static void fuzz_keys(const char *bytes, size_t size)
{
	AUTO_ARENA arena = ARENA_INIT;
	char keys[DETACH_KEYS_MAX];
	struct err err = ERR_INIT;
	size_t n;

	if (detach_keys_parse(arena_strndup(&arena, bytes, size), keys, &n, &err) == 0)
		assert(n <= DETACH_KEYS_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_settings((const char *)data, size);
	fuzz_profile((const char *)data, size);
	fuzz_keys((const char *)data, size);
	return 0;
}
