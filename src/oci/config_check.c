/* SPDX-License-Identifier: Apache-2.0 */
/* Checks of a configuration: the document as a whole, root, mounts, hooks. */
#include <ctype.h>
#include <string.h>

#include "base/text.h"
#include "oci/check.h"
#include "oci/config.h"

/* ---- ociVersion ---- */

/* A number of a version: no leading zero. Returns what is behind it, NULL if there is none. */
static const char *skip_version_number(const char *text)
{
	size_t length = strspn(text, "0123456789");

	if (length == 0 || (length > 1 && text[0] == '0'))
		return NULL;
	return text + length;
}

/* "-rc.1", "+dev": identifiers of letters, digits and hyphens, with dots between them. */
static const char *skip_version_suffix(const char *text)
{
	do {
		size_t length = 0;

		text++;
		while (isalnum((unsigned char)text[length]) || text[length] == '-')
			length++;
		if (length == 0)
			return NULL;
		text += length;
	} while (*text == '.');
	return text;
}

/* Semantic version 2.0.0 with 1 as its first number. */
static bool is_known_version(const char *text)
{
	if (text[0] != '1' || text[1] != '.')
		return false;
	text = skip_version_number(text + 2);
	if (!text || *text != '.')
		return false;
	text = skip_version_number(text + 1);
	if (text && *text == '-')
		text = skip_version_suffix(text);
	if (text && *text == '+')
		text = skip_version_suffix(text);
	return text && *text == '\0';
}

static int check_version(const struct oci_config *config, struct err *err)
{
	if (is_known_version(config->oci_version))
		return 0;
	return check_fail(err, check_at("/ociVersion"), "\"%s\" is not a version 1.x.y, such as %s",
		config->oci_version, OCI_VERSION);
}

static int check_root(const struct oci_config *config, struct err *err)
{
	if (!config->root)
		return check_fail(err, check_at("/root"), "an object is required");
	if (text_is_empty(config->root->path))
		return check_fail(err, check_at("/root/path"), "an empty path");
	return 0;
}

/* ---- mounts ---- */

static int check_mount_source(const struct oci_mount *mount, size_t index, struct err *err)
{
	if (oci_mount_is_bind(mount) && !mount->source)
		return check_fail(
			err, check_at("/mounts/%zu/source", index), "a bind mount needs a source");
	if (!oci_mount_is_bind(mount) && !mount->type && !oci_mount_has_option(mount, "remount"))
		return check_fail(err, check_at("/mounts/%zu/type", index),
			"a string is required where no option says bind, rbind or remount");
	return 0;
}

static int check_mount_mappings(const struct oci_config *config, const struct oci_mount *mount,
	size_t index, struct err *err)
{
	bool has_uids = mount->n_uid_mappings > 0, has_gids = mount->n_gid_mappings > 0;
	int r;

	if (has_uids != has_gids)
		return check_fail(err,
			check_at("/mounts/%zu/%s", index, has_uids ? "gidMappings" : "uidMappings"),
			"uidMappings and gidMappings go together");
	if (!has_uids) {
		if ((oci_mount_has_option(mount, "idmap") ||
			    oci_mount_has_option(mount, "ridmap")) &&
			!oci_config_namespace(config, OCI_NAMESPACE_USER))
			return check_fail(err, check_at("/mounts/%zu/options", index),
				"idmap and ridmap need uidMappings and gidMappings, or a user "
				"namespace");
		return 0;
	}
	if (!oci_mount_is_bind(mount))
		return check_fail(err, check_at("/mounts/%zu/uidMappings", index),
			"only a bind mount can have mappings");
	r = check_id_mappings(check_at("/mounts/%zu/uidMappings", index).text, mount->uid_mappings,
		mount->n_uid_mappings, err);
	if (r < 0)
		return r;
	return check_id_mappings(check_at("/mounts/%zu/gidMappings", index).text,
		mount->gid_mappings, mount->n_gid_mappings, err);
}

/* A relative destination is deprecated, not wrong: it is meant from "/" on. */
static int check_mount(const struct oci_config *config, const struct oci_mount *mount, size_t index,
	struct err *err)
{
	int r;

	if (text_is_empty(mount->destination))
		return check_fail(err, check_at("/mounts/%zu/destination", index), "an empty path");
	r = check_mount_source(mount, index, err);
	if (r < 0)
		return r;
	return check_mount_mappings(config, mount, index, err);
}

int oci_mounts_check(const struct oci_config *config, struct err *err)
{
	for (size_t i = 0; i < config->n_mounts; i++) {
		int r = check_mount(config, &config->mounts[i], i, err);

		if (r < 0)
			return r;
	}
	return 0;
}

/* ---- the rest ---- */

static int check_hooks(const struct oci_config *config, struct err *err)
{
	for (const struct json_enum *kind = oci_hook_names; kind->name; kind++) {
		const struct oci_hook_list *list = &config->hooks[kind->value];

		for (size_t i = 0; i < list->n_hooks; i++)
			if (list->hooks[i].path[0] != '/')
				return check_fail(err,
					check_at("/hooks/%s/%zu/path", kind->name, i),
					"\"%s\" is not an absolute path", list->hooks[i].path);
	}
	return 0;
}

static int check_annotations(const struct oci_config *config, struct err *err)
{
	for (size_t i = 0; i < config->n_annotations; i++)
		if (text_is_empty(config->annotations[i].key))
			return check_fail(err, check_at("/annotations"), "an empty key");
	return 0;
}

static int check_names(const struct oci_config *config, struct err *err)
{
	const struct {
		const char *pointer, *value;
	} names[] = {
		{ "/hostname", config->hostname },
		{ "/domainname", config->domainname },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!names[i].value)
			continue;
		if (!oci_config_namespace(config, OCI_NAMESPACE_UTS))
			return check_fail(err, check_at("%s", names[i].pointer),
				"\"%s\" would be set for the whole host: a uts namespace is "
				"needed",
				names[i].value);
		if (strlen(names[i].value) > 64) /* __NEW_UTS_LEN */
			return check_fail(
				err, check_at("%s", names[i].pointer), "longer than 64 bytes");
	}
	return 0;
}

static int check_config_process(const struct oci_config *config, struct err *err)
{
	return config->process ? check_process("/process", config->process, err) : 0;
}

int oci_config_check(const struct oci_config *config, struct err *err)
{
	static int (*const checks[])(const struct oci_config *config, struct err *err) = {
		check_version,
		check_root,
		oci_mounts_check,
		check_config_process,
		check_names,
		check_hooks,
		check_annotations,
		check_linux,
	};

	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
		int r = checks[i](config, err);

		if (r < 0)
			return r;
	}
	return 0;
}

int oci_process_check(const struct oci_process *process, struct err *err)
{
	return check_process("", process, err);
}

int oci_resources_check(const struct oci_resources *resources, struct err *err)
{
	return check_resources("", resources, err);
}
