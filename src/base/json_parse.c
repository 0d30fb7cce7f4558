/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The part of json.h that makes values of a text (RFC 8259), to the letter. Refused is what lenient
 * parsers let pass and two parsers may read differently: invalid UTF-8, control characters in
 * strings, halves of surrogate pairs, U+0000 in a member's name, a name twice in one object,
 * integers beyond 64 bits, nesting beyond JSON_DEPTH_MAX, anything behind the value.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/parse.h"
#include "base/utf8.h"

enum {
	KEYS_COMPARED_PAIRWISE = 16, /* more are sorted: a document must not cost n² */
	SHOWN_KEY_BYTES = 64,
	SURROGATE_HIGH = 0xd800,
	SURROGATE_LOW = 0xdc00,
	SURROGATE_END = 0xe000,
};

/* What is between the quotes, as it stands in the text. */
struct quoted {
	const char *text;
	size_t length;
	bool has_escapes;
};

/* The name of a member, in the arena, and where it stands in the text. */
struct key {
	const char *name;
	struct quoted quoted;
};

/* What the arrays and objects that are open have so far, innermost last; in the arena. */
struct stack {
	void *items;
	size_t n, capacity;
};

struct parser {
	struct arena *arena;
	const char *bytes;
	size_t size;
	size_t at;
	unsigned depth;
	struct stack values; /* struct json_value: of arrays and objects */
	struct stack keys;   /* struct key: of objects */
	struct err *err;
};

static int parse_value(struct parser *parser, struct json_value *ret);

__attribute__((format(printf, 3, 4))) static int fail_at(
	struct parser *parser, size_t at, const char *format, ...)
{
	size_t line = 1, column = 1;
	char said[ERR_TEXT_BYTES / 2];
	va_list args;

	va_start(args, format);
	vsnprintf(said, sizeof(said), format, args);
	va_end(args);
	for (size_t i = 0; i < at && i < parser->size; i++) {
		column++;
		if (parser->bytes[i] == '\n') {
			line++;
			column = 1;
		}
	}
	return err_fail(parser->err, EINVAL, "line %zu, column %zu: %s", line, column, said);
}

/* "the text ends where <expected> is expected", "'x' where <expected> is expected" */
static int fail_expected(struct parser *parser, const char *expected)
{
	unsigned char found;

	if (parser->at >= parser->size)
		return fail_at(parser, parser->at, "the text ends where %s is expected", expected);
	found = (unsigned char)parser->bytes[parser->at];
	if (found > ' ' && found < 0x7f)
		return fail_at(parser, parser->at, "'%c' where %s is expected", found, expected);
	return fail_at(parser, parser->at, "byte 0x%02x where %s is expected", found, expected);
}

/* Room for one more item of size bytes at the stack's end. */
static void *stack_push(struct parser *parser, struct stack *stack, size_t size)
{
	if (stack->n == stack->capacity) {
		size_t capacity = stack->capacity ? stack->capacity * 2 : 64;
		void *items = arena_alloc_array(parser->arena, capacity, size);

		if (stack->n > 0)
			memcpy(items, stack->items, stack->n * size);
		stack->items = items;
		stack->capacity = capacity;
	}
	return (char *)stack->items + size * stack->n++;
}

static void push_value(struct parser *parser, const struct json_value *value)
{
	*(struct json_value *)stack_push(parser, &parser->values, sizeof(*value)) = *value;
}

static void push_key(struct parser *parser, const struct key *key)
{
	*(struct key *)stack_push(parser, &parser->keys, sizeof(*key)) = *key;
}

static bool is_at(const struct parser *parser, char wanted)
{
	return parser->at < parser->size && parser->bytes[parser->at] == wanted;
}

static bool take(struct parser *parser, char wanted)
{
	if (!is_at(parser, wanted))
		return false;
	parser->at++;
	return true;
}

static void skip_space(struct parser *parser)
{
	for (; parser->at < parser->size; parser->at++) {
		char c = parser->bytes[parser->at];

		if (c != ' ' && c != '\n' && c != '\t' && c != '\r')
			return;
	}
}

/* ---- strings: first checked, then made ---- */

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* The value of four hexadecimal digits, or -1. */
static int hex_four(const char *text, size_t available)
{
	int value = 0;

	if (available < 4)
		return -1;
	for (int i = 0; i < 4; i++) {
		int digit = hex_digit(text[i]);

		if (digit < 0)
			return -1;
		value = value * 16 + digit;
	}
	return value;
}

