/* SPDX-License-Identifier: Apache-2.0 */
#include "systemd/message.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "base/json.h"
#include "base/json_write.h"
#include "base/text.h"

enum { SIGNATURE_DEPTH_MAX = 8 };

static const struct json_enum call_names[] = {
	{ "connect", SYSTEMD_CALL_CONNECT },
	{ "start", SYSTEMD_CALL_START },
	{ "set", SYSTEMD_CALL_SET },
	{ "attach", SYSTEMD_CALL_ATTACH },
	{ "stop", SYSTEMD_CALL_STOP },
	{ NULL, 0 },
};

/* ---- names and types ---- */

static size_t next_type(const char *signature, unsigned depth)
{
	size_t length = 1;

	if (signature[0] == '\0' || depth > SIGNATURE_DEPTH_MAX)
		return 0;
	if (strchr("bynqiuxtsog", signature[0]))
		return 1;
	if (signature[0] == 'a') {
		size_t element = next_type(signature + 1, depth + 1);

		return element ? 1 + element : 0;
	}
	if (signature[0] != '(')
		return 0;
	while (signature[length] != ')') {
		size_t member = next_type(signature + length, depth + 1);

		if (member == 0)
			return 0;
		length += member;
	}
	return length > 1 ? length + 1 : 0;
}

size_t systemd_signature_next(const char *signature)
{
	return next_type(signature, 0);
}

static bool is_one_type(const char *signature)
{
	size_t length = systemd_signature_next(signature);

	return length > 0 && signature[length] == '\0';
}

static bool has_suffix(const char *text, const char *suffix)
{
	size_t length = strlen(text), wanted = strlen(suffix);

	return length > wanted && text_equal(text + length - wanted, suffix);
}

bool systemd_is_unit_name(const char *name)
{
	static const char allowed[] = ":-_.\\@";

	if (strlen(name) > SYSTEMD_UNIT_MAX_BYTES || name[0] == '.')
		return false;
	for (const char *at = name; *at; at++)
		if (!isascii((unsigned char)*at) ||
			(!isalnum((unsigned char)*at) && !strchr(allowed, *at)))
			return false;
	return has_suffix(name, ".scope") || has_suffix(name, ".slice");
}

bool systemd_is_property_name(const char *name)
{
	if (!isascii((unsigned char)name[0]) || !isalpha((unsigned char)name[0]))
		return false;
	for (; *name; name++)
		if (!isascii((unsigned char)*name) || !isalnum((unsigned char)*name))
			return false;
	return true;
}

/* ---- requests ---- */

static const struct json_field property_fields[] = {
	JSON_STRING(struct systemd_property, "name", name, .is_required = true),
	JSON_STRING(struct systemd_property, "type", signature, .is_required = true),
	JSON_STRING(struct systemd_property, "value", value, .is_required = true),
	{ .name = NULL },
};

static const struct json_field property_row = {
	.type = JSON_FIELD_OBJECT,
	.nested = property_fields,
};

static const struct json_field request_fields[] = {
	JSON_ENUM(struct systemd_request, "call", call, call_names, .is_required = true),
	JSON_BOOL(struct systemd_request, "user", is_user),
	JSON_STRING(struct systemd_request, "unit", unit),
	JSON_U32(struct systemd_request, "limit", limit_msec),
	JSON_U32(struct systemd_request, "pid", pid),
	JSON_ARRAY(
		struct systemd_request, "properties", properties.list, properties.n, &property_row),
	{ .name = NULL },
};

const char *systemd_request_text(
	struct arena *arena, const struct systemd_request *request, size_t *ret_length)
{
	struct json_writer writer = JSON_WRITER_INIT(arena, NULL);

	json_write_object(&writer, NULL);
	json_write_string(&writer, "call", json_enum_name(call_names, request->call));
	json_write_bool(&writer, "user", request->is_user);
	if (request->unit)
		json_write_string(&writer, "unit", request->unit);
	json_write_u64(&writer, "limit", request->limit_msec);
	json_write_u64(&writer, "pid", request->pid);
	json_write_list(&writer, "properties");
	for (size_t i = 0; i < request->properties.n; i++) {
		const struct systemd_property *property = &request->properties.list[i];

		json_write_object(&writer, NULL);
		json_write_string(&writer, "name", property->name);
		json_write_string(&writer, "type", property->signature);
		json_write_string(&writer, "value", property->value);
		json_write_end(&writer);
	}
	json_write_end(&writer);
	json_write_end(&writer);
	return json_write_text(&writer, ret_length);
}

