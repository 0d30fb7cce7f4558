/* SPDX-License-Identifier: Apache-2.0 */
/* Renders whatever comes over a fixed document. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cli/template.h"

static const char document[] = "{\"A\":{\"B\":[1,\"x\",{\"C\":null}]},\"D\":true,\"E\":\"text\"}";

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	AUTO_ARENA arena = ARENA_INIT;
	const struct json_value *value;
	struct err err = ERR_INIT;
	const char *text = NULL;
	int r;

	if (size > 4096)
		return 0;
	assert(json_parse(&arena, document, strlen(document), &value, &err) == 0);
	r = template_render(
		&arena, arena_strndup(&arena, (const char *)bytes, size), value, &text, &err);
	assert(r == 0 ? text != NULL : r == -err.code && err.text[0] != '\0');
	return 0;
}
