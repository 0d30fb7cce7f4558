/* SPDX-License-Identifier: Apache-2.0 */
#include "systemd/annotation.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "base/json_write.h"
#include "base/parse.h"
#include "base/text.h"

enum { VALUE_MAX_BYTES = 4096 };

struct allowed {
	const char *name;
	const char *signature;
};

static const struct allowed allowed_list[] = {
	{ "After", "as" },
	{ "Before", "as" },
	{ "CollectMode", "s" },
	{ "DefaultDependencies", "b" },
	{ "Description", "s" },
	{ "Documentation", "as" },
	{ "FinalKillSignal", "i" },
	{ "IgnoreOnIsolate", "b" },
	{ "KillMode", "s" },
	{ "KillSignal", "i" },
	{ "ManagedOOMMemoryPressure", "s" },
	{ "ManagedOOMMemoryPressureLimit", "u" },
	{ "ManagedOOMPreference", "s" },
	{ "ManagedOOMSwap", "s" },
	{ "OOMPolicy", "s" },
	{ "RestartKillSignal", "i" },
	{ "RuntimeMaxUSec", "t" },
	{ "RuntimeRandomizedExtraUSec", "t" },
	{ "SendSIGHUP", "b" },
	{ "SendSIGKILL", "b" },
	{ "TimeoutStopUSec", "t" },
};

/* Words for the types of numbers, and what fits into each. */
static const struct number_type {
	char type;
	const char *word;
	int64_t min;
	uint64_t max;
} number_types[] = {
	{ 'y', "byte", 0, UINT8_MAX },
	{ 'n', "int16", INT16_MIN, INT16_MAX },
	{ 'q', "uint16", 0, UINT16_MAX },
	{ 'i', "int32", INT32_MIN, INT32_MAX },
	{ 'u', "uint32", 0, UINT32_MAX },
	{ 'x', "int64", INT64_MIN, INT64_MAX },
	{ 't', "uint64", 0, UINT64_MAX },
};

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

struct reading {
	struct arena *arena;
	const char *at;
	const char *signature; /* that is wanted */
	struct json_writer writer;
	uint64_t factor; /* of numbers */
};

static int refuse(const struct reading *reading, const char *expected, struct err *err)
{
	return err_fail(err, EINVAL, "\"%.40s\" is not %s", reading->at, expected);
}

static void skip_space(struct reading *reading)
{
	reading->at += strspn(reading->at, " \t\n");
}

static bool take(struct reading *reading, const char *word)
{
	const char *rest = text_after_prefix(reading->at, word);

	if (!rest)
		return false;
	reading->at = rest;
	skip_space(reading);
	return true;
}

static size_t word_length(const char *text)
{
	return strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789");
}

static bool take_word(struct reading *reading, const char *word)
{
	size_t length = word_length(reading->at);

	return strlen(word) == length && memcmp(reading->at, word, length) == 0 &&
	       take(reading, word);
}

static const struct number_type *find_number_type(char type)
{
	for (size_t i = 0; i < COUNT_OF(number_types); i++)
		if (number_types[i].type == type)
			return &number_types[i];
	return NULL;
}

/* "uint64 5" is one of any number; that it fits is checked by the value. */
static void skip_number_word(struct reading *reading)
{
	for (size_t i = 0; i < COUNT_OF(number_types); i++)
		if (take_word(reading, number_types[i].word))
			return;
}

static int read_magnitude(struct reading *reading, uint64_t *ret, struct err *err)
{
	size_t length = strspn(reading->at, "0123456789");
	uint64_t value = 0;
	int r = parse_u64_n(reading->at, length, &value);

	if (r < 0 || __builtin_mul_overflow(value, reading->factor, &value))
		return refuse(reading,
			r == -EINVAL ? "a whole number" : "a number that fits the property", err);
	reading->at += length;
	*ret = value;
	return 0;
}

static int read_number(struct reading *reading, const struct number_type *type, struct err *err)
{
	const char *begin;
	bool is_negative;
	uint64_t value = 0;
	int r;

	skip_number_word(reading);
	begin = reading->at;
	is_negative = *reading->at == '-';
	reading->at += is_negative;
	r = read_magnitude(reading, &value, err);
	if (r < 0)
		return r;
	if (is_negative ? value > (uint64_t)0 - (uint64_t)type->min : value > type->max) {
		reading->at = begin;
		return refuse(reading, "a number that fits the property", err);
	}
	if (is_negative)
		json_write_i64(&reading->writer, NULL, (int64_t)((uint64_t)0 - value));
	else
		json_write_u64(&reading->writer, NULL, value);
	return 0;
}