/* At "uXXXX" behind a backslash: *ret gets the character, of a pair the whole. */
static int check_unicode(struct parser *parser, uint32_t *ret)
{
	const char *text = parser->bytes + parser->at + 1;
	size_t available = parser->size - parser->at - 1;
	int first = hex_four(text, available);
	int second = -1;

	if (first < 0)
		return fail_at(parser, parser->at, "\\u without four hexadecimal digits");
	parser->at += 5;
	*ret = (uint32_t)first;
	if (first < SURROGATE_HIGH || first >= SURROGATE_END)
		return 0;
	if (available >= 6 && text[4] == '\\' && text[5] == 'u')
		second = hex_four(text + 6, available - 6);
	if (first >= SURROGATE_LOW || second < SURROGATE_LOW || second >= SURROGATE_END)
		return fail_at(
			parser, parser->at - 6, "\\u%04x is half of a surrogate pair", first);
	parser->at += 6;
	return 0;
}

static int check_escape(struct parser *parser, bool is_key)
{
	uint32_t character = 1;
	int r;

	parser->at++;
	if (is_at(parser, 'u')) {
		r = check_unicode(parser, &character);
		if (r < 0)
			return r;
		if (character == 0 && is_key)
			return fail_at(parser, parser->at, "\\u0000 in the name of a member");
		return 0;
	}
	if (parser->at >= parser->size || !memchr("\"\\/bfnrt", parser->bytes[parser->at], 8))
		return fail_expected(parser, "an escape character");
	parser->at++;
	return 0;
}

static int check_character(struct parser *parser)
{
	const char *text = parser->bytes + parser->at;
	unsigned char byte = (unsigned char)*text;
	size_t length;

	if (byte < ' ')
		return fail_at(parser, parser->at, "control character 0x%02x in a string", byte);
	length = utf8_sequence_length(text, parser->size - parser->at);
	if (length == 0)
		return fail_at(parser, parser->at, "byte 0x%02x is not UTF-8", byte);
	parser->at += length;
	return 0;
}

/* Over what most strings consist of. */
static void skip_plain_characters(struct parser *parser)
{
	for (; parser->at < parser->size; parser->at++) {
		signed char c = (signed char)parser->bytes[parser->at];

		if (c < ' ' || c == '"' || c == '\\') /* c < ' ' is also what is not ASCII */
			return;
	}
}

/* At the opening quote; behind the closing one afterwards. */
static int check_string(struct parser *parser, bool is_key, struct quoted *ret)
{
	size_t start = ++parser->at;
	bool has_escapes = false;

	for (;;) {
		int r;

		skip_plain_characters(parser);
		if (is_at(parser, '"'))
			break;
		if (parser->at >= parser->size)
			return fail_at(parser, start - 1, "the string that begins here has no end");
		if (is_at(parser, '\\')) {
			has_escapes = true;
			r = check_escape(parser, is_key);
		} else {
			r = check_character(parser);
		}
		if (r < 0)
			return r;
	}
	*ret = (struct quoted){ parser->bytes + start, parser->at - start, has_escapes };
	parser->at++;
	return 0;
}

/* Behind the "u" of an escape; *text is behind its digits afterwards. */
static uint32_t unescape_unicode(const char **text)
{
	uint32_t character = (uint32_t)hex_four(*text, 4);

	*text += 4;
	if (character < SURROGATE_HIGH || character >= SURROGATE_END)
		return character;
	character = 0x10000u + ((character - SURROGATE_HIGH) << 10) +
		    ((uint32_t)hex_four(*text + 2, 4) - SURROGATE_LOW);
	*text += 6;
	return character;
}

/* One escape at *text, which was checked, to its bytes (never more than it has itself). */
static char *unescape(const char **text, char *to)
{
	static const char letters[] = "bfnrt";
	static const char meant[] = "\b\f\n\r\t";
	char letter = (*text)[1];
	const char *found = strchr(letters, letter);

	*text += 2;
	if (letter == 'u')
		return to + utf8_put(unescape_unicode(text), to);
	*to = found ? meant[found - letters] : letter;
	return to + 1;
}

static const char *make_string(
	struct parser *parser, const struct quoted *quoted, size_t *ret_length)
{
	const char *from = quoted->text, *end = from + quoted->length;
	char *text, *to;

	if (!quoted->has_escapes) {
		*ret_length = quoted->length;
		return arena_strndup(parser->arena, quoted->text, quoted->length);
	}
	text = to = arena_alloc(parser->arena, quoted->length + 1);
	while (from < end) {
		if (*from == '\\')
			to = unescape(&from, to);
		else
			*to++ = *from++;
	}
	*to = '\0';
	*ret_length = (size_t)(to - text);
	return text;
}

