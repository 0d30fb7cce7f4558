/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text: strings in buffers of a known size.
 *
 * Layer 0, every process role. Nothing here allocates. A string that does not fit is cut in the
 * middle ("abc…xyz"): both ends of a path tell more than its beginning alone.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Copies string into buffer[size], NUL-terminated; cut in the middle when it is too long. */
void text_copy(char *buffer, size_t size, const char *string);

/* printf into buffer[size] with the same rule; at most 8 KiB of output are formed. */
void text_format(char *buffer, size_t size, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Replaces control characters, also those of UTF-8 beyond ASCII (U+0080 to U+009F), and DEL by '?',
 * in place; not newlines between lines of text, nor tabs. */
void text_make_printable(char *string);

static inline bool text_is_empty(const char *string)
{
	return !string || string[0] == '\0';
}

bool text_equal(const char *a, const char *b); /* two NULLs are equal */
bool text_has_prefix(const char *string, const char *prefix);

/* The rest of string behind prefix, or NULL. */
const char *text_after_prefix(const char *string, const char *prefix);
