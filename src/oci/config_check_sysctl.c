/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checks of linux.sysctl: only what belongs to a namespace of the container may be set, everything
 * else would change the host (CVE-2022-0811: a value smuggled kernel.core_pattern in).
 */
#include <string.h>

#include "base/text.h"
#include "oci/check.h"

/* A path below /proc/sys, or all paths below one that ends in '/', and its namespace. */
static const struct sysctl_owner {
	const char *path;
	enum oci_namespace_type type;
} sysctl_owners[] = {
	{ "net/", OCI_NAMESPACE_NET },
	{ "fs/mqueue/", OCI_NAMESPACE_IPC },
	{ "kernel/msgmax", OCI_NAMESPACE_IPC },
	{ "kernel/msgmnb", OCI_NAMESPACE_IPC },
	{ "kernel/msgmni", OCI_NAMESPACE_IPC },
	{ "kernel/sem", OCI_NAMESPACE_IPC },
	{ "kernel/shmall", OCI_NAMESPACE_IPC },
	{ "kernel/shmmax", OCI_NAMESPACE_IPC },
	{ "kernel/shmmni", OCI_NAMESPACE_IPC },
	{ "kernel/shm_rmid_forced", OCI_NAMESPACE_IPC },
	{ "kernel/hostname", OCI_NAMESPACE_UTS },
	{ "kernel/domainname", OCI_NAMESPACE_UTS },
	{ "user/", OCI_NAMESPACE_USER },
};

const char *oci_sysctl_path(struct arena *arena, const char *key)
{
	char *path = arena_strdup(arena, key);
	bool dots_separate = key[strcspn(key, "./")] == '.';
	const char *part = path;

	for (char *at = path; dots_separate && *at; at++)
		if (*at == '.' || *at == '/')
			*at = *at == '.' ? '/' : '.';
	for (;;) {
		size_t length = strcspn(part, "/");

		if (length == 0 || (length <= 2 && strspn(part, ".") == length))
			return NULL;
		if (part[length] == '\0')
			return path;
		part += length + 1;
	}
}

static const struct sysctl_owner *find_owner(const char *path)
{
	for (size_t i = 0; i < sizeof(sysctl_owners) / sizeof(sysctl_owners[0]); i++) {
		const struct sysctl_owner *owner = &sysctl_owners[i];
		size_t length = strlen(owner->path);
		bool is_folder = owner->path[length - 1] == '/';

		if (is_folder ? text_has_prefix(path, owner->path) : text_equal(path, owner->path))
			return owner;
	}
	return NULL;
}

/* The same name given twice with different words: which one would win? */
static int check_name_conflict(
	const struct oci_config *config, struct check_pointer at, const char *path, struct err *err)
{
	if (text_equal(path, "kernel/hostname"))
		return check_fail(err, at, "the name is set with the field hostname");
	if (text_equal(path, "kernel/domainname") && config->domainname)
		return check_fail(err, at, "the field domainname sets the same");
	return 0;
}

static int check_setting(const struct oci_config *config, const struct oci_key_value *setting,
	struct arena *arena, struct err *err)
{
	struct check_pointer at = check_at_key("/linux/sysctl", setting->key);
	const char *path = oci_sysctl_path(arena, setting->key);
	const struct sysctl_owner *owner;

	if (!path || check_has_line_break(setting->key))
		return check_fail(err, at, "\"%s\" is not the name of a sysctl", setting->key);
	if (check_has_line_break(setting->value))
		return check_fail(err, at, "a line break in the value");
	owner = find_owner(path);
	if (!owner)
		return check_fail(err, at,
			"\"%s\" belongs to no namespace: it would be set for the "
			"whole host",
			setting->key);
	if (!oci_config_namespace(config, owner->type))
		return check_fail(err, at,
			"\"%s\" would be set for the whole host: a namespace of "
			"type %s is needed",
			setting->key, oci_namespace_name(owner->type));
	return check_name_conflict(config, at, path, err);
}

int check_sysctl(const struct oci_config *config, struct err *err)
{
	AUTO_ARENA arena = ARENA_INIT;

	for (size_t i = 0; i < config->platform.n_sysctl; i++) {
		int r = check_setting(config, &config->platform.sysctl[i], &arena, err);

		if (r < 0)
			return r;
	}
	return 0;
}
