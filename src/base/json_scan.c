/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json_scan.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/parse.h"
#include "base/utf8.h"

enum {
	KEYS_COMPARED_PAIRWISE = 16, /* more are sorted: a document must not cost n² */
	SURROGATE_HIGH = 0xd800,
	SURROGATE_LOW = 0xdc00,
	SURROGATE_END = 0xe000,
};

/* The name of a member as it stands in the text, without its quotes. */
struct key {
	const char *text;
	uint32_t length;
	bool has_escapes;
};

struct scan {
	const char *bytes;
	size_t size;
	size_t at;
	unsigned depth;
	struct key *keys; /* of all objects that are open, innermost last */
	size_t n_keys;
	size_t keys_capacity;
	struct err *err;
};

static int scan_value(struct scan *scan);

static void scan_done(struct scan *scan)
{
	free(scan->keys);
}

__attribute__((format(printf, 3, 4))) static int fail_at(
	struct scan *scan, size_t at, const char *format, ...)
{
	size_t line = 1, column = 1;
	char said[ERR_TEXT_BYTES / 2];
	va_list args;

	va_start(args, format);
	vsnprintf(said, sizeof(said), format, args);
	va_end(args);
	for (size_t i = 0; i < at && i < scan->size; i++) {
		column++;
		if (scan->bytes[i] == '\n') {
			line++;
			column = 1;
		}
	}
	return err_fail(scan->err, EINVAL, "line %zu, column %zu: %s", line, column, said);
}

/* "end of text instead of <expected>", "'x' instead of <expected>" */
static int fail_expected(struct scan *scan, const char *expected)
{
	unsigned char found;

	if (scan->at >= scan->size)
		return fail_at(scan, scan->at, "the text ends where %s is expected", expected);
	found = (unsigned char)scan->bytes[scan->at];
	if (found > ' ' && found < 0x7f)
		return fail_at(scan, scan->at, "'%c' where %s is expected", found, expected);
	return fail_at(scan, scan->at, "byte 0x%02x where %s is expected", found, expected);
}

static bool is_at(const struct scan *scan, char wanted)
{
	return scan->at < scan->size && scan->bytes[scan->at] == wanted;
}

static bool take(struct scan *scan, char wanted)
{
	if (!is_at(scan, wanted))
		return false;
	scan->at++;
	return true;
}

static void skip_space(struct scan *scan)
{
	for (; scan->at < scan->size; scan->at++) {
		char c = scan->bytes[scan->at];

		if (c != ' ' && c != '\n' && c != '\t' && c != '\r')
			return;
	}
}

/* ---- strings ---- */

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
static int scan_unicode(struct scan *scan, uint32_t *ret)
{
	const char *text = scan->bytes + scan->at + 1;
	size_t available = scan->size - scan->at - 1;
	int first = hex_four(text, available);
	int second = -1;

	if (first < 0)
		return fail_at(scan, scan->at, "\\u without four hexadecimal digits");
	scan->at += 5;
	*ret = (uint32_t)first;
	if (first < SURROGATE_HIGH || first >= SURROGATE_END)
		return 0;
	if (available >= 6 && text[4] == '\\' && text[5] == 'u')
		second = hex_four(text + 6, available - 6);
	if (first >= SURROGATE_LOW || second < SURROGATE_LOW || second >= SURROGATE_END)
		return fail_at(scan, scan->at - 6, "\\u%04x is half of a surrogate pair", first);
	scan->at += 6;
	*ret = 0x10000u + (((uint32_t)first - SURROGATE_HIGH) << 10) +
	       ((uint32_t)second - SURROGATE_LOW);
	return 0;
}

