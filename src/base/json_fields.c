/* SPDX-License-Identifier: Apache-2.0 */
/* The part of json.h that reads objects onto structs by their tables of fields. */
#include <string.h>

#include "base/json.h"

const struct json_field json_string_element = { .type = JSON_FIELD_STRING };

/* What a type is in a struct, and in words. */
static const struct type_facts {
	size_t size; /* of the value; 0 where the row says it */
	const char *noun;
	int64_t min; /* numbers */
	uint64_t max;
} type_facts[JSON_FIELD_COUNT] = {
	[JSON_FIELD_BOOL] = { sizeof(bool), "true or false", 0, 0 },
	[JSON_FIELD_I32] = { sizeof(int32_t), "a number", INT32_MIN, INT32_MAX },
	[JSON_FIELD_I64] = { sizeof(int64_t), "a number", INT64_MIN, INT64_MAX },
	[JSON_FIELD_U16] = { sizeof(uint16_t), "a number", 0, UINT16_MAX },
	[JSON_FIELD_U32] = { sizeof(uint32_t), "a number", 0, UINT32_MAX },
	[JSON_FIELD_U64] = { sizeof(uint64_t), "a number", 0, UINT64_MAX },
	[JSON_FIELD_STRING] = { sizeof(const char *), "a string", 0, 0 },
	[JSON_FIELD_ENUM] = { sizeof(int), "a string", 0, 0 },
	[JSON_FIELD_FLAGS] = { sizeof(uint32_t), "a list", 0, 0 },
	[JSON_FIELD_OBJECT] = { 0, "an object", 0, 0 },
	[JSON_FIELD_ARRAY] = { 0, "a list", 0, 0 },
	[JSON_FIELD_MAP] = { 0, "an object", 0, 0 },
	[JSON_FIELD_CALLBACK] = { 0, "a value", 0, 0 },
};

static int fail_type(struct json_reader *reader, const struct json_value *value,
	const struct json_field *row, struct err *err)
{
	return json_fail_value(reader, value, err, "%s", type_facts[row->type].noun);
}

static int read_bool(struct json_reader *reader, const struct json_value *value,
	const struct json_field *row, void *place, struct err *err)
{
	if (value->kind != JSON_KIND_BOOL)
		return fail_type(reader, value, row, err);
	*(bool *)place = value->is_true;
	return 0;
}

static void store_number(enum json_field_type type, uint64_t bits, void *place)
{
	switch (type_facts[type].size) {
	case sizeof(uint16_t):
		*(uint16_t *)place = (uint16_t)bits;
		break;
	case sizeof(uint32_t):
		*(uint32_t *)place = (uint32_t)bits;
		break;
	default:
		*(uint64_t *)place = bits;
		break;
	}
}

static bool is_in_range(const struct json_value *value, int64_t min, uint64_t max)
{
	if (value->is_negative)
		return (int64_t)value->integer >= min;
	return value->integer <= max && (min <= 0 || value->integer >= (uint64_t)min);
}

static int read_number(struct json_reader *reader, const struct json_value *value,
	const struct json_field *row, void *place, struct err *err)
{
	bool is_narrow = row->min != 0 || row->max != 0;
	int64_t min = is_narrow ? row->min : type_facts[row->type].min;
	uint64_t max = is_narrow ? (uint64_t)row->max : type_facts[row->type].max;

	if (value->kind != JSON_KIND_INTEGER)
		return json_fail_value(reader, value, err, "%s",
			value->kind == JSON_KIND_DECIMAL ? "a whole number" : "a number");
	if (!is_in_range(value, min, max))
		return json_fail_value(reader, value, err, "a number from %lld to %llu",
			(long long)min, (unsigned long long)max);
	store_number(row->type, value->integer, place);
	return 0;
}

static int read_string(struct json_reader *reader, const struct json_value *value,
	const struct json_field *row, void *place, struct err *err)
{
	if (value->kind != JSON_KIND_STRING)
		return fail_type(reader, value, row, err);
	if (strlen(value->text) != value->length)
		return json_fail(reader, err, "a character U+0000 inside of a string");
	*(const char **)place = value->text;
	return 0;
}

static int fail_enum(struct json_reader *reader, const struct json_value *value,
	const struct json_enum *names, struct err *err)
{
	char *list = arena_strdup(reader->arena, names->name);

	for (const struct json_enum *name = names + 1; name->name; name++)
		list = arena_printf(reader->arena, "%s, %s", list, name->name);
	return json_fail_value(reader, value, err, "one of %s", list);
}

/* The length is compared too: "SCMP_ACT_ALLOW\u0000" is not SCMP_ACT_ALLOW. */
static int find_name(struct json_reader *reader, const struct json_value *value,
	const struct json_field *row, int *ret, struct err *err)
{
	const struct json_enum *name = row->names;

	if (value->kind != JSON_KIND_STRING)
		return json_fail_value(reader, value, err, "a string");
	while (name->name && (strlen(name->name) != value->length ||
				     memcmp(name->name, value->text, value->length) != 0))
		name++;
	if (!name->name)
		return fail_enum(reader, value, row->names, err);
	*ret = name->value;
	return 0;
}

static int read_enum(struct json_reader *reader, const struct json_value *value,
	const struct json_field *row, void *place, struct err *err)
{
	int found;
	int r = find_name(reader, value, row, &found, err);

	if (r < 0)
		return r;
	*(int *)place = found;
	return 0;
}

