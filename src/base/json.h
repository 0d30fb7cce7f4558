/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json: strict reading of JSON, by hand or through tables of fields.
 *
 * Layer 0, role caller (hull-init reads no JSON). RFC 8259 and nothing else: UTF-8 only, no
 * comments, no garbage behind the value, no key twice in one object (two readers of the same
 * document must not see two different things), limits on size and depth, and only integers that fit
 * into 64 bits: 0 … 18446744073709551615 and -9223372036854775808 … -1 stay exact.
 *
 * A document lives in an arena, and so does what was read of it onto a struct: strings are the
 * document's own.
 *
 * Field tables: an array of struct json_field says for each member of an object its type and where
 * it goes in a struct. Members that no field names are ignored; null counts as absent; a wrong type
 * or a number out of range is -EINVAL with the JSON pointer (RFC 6901) in err->config and in the
 * text: "/process/user/uid: -1 is not a number from 0 to 4294967295".
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

enum {
	JSON_TEXT_MAX_BYTES = 16 * 1024 * 1024,
	JSON_DEPTH_MAX = 64,
};

enum json_kind {
	JSON_KIND_NULL,
	JSON_KIND_BOOL,
	JSON_KIND_INTEGER,
	JSON_KIND_DECIMAL, /* with a point or an exponent */
	JSON_KIND_STRING,
	JSON_KIND_ARRAY,
	JSON_KIND_OBJECT,
};

struct json_value {
	enum json_kind kind;
	bool is_true;     /* BOOL */
	bool is_negative; /* INTEGER */
	size_t length; /* STRING: bytes, without the NUL behind; ARRAY: elements; OBJECT: members */
	union {
		uint64_t integer; /* INTEGER; a negative one as int64_t has it */
		const char *text; /* STRING, which may have U+0000 inside; DECIMAL: as written */
		const struct json_value *elements; /* ARRAY */
		const struct json_member *members; /* OBJECT: in the document's order */
	};
};

struct json_member {
	const char *key;
	struct json_value value;
};

/* A name and what it stands for. A table of these ends with a NULL name. */
struct json_enum {
	const char *name;
	int value;
};

/* Name of a value, NULL if it has none; value of a name, -1 if it is not in the table. */
const char *json_enum_name(const struct json_enum *table, int value);
int json_enum_value(const struct json_enum *table, const char *name);

enum json_field_type {
	JSON_FIELD_BOOL,     /* bool */
	JSON_FIELD_I32,      /* int32_t */
	JSON_FIELD_I64,      /* int64_t */
	JSON_FIELD_U16,      /* uint16_t */
	JSON_FIELD_U32,      /* uint32_t */
	JSON_FIELD_U64,      /* uint64_t */
	JSON_FIELD_STRING,   /* const char *, in the arena; U+0000 is refused */
	JSON_FIELD_ENUM,     /* int-sized enum, by the field's names */
	JSON_FIELD_FLAGS,    /* a list of names or'ed into an uint32_t, by the field's names */
	JSON_FIELD_OBJECT,   /* struct read by the field's nested table */
	JSON_FIELD_ARRAY,    /* pointer and count; elements as the field's element describes */
	JSON_FIELD_MAP,      /* like ARRAY for an object: element's first member is the key */
	JSON_FIELD_CALLBACK, /* whatever the field's function makes of it */
	JSON_FIELD_COUNT,
};

struct json_reader; /* where the reading is: for callbacks */

typedef int json_callback(
	struct json_reader *reader, const struct json_value *value, void *target, struct err *err);

struct json_field {
	const char *name; /* of the member; NULL ends a table */
	enum json_field_type type;
	bool is_required;
	bool is_pointer;      /* the target is a pointer to the value: NULL where absent */
	bool empty_is_absent; /* STRING, ENUM: "" is what some engines write for nothing */
	size_t offset;        /* of the target in the struct */
	size_t count_offset;  /* ARRAY, MAP: of the size_t with the number of elements */
	size_t size;          /* OBJECT behind a pointer; ARRAY, MAP: size of an element */
	const struct json_field *nested;  /* OBJECT: the table of its fields */
	const struct json_field *element; /* ARRAY: how to read one (name and offset unused);
					   * MAP: how to read a value, offset as in the element */
	const struct json_enum *names;    /* ENUM, FLAGS */
	json_callback *callback;          /* CALLBACK */
	int64_t min; /* numbers: narrower than the type; both 0: the type's range */
	int64_t max;
};

