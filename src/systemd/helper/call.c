/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "systemd/helper/helper.h"

#define AUTO_MESSAGE   __attribute__((cleanup(message_unref))) sd_bus_message *
#define AUTO_BUS_ERROR __attribute__((cleanup(sd_bus_error_free))) sd_bus_error

static void message_unref(sd_bus_message **message)
{
	sd_bus_message_unref(*message);
}

/* ---- a value of JSON as one of D-Bus ---- */

static int append_value(sd_bus_message *message, const char *signature, size_t length,
	const struct json_value *value);

static bool is_number(const struct json_value *value, int64_t min, uint64_t max)
{
	if (value->kind != JSON_KIND_INTEGER)
		return false;
	return value->is_negative ? (int64_t)value->integer >= min : value->integer <= max;
}

static int append_number(sd_bus_message *message, char type, const struct json_value *value)
{
	static const struct {
		char type;
		int64_t min;
		uint64_t max;
	} ranges[] = {
		{ 'y', 0, UINT8_MAX },
		{ 'n', INT16_MIN, INT16_MAX },
		{ 'q', 0, UINT16_MAX },
		{ 'i', INT32_MIN, INT32_MAX },
		{ 'u', 0, UINT32_MAX },
		{ 'x', INT64_MIN, INT64_MAX },
		{ 't', 0, UINT64_MAX },
	};

	/* sd-bus reads as many bytes as the type has: little endian machines only */
	static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "numbers are taken by address");
	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
		if (ranges[i].type == type)
			return is_number(value, ranges[i].min, ranges[i].max)
				       ? sd_bus_message_append_basic(message, type, &value->integer)
				       : -EINVAL;
	return -EINVAL;
}

static int append_list(
	sd_bus_message *message, const char *element, size_t length, const struct json_value *value)
{
	char contents[64];
	int r;

	if (value->kind != JSON_KIND_ARRAY || length >= sizeof(contents))
		return -EINVAL;
	memcpy(contents, element, length);
	contents[length] = '\0';
	r = sd_bus_message_open_container(message, 'a', contents);
	for (size_t i = 0; r >= 0 && i < value->length; i++)
		r = append_value(message, element, length, &value->elements[i]);
	return r < 0 ? r : sd_bus_message_close_container(message);
}

/* members: between the parentheses */
static int append_struct(
	sd_bus_message *message, const char *members, size_t length, const struct json_value *value)
{
	const char *end = members + length;
	char contents[64];
	size_t n = 0;
	int r;

	if (value->kind != JSON_KIND_ARRAY || length >= sizeof(contents))
		return -EINVAL;
	memcpy(contents, members, length);
	contents[length] = '\0';
	r = sd_bus_message_open_container(message, 'r', contents);
	for (size_t size; r >= 0 && members < end; members += size, n++) {
		size = systemd_signature_next(members);
		r = n < value->length ? append_value(message, members, size, &value->elements[n])
				      : -EINVAL;
	}
	if (r >= 0 && n != value->length)
		r = -EINVAL;
	return r < 0 ? r : sd_bus_message_close_container(message);
}

static int append_value(sd_bus_message *message, const char *signature, size_t length,
	const struct json_value *value)
{
	int is_true = value->kind == JSON_KIND_BOOL && value->is_true;

	switch (signature[0]) {
	case 'a':
		return append_list(message, signature + 1, length - 1, value);
	case '(':
		return append_struct(message, signature + 1, length - 2, value);
	case 'b':
		return value->kind == JSON_KIND_BOOL
			       ? sd_bus_message_append_basic(message, 'b', &is_true)
			       : -EINVAL;
	case 's':
	case 'o':
	case 'g':
		return value->kind == JSON_KIND_STRING
			       ? sd_bus_message_append_basic(message, signature[0], value->text)
			       : -EINVAL;
	default:
		return append_number(message, signature[0], value);
	}
}

