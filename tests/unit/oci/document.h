/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Documents for the tests of this folder: whole files, and a base with one thing changed. json-c
 * reads and changes them: a second opinion beside base/json.h.
 */
#pragma once

#include <json-c/json.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* A member is put to a JSON value (in ' instead of "), or taken away where the value is NULL. */
struct change {
	const char *pointer;
	const char *value;
};

/* 'a' → "a": readable in a C string. */
static inline char *document_quoted(struct arena *arena, const char *text)
{
	char *copy = arena_strdup(arena, text);

	for (char *at = copy; *at; at++)
		if (*at == '\'')
			*at = '"';
	return copy;
}

static inline void document_done(struct json_object **document)
{
	json_object_put(*document);
}
#define AUTO_DOCUMENT __attribute__((cleanup(document_done))) struct json_object

/* A whole text as json-c understands it. */
static inline struct json_object *document_read(const char *text)
{
	enum json_tokener_error error;
	struct json_object *value = json_tokener_parse_verbose(text, &error);

	if (error != json_tokener_success)
		fail_msg("%s: %s", text, json_tokener_error_desc(error));
	return value;
}

static inline struct json_object *document_parse(struct arena *arena, const char *text)
{
	return document_read(document_quoted(arena, text));
}

static inline void document_remove(
	struct arena *arena, struct json_object *root, const char *pointer)
{
	const char *slash = strrchr(pointer, '/');
	struct json_object *parent = root;

	assert_non_null(slash);
	if (slash != pointer)
		assert_int_equal(
			json_pointer_get(root,
				arena_strndup(arena, pointer, (size_t)(slash - pointer)), &parent),
			0);
	json_object_object_del(parent, slash + 1);
}

static inline void document_apply(
	struct arena *arena, struct json_object *root, const struct change *change)
{
	if (!change->pointer)
		return;
	if (!change->value) {
		document_remove(arena, root, change->pointer);
		return;
	}
	if (json_pointer_set(&root, change->pointer, document_parse(arena, change->value)) != 0)
		fail_msg("the test's own pointer %s leads nowhere", change->pointer);
}

/* The base with n changes made, as text. */
static inline const char *document_changed(
	struct arena *arena, const char *base, const struct change *changes, size_t n)
{
	AUTO_DOCUMENT *root = document_parse(arena, base);

	for (size_t i = 0; i < n; i++)
		document_apply(arena, root, &changes[i]);
	return arena_strdup(arena, json_object_to_json_string_ext(root, JSON_C_TO_STRING_PLAIN));
}

/* A file of tests/data, whole. */
static inline const char *document_file(struct arena *arena, const char *name, size_t *ret_size)
{
	char *path = arena_printf(arena, "%s/%s", TEST_DATA_DIR, name);
	FILE *file = fopen(path, "re");
	char *bytes = arena_alloc(arena, 1 << 20);

	if (!file)
		fail_msg("%s cannot be opened", path);
	*ret_size = fread(bytes, 1, 1 << 20, file);
	fclose(file);
	return bytes;
}