/*
 * Rows of a table. Each names the struct, the member of the document, the member of the struct;
 * a wrong type of the latter does not compile. What follows are further initialisers, such as
 * .is_required = true.
 */
#define JSON_TYPED_OFFSET(structure, member, type)                                                \
	(offsetof(structure, member) + 0 * sizeof(struct {                                        \
		static_assert(                                                                    \
			__builtin_types_compatible_p(__typeof__(((structure *)0)->member), type), \
			#member " is not a " #type);                                              \
		int unused;                                                                       \
	}))
#define JSON_ROW(structure, key, member, kind, c_type, ...)                                        \
	{                                                                                          \
		.name = key, .type = kind, .offset = JSON_TYPED_OFFSET(structure, member, c_type), \
		##__VA_ARGS__                                                                      \
	}
#define JSON_POINTER_ROW(structure, key, member, kind, c_type, ...)                           \
	{                                                                                     \
		.name = key, .type = kind, .is_pointer = true,                                \
		.offset = JSON_TYPED_OFFSET(structure, member, const c_type *), ##__VA_ARGS__ \
	}

#define JSON_BOOL(s, key, m, ...) JSON_ROW(s, key, m, JSON_FIELD_BOOL, bool, ##__VA_ARGS__)
#define JSON_I32(s, key, m, ...)  JSON_ROW(s, key, m, JSON_FIELD_I32, int32_t, ##__VA_ARGS__)
#define JSON_I64(s, key, m, ...)  JSON_ROW(s, key, m, JSON_FIELD_I64, int64_t, ##__VA_ARGS__)
#define JSON_U32(s, key, m, ...)  JSON_ROW(s, key, m, JSON_FIELD_U32, uint32_t, ##__VA_ARGS__)
#define JSON_U64(s, key, m, ...)  JSON_ROW(s, key, m, JSON_FIELD_U64, uint64_t, ##__VA_ARGS__)
#define JSON_STRING(s, key, m, ...) \
	JSON_ROW(s, key, m, JSON_FIELD_STRING, const char *, ##__VA_ARGS__)
#define JSON_FLAGS(s, key, m, table, ...) \
	JSON_ROW(s, key, m, JSON_FIELD_FLAGS, uint32_t, .names = table, ##__VA_ARGS__)
#define JSON_ENUM(s, key, m, table, ...)                                                 \
	{                                                                                \
		.name = key, .type = JSON_FIELD_ENUM, .names = table,                    \
		.offset = offsetof(s, m) +                                               \
			  0 * sizeof(char[sizeof(((s *)0)->m) == sizeof(int) ? 1 : -1]), \
		##__VA_ARGS__                                                            \
	}
#define JSON_OBJECT(s, key, m, table, ...)                                                         \
	{                                                                                          \
		.name = key, .type = JSON_FIELD_OBJECT, .nested = table, .offset = offsetof(s, m), \
		##__VA_ARGS__                                                                      \
	}
#define JSON_CALLBACK(s, key, m, function, ...)                                 \
	{                                                                       \
		.name = key, .type = JSON_FIELD_CALLBACK, .callback = function, \
		.offset = offsetof(s, m), ##__VA_ARGS__                         \
	}

#define JSON_BOOL_POINTER(s, key, m, ...) \
	JSON_POINTER_ROW(s, key, m, JSON_FIELD_BOOL, bool, ##__VA_ARGS__)
#define JSON_I32_POINTER(s, key, m, ...) \
	JSON_POINTER_ROW(s, key, m, JSON_FIELD_I32, int32_t, ##__VA_ARGS__)
#define JSON_I64_POINTER(s, key, m, ...) \
	JSON_POINTER_ROW(s, key, m, JSON_FIELD_I64, int64_t, ##__VA_ARGS__)
#define JSON_U16_POINTER(s, key, m, ...) \
	JSON_POINTER_ROW(s, key, m, JSON_FIELD_U16, uint16_t, ##__VA_ARGS__)
#define JSON_U32_POINTER(s, key, m, ...) \
	JSON_POINTER_ROW(s, key, m, JSON_FIELD_U32, uint32_t, ##__VA_ARGS__)
#define JSON_U64_POINTER(s, key, m, ...) \
	JSON_POINTER_ROW(s, key, m, JSON_FIELD_U64, uint64_t, ##__VA_ARGS__)
#define JSON_FLAGS_POINTER(s, key, m, table, ...) \
	JSON_POINTER_ROW(s, key, m, JSON_FIELD_FLAGS, uint32_t, .names = table, ##__VA_ARGS__)
#define JSON_OBJECT_POINTER(s, key, m, table, ...)                                           \
	{                                                                                    \
		.name = key, .type = JSON_FIELD_OBJECT, .is_pointer = true, .nested = table, \
		.offset = offsetof(s, m), .size = sizeof(*((s *)0)->m), ##__VA_ARGS__        \
	}

/* A list of what the field *row describes, in members m and n. */
#define JSON_ARRAY(s, key, m, n, row, ...)                                     \
	{                                                                      \
		.name = key, .type = JSON_FIELD_ARRAY, .element = row,         \
		.size = sizeof(*((s *)0)->m), .offset = offsetof(s, m),        \
		.count_offset = JSON_TYPED_OFFSET(s, n, size_t), ##__VA_ARGS__ \
	}
#define JSON_MAP(s, key, m, n, row, ...)                                                           \
	{                                                                                          \
		.name = key, .type = JSON_FIELD_MAP, .element = row, .size = sizeof(*((s *)0)->m), \
		.offset = offsetof(s, m), .count_offset = JSON_TYPED_OFFSET(s, n, size_t),         \
		##__VA_ARGS__                                                                      \
	}
#define JSON_STRINGS(s, key, m, n, ...) \
	JSON_ARRAY(s, key, m, n, &json_string_element, ##__VA_ARGS__)

extern const struct json_field json_string_element;

/* One step from a value to a member or an element of it. */
struct json_step {
	const char *key; /* borrowed; NULL: an element */
	size_t index;
};

/* The pointer is put into words only when something fails: most documents are right. */
struct json_reader {
	struct arena *arena;
	void *context; /* for callbacks */
	struct json_step steps[JSON_DEPTH_MAX + 1];
	size_t n_steps;
};

#define JSON_READER_INIT(arena_, context_) \
	((struct json_reader){ .arena = (arena_), .context = (context_) })

/*
 * One JSON text of size bytes. Errors are -EINVAL with "line 3, column 7: …" (columns count bytes
 * from 1), -E2BIG for the size.
 */
int json_parse(struct arena *arena, const char *bytes, size_t size, const struct json_value **ret,
	struct err *err);

/* The member of an object; NULL for one that is absent or null. */
const struct json_value *json_member(const struct json_value *object, const char *key);

/* Reads an object onto the struct at target, which the caller has zeroed. */
int json_read_object(struct json_reader *reader, const struct json_value *value,
	const struct json_field *fields, void *target, struct err *err);

/* Reads one value as the row says; target is where the row's offset is 0. For callbacks. */
int json_read_value(struct json_reader *reader, const struct json_value *value,
	const struct json_field *row, void *target, struct err *err);

/*
 * Enters a member (whose key has to stay) or an element, and leaves it; a function that fails does
 * not leave, so that the pointer is known.
 */
void json_enter_member(struct json_reader *reader, const char *key);
void json_enter_element(struct json_reader *reader, size_t index);
void json_leave(struct json_reader *reader);

/* "<pointer>: <text>" with code EINVAL and err->config set. */
int json_fail(struct json_reader *reader, struct err *err, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The same where value is not what was expected: "<pointer>: 7 is not <expected>". */
int json_fail_value(struct json_reader *reader, const struct json_value *value, struct err *err,
	const char *expected, ...) __attribute__((format(printf, 4, 5)));