static int append_property(struct arena *arena, sd_bus_message *message,
	const struct systemd_property *property, struct err *err)
{
	const struct json_value *value;
	int r = json_parse(arena, property->value, strlen(property->value), &value, err);

	if (r < 0)
		return err_while(err, "property %s", property->name);
	r = sd_bus_message_open_container(message, 'r', "sv");
	if (r >= 0)
		r = sd_bus_message_append_basic(message, 's', property->name);
	if (r >= 0)
		r = sd_bus_message_open_container(message, 'v', property->signature);
	if (r >= 0)
		r = append_value(message, property->signature, strlen(property->signature), value);
	if (r >= 0)
		r = sd_bus_message_close_container(message);
	if (r >= 0)
		r = sd_bus_message_close_container(message);
	return r < 0 ? err_sys_code(err, r, "property %s", property->name) : 0;
}

static int append_properties(struct arena *arena, sd_bus_message *message,
	const struct systemd_properties *properties, struct err *err)
{
	int r = sd_bus_message_open_container(message, 'a', "(sv)");

	if (r < 0)
		return err_sys_code(err, r, "properties");
	for (size_t i = 0; i < properties->n; i++) {
		r = append_property(arena, message, &properties->list[i], err);
		if (r < 0)
			return r;
	}
	r = sd_bus_message_close_container(message);
	return r < 0 ? err_sys_code(err, r, "properties") : 0;
}

/* ---- calls ---- */

static int begin(sd_bus *bus, const char *method, sd_bus_message **ret, struct err *err)
{
	int r = sd_bus_message_new_method_call(
		bus, ret, SYSTEMD_NAME, SYSTEMD_PATH, SYSTEMD_MANAGER, method);

	if (r < 0)
		return err_sys_code(err, r, "%s", method);
	sd_bus_message_set_allow_interactive_authorization(*ret, 0);
	return 0;
}

/* *ret_reply NULL-able */
static int send_call(sd_bus *bus, sd_bus_message *call, sd_bus_message **ret_reply, struct err *err)
{
	AUTO_BUS_ERROR error = SD_BUS_ERROR_NULL;
	int r = sd_bus_call(bus, call, 0, &error, ret_reply);

	return r < 0 ? bus_fail(r, &error, err) : 0;
}

static int send_and_wait(sd_bus *bus, sd_bus_message *call, struct job *job, struct err *err)
{
	AUTO_MESSAGE reply = NULL;
	const char *path;
	int r = send_call(bus, call, &reply, err);

	if (r < 0)
		return r;
	r = sd_bus_message_read(reply, "o", &path);
	return r < 0 ? err_sys_code(err, r, "the answer of systemd")
		     : job_wait(bus, job, path, err);
}

static int start_once(
	struct arena *arena, sd_bus *bus, const struct systemd_request *request, struct err *err)
{
	AUTO_JOB job = { 0 };
	AUTO_MESSAGE call = NULL;
	int r = job_expect(bus, request->unit, request->limit_msec, &job, err);

	if (r == 0)
		r = begin(bus, "StartTransientUnit", &call, err);
	if (r < 0)
		return r;
	r = sd_bus_message_append(call, "ss", request->unit, "fail");
	if (r < 0)
		return err_sys_code(err, r, "StartTransientUnit");
	r = append_properties(arena, call, &request->properties, err);
	if (r < 0)
		return r;
	r = sd_bus_message_append(call, "a(sa(sv))", 0); /* no further units */
	return r < 0 ? err_sys_code(err, r, "StartTransientUnit")
		     : send_and_wait(bus, call, &job, err);
}

/* One that is not there has no failure to forget. */
static void reset_failed(sd_bus *bus, const char *unit)
{
	sd_bus_call_method(bus, SYSTEMD_NAME, SYSTEMD_PATH, SYSTEMD_MANAGER, "ResetFailedUnit",
		NULL, NULL, "s", unit);
}