static int scan_escape(struct scan *scan, bool is_key)
{
	uint32_t character = 1;
	int r;

	scan->at++;
	if (is_at(scan, 'u')) {
		r = scan_unicode(scan, &character);
		if (r < 0)
			return r;
		if (character == 0 && is_key)
			return fail_at(scan, scan->at, "\\u0000 in the name of a member");
		return 0;
	}
	if (scan->at >= scan->size || !memchr("\"\\/bfnrt", scan->bytes[scan->at], 8))
		return fail_expected(scan, "an escape character");
	scan->at++;
	return 0;
}

static int scan_character(struct scan *scan)
{
	const char *text = scan->bytes + scan->at;
	unsigned char byte = (unsigned char)*text;
	size_t length;

	if (byte < ' ')
		return fail_at(scan, scan->at, "control character 0x%02x in a string", byte);
	length = utf8_sequence_length(text, scan->size - scan->at);
	if (length == 0)
		return fail_at(scan, scan->at, "byte 0x%02x is not UTF-8", byte);
	scan->at += length;
	return 0;
}

/* Over what most strings consist of. */
static void skip_plain_characters(struct scan *scan)
{
	for (; scan->at < scan->size; scan->at++) {
		signed char c = (signed char)scan->bytes[scan->at];

		if (c < ' ' || c == '"' || c == '\\') /* c < ' ' is also what is not ASCII */
			return;
	}
}

/* At the opening quote; *ret describes what is between the quotes. */
static int scan_string(struct scan *scan, bool is_key, struct key *ret)
{
	size_t start = ++scan->at;
	bool has_escapes = false;

	for (;;) {
		int r;

		skip_plain_characters(scan);
		if (is_at(scan, '"'))
			break;
		if (scan->at >= scan->size)
			return fail_at(scan, start - 1, "the string that begins here has no end");
		if (is_at(scan, '\\')) {
			has_escapes = true;
			r = scan_escape(scan, is_key);
		} else {
			r = scan_character(scan);
		}
		if (r < 0)
			return r;
	}
	*ret = (struct key){ scan->bytes + start, (uint32_t)(scan->at - start), has_escapes };
	scan->at++;
	return 0;
}

/* ---- numbers ---- */

static size_t skip_digits(struct scan *scan)
{
	size_t start = scan->at;

	while (scan->at < scan->size && scan->bytes[scan->at] >= '0' &&
		scan->bytes[scan->at] <= '9')
		scan->at++;
	return scan->at - start;
}

static bool integer_fits(const char *digits, size_t length, bool is_negative)
{
	uint64_t magnitude;

	if (parse_u64_n(digits, length, &magnitude) < 0)
		return false;
	return !is_negative || magnitude <= (uint64_t)INT64_MAX + 1;
}

static int scan_number(struct scan *scan)
{
	size_t start = scan->at, digits_start;
	bool is_negative = take(scan, '-');
	size_t n_digits;

	digits_start = scan->at;
	if (take(scan, '0'))
		n_digits = 1;
	else
		n_digits = skip_digits(scan);
	if (n_digits == 0)
		return fail_expected(scan, "a digit");
	if (!is_at(scan, '.') && !is_at(scan, 'e') && !is_at(scan, 'E')) {
		if (!integer_fits(scan->bytes + digits_start, n_digits, is_negative))
			return fail_at(scan, start, "an integer that does not fit into 64 bits");
		return 0;
	}
	if (take(scan, '.') && skip_digits(scan) == 0)
		return fail_expected(scan, "a digit");
	if (take(scan, 'e') || take(scan, 'E')) {
		if (!take(scan, '-'))
			take(scan, '+');
		if (skip_digits(scan) == 0)
			return fail_expected(scan, "a digit");
	}
	return 0;
}

/* ---- names of members ---- */

/* The next byte of a name with its escapes resolved, -1 at the end; pending holds UTF-8 of \u. */
struct key_bytes {
	const char *at, *end;
	unsigned char pending[4];
	unsigned n_pending, next_pending;
};