static int parse_string(struct parser *parser, struct json_value *ret)
{
	struct quoted quoted;
	int r = check_string(parser, false, &quoted);

	if (r < 0)
		return r;
	ret->kind = JSON_KIND_STRING;
	ret->text = make_string(parser, &quoted, &ret->length);
	return 0;
}

/* ---- numbers ---- */

static size_t skip_digits(struct parser *parser)
{
	size_t start = parser->at;

	while (parser->at < parser->size && parser->bytes[parser->at] >= '0' &&
		parser->bytes[parser->at] <= '9')
		parser->at++;
	return parser->at - start;
}

static int make_integer(struct parser *parser, size_t start, const char *digits, size_t n_digits,
	struct json_value *ret)
{
	bool has_sign = digits != parser->bytes + start;
	uint64_t magnitude;

	if (parse_u64_n(digits, n_digits, &magnitude) < 0 ||
		(has_sign && magnitude > (uint64_t)INT64_MAX + 1))
		return fail_at(parser, start, "an integer that does not fit into 64 bits");
	ret->kind = JSON_KIND_INTEGER;
	ret->is_negative = has_sign && magnitude > 0;
	ret->integer = has_sign ? -magnitude : magnitude;
	return 0;
}

/* Nothing of ours is one: it is kept as it stands there. */
static void make_decimal(struct parser *parser, size_t start, struct json_value *ret)
{
	ret->kind = JSON_KIND_DECIMAL;
	ret->length = parser->at - start;
	ret->text = arena_strndup(parser->arena, parser->bytes + start, ret->length);
}

static int parse_number(struct parser *parser, struct json_value *ret)
{
	size_t start = parser->at, digits_start, n_digits;

	take(parser, '-');
	digits_start = parser->at;
	n_digits = take(parser, '0') ? 1 : skip_digits(parser);
	if (n_digits == 0)
		return fail_expected(parser, "a digit");
	if (!is_at(parser, '.') && !is_at(parser, 'e') && !is_at(parser, 'E'))
		return make_integer(parser, start, parser->bytes + digits_start, n_digits, ret);
	if (take(parser, '.') && skip_digits(parser) == 0)
		return fail_expected(parser, "a digit");
	if (take(parser, 'e') || take(parser, 'E')) {
		if (!take(parser, '-'))
			take(parser, '+');
		if (skip_digits(parser) == 0)
			return fail_expected(parser, "a digit");
	}
	make_decimal(parser, start, ret);
	return 0;
}

/* ---- objects and arrays ---- */

static int compare_keys(const void *a, const void *b)
{
	const struct key *one = a, *other = b;

	return strcmp(one->name, other->name);
}

static int fail_duplicate(struct parser *parser, const struct key *a, const struct key *b)
{
	const struct quoted *later = a->quoted.text > b->quoted.text ? &a->quoted : &b->quoted;
	int shown = later->length > SHOWN_KEY_BYTES ? SHOWN_KEY_BYTES : (int)later->length;

	return fail_at(parser, (size_t)(later->text - parser->bytes) - 1,
		"\"%.*s\" is the name of two members of one object", shown, later->text);
}

/* Sorts the keys. */
static int check_duplicates(struct parser *parser, struct key *keys, size_t n)
{
	if (n > KEYS_COMPARED_PAIRWISE) {
		qsort(keys, n, sizeof(*keys), compare_keys);
		for (size_t i = 1; i < n; i++)
			if (strcmp(keys[i - 1].name, keys[i].name) == 0)
				return fail_duplicate(parser, &keys[i - 1], &keys[i]);
		return 0;
	}
	for (size_t i = 1; i < n; i++)
		for (size_t j = 0; j < i; j++)
			if (strcmp(keys[i].name, keys[j].name) == 0)
				return fail_duplicate(parser, &keys[i], &keys[j]);
	return 0;
}

/* The object that ends has the last n keys and values of the stacks. */
static int make_object(struct parser *parser, size_t n, struct json_value *ret)
{
	struct json_member *members = ARENA_NEW_ARRAY(parser->arena, n, struct json_member);
	struct key *keys = (struct key *)parser->keys.items + parser->keys.n - n;
	const struct json_value *values = (const struct json_value *)parser->values.items +
					  parser->values.n - n;

	for (size_t i = 0; i < n; i++)
		members[i] = (struct json_member){ .key = keys[i].name, .value = values[i] };
	parser->keys.n -= n;
	parser->values.n -= n;
	ret->length = n;
	ret->members = members;
	return check_duplicates(parser, keys, n);
}

