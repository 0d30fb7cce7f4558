/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the process of a configuration. */
#include "base/text.h"
#include "oci/config.h"
#include "oci/config_fields.h"

enum { WARNINGS_MAX = 64 };

static void warn_once(struct json_reader *reader, const char *text)
{
	struct config_warnings *warnings = reader->context;

	for (size_t i = 0; i < warnings->n_texts; i++)
		if (text_equal(warnings->texts[i], text))
			return;
	if (warnings->n_texts < WARNINGS_MAX)
		ARENA_APPEND(reader->arena, warnings->texts, warnings->n_texts) = text;
}

struct names {
	const char **names;
	size_t n_names;
};

static const struct json_field names_row = JSON_STRINGS(struct names, NULL, names, n_names);

/* "Any value which cannot be mapped … MUST be logged as a warning" (config.md, capabilities). */
static int read_capability_set(
	struct json_reader *reader, const struct json_value *value, void *target, struct err *err)
{
	uint64_t *set = target;
	struct names names = { NULL, 0 };
	int r = json_read_value(reader, value, &names_row, &names, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < names.n_names; i++) {
		int number = json_enum_value(oci_capability_names, names.names[i]);

		if (number >= 0)
			*set |= 1ull << number;
		else
			warn_once(reader, arena_printf(reader->arena, "unknown capability %s",
						  names.names[i]));
	}
	return 0;
}

#define CAPABILITY_SET(key, member) \
	JSON_CALLBACK(struct oci_capabilities, key, member, read_capability_set)

static const struct json_field capabilities_fields[] = {
	CAPABILITY_SET("bounding", bounding),
	CAPABILITY_SET("effective", effective),
	CAPABILITY_SET("inheritable", inheritable),
	CAPABILITY_SET("permitted", permitted),
	CAPABILITY_SET("ambient", ambient),
	{ .name = NULL },
};

static const struct json_field console_size_fields[] = {
	JSON_U64(struct oci_console_size, "height", height, .is_required = true),
	JSON_U64(struct oci_console_size, "width", width, .is_required = true),
	{ .name = NULL },
};

static const struct json_field gid_element = { .type = JSON_FIELD_U32 };

static const struct json_field user_fields[] = {
	JSON_U32(struct oci_user, "uid", uid),
	JSON_U32(struct oci_user, "gid", gid),
	JSON_U32_POINTER(struct oci_user, "umask", umask, .min = 0, .max = 0777),
	JSON_ARRAY(struct oci_user, "additionalGids", additional_gids, n_additional_gids,
		&gid_element),
	{ .name = NULL },
};

static const struct json_field rlimit_fields[] = {
	JSON_ENUM(struct oci_rlimit, "type", resource, oci_rlimit_names, .is_required = true),
	JSON_U64(struct oci_rlimit, "soft", soft, .is_required = true),
	JSON_U64(struct oci_rlimit, "hard", hard, .is_required = true),
	{ .name = NULL },
};
static const struct json_field rlimit_element = {
	.type = JSON_FIELD_OBJECT,
	.nested = rlimit_fields,
};

static const struct json_field scheduler_fields[] = {
	JSON_ENUM(struct oci_scheduler, "policy", policy, oci_scheduler_policy_names,
		.is_required = true),
	JSON_I32(struct oci_scheduler, "nice", nice),
	JSON_I32(struct oci_scheduler, "priority", priority),
	JSON_FLAGS(struct oci_scheduler, "flags", flags, oci_scheduler_flag_names),
	JSON_U64(struct oci_scheduler, "runtime", runtime_ns),
	JSON_U64(struct oci_scheduler, "deadline", deadline_ns),
	JSON_U64(struct oci_scheduler, "period", period_ns),
	{ .name = NULL },
};

static const struct json_field io_priority_fields[] = {
	JSON_ENUM(struct oci_io_priority, "class", class, oci_io_class_names, .is_required = true),
	JSON_I32(struct oci_io_priority, "priority", priority, .min = 0, .max = 7),
	{ .name = NULL },
};

static const struct json_field cpu_affinity_fields[] = {
	JSON_STRING(struct oci_cpu_affinity, "initial", initial, .empty_is_absent = true),
	JSON_STRING(struct oci_cpu_affinity, "final", final, .empty_is_absent = true),
	{ .name = NULL },
};

const struct json_field config_process_fields[] = {
	JSON_BOOL(struct oci_process, "terminal", terminal),
	JSON_OBJECT_POINTER(struct oci_process, "consoleSize", console_size, console_size_fields),
	JSON_OBJECT(struct oci_process, "user", user, user_fields),
	JSON_STRINGS(struct oci_process, "args", args, n_args),
	JSON_STRINGS(struct oci_process, "env", env, n_env),
	JSON_STRING(struct oci_process, "cwd", cwd, .is_required = true),
	JSON_OBJECT_POINTER(struct oci_process, "capabilities", capabilities, capabilities_fields),
	JSON_ARRAY(struct oci_process, "rlimits", rlimits, n_rlimits, &rlimit_element),
	JSON_BOOL(struct oci_process, "noNewPrivileges", no_new_privileges),
	JSON_I32_POINTER(
		struct oci_process, "oomScoreAdj", oom_score_adj, .min = -1000, .max = 1000),
	JSON_OBJECT_POINTER(struct oci_process, "scheduler", scheduler, scheduler_fields),
	JSON_OBJECT_POINTER(struct oci_process, "ioPriority", io_priority, io_priority_fields),
	JSON_OBJECT_POINTER(
		struct oci_process, "execCPUAffinity", exec_cpu_affinity, cpu_affinity_fields),
	JSON_STRING(
		struct oci_process, "apparmorProfile", apparmor_profile, .empty_is_absent = true),
	JSON_STRING(struct oci_process, "selinuxLabel", selinux_label, .empty_is_absent = true),
	{ .name = NULL },
};