static int read_flags(struct json_reader *reader, const struct json_value *value,
	const struct json_field *row, void *place, struct err *err)
{
	uint32_t flags = 0;

	if (value->kind != JSON_KIND_ARRAY)
		return fail_type(reader, value, row, err);
	for (size_t i = 0; i < value->length; i++) {
		int flag, r;

		json_enter_element(reader, i);
		r = find_name(reader, &value->elements[i], row, &flag, err);

		if (r < 0)
			return r;
		flags |= (uint32_t)flag;
		json_leave(reader);
	}
	*(uint32_t *)place = flags;
	return 0;
}

static int read_nested(struct json_reader *reader, const struct json_value *value,
	const struct json_field *row, void *place, struct err *err)
{
	return json_read_object(reader, value, row->nested, place, err);
}

static void store_list(const struct json_field *row, void *target, void *elements, size_t n)
{
	memcpy((char *)target + row->offset, &elements, sizeof(elements));
	memcpy((char *)target + row->count_offset, &n, sizeof(n));
}

static int read_array(struct json_reader *reader, const struct json_value *value,
	const struct json_field *row, void *target, struct err *err)
{
	char *elements;
	size_t n;

	if (value->kind != JSON_KIND_ARRAY)
		return fail_type(reader, value, row, err);
	n = value->length;
	if (n == 0)
		return 0;
	elements = arena_alloc_array(reader->arena, n, row->size);
	for (size_t i = 0; i < n; i++) {
		int r;

		json_enter_element(reader, i);
		r = json_read_value(
			reader, &value->elements[i], row->element, elements + i * row->size, err);

		if (r < 0)
			return r;
		json_leave(reader);
	}
	store_list(row, target, elements, n);
	return 0;
}

static int read_map(struct json_reader *reader, const struct json_value *value,
	const struct json_field *row, void *target, struct err *err)
{
	char *element;
	size_t n;

	if (value->kind != JSON_KIND_OBJECT)
		return fail_type(reader, value, row, err);
	n = value->length;
	if (n == 0)
		return 0;
	element = arena_alloc_array(reader->arena, n, row->size);
	store_list(row, target, element, n);
	for (size_t i = 0; i < n; i++, element += row->size) {
		const struct json_member *member = &value->members[i];
		int r;

		json_enter_member(reader, member->key);
		*(const char **)(void *)element = member->key;
		r = json_read_value(reader, &member->value, row->element, element, err);
		if (r < 0)
			return r;
		json_leave(reader);
	}
	return 0;
}

static int read_callback(struct json_reader *reader, const struct json_value *value,
	const struct json_field *row, void *place, struct err *err)
{
	return row->callback(reader, value, place, err);
}

typedef int read_function(struct json_reader *reader, const struct json_value *value,
	const struct json_field *row, void *place, struct err *err);

/* Each gets the place that the row names; array and map, which have two, the struct. */
static read_function *const read_functions[JSON_FIELD_COUNT] = {
	[JSON_FIELD_BOOL] = read_bool,
	[JSON_FIELD_I32] = read_number,
	[JSON_FIELD_I64] = read_number,
	[JSON_FIELD_U16] = read_number,
	[JSON_FIELD_U32] = read_number,
	[JSON_FIELD_U64] = read_number,
	[JSON_FIELD_STRING] = read_string,
	[JSON_FIELD_ENUM] = read_enum,
	[JSON_FIELD_FLAGS] = read_flags,
	[JSON_FIELD_OBJECT] = read_nested,
	[JSON_FIELD_ARRAY] = read_array,
	[JSON_FIELD_MAP] = read_map,
	[JSON_FIELD_CALLBACK] = read_callback,
};

static int read_behind_pointer(struct json_reader *reader, const struct json_value *value,
	const struct json_field *row, void *target, struct err *err)
{
	size_t size = type_facts[row->type].size;
	void *place = arena_alloc(reader->arena, size ? size : row->size);
	int r = read_functions[row->type](reader, value, row, place, err);

	if (r < 0)
		return r;
	memcpy((char *)target + row->offset, &place, sizeof(place));
	return 0;
}

int json_read_value(struct json_reader *reader, const struct json_value *value,
	const struct json_field *row, void *target, struct err *err)
{
	bool has_two_places = row->type == JSON_FIELD_ARRAY || row->type == JSON_FIELD_MAP;

	if (row->is_pointer)
		return read_behind_pointer(reader, value, row, target, err);
	return read_functions[row->type](
		reader, value, row, has_two_places ? target : (char *)target + row->offset, err);
}

static bool is_absent(const struct json_value *member, const struct json_field *field)
{
	if (!member)
		return true;
	return field->empty_is_absent && member->kind == JSON_KIND_STRING && member->length == 0;
}

int json_read_object(struct json_reader *reader, const struct json_value *value,
	const struct json_field *fields, void *target, struct err *err)
{
	if (value->kind != JSON_KIND_OBJECT)
		return json_fail_value(reader, value, err, "an object");
	for (const struct json_field *field = fields; field->name; field++) {
		const struct json_value *member = json_member(value, field->name);
		int r = 0;

		json_enter_member(reader, field->name);
		if (!is_absent(member, field))
			r = json_read_value(reader, member, field, target, err);
		else if (field->is_required)
			r = json_fail(reader, err, "%s is required", type_facts[field->type].noun);
		if (r < 0)
			return r;
		json_leave(reader);
	}
	return 0;
}
