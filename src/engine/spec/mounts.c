/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "engine/spec/spec.h"
#include "engine/volume/volume.h"

enum { OPTIONS_MAX = 8 };

struct usual_mount {
	const char *destination, *type, *source;
	const char *options[OPTIONS_MAX]; /* ends with NULL */
};

static void write_id_maps(struct json_writer *writer, const char *key,
	const struct oci_id_mapping *mappings, size_t n)
{
	json_write_list(writer, key);
	for (size_t i = 0; i < n; i++) {
		json_write_object(writer, NULL);
		json_write_u64(writer, "containerID", mappings[i].container_id);
		json_write_u64(writer, "hostID", mappings[i].host_id);
		json_write_u64(writer, "size", mappings[i].size);
		json_write_end(writer);
	}
	json_write_end(writer);
}

/* maps: of a mount whose ids are mapped; NULL: they are not. */
static void write_mapped_mount(struct json_writer *writer, const char *destination,
	const char *type, const char *source, const char *const *options, size_t n,
	const struct id_maps *maps)
{
	json_write_object(writer, NULL);
	json_write_string(writer, "destination", destination);
	json_write_string(writer, "type", type);
	json_write_string(writer, "source", source);
	json_write_strings(writer, "options", options, n);
	if (maps) {
		write_id_maps(writer, "uidMappings", maps->uids, maps->n_uids);
		write_id_maps(writer, "gidMappings", maps->gids, maps->n_gids);
	}
	json_write_end(writer);
}

static void write_mount(struct json_writer *writer, const char *destination, const char *type,
	const char *source, const char *const *options, size_t n)
{
	write_mapped_mount(writer, destination, type, source, options, n, NULL);
}

/* The group may own terminals; where it is not mapped they are their user's only. */
static bool is_of_host(const struct spec *spec, const char *mode)
{
	return spec->userns.path && text_equal(mode, "host");
}

/* Only who owns the pid namespace may mount one that shows it. */
static void write_proc(struct json_writer *writer, const struct spec *spec)
{
	static const char *const options[] = { "rbind", "nosuid", "noexec", "nodev" };

	if (is_of_host(spec, spec->settings->pid_mode))
		write_mount(writer, "/proc", "bind", "/proc", options, 4);
	else
		write_mount(writer, "/proc", "proc", "proc", options + 1, 3);
}

static void write_terminals(struct json_writer *writer, const struct spec *spec)
{
	static const char *const options[] = { "nosuid", "noexec", "newinstance", "ptmxmode=0666",
		"mode=0620", "gid=5" };
	const size_t n = sizeof(options) / sizeof(options[0]);

	write_mount(writer, "/dev/pts", "devpts", "devpts", options,
		spec->userns.lacks_terminal_group ? n - 1 : n);
}

static void write_usual(struct json_writer *writer, const struct usual_mount *mount)
{
	size_t n = 0;

	while (mount->options[n])
		n++;
	write_mount(writer, mount->destination, mount->type, mount->source, mount->options, n);
}

/* Shared with the host or new; the queues are those of the IPC namespace that it is in. */
static void write_ipc(struct arena *arena, struct json_writer *writer, const struct spec *spec)
{
	const struct container_settings *settings = spec->settings;
	const char *const shm[] = { "nosuid", "noexec", "nodev", "mode=1777",
		arena_printf(arena, "size=%lld", (long long)settings->shm_size) };
	static const struct usual_mount queues = { "/dev/mqueue", "mqueue", "mqueue",
		{ "nosuid", "noexec", "nodev" } };
	static const struct usual_mount queues_of_host = { "/dev/mqueue", "bind", "/dev/mqueue",
		{ "rbind", "nosuid", "noexec", "nodev" } };
	static const struct usual_mount of_host = { "/dev/shm", "bind", "/dev/shm",
		{ "rbind", "nosuid", "noexec", "nodev" } };

	if (text_equal(settings->ipc_mode, "host"))
		write_usual(writer, &of_host);
	else
		write_mount(writer, "/dev/shm", "tmpfs", "shm", shm, sizeof(shm) / sizeof(shm[0]));
	if (!is_of_host(spec, settings->ipc_mode))
		write_usual(writer, &queues);
	else if (access(queues_of_host.source, F_OK) == 0)
		write_usual(writer, &queues_of_host);
}

/* sysfs shows the network namespace it was mounted in, so the host's network has the host's. */
static void write_sys(struct json_writer *writer, const struct spec *spec)
{
	static const char *const options[] = { "nosuid", "noexec", "nodev", "ro" };
	static const char *const binding[] = { "rbind", "nosuid", "noexec", "nodev", "ro" };
	const struct container_settings *settings = spec->settings;
	const size_t n = settings->privileged ? 3 : 4;

	/* only who owns the network namespace may mount one that shows it */
	if (is_of_host(spec, settings->network_mode))
		write_mount(writer, "/sys", "bind", "/sys", binding, n + 1);
	else
		write_mount(writer, "/sys", "sysfs", "sysfs", options, n);
	write_mount(writer, "/sys/fs/cgroup", "cgroup", "cgroup", options, n);
}

/* Somebody's own mount there is meant instead. */
static bool is_taken(const struct container_settings *settings, const char *target)
{
	for (size_t i = 0; i < settings->n_mounts; i++)
		if (strcmp(settings->mounts[i].target, target) == 0)
			return true;
	return false;
}

static void write_own_file(struct arena *arena, struct json_writer *writer, const struct spec *spec,
	const char *name, const char *target)
{
	static const char *const options[] = { "bind", "rprivate", "ro" };
	const size_t n = spec->settings->readonly_rootfs ? 3 : 2;
	bool is_shared = spec->names_directory && !text_equal(name, "hostname");

	if (!is_taken(spec->settings, target))
		write_mount(writer, target, "bind",
			arena_printf(arena, "%s/%s",
				is_shared ? spec->names_directory : spec->directory, name),
			options, n);
}

