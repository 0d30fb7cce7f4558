/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "base/utc.h"
#include "oci/check.h"
#include "oci/config_fields.h"
#include "oci/digest.h"
#include "oci/image_config.h"
#include "oci/manifest.h"

/* A set is written as an object of empty objects (Go's map[string]struct{}). */
static int read_set(const struct json_value *value, struct json_reader *reader,
	const char ***ret_names, size_t *ret_n, struct err *err)
{
	if (value->kind != JSON_KIND_OBJECT)
		return json_fail_value(reader, value, err, "an object");
	*ret_names = ARENA_NEW_ARRAY(reader->arena, value->length, const char *);
	for (size_t i = 0; i < value->length; i++) {
		const struct json_member *member = &value->members[i];

		json_enter_member(reader, member->key);
		if (member->value.kind != JSON_KIND_OBJECT && member->value.kind != JSON_KIND_NULL)
			return json_fail_value(reader, &member->value, err, "an object");
		json_leave(reader);
		(*ret_names)[i] = member->key;
	}
	*ret_n = value->length;
	return 0;
}

static int read_ports(
	struct json_reader *reader, const struct json_value *value, void *target, struct err *err)
{
	struct oci_image_run *run = target;

	return read_set(value, reader, &run->exposed_ports, &run->n_exposed_ports, err);
}

static int read_volumes(
	struct json_reader *reader, const struct json_value *value, void *target, struct err *err)
{
	struct oci_image_run *run = target;

	return read_set(value, reader, &run->volumes, &run->n_volumes, err);
}

static const struct json_field healthcheck_fields[] = {
	JSON_STRINGS(struct oci_healthcheck, "Test", test, n_test),
	JSON_I64(struct oci_healthcheck, "Interval", interval),
	JSON_I64(struct oci_healthcheck, "Timeout", timeout),
	JSON_I64(struct oci_healthcheck, "StartPeriod", start_period),
	JSON_I64(struct oci_healthcheck, "StartInterval", start_interval),
	JSON_I64(struct oci_healthcheck, "Retries", retries),
	{ .name = NULL },
};

static const struct json_field run_fields[] = {
	JSON_STRING(struct oci_image_run, "User", user, .empty_is_absent = true),
	{ .name = "ExposedPorts", .type = JSON_FIELD_CALLBACK, .callback = read_ports },
	JSON_STRINGS(struct oci_image_run, "Env", env, n_env),
	JSON_STRINGS(struct oci_image_run, "Entrypoint", entrypoint, n_entrypoint),
	JSON_STRINGS(struct oci_image_run, "Cmd", cmd, n_cmd),
	{ .name = "Volumes", .type = JSON_FIELD_CALLBACK, .callback = read_volumes },
	JSON_STRING(struct oci_image_run, "WorkingDir", working_dir, .empty_is_absent = true),
	JSON_MAP(struct oci_image_run, "Labels", labels, n_labels, &config_key_value_element),
	JSON_STRING(struct oci_image_run, "StopSignal", stop_signal, .empty_is_absent = true),
	JSON_OBJECT_POINTER(struct oci_image_run, "Healthcheck", healthcheck, healthcheck_fields),
	JSON_STRINGS(struct oci_image_run, "Shell", shell, n_shell),
	JSON_STRINGS(struct oci_image_run, "OnBuild", on_build, n_on_build),
	{ .name = NULL },
};

static const struct json_field history_fields[] = {
	JSON_STRING(struct oci_history, "created", created, .empty_is_absent = true),
	JSON_STRING(struct oci_history, "created_by", created_by, .empty_is_absent = true),
	JSON_STRING(struct oci_history, "author", author, .empty_is_absent = true),
	JSON_STRING(struct oci_history, "comment", comment, .empty_is_absent = true),
	JSON_BOOL(struct oci_history, "empty_layer", empty_layer),
	{ .name = NULL },
};
static const struct json_field history_element = {
	.type = JSON_FIELD_OBJECT,
	.nested = history_fields,
};

static const struct json_enum rootfs_types[] = { { "layers", 1 }, { NULL, 0 } };