static void key_bytes_set(struct key_bytes *bytes, uint32_t character)
{
	unsigned char *out = bytes->pending;

	bytes->next_pending = 0;
	if (character < 0x80) {
		out[0] = (unsigned char)character;
		bytes->n_pending = 1;
	} else if (character < 0x800) {
		out[0] = (unsigned char)(0xc0 | character >> 6);
		out[1] = (unsigned char)(0x80 | (character & 0x3f));
		bytes->n_pending = 2;
	} else if (character < 0x10000) {
		out[0] = (unsigned char)(0xe0 | character >> 12);
		out[1] = (unsigned char)(0x80 | (character >> 6 & 0x3f));
		out[2] = (unsigned char)(0x80 | (character & 0x3f));
		bytes->n_pending = 3;
	} else {
		out[0] = (unsigned char)(0xf0 | character >> 18);
		out[1] = (unsigned char)(0x80 | (character >> 12 & 0x3f));
		out[2] = (unsigned char)(0x80 | (character >> 6 & 0x3f));
		out[3] = (unsigned char)(0x80 | (character & 0x3f));
		bytes->n_pending = 4;
	}
}

/* At a backslash of a name that was scanned before, so it is well formed. */
static void key_bytes_escape(struct key_bytes *bytes)
{
	static const char letters[] = "bfnrt";
	static const char meant[] = "\b\f\n\r\t";
	char letter = bytes->at[1];
	const char *found = strchr(letters, letter);
	uint32_t character;

	bytes->at += 2;
	if (letter != 'u') {
		key_bytes_set(bytes, (unsigned char)(found ? meant[found - letters] : letter));
		return;
	}
	character = (uint32_t)hex_four(bytes->at, 4);
	bytes->at += 4;
	if (character >= SURROGATE_HIGH && character < SURROGATE_END) {
		uint32_t low = (uint32_t)hex_four(bytes->at + 2, 4);

		bytes->at += 6;
		character = 0x10000u + ((character - SURROGATE_HIGH) << 10) + (low - SURROGATE_LOW);
	}
	key_bytes_set(bytes, character);
}

static int key_bytes_next(struct key_bytes *bytes)
{
	if (bytes->next_pending < bytes->n_pending)
		return bytes->pending[bytes->next_pending++];
	if (bytes->at == bytes->end)
		return -1;
	if (*bytes->at != '\\')
		return (unsigned char)*bytes->at++;
	key_bytes_escape(bytes);
	return bytes->pending[bytes->next_pending++];
}

static int key_compare(const void *a, const void *b)
{
	const struct key *one = a, *other = b;
	struct key_bytes x = { .at = one->text, .end = one->text + one->length };
	struct key_bytes y = { .at = other->text, .end = other->text + other->length };
	int from_x, from_y;

	do {
		from_x = key_bytes_next(&x);
		from_y = key_bytes_next(&y);
	} while (from_x == from_y && from_x >= 0);
	return from_x - from_y;
}

static bool key_equal(const struct key *a, const struct key *b)
{
	if (a->has_escapes || b->has_escapes)
		return key_compare(a, b) == 0;
	return a->length == b->length && memcmp(a->text, b->text, a->length) == 0;
}

static int fail_duplicate(struct scan *scan, const struct key *a, const struct key *b)
{
	const struct key *later = a->text > b->text ? a : b;
	int shown = later->length > 64 ? 64 : (int)later->length;

	return fail_at(scan, (size_t)(later->text - scan->bytes) - 1,
		"\"%.*s\" is the name of two members of one object", shown, later->text);
}

/* The names of the object that has just ended are those from first on. */
static int check_duplicates(struct scan *scan, size_t first)
{
	struct key *keys = scan->keys + first;
	size_t n = scan->n_keys - first;

	if (n > KEYS_COMPARED_PAIRWISE) {
		qsort(keys, n, sizeof(*keys), key_compare);
		for (size_t i = 1; i < n; i++)
			if (key_equal(&keys[i - 1], &keys[i]))
				return fail_duplicate(scan, &keys[i - 1], &keys[i]);
		return 0;
	}
	for (size_t i = 1; i < n; i++)
		for (size_t j = 0; j < i; j++)
			if (key_equal(&keys[i], &keys[j]))
				return fail_duplicate(scan, &keys[i], &keys[j]);
	return 0;
}

