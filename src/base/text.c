/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { TEXT_FORMAT_MAX_BYTES = 8192 };

static const char text_cut[] = "...";

void text_copy(char *buffer, size_t size, const char *string)
{
	size_t length = strlen(string);
	size_t cut = sizeof(text_cut) - 1;
	size_t head, tail;

	if (length < size) {
		memcpy(buffer, string, length + 1);
		return;
	}
	if (size <= cut + 2) {
		memcpy(buffer, string, size - 1);
		buffer[size - 1] = '\0';
		return;
	}
	head = (size - 1 - cut) / 2;
	tail = size - 1 - cut - head;
	memcpy(buffer, string, head);
	memcpy(buffer + head, text_cut, cut);
	memcpy(buffer + head + cut, string + length - tail, tail + 1);
}

void text_format(char *buffer, size_t size, const char *format, ...)
{
	char formed[TEXT_FORMAT_MAX_BYTES];
	va_list args;

	va_start(args, format);
	vsnprintf(formed, sizeof(formed), format, args);
	va_end(args);
	text_copy(buffer, size, formed);
}

void text_make_printable(char *string)
{
	for (char *c = string; *c; c++) {
		unsigned char u = (unsigned char)*c;

		if ((u < 0x20 && u != '\n' && u != '\t') || u == 0x7f)
			*c = '?';
		else if (u == 0xc2 && (c[1] & 0xe0) == 0x80) /* U+0080 to U+009F in UTF-8 */
			*c = c[1] = '?';
	}
}

bool text_equal(const char *a, const char *b)
{
	if (!a || !b)
		return a == b;
	return strcmp(a, b) == 0;
}

bool text_has_prefix(const char *string, const char *prefix)
{
	return text_after_prefix(string, prefix) != NULL;
}

const char *text_after_prefix(const char *string, const char *prefix)
{
	size_t length = strlen(prefix);

	return strncmp(string, prefix, length) == 0 ? string + length : NULL;
}