/* The object "rootfs" has no struct of its own: its list is the image's. */
struct document {
	struct oci_image_config config;
	int rootfs_type;
};

static const struct json_field rootfs_fields[] = {
	JSON_ENUM(struct document, "type", rootfs_type, rootfs_types, .is_required = true),
	JSON_STRINGS(struct document, "diff_ids", config.diff_ids, config.n_diff_ids),
	{ .name = NULL },
};

static const struct json_field config_fields[] = {
	JSON_STRING(struct document, "created", config.created, .empty_is_absent = true),
	JSON_STRING(struct document, "author", config.author, .empty_is_absent = true),
	JSON_STRING(struct document, "architecture", config.architecture, .is_required = true),
	JSON_STRING(struct document, "os", config.os, .is_required = true),
	JSON_STRING(struct document, "os.version", config.os_version, .empty_is_absent = true),
	JSON_STRING(struct document, "variant", config.variant, .empty_is_absent = true),
	JSON_OBJECT(struct document, "config", config.run, run_fields),
	{ .name = "rootfs",
		.type = JSON_FIELD_OBJECT,
		.nested = rootfs_fields,
		.is_required = true },
	JSON_ARRAY(struct document, "history", config.history, config.n_history, &history_element),
	{ .name = NULL },
};

static int check_time(const char *at, const char *text, struct err *err)
{
	struct timespec time;

	if (text && utc_parse(text, &time) < 0)
		return check_fail(err, check_at("%s", at),
			"\"%.60s\" is not a time as RFC 3339 has it", text);
	return 0;
}

static int check_layers(const struct oci_image_config *config, struct err *err)
{
	struct err why = ERR_INIT;

	if (config->n_diff_ids > OCI_LAYERS_MAX)
		return check_fail(err, check_at("/rootfs/diff_ids"), "%zu layers are more than %d",
			config->n_diff_ids, OCI_LAYERS_MAX);
	for (size_t i = 0; i < config->n_diff_ids; i++)
		if (oci_digest_check(config->diff_ids[i], &why) < 0)
			return check_fail(err, check_at("/rootfs/diff_ids/%zu", i), "%s", why.text);
	return 0;
}

/* NAME=VALUE with a name; execve(2) takes anything, programs do not. */
static int check_environment(const struct oci_image_run *run, struct err *err)
{
	for (size_t i = 0; i < run->n_env; i++)
		if (run->env[i][0] == '=' || run->env[i][0] == '\0')
			return check_fail(err, check_at("/config/Env/%zu", i),
				"\"%.100s\" has no name", run->env[i]);
	return 0;
}

static int check_config(const struct oci_image_config *config, struct err *err)
{
	int r = check_time("/created", config->created, err);

	if (r == 0)
		r = check_layers(config, err);
	if (r == 0)
		r = check_environment(&config->run, err);
	for (size_t i = 0; r == 0 && i < config->n_history; i++)
		r = check_time(
			check_at("/history/%zu/created", i).text, config->history[i].created, err);
	return r;
}

int oci_image_config_read(struct arena *arena, const char *bytes, size_t size,
	struct oci_image_config *ret, struct err *err)
{
	struct json_reader reader = JSON_READER_INIT(arena, NULL);
	struct document document = { 0 };
	const struct json_value *value = NULL;
	int r;

	if (size > OCI_IMAGE_CONFIG_MAX_BYTES)
		return err_fail(
			err, EFBIG, "%zu bytes are too many for an image's configuration", size);
	r = json_parse(arena, bytes, size, &value, err);
	if (r == 0)
		r = json_read_object(&reader, value, config_fields, &document, err);
	if (r == 0)
		r = check_config(&document.config, err);
	if (r < 0)
		return r;
	*ret = document.config;
	return 0;
}

const char *oci_chain_id(struct arena *arena, const char *const *diff_ids, size_t n)
{
	char chain[OCI_DIGEST_BYTES];

	memcpy(chain, diff_ids[0], sizeof(chain));
	for (size_t i = 1; i < n; i++) {
		const char *both = arena_printf(arena, "%s %s", chain, diff_ids[i]);

		oci_digest_of(both, strlen(both), chain);
	}
	return arena_strdup(arena, chain);
}
