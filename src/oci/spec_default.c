/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/spec_default.h"

#include "base/json_write.h"
#include "oci/config.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

enum { DEFAULT_NOFILE = 1024, MOUNT_OPTIONS_MAX = 8 };

static const char *const default_args[] = { "sh" };
static const char *const default_env[] = {
	"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
	"TERM=xterm",
};
static const char *const default_capabilities[] = {
	"CAP_AUDIT_WRITE",
	"CAP_KILL",
	"CAP_NET_BIND_SERVICE",
};
static const char *const default_masked_paths[] = {
	"/proc/acpi", "/proc/asound", "/proc/kcore", "/proc/keys", "/proc/latency_stats",
	"/proc/timer_list", "/proc/timer_stats", "/proc/sched_debug", "/proc/scsi", "/sys/firmware",
	"/sys/devices/virtual/powercap", /* CVE-2020-8694: energy counters tell what others compute
					  */
};
static const char *const default_readonly_paths[] = {
	"/proc/bus",
	"/proc/fs",
	"/proc/irq",
	"/proc/sys",
	"/proc/sysrq-trigger",
};

/* For whom a mount or a namespace is meant. */
enum audience { FOR_BOTH, FOR_ROOT, FOR_ROOTLESS };

static const struct default_mount {
	enum audience audience;
	const char *destination, *type, *source;
	const char *options[MOUNT_OPTIONS_MAX]; /* ends with NULL */
} default_mounts[] = {
	{ FOR_BOTH, "/proc", "proc", "proc", { NULL } },
	{ FOR_BOTH, "/dev", "tmpfs", "tmpfs",
		{ "nosuid", "strictatime", "mode=755", "size=65536k" } },
	{ FOR_ROOT, "/dev/pts", "devpts", "devpts",
		{ "nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5" } },
	{ FOR_ROOTLESS, "/dev/pts", "devpts", "devpts", /* group 5 is not mapped */
		{ "nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620" } },
	{ FOR_BOTH, "/dev/shm", "tmpfs", "shm",
		{ "nosuid", "noexec", "nodev", "mode=1777", "size=65536k" } },
	{ FOR_BOTH, "/dev/mqueue", "mqueue", "mqueue", { "nosuid", "noexec", "nodev" } },
	{ FOR_ROOT, "/sys", "sysfs", "sysfs", { "nosuid", "noexec", "nodev", "ro" } },
	{ FOR_ROOTLESS, "/sys", "none", "/sys", { "rbind", "nosuid", "noexec", "nodev", "ro" } },
	{ FOR_BOTH, "/sys/fs/cgroup", "cgroup", "cgroup",
		{ "nosuid", "noexec", "nodev", "relatime", "ro" } },
};

static const struct default_namespace {
	enum audience audience;
	enum oci_namespace_type type;
} default_namespaces[] = {
	{ FOR_BOTH, OCI_NAMESPACE_PID },
	{ FOR_ROOT, OCI_NAMESPACE_NET },
	{ FOR_BOTH, OCI_NAMESPACE_IPC },
	{ FOR_BOTH, OCI_NAMESPACE_UTS },
	{ FOR_BOTH, OCI_NAMESPACE_MNT },
	{ FOR_BOTH, OCI_NAMESPACE_CGROUP },
	{ FOR_ROOTLESS, OCI_NAMESPACE_USER },
};

static bool is_meant(enum audience audience, const struct spec_default_request *request)
{
	return audience == FOR_BOTH || (audience == FOR_ROOTLESS) == request->is_rootless;
}

static void write_capabilities(struct json_writer *writer)
{
	static const char *const sets[] = { "bounding", "effective", "permitted" };

	json_write_object(writer, "capabilities");
	for (size_t i = 0; i < COUNT_OF(sets); i++)
		json_write_strings(
			writer, sets[i], default_capabilities, COUNT_OF(default_capabilities));
	json_write_end(writer);
}

/* As low as it is, this limit can be set where nobody may raise a hard limit. */
static void write_rlimits(struct json_writer *writer)
{
	json_write_list(writer, "rlimits");
	json_write_object(writer, NULL);
	json_write_string(writer, "type", "RLIMIT_NOFILE");
	json_write_u64(writer, "hard", DEFAULT_NOFILE);
	json_write_u64(writer, "soft", DEFAULT_NOFILE);
	json_write_end(writer);
	json_write_end(writer);
}