static void write_reaper(struct arena *arena, struct json_writer *writer, const struct spec *spec)
{
	static const char *const options[] = { "bind", "rprivate", "ro", "nosuid" };

	if (spec->settings->init)
		write_mount(writer, SPEC_REAPER_PATH, "bind",
			arena_printf(arena, "%s/%s", spec->directory, SPEC_REAPER_FILE), options,
			sizeof(options) / sizeof(options[0]));
}

static bool has_prefix_among(const struct container_mount *mount, const char *const *prefixes)
{
	for (size_t i = 0; i < mount->n_options; i++)
		for (size_t k = 0; prefixes[k]; k++)
			if (text_has_prefix(mount->options[i], prefixes[k]))
				return true;
	return false;
}

/* The host's directory or a volume's. */
static void write_bind(struct arena *arena, struct json_writer *writer, const struct spec *spec,
	const struct container_mount *mount)
{
	static const char *const mapping[] = { "idmap", "ridmap", NULL };
	static const char *const propagations[] = { "private", "rprivate", "slave", "rslave",
		"shared", "rshared", "unbindable", "runbindable", NULL };
	static const char *const kinds[] = { "bind", "rbind", NULL };
	const char **options = ARENA_NEW_ARRAY(arena, mount->n_options + 4, const char *);
	/* a volume's files have the ids that are seen inside */
	const bool is_mapped = has_prefix_among(mount, mapping) ||
			       (text_equal(mount->type, "volume") && spec->userns.maps &&
				       !spec->is_rootless);
	size_t n = 0;

	if (!has_prefix_among(mount, kinds))
		options[n++] = "rbind";
	if (!has_prefix_among(mount, propagations))
		options[n++] = "rprivate";
	if (mount->is_readonly)
		options[n++] = "ro";
	for (size_t i = 0; i < mount->n_options; i++)
		if (!text_equal(mount->options[i], "nocopy")) /* is the engine's own */
			options[n++] = mount->options[i];
	if (is_mapped && !has_prefix_among(mount, mapping))
		options[n++] = "idmap";
	write_mapped_mount(writer, mount->target, "bind",
		volume_source_of(arena, spec->store, mount), options, n,
		is_mapped ? spec->userns.maps : NULL);
}

static void write_tmpfs(
	struct arena *arena, struct json_writer *writer, const struct container_mount *mount)
{
	static const char *const execs[] = { "exec", NULL };
	static const char *const devs[] = { "dev", NULL };
	static const char *const suids[] = { "suid", NULL };
	const char **options = ARENA_NEW_ARRAY(arena, mount->n_options + 4, const char *);
	size_t n = 0;

	if (!has_prefix_among(mount, execs))
		options[n++] = "noexec";
	if (!has_prefix_among(mount, suids))
		options[n++] = "nosuid";
	if (!has_prefix_among(mount, devs))
		options[n++] = "nodev";
	if (mount->is_readonly)
		options[n++] = "ro";
	for (size_t i = 0; i < mount->n_options; i++)
		options[n++] = mount->options[i];
	write_mount(writer, mount->target, "tmpfs", "tmpfs", options, n);
}

/* A mount below another one comes behind it, whatever order they were given in. */
static size_t depth_of(const char *path)
{
	size_t n = 0;

	for (const char *at = path; *at; at++)
		n += at[0] == '/' && at[1] != '/' && at[1] != '\0';
	return n;
}

static void write_asked(struct arena *arena, struct json_writer *writer, const struct spec *spec)
{
	const struct container_settings *settings = spec->settings;
	size_t n_left = settings->n_mounts;

	for (size_t depth = 0; n_left > 0; depth++) {
		for (size_t i = 0; i < settings->n_mounts; i++) {
			const struct container_mount *mount = &settings->mounts[i];

			if (depth_of(mount->target) != depth)
				continue;
			n_left--;
			if (text_equal(mount->type, "tmpfs"))
				write_tmpfs(arena, writer, mount);
			else
				write_bind(arena, writer, spec, mount);
		}
	}
}

bool spec_binds_devices(const struct spec *spec)
{
	return spec->userns.path != NULL;
}

static void write_devices(
	struct json_writer *writer, const struct spec_device *devices, size_t n_devices)
{
	static const char *const options[] = { "bind", "rprivate", "nosuid", "noexec", "ro" };

	for (size_t i = 0; i < n_devices; i++)
		write_mount(writer, devices[i].path, "bind", devices[i].host, options,
			strchr(devices[i].access, 'w') ? 4 : 5);
}

void spec_write_mounts(struct arena *arena, struct json_writer *writer, const struct spec *spec,
	const struct spec_device *devices, size_t n_devices)
{
	static const struct usual_mount dev = { "/dev", "tmpfs", "tmpfs",
		{ "nosuid", "strictatime", "mode=755", "size=65536k" } };

	json_write_list(writer, "mounts");
	write_proc(writer, spec);
	write_usual(writer, &dev);
	write_terminals(writer, spec);
	write_ipc(arena, writer, spec);
	write_sys(writer, spec);
	write_own_file(arena, writer, spec, "resolv.conf", "/etc/resolv.conf");
	write_own_file(arena, writer, spec, "hostname", "/etc/hostname");
	write_own_file(arena, writer, spec, "hosts", "/etc/hosts");
	write_reaper(arena, writer, spec);
	if (spec_binds_devices(spec))
		write_devices(writer, devices, n_devices);
	write_asked(arena, writer, spec);
	json_write_end(writer);
}
