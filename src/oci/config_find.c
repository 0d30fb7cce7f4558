/* SPDX-License-Identifier: Apache-2.0 */
/* Questions that many ask of a configuration. */
#include <string.h>

#include "base/text.h"
#include "oci/config.h"

const struct oci_namespace *oci_config_namespace(
	const struct oci_config *config, enum oci_namespace_type type)
{
	for (size_t i = 0; i < config->platform.n_namespaces; i++)
		if (config->platform.namespaces[i].type == type)
			return &config->platform.namespaces[i];
	return NULL;
}

bool oci_config_has_new_namespace(const struct oci_config *config, enum oci_namespace_type type)
{
	const struct oci_namespace *found = oci_config_namespace(config, type);

	return found && !found->path;
}

bool oci_mount_has_option(const struct oci_mount *mount, const char *option)
{
	for (size_t i = 0; i < mount->n_options; i++)
		if (strcmp(mount->options[i], option) == 0)
			return true;
	return false;
}

bool oci_mount_is_bind(const struct oci_mount *mount)
{
	return oci_mount_has_option(mount, "bind") || oci_mount_has_option(mount, "rbind") ||
	       text_equal(mount->type, "bind") || text_equal(mount->type, "rbind");
}

const char *oci_config_annotation(const struct oci_config *config, const char *key)
{
	for (size_t i = 0; i < config->n_annotations; i++)
		if (strcmp(config->annotations[i].key, key) == 0)
			return config->annotations[i].value;
	return NULL;
}