static int parse_member(struct parser *parser)
{
	struct json_value value = { 0 };
	struct key key;
	size_t length;
	int r;

	skip_space(parser);
	if (!is_at(parser, '"'))
		return fail_expected(parser, "the name of a member");
	r = check_string(parser, true, &key.quoted);
	if (r < 0)
		return r;
	key.name = make_string(parser, &key.quoted, &length);
	push_key(parser, &key);
	skip_space(parser);
	if (!take(parser, ':'))
		return fail_expected(parser, "':'");
	r = parse_value(parser, &value);
	if (r == 0)
		push_value(parser, &value);
	return r;
}

static int parse_object(struct parser *parser, struct json_value *ret)
{
	size_t n = 0;
	int r;

	ret->kind = JSON_KIND_OBJECT;
	parser->at++;
	skip_space(parser);
	if (take(parser, '}'))
		return 0;
	do {
		r = parse_member(parser);
		if (r < 0)
			return r;
		n++;
		skip_space(parser);
	} while (take(parser, ','));
	if (!take(parser, '}'))
		return fail_expected(parser, "',' or '}'");
	return make_object(parser, n, ret);
}

static void make_array(struct parser *parser, size_t n, struct json_value *ret)
{
	struct json_value *elements = ARENA_NEW_ARRAY(parser->arena, n, struct json_value);

	parser->values.n -= n;
	memcpy(elements, (struct json_value *)parser->values.items + parser->values.n,
		n * sizeof(*elements));
	ret->length = n;
	ret->elements = elements;
}

static int parse_array(struct parser *parser, struct json_value *ret)
{
	size_t n = 0;
	int r;

	ret->kind = JSON_KIND_ARRAY;
	parser->at++;
	skip_space(parser);
	if (take(parser, ']'))
		return 0;
	do {
		struct json_value value = { 0 };

		r = parse_value(parser, &value);
		if (r < 0)
			return r;
		push_value(parser, &value);
		n++;
		skip_space(parser);
	} while (take(parser, ','));
	if (!take(parser, ']'))
		return fail_expected(parser, "',' or ']'");
	make_array(parser, n, ret);
	return 0;
}

/* ---- values ---- */

static int parse_word(struct parser *parser, const char *word)
{
	size_t length = strlen(word);

	if (parser->size - parser->at < length ||
		memcmp(parser->bytes + parser->at, word, length) != 0)
		return fail_expected(parser, "a value");
	parser->at += length;
	return 0;
}

static int parse_bool(struct parser *parser, bool is_true, struct json_value *ret)
{
	ret->kind = JSON_KIND_BOOL;
	ret->is_true = is_true;
	return parse_word(parser, is_true ? "true" : "false");
}

static int parse_nested(struct parser *parser, struct json_value *ret,
	int (*inner)(struct parser *parser, struct json_value *ret))
{
	int r;

	if (parser->depth == JSON_DEPTH_MAX)
		return fail_at(
			parser, parser->at, "values are nested more than %d deep", JSON_DEPTH_MAX);
	parser->depth++;
	r = inner(parser, ret);
	parser->depth--;
	return r;
}

/* *ret is JSON's null when it comes in. */
static int parse_value(struct parser *parser, struct json_value *ret)
{
	skip_space(parser);
	switch (parser->at < parser->size ? parser->bytes[parser->at] : '\0') {
	case '{':
		return parse_nested(parser, ret, parse_object);
	case '[':
		return parse_nested(parser, ret, parse_array);
	case '"':
		return parse_string(parser, ret);
	case 't':
		return parse_bool(parser, true, ret);
	case 'f':
		return parse_bool(parser, false, ret);
	case 'n':
		return parse_word(parser, "null");
	case '-':
	case '0' ... '9':
		return parse_number(parser, ret);
	default:
		return fail_expected(parser, "a value");
	}
}

int json_parse(struct arena *arena, const char *bytes, size_t size, const struct json_value **ret,
	struct err *err)
{
	struct parser parser = {
		.arena = arena,
		.bytes = bytes,
		.size = size,
		.err = err,
	};
	struct json_value *value;
	int r;

	if (size > JSON_TEXT_MAX_BYTES)
		return err_fail(err, E2BIG, "the JSON text is longer than %d MiB",
			JSON_TEXT_MAX_BYTES / 1024 / 1024);
	value = ARENA_NEW(arena, struct json_value);
	r = parse_value(&parser, value);
	if (r < 0)
		return r;
	skip_space(&parser);
	if (parser.at < size)
		return fail_expected(&parser, "the end of the text");
	*ret = value;
	return 0;
}
