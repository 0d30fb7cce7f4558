/* SPDX-License-Identifier: Apache-2.0 */
/* A filter's text: it is refused with its reason, or every row has an answer. */
#include <assert.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "cli/filter.h"

static const char *const names[] = { "NS", "USER", "NPROCS" };
static const char *const values[] = { "4026531840", "root", NULL };

static int find_column(const char *name, size_t length, size_t *ret, struct err *err)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strlen(names[i]) == length && memcmp(names[i], name, length) == 0) {
			*ret = i;
			return 0;
		}
	}
	return err_fail(err, EINVAL, "unknown column");
}

static const char *value(void *context, size_t column)
{
	(void)context;
	return values[column];
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	AUTO_ARENA arena = ARENA_INIT;
	AUTO_FILTER filter = { NULL };
	struct err err = ERR_INIT;
	const char *text;

	if (size > 256)
		return 0; /* a regular expression may take long, and is the caller's own */
	text = arena_strndup(&arena, (const char *)bytes, size);
	if (filter_parse(&arena, text, find_column, &filter, &err) < 0)
		assert(err.code == EINVAL && err.text[0] != '\0' && !filter.expressions);
	else
		(void)filter_matches(&filter, value, NULL);
	return 0;
}