static void write_process(struct json_writer *writer)
{
	json_write_object(writer, "process");
	json_write_bool(writer, "terminal", true);
	json_write_object(writer, "user");
	json_write_u64(writer, "uid", 0);
	json_write_u64(writer, "gid", 0);
	json_write_end(writer);
	json_write_strings(writer, "args", default_args, COUNT_OF(default_args));
	json_write_strings(writer, "env", default_env, COUNT_OF(default_env));
	json_write_string(writer, "cwd", "/");
	write_capabilities(writer);
	write_rlimits(writer);
	json_write_bool(writer, "noNewPrivileges", true);
	json_write_end(writer);
}

static void write_root(struct json_writer *writer)
{
	json_write_object(writer, "root");
	json_write_string(writer, "path", "rootfs");
	json_write_bool(writer, "readonly", true);
	json_write_end(writer);
}

static void write_mount(struct json_writer *writer, const struct default_mount *mount)
{
	size_t n_options = 0;

	json_write_object(writer, NULL);
	json_write_string(writer, "destination", mount->destination);
	json_write_string(writer, "type", mount->type);
	json_write_string(writer, "source", mount->source);
	while (n_options < MOUNT_OPTIONS_MAX && mount->options[n_options])
		n_options++;
	if (n_options > 0)
		json_write_strings(writer, "options", mount->options, n_options);
	json_write_end(writer);
}

static void write_mounts(struct json_writer *writer, const struct spec_default_request *request)
{
	json_write_list(writer, "mounts");
	for (size_t i = 0; i < COUNT_OF(default_mounts); i++)
		if (is_meant(default_mounts[i].audience, request))
			write_mount(writer, &default_mounts[i]);
	json_write_end(writer);
}

/* Nothing but what the runtime allows by default: every rule denies. */
static void write_resources(struct json_writer *writer)
{
	json_write_object(writer, "resources");
	json_write_list(writer, "devices");
	json_write_object(writer, NULL);
	json_write_bool(writer, "allow", false);
	json_write_string(writer, "access", "rwm");
	json_write_end(writer);
	json_write_end(writer);
	json_write_end(writer);
}

static void write_mapping(struct json_writer *writer, const char *key, uint32_t host_id)
{
	json_write_list(writer, key);
	json_write_object(writer, NULL);
	json_write_u64(writer, "containerID", 0);
	json_write_u64(writer, "hostID", host_id);
	json_write_u64(writer, "size", 1);
	json_write_end(writer);
	json_write_end(writer);
}

static void write_namespaces(struct json_writer *writer, const struct spec_default_request *request)
{
	json_write_list(writer, "namespaces");
	for (size_t i = 0; i < COUNT_OF(default_namespaces); i++) {
		if (!is_meant(default_namespaces[i].audience, request))
			continue;
		json_write_object(writer, NULL);
		json_write_string(writer, "type", oci_namespace_name(default_namespaces[i].type));
		json_write_end(writer);
	}
	json_write_end(writer);
}

static void write_linux(struct json_writer *writer, const struct spec_default_request *request)
{
	json_write_object(writer, "linux");
	if (request->is_rootless) {
		write_mapping(writer, "uidMappings", request->uid);
		write_mapping(writer, "gidMappings", request->gid);
	} else {
		write_resources(writer);
	}
	write_namespaces(writer, request);
	json_write_strings(
		writer, "maskedPaths", default_masked_paths, COUNT_OF(default_masked_paths));
	json_write_strings(
		writer, "readonlyPaths", default_readonly_paths, COUNT_OF(default_readonly_paths));
	json_write_end(writer);
}

const char *oci_spec_default(struct arena *arena, const struct spec_default_request *request)
{
	struct json_writer writer = JSON_WRITER_INIT(arena, "\t");

	json_write_object(&writer, NULL);
	json_write_string(&writer, "ociVersion", OCI_VERSION);
	write_process(&writer);
	write_root(&writer);
	json_write_string(&writer, "hostname", "hull");
	write_mounts(&writer, request);
	write_linux(&writer, request);
	json_write_end(&writer);
	return arena_printf(arena, "%s\n", json_write_text(&writer, NULL));
}
