/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_write: builds a JSON text in an arena.
 *
 * Layer 0, role caller. The caller gives the values in order, the writer does commas, indentation
 * and escapes. What is written is always valid JSON: control characters are escaped, bytes that are
 * not UTF-8 become U+FFFD. Misuse (an end without a begin, a member without a name) is an assert.
 *
 *	struct json_writer writer = JSON_WRITER_INIT(arena, "  ");
 *
 *	json_write_object(&writer, NULL);
 *	json_write_string(&writer, "id", id);
 *	json_write_list(&writer, "pids");
 *	json_write_u64(&writer, NULL, pid);
 *	json_write_end(&writer);
 *	json_write_end(&writer);
 *	text = json_write_text(&writer, &length);
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

enum { JSON_WRITE_DEPTH_MAX = 128 };

struct json_writer {
	struct arena *arena;
	const char *indent; /* of one level: "  ", "\t" …; NULL: everything on one line */
	char *text;         /* NUL-terminated once something was written */
	size_t length;
	size_t capacity;
	unsigned depth;
	bool is_list[JSON_WRITE_DEPTH_MAX];
	bool has_members[JSON_WRITE_DEPTH_MAX];
};

#define JSON_WRITER_INIT(arena_, indent_) \
	((struct json_writer){ .arena = (arena_), .indent = (indent_) })

/* key: the member's name inside of an object, NULL inside of a list and at the top. */
void json_write_object(struct json_writer *writer, const char *key);
void json_write_list(struct json_writer *writer, const char *key);
void json_write_end(struct json_writer *writer); /* of the innermost object or list */

void json_write_string(struct json_writer *writer, const char *key, const char *value);
void json_write_string_n(
	struct json_writer *writer, const char *key, const char *value, size_t length);
void json_write_i64(struct json_writer *writer, const char *key, int64_t value);
void json_write_u64(struct json_writer *writer, const char *key, uint64_t value);
/* Finite, with 15 significant digits at most. */
void json_write_double(struct json_writer *writer, const char *key, double value);
void json_write_bool(struct json_writer *writer, const char *key, bool value);
void json_write_null(struct json_writer *writer, const char *key);

/* A list of strings; an empty one is []. */
void json_write_strings(
	struct json_writer *writer, const char *key, const char *const *values, size_t n);

struct json_value; /* base/json.h */

/* A value that was read, as it is; a decimal to 15 digits. */
void json_write_value(struct json_writer *writer, const char *key, const struct json_value *value);

/* The finished text, without a newline at its end; ret_length may be NULL. */
const char *json_write_text(struct json_writer *writer, size_t *ret_length);
