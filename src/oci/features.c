/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/features.h"

#include "base/json_write.h"
#include "oci/config.h"

/* config.md, "Linux mount options"; acl and noacl are passed to the file system. */
const char *const oci_mount_option_names[] = {
	"async",
	"atime",
	"bind",
	"defaults",
	"dev",
	"diratime",
	"dirsync",
	"exec",
	"idmap",
	"iversion",
	"lazytime",
	"loud",
	"mand",
	"noatime",
	"nodev",
	"nodiratime",
	"noexec",
	"noiversion",
	"nolazytime",
	"nomand",
	"norelatime",
	"nostrictatime",
	"nosuid",
	"nosymfollow",
	"private",
	"ratime",
	"rbind",
	"rdev",
	"rdiratime",
	"relatime",
	"remount",
	"rexec",
	"ridmap",
	"rnoatime",
	"rnodev",
	"rnodiratime",
	"rnoexec",
	"rnorelatime",
	"rnostrictatime",
	"rnosuid",
	"rnosymfollow",
	"ro",
	"rprivate",
	"rrelatime",
	"rro",
	"rrw",
	"rshared",
	"rslave",
	"rstrictatime",
	"rsuid",
	"rsymfollow",
	"runbindable",
	"rw",
	"shared",
	"silent",
	"slave",
	"strictatime",
	"suid",
	"symfollow",
	"sync",
	"tmpcopyup",
	"unbindable",
	NULL,
};

static void write_names(struct json_writer *writer, const char *key, const struct json_enum *table)
{
	json_write_list(writer, key);
	for (; table->name; table++)
		json_write_string(writer, NULL, table->name);
	json_write_end(writer);
}

static void write_enabled(struct json_writer *writer, const char *key, bool is_enabled)
{
	json_write_object(writer, key);
	json_write_bool(writer, "enabled", is_enabled);
	json_write_end(writer);
}

static void write_mount_options(struct json_writer *writer)
{
	json_write_list(writer, "mountOptions");
	for (const char *const *option = oci_mount_option_names; *option; option++)
		json_write_string(writer, NULL, *option);
	json_write_end(writer);
}

static void write_cgroup(struct json_writer *writer, const struct oci_features *features)
{
	json_write_object(writer, "cgroup");
	json_write_bool(writer, "v1", features->has_cgroup_v1);
	json_write_bool(writer, "v2", features->has_cgroup_v2);
	json_write_bool(writer, "systemd", features->has_cgroup_systemd);
	json_write_bool(writer, "systemdUser", features->has_cgroup_systemd_user);
	json_write_bool(writer, "rdma", features->has_cgroup_rdma);
	json_write_end(writer);
}

static void write_supported_flags(struct json_writer *writer, uint32_t flags)
{
	json_write_list(writer, "supportedFlags");
	for (const struct json_enum *flag = oci_seccomp_flag_names; flag->name; flag++)
		if (flags & (uint32_t)flag->value)
			json_write_string(writer, NULL, flag->name);
	json_write_end(writer);
}

static void write_archs(struct json_writer *writer, uint32_t archs)
{
	json_write_list(writer, "archs");
	for (const struct json_enum *arch = oci_seccomp_arch_names; arch->name; arch++)
		if (archs & UINT32_C(1) << arch->value)
			json_write_string(writer, NULL, arch->name);
	json_write_end(writer);
}

static void write_seccomp(struct json_writer *writer, const struct oci_features *features)
{
	if (!features->libseccomp_version) {
		write_enabled(writer, "seccomp", false);
		return;
	}
	json_write_object(writer, "seccomp");
	json_write_bool(writer, "enabled", true);
	write_names(writer, "actions", oci_seccomp_action_names);
	write_names(writer, "operators", oci_seccomp_op_names);
	write_archs(writer, features->seccomp_archs);
	write_names(writer, "knownFlags", oci_seccomp_flag_names);
	write_supported_flags(writer, features->seccomp_flags);
	json_write_end(writer);
}

static void write_intel_rdt(struct json_writer *writer, const struct oci_features *features)
{
	json_write_object(writer, "intelRdt");
	json_write_bool(writer, "enabled", features->has_intel_rdt);
	json_write_bool(writer, "schemata", features->has_intel_rdt_schemata);
	json_write_bool(writer, "monitoring", features->has_intel_rdt_monitoring);
	json_write_end(writer);
}

static void write_memory_policy(struct json_writer *writer, const struct oci_features *features)
{
	if (!features->has_memory_policy)
		return;
	json_write_object(writer, "memoryPolicy");
	write_names(writer, "modes", oci_memory_policy_mode_names);
	write_names(writer, "flags", oci_memory_policy_flag_names);
	json_write_end(writer);
}

static void write_linux(struct json_writer *writer, const struct oci_features *features)
{
	json_write_object(writer, "linux");
	write_names(writer, "namespaces", oci_namespace_names);
	write_names(writer, "capabilities", oci_capability_names);
	write_cgroup(writer, features);
	write_seccomp(writer, features);
	write_enabled(writer, "apparmor", features->has_apparmor);
	write_enabled(writer, "selinux", features->has_selinux);
	write_intel_rdt(writer, features);
	write_memory_policy(writer, features);
	json_write_object(writer, "mountExtensions");
	write_enabled(writer, "idmap", features->has_idmap_mounts);
	json_write_end(writer);
	write_enabled(writer, "netDevices", features->has_net_devices);
	json_write_end(writer);
}

/* The last key is the one under which engines look for checkpoint and restore. */
static void write_annotations(struct json_writer *writer, const struct oci_features *features)
{
	json_write_object(writer, "annotations");
	if (features->libseccomp_version)
		json_write_string(writer, "io.github.seccomp.libseccomp.version",
			features->libseccomp_version);
	if (features->commit)
		json_write_string(writer, "org.hull.commit", features->commit);
	json_write_string(writer, "org.hull.version", features->version);
	json_write_string(writer, "org.opencontainers.runc.checkpoint.enabled",
		features->has_checkpoint ? "true" : "false");
	json_write_end(writer);
}

const char *oci_features_text(struct arena *arena, const struct oci_features *features)
{
	struct json_writer writer = JSON_WRITER_INIT(arena, "    ");

	json_write_object(&writer, NULL);
	json_write_string(&writer, "ociVersionMin", OCI_VERSION_MIN);
	json_write_string(&writer, "ociVersionMax", OCI_VERSION);
	if (features->has_hooks)
		write_names(&writer, "hooks", oci_hook_names);
	write_mount_options(&writer);
	write_linux(&writer, features);
	write_annotations(&writer, features);
	json_write_strings(&writer, "potentiallyUnsafeConfigAnnotations",
		features->unsafe_annotations, features->n_unsafe_annotations);
	json_write_end(&writer);
	return json_write_text(&writer, NULL);
}