static int read_bool(struct reading *reading, struct err *err)
{
	bool is_true;

	take_word(reading, "boolean");
	is_true = take_word(reading, "true");
	if (!is_true && !take_word(reading, "false"))
		return refuse(reading, "true or false", err);
	json_write_bool(&reading->writer, NULL, is_true);
	return 0;
}

/* One character behind a backslash; 0: not one that is known. */
static char unescape(char escaped)
{
	switch (escaped) {
	case 'n':
		return '\n';
	case 't':
		return '\t';
	case '\\':
	case '\'':
	case '"':
		return escaped;
	default:
		return 0;
	}
}

static int read_string(struct reading *reading, struct err *err)
{
	char quote, *text;
	size_t length = 0;

	take_word(reading, "string");
	quote = *reading->at;
	if (quote != '\'' && quote != '"')
		return refuse(reading, "a text between quotation marks", err);
	text = arena_alloc(reading->arena, strlen(reading->at));
	for (reading->at++; *reading->at != quote; reading->at++) {
		char c = *reading->at;

		if (c == '\\')
			c = unescape(*++reading->at);
		if (c == '\0')
			return err_fail(err, EINVAL,
				"the text has no end, or something odd behind a backslash");
		text[length++] = c;
	}
	reading->at++;
	json_write_string_n(&reading->writer, NULL, text, length);
	return 0;
}

static int read_value(struct reading *reading, const char *signature, struct err *err)
{
	const struct number_type *type = find_number_type(signature[0]);

	if (type)
		return read_number(reading, type, err);
	return signature[0] == 'b' ? read_bool(reading, err) : read_string(reading, err);
}

static int read_list(struct reading *reading, const char *element, struct err *err)
{
	if (!take(reading, "["))
		return refuse(reading, "a list in brackets", err);
	json_write_list(&reading->writer, NULL);
	for (bool is_first = true; !take(reading, "]"); is_first = false) {
		int r;

		if (!is_first && !take(reading, ","))
			return refuse(reading, "a comma or the end of the list", err);
		r = read_value(reading, element, err);
		if (r < 0)
			return r;
		skip_space(reading);
	}
	json_write_end(&reading->writer);
	return 0;
}

/* "@as []", "@t 5": the type in words of D-Bus; it has to be the property's. */
static int skip_signature(struct reading *reading, struct err *err)
{
	if (*reading->at != '@')
		return 0;
	reading->at++;
	if (!take(reading, reading->signature))
		return refuse(reading, "of the property's type", err);
	return 0;
}

static int read_all(struct reading *reading, struct err *err)
{
	int r;

	skip_space(reading);
	r = skip_signature(reading, err);
	if (r == 0 && reading->signature[0] == 'a')
		r = read_list(reading, reading->signature + 1, err);
	else if (r == 0)
		r = read_value(reading, reading->signature, err);
	if (r < 0)
		return r;
	skip_space(reading);
	return *reading->at ? refuse(reading, "expected behind the value", err) : 0;
}

/* "TimeoutStopSec" → "TimeoutStopUSec" */
static const char *in_microseconds(struct arena *arena, const char *name, uint64_t *ret_factor)
{
	size_t length = strlen(name);

	*ret_factor = 1;
	if (length < 5 || !text_equal(name + length - 3, "Sec") || name[length - 4] == 'U')
		return name;
	*ret_factor = 1000 * 1000;
	return arena_printf(arena, "%.*sUSec", (int)(length - 3), name);
}

static const struct allowed *find_allowed(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(allowed_list); i++)
		if (text_equal(allowed_list[i].name, name))
			return &allowed_list[i];
	return NULL;
}

static int refuse_property(struct err *err)
{
	err_fail(err, EPERM, "an annotation may not set this property of the container's scope");
	return err_hint(err,
		"limits belong into linux.resources; of the others those may be set that start, "
		"stop and run nothing, such as TimeoutStopUSec, KillSignal, CollectMode, After");
}

int systemd_annotation_read(struct arena *arena, const char *name, const char *text,
	struct systemd_property *ret, struct err *err)
{
	struct reading reading = {
		.arena = arena, .at = text, .writer = JSON_WRITER_INIT(arena, NULL)
	};
	const struct allowed *allowed = find_allowed(in_microseconds(arena, name, &reading.factor));
	int r;

	if (!systemd_is_property_name(name))
		return err_fail(err, EINVAL, "the name of a property has letters and digits only");
	if (!allowed)
		return refuse_property(err);
	if (strlen(text) > VALUE_MAX_BYTES)
		return err_fail(err, EINVAL, "the value has more than %d bytes", VALUE_MAX_BYTES);
	reading.signature = allowed->signature;
	r = read_all(&reading, err);
	if (r < 0)
		return r;
	*ret = (struct systemd_property){
		.name = allowed->name,
		.signature = allowed->signature,
		.value = json_write_text(&reading.writer, NULL),
	};
	return 0;
}