static int check_request(const struct systemd_request *request, struct err *err)
{
	if (request->call != SYSTEMD_CALL_CONNECT &&
		(!request->unit || !systemd_is_unit_name(request->unit)))
		return err_fail(err, EPROTO, "the request names no unit");
	if (request->call == SYSTEMD_CALL_ATTACH && request->pid == 0)
		return err_fail(err, EPROTO, "the request names no process");
	for (size_t i = 0; i < request->properties.n; i++)
		if (!systemd_is_property_name(request->properties.list[i].name) ||
			!is_one_type(request->properties.list[i].signature))
			return err_fail(err, EPROTO, "the request's property %zu is none", i);
	return 0;
}

int systemd_request_read(struct arena *arena, const char *bytes, size_t size,
	struct systemd_request *ret, struct err *err)
{
	struct json_reader reader = JSON_READER_INIT(arena, NULL);
	struct systemd_request request = { 0 };
	const struct json_value *value;
	int r = json_parse(arena, bytes, size, &value, err);

	if (r == 0)
		r = json_read_object(&reader, value, request_fields, &request, err);
	if (r == 0)
		r = check_request(&request, err);
	if (r == 0)
		*ret = request;
	return r;
}

/* ---- replies ---- */

struct reply_row {
	const char *control_group, *text, *hint;
	uint32_t version;
	int32_t code;
};

static const struct json_field reply_fields[] = {
	JSON_I32(struct reply_row, "code", code, .is_required = true),
	JSON_STRING(struct reply_row, "text", text),
	JSON_STRING(struct reply_row, "hint", hint),
	JSON_STRING(struct reply_row, "controlGroup", control_group),
	JSON_U32(struct reply_row, "version", version),
	{ .name = NULL },
};

const char *systemd_reply_text(
	struct arena *arena, const struct systemd_reply *reply, size_t *ret_length)
{
	struct json_writer writer = JSON_WRITER_INIT(arena, NULL);

	json_write_object(&writer, NULL);
	json_write_i64(&writer, "code", reply->err.code);
	json_write_string(&writer, "text", reply->err.text);
	json_write_string(&writer, "hint", reply->err.hint);
	json_write_string(
		&writer, "controlGroup", reply->control_group ? reply->control_group : "");
	json_write_u64(&writer, "version", reply->version);
	json_write_end(&writer);
	return json_write_text(&writer, ret_length);
}

/* Absolute, and nothing that climbs: it becomes a path below /sys/fs/cgroup. */
static bool is_control_group(const char *path)
{
	if (text_is_empty(path))
		return true;
	for (; *path == '/'; path += strcspn(path, "/")) {
		path++;
		if (text_has_prefix(path, "../") || text_equal(path, ".."))
			return false;
	}
	return *path == '\0';
}

int systemd_reply_read(struct arena *arena, const char *bytes, size_t size,
	struct systemd_reply *ret, struct err *err)
{
	struct json_reader reader = JSON_READER_INIT(arena, NULL);
	struct systemd_reply reply = { .control_group = "" };
	struct reply_row row = { 0 };
	const struct json_value *value;
	int r = json_parse(arena, bytes, size, &value, err);

	if (r == 0)
		r = json_read_object(&reader, value, reply_fields, &row, err);
	if (r < 0)
		return r;
	if (row.code < 0 || !is_control_group(row.control_group))
		return err_fail(err, EPROTO, "the reply makes no sense");
	if (row.code > 0) {
		err_fail(&reply.err, row.code, "%s", row.text ? row.text : "");
		err_hint(&reply.err, "%s", row.hint ? row.hint : "");
		err_sanitize(&reply.err);
	}
	if (row.control_group)
		reply.control_group = row.control_group;
	reply.version = row.version;
	*ret = reply;
	return 0;
}