static const char *interface_of(const char *unit)
{
	const char *dot = strrchr(unit, '.');

	return text_equal(dot, ".slice") ? SYSTEMD_NAME ".Slice" : SYSTEMD_NAME ".Scope";
}

static int find_group(
	struct arena *arena, sd_bus *bus, const char *unit, const char **ret, struct err *err)
{
	char *path = NULL;
	const char *object;
	int r = sd_bus_path_encode(SYSTEMD_PATH "/unit", unit, &path);

	if (r < 0)
		return err_sys_code(err, r, "unit %s", unit);
	object = arena_strdup(arena, path);
	free(path);
	return bus_read_text(arena, bus, object, interface_of(unit), "ControlGroup", ret, err);
}

/* A former unit of the name that failed is in the way until its failure is forgotten. */
static int start(struct arena *arena, sd_bus *bus, const struct systemd_request *request,
	struct systemd_reply *reply, struct err *err)
{
	struct err failed = ERR_INIT;
	int r = start_once(arena, bus, request, &failed);

	if (r == -EEXIST) {
		failed = ERR_INIT;
		reset_failed(bus, request->unit);
		r = start_once(arena, bus, request, &failed);
	}
	if (r < 0) {
		*err = failed;
		return r;
	}
	return find_group(arena, bus, request->unit, &reply->control_group, err);
}

static int set(
	struct arena *arena, sd_bus *bus, const struct systemd_request *request, struct err *err)
{
	AUTO_MESSAGE call = NULL;
	int r = begin(bus, "SetUnitProperties", &call, err);

	if (r < 0)
		return r;
	r = sd_bus_message_append(call, "sb", request->unit, 1); /* until the unit ends */
	if (r < 0)
		return err_sys_code(err, r, "SetUnitProperties");
	r = append_properties(arena, call, &request->properties, err);
	return r < 0 ? r : send_call(bus, call, NULL, err);
}

static int attach(sd_bus *bus, const struct systemd_request *request, struct err *err)
{
	AUTO_MESSAGE call = NULL;
	int r = begin(bus, "AttachProcessesToUnit", &call, err);

	if (r < 0)
		return r;
	r = sd_bus_message_append(call, "ssau", request->unit, "", 1, request->pid);
	return r < 0 ? err_sys_code(err, r, "AttachProcessesToUnit")
		     : send_call(bus, call, NULL, err);
}

static int stop(sd_bus *bus, const struct systemd_request *request, struct err *err)
{
	struct err failed = ERR_INIT;
	AUTO_JOB job = { 0 };
	AUTO_MESSAGE call = NULL;
	int r = job_expect(bus, request->unit, request->limit_msec, &job, &failed);

	if (r == 0)
		r = begin(bus, "StopUnit", &call, &failed);
	if (r == 0 && sd_bus_message_append(call, "ss", request->unit, "replace") < 0)
		r = err_fail(&failed, ENOMEM, "StopUnit");
	if (r == 0)
		r = send_and_wait(bus, call, &job, &failed);
	reset_failed(bus, request->unit);
	if (r == 0 || r == -ENOENT)
		return 0;
	*err = failed;
	return r;
}

int call_unit(struct arena *arena, sd_bus *bus, const struct systemd_request *request,
	struct systemd_reply *reply, struct err *err)
{
	switch ((enum systemd_call)request->call) {
	case SYSTEMD_CALL_START:
		return start(arena, bus, request, reply, err);
	case SYSTEMD_CALL_SET:
		return set(arena, bus, request, err);
	case SYSTEMD_CALL_ATTACH:
		return attach(bus, request, err);
	case SYSTEMD_CALL_STOP:
		return stop(bus, request, err);
	case SYSTEMD_CALL_CONNECT:
	case SYSTEMD_CALL_COUNT:
		break;
	}
	return err_fail(err, EPROTO, "no such call");
}