static int remember_key(struct scan *scan, struct key key)
{
	if (scan->n_keys == scan->keys_capacity) {
		size_t capacity = scan->keys_capacity ? scan->keys_capacity * 2 : 64;
		struct key *keys = reallocarray(scan->keys, capacity, sizeof(*keys));

		if (!keys)
			return err_fail(scan->err, ENOMEM, "no memory to read a JSON text");
		scan->keys = keys;
		scan->keys_capacity = capacity;
	}
	scan->keys[scan->n_keys++] = key;
	return 0;
}

/* ---- values ---- */

static int scan_member(struct scan *scan)
{
	struct key key;
	int r;

	skip_space(scan);
	if (!is_at(scan, '"'))
		return fail_expected(scan, "the name of a member");
	r = scan_string(scan, true, &key);
	if (r < 0)
		return r;
	r = remember_key(scan, key);
	if (r < 0)
		return r;
	skip_space(scan);
	if (!take(scan, ':'))
		return fail_expected(scan, "':'");
	return scan_value(scan);
}

static int scan_object(struct scan *scan)
{
	size_t first_key = scan->n_keys;
	int r;

	scan->at++;
	skip_space(scan);
	if (take(scan, '}'))
		return 0;
	do {
		r = scan_member(scan);
		if (r < 0)
			return r;
		skip_space(scan);
	} while (take(scan, ','));
	if (!take(scan, '}'))
		return fail_expected(scan, "',' or '}'");
	r = check_duplicates(scan, first_key);
	scan->n_keys = first_key;
	return r;
}

static int scan_array(struct scan *scan)
{
	int r;

	scan->at++;
	skip_space(scan);
	if (take(scan, ']'))
		return 0;
	do {
		r = scan_value(scan);
		if (r < 0)
			return r;
		skip_space(scan);
	} while (take(scan, ','));
	if (!take(scan, ']'))
		return fail_expected(scan, "',' or ']'");
	return 0;
}

static int scan_word(struct scan *scan, const char *word)
{
	size_t length = strlen(word);

	if (scan->size - scan->at < length || memcmp(scan->bytes + scan->at, word, length) != 0)
		return fail_expected(scan, "a value");
	scan->at += length;
	return 0;
}

static int scan_nested(struct scan *scan, int (*inner)(struct scan *scan))
{
	int r;

	if (scan->depth == JSON_DEPTH_MAX)
		return fail_at(
			scan, scan->at, "values are nested more than %d deep", JSON_DEPTH_MAX);
	scan->depth++;
	r = inner(scan);
	scan->depth--;
	return r;
}

static int scan_value(struct scan *scan)
{
	struct key ignored;

	skip_space(scan);
	switch (scan->at < scan->size ? scan->bytes[scan->at] : '\0') {
	case '{':
		return scan_nested(scan, scan_object);
	case '[':
		return scan_nested(scan, scan_array);
	case '"':
		return scan_string(scan, false, &ignored);
	case 't':
		return scan_word(scan, "true");
	case 'f':
		return scan_word(scan, "false");
	case 'n':
		return scan_word(scan, "null");
	case '-':
	case '0' ... '9':
		return scan_number(scan);
	default:
		return fail_expected(scan, "a value");
	}
}

int json_scan(const char *bytes, size_t size, struct err *err)
{
	__attribute__((cleanup(
		scan_done))) struct scan scan = { .bytes = bytes, .size = size, .err = err };
	int r = scan_value(&scan);

	if (r < 0)
		return r;
	skip_space(&scan);
	if (scan.at < size)
		return fail_expected(&scan, "the end of the text");
	return 0;
}
