/* SPDX-License-Identifier: Apache-2.0 */
/* Reads config.json: the document as a whole, root, mounts and hooks. */
#include "oci/config.h"
#include "oci/config_fields.h"

static const struct json_field id_mapping_fields[] = {
	JSON_U32(struct oci_id_mapping, "containerID", container_id, .is_required = true),
	JSON_U32(struct oci_id_mapping, "hostID", host_id, .is_required = true),
	JSON_U32(struct oci_id_mapping, "size", size, .is_required = true),
	{ .name = NULL },
};
const struct json_field config_id_mapping_element = {
	.type = JSON_FIELD_OBJECT,
	.nested = id_mapping_fields,
};

const struct json_field config_key_value_element = JSON_STRING(struct oci_key_value, NULL, value);

static const struct json_field root_fields[] = {
	JSON_STRING(struct oci_root, "path", path, .is_required = true),
	JSON_BOOL(struct oci_root, "readonly", readonly),
	{ .name = NULL },
};

static const struct json_field mount_fields[] = {
	JSON_STRING(struct oci_mount, "destination", destination, .is_required = true),
	JSON_STRING(struct oci_mount, "type", type, .empty_is_absent = true),
	JSON_STRING(struct oci_mount, "source", source, .empty_is_absent = true),
	JSON_STRINGS(struct oci_mount, "options", options, n_options),
	JSON_ARRAY(struct oci_mount, "uidMappings", uid_mappings, n_uid_mappings,
		&config_id_mapping_element),
	JSON_ARRAY(struct oci_mount, "gidMappings", gid_mappings, n_gid_mappings,
		&config_id_mapping_element),
	{ .name = NULL },
};
static const struct json_field mount_element = {
	.type = JSON_FIELD_OBJECT,
	.nested = mount_fields,
};

static const struct json_field hook_fields[] = {
	JSON_STRING(struct oci_hook, "path", path, .is_required = true),
	JSON_STRINGS(struct oci_hook, "args", args, n_args),
	JSON_STRINGS(struct oci_hook, "env", env, n_env),
	JSON_I32_POINTER(struct oci_hook, "timeout", timeout, .min = 1, .max = INT32_MAX),
	{ .name = NULL },
};
static const struct json_field hook_element = {
	.type = JSON_FIELD_OBJECT,
	.nested = hook_fields,
};

#define HOOKS(key, kind) \
	JSON_ARRAY(struct oci_config, key, hooks[kind].hooks, hooks[kind].n_hooks, &hook_element)

static const struct json_field hooks_fields[] = {
	HOOKS("prestart", OCI_HOOK_PRESTART),
	HOOKS("createRuntime", OCI_HOOK_CREATE_RUNTIME),
	HOOKS("createContainer", OCI_HOOK_CREATE_CONTAINER),
	HOOKS("startContainer", OCI_HOOK_START_CONTAINER),
	HOOKS("poststart", OCI_HOOK_POSTSTART),
	HOOKS("poststop", OCI_HOOK_POSTSTOP),
	{ .name = NULL },
};

static const struct json_field config_fields[] = {
	JSON_STRING(struct oci_config, "ociVersion", oci_version, .is_required = true),
	JSON_OBJECT_POINTER(struct oci_config, "root", root, root_fields),
	JSON_ARRAY(struct oci_config, "mounts", mounts, n_mounts, &mount_element),
	JSON_OBJECT_POINTER(struct oci_config, "process", process, config_process_fields),
	JSON_STRING(struct oci_config, "hostname", hostname, .empty_is_absent = true),
	JSON_STRING(struct oci_config, "domainname", domainname, .empty_is_absent = true),
	/* The six lists are members of the config itself: the object has no place of its own. */
	{ .name = "hooks", .type = JSON_FIELD_OBJECT, .nested = hooks_fields, .offset = 0 },
	JSON_MAP(struct oci_config, "annotations", annotations, n_annotations,
		&config_key_value_element),
	JSON_OBJECT(struct oci_config, "linux", platform, config_linux_fields),
	{ .name = NULL },
};

static int read_document(struct arena *arena, const char *bytes, size_t size,
	const struct json_field *fields, void *target, struct config_warnings *warnings,
	struct err *err)
{
	struct json_reader reader = JSON_READER_INIT(arena, warnings);
	const struct json_value *document;
	int r = json_parse(arena, bytes, size, &document, err);

	if (r < 0)
		return r;
	return json_read_object(&reader, document, fields, target, err);
}

int oci_config_read(struct arena *arena, const char *bytes, size_t size, struct oci_config **ret,
	struct err *err)
{
	struct oci_config *config = ARENA_NEW(arena, struct oci_config);
	struct config_warnings warnings = { NULL, 0 };
	int r = read_document(arena, bytes, size, config_fields, config, &warnings, err);

	if (r < 0)
		return r;
	if (config->process) {
		struct oci_process *process = (struct oci_process *)config->process;

		process->warnings = warnings.texts;
		process->n_warnings = warnings.n_texts;
	}
	*ret = config;
	return 0;
}

struct mount_list {
	struct oci_mount *mounts;
	size_t n_mounts;
};

int oci_mounts_read(struct arena *arena, const char *bytes, size_t size, struct oci_mount **ret,
	size_t *ret_count, bool *ret_is_bare, struct err *err)
{
	static const struct json_field fields[] = {
		JSON_ARRAY(struct mount_list, "mounts", mounts, n_mounts, &mount_element,
			.is_required = true),
		{ .name = NULL },
	};
	struct config_warnings warnings = { NULL, 0 };
	struct json_reader reader = JSON_READER_INIT(arena, &warnings);
	struct mount_list list = { NULL, 0 };
	const struct json_value *document;
	bool is_bare;
	int r = json_parse(arena, bytes, size, &document, err);

	if (r < 0)
		return r;
	is_bare = document->kind == JSON_KIND_ARRAY;
	r = is_bare ? json_read_value(&reader, document, &fields[0], &list, err)
		    : json_read_object(&reader, document, fields, &list, err);
	if (r < 0)
		return r;
	*ret = list.mounts;
	*ret_count = list.n_mounts;
	*ret_is_bare = is_bare;
	return 0;
}

int oci_process_read(struct arena *arena, const char *bytes, size_t size, struct oci_process **ret,
	struct err *err)
{
	struct oci_process *process = ARENA_NEW(arena, struct oci_process);
	struct config_warnings warnings = { NULL, 0 };
	int r = read_document(arena, bytes, size, config_process_fields, process, &warnings, err);

	if (r < 0)
		return r;
	process->warnings = warnings.texts;
	process->n_warnings = warnings.n_texts;
	*ret = process;
	return 0;
}

int oci_resources_read(struct arena *arena, const char *bytes, size_t size,
	struct oci_resources **ret, struct err *err)
{
	struct oci_resources *resources = ARENA_NEW(arena, struct oci_resources);
	struct config_warnings warnings = { NULL, 0 };
	int r = read_document(
		arena, bytes, size, config_resources_fields, resources, &warnings, err);

	if (r < 0)
		return r;
	*ret = resources;
	return 0;
}

int oci_seccomp_read(struct arena *arena, const char *bytes, size_t size, struct oci_seccomp **ret,
	struct err *err)
{
	struct oci_seccomp *seccomp = ARENA_NEW(arena, struct oci_seccomp);
	struct config_warnings warnings = { NULL, 0 };
	int r = read_document(arena, bytes, size, config_seccomp_fields, seccomp, &warnings, err);

	if (r < 0)
		return r;
	*ret = seccomp;
	return 0;
}
