/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/spec/spec.h"

#include <errno.h>
#include <string.h>
#include <sys/resource.h>

#include "base/parse.h"
#include "base/text.h"
#include "oci/config.h"
#include "sys/capability.h"

#define DEFAULT_PATH "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

enum {
	/* programs that close every descriptor up to the limit take their time with a large one */
	NOFILE_SOFT = 1024,
	NOFILE_HARD = 524288,
};

static bool has_env(const struct container_settings *settings, const char *name)
{
	size_t length = strlen(name);

	for (size_t i = 0; i < settings->n_env; i++)
		if (strncmp(settings->env[i], name, length) == 0 && settings->env[i][length] == '=')
			return true;
	return false;
}

static void write_env(struct arena *arena, struct json_writer *writer, const struct spec *spec)
{
	const struct container_settings *settings = spec->settings;

	json_write_list(writer, "env");
	if (!has_env(settings, "PATH"))
		json_write_string(writer, NULL, DEFAULT_PATH);
	if (settings->hostname && !has_env(settings, "HOSTNAME"))
		json_write_string(
			writer, NULL, arena_printf(arena, "HOSTNAME=%s", settings->hostname));
	if (settings->tty && !has_env(settings, "TERM"))
		json_write_string(writer, NULL, "TERM=xterm");
	for (size_t i = 0; i < settings->n_env; i++)
		json_write_string(writer, NULL, settings->env[i]);
	json_write_end(writer);
}

static void write_args(struct json_writer *writer, const struct container_settings *settings)
{
	json_write_list(writer, "args");
	if (settings->init)
		json_write_string(writer, NULL, SPEC_REAPER_PATH);
	for (size_t i = 0; i < settings->n_entrypoint; i++)
		json_write_string(writer, NULL, settings->entrypoint[i]);
	for (size_t i = 0; i < settings->n_cmd; i++)
		json_write_string(writer, NULL, settings->cmd[i]);
	json_write_end(writer);
}

static void write_user(
	struct json_writer *writer, const struct spec_user *user, const uint32_t *umask)
{
	json_write_object(writer, "user");
	json_write_u64(writer, "uid", user->uid);
	json_write_u64(writer, "gid", user->gid);
	if (umask)
		json_write_u64(writer, "umask", *umask);
	json_write_list(writer, "additionalGids");
	for (size_t i = 0; i < user->n_groups; i++)
		json_write_u64(writer, NULL, user->groups[i]);
	json_write_end(writer);
	json_write_end(writer);
}

static void write_rlimit(struct json_writer *writer, const char *type, int64_t soft, int64_t hard)
{
	json_write_object(writer, NULL);
	json_write_string(writer, "type", type);
	json_write_u64(writer, "soft", (uint64_t)soft);
	json_write_u64(writer, "hard", (uint64_t)hard);
	json_write_end(writer);
}

/* Without CAP_SYS_RESOURCE at most what we have ourselves. */
static void write_default_nofile(struct json_writer *writer)
{
	int64_t hard = NOFILE_HARD;
	struct rlimit own;

	if (!capability_is_effective(CAPABILITY_SYS_RESOURCE) &&
		getrlimit(RLIMIT_NOFILE, &own) == 0 && own.rlim_max < NOFILE_HARD)
		hard = (int64_t)own.rlim_max;
	write_rlimit(writer, "RLIMIT_NOFILE", hard < NOFILE_SOFT ? hard : NOFILE_SOFT, hard);
}

static void write_rlimits(
	struct arena *arena, struct json_writer *writer, const struct container_settings *settings)
{
	bool has_nofile = false;

	json_write_list(writer, "rlimits");
	for (size_t i = 0; i < settings->n_ulimits; i++) {
		const struct container_ulimit *limit = &settings->ulimits[i];
		char *name = arena_printf(arena, "RLIMIT_%s", limit->name);

		for (char *at = name; *at; at++)
			if (*at >= 'a' && *at <= 'z')
				*at = (char)(*at - 'a' + 'A');
		has_nofile |= text_equal(name, "RLIMIT_NOFILE");
		write_rlimit(writer, name, limit->soft, limit->hard);
	}
	if (!has_nofile)
		write_default_nofile(writer);
	json_write_end(writer);
}

static void write_process(struct arena *arena, struct json_writer *writer, const struct spec *spec,
	const struct spec_security *security)
{
	const struct container_settings *settings = spec->settings;

	json_write_object(writer, "process");
	json_write_bool(writer, "terminal", settings->tty);
	if (settings->tty && spec->rows > 0 && spec->columns > 0) {
		json_write_object(writer, "consoleSize");
		json_write_u64(writer, "height", spec->rows);
		json_write_u64(writer, "width", spec->columns);
		json_write_end(writer);
	}
	write_user(writer, &spec->user, settings->umask);
	write_args(writer, settings);
	write_env(arena, writer, spec);
	json_write_string(writer, "cwd", settings->working_dir ? settings->working_dir : "/");
	json_write_bool(writer, "noNewPrivileges", security->no_new_privileges);
	spec_write_capabilities(arena, writer, security);
	write_rlimits(arena, writer, settings);
	if (settings->oom_score_adj != 0)
		json_write_i64(writer, "oomScoreAdj", settings->oom_score_adj);
	if (security->apparmor)
		json_write_string(writer, "apparmorProfile", security->apparmor);
	json_write_end(writer);
}

/* path NULL: a new one. */
static void write_namespace(struct json_writer *writer, const char *type, const char *path)
{
	json_write_object(writer, NULL);
	json_write_string(writer, "type", type);
	if (path)
		json_write_string(writer, "path", path);
	json_write_end(writer);
}

static void write_namespaces(struct json_writer *writer, const struct spec *spec)
{
	const struct container_settings *settings = spec->settings;
	const struct {
		const char *type, *mode, *path;
	} kinds[] = {
		{ "pid", settings->pid_mode, spec->namespaces[SPEC_NAMESPACE_PID] },
		{ "network", settings->network_mode, spec->netns_path },
		{ "ipc", settings->ipc_mode, spec->namespaces[SPEC_NAMESPACE_IPC] },
		{ "uts", settings->uts_mode, spec->namespaces[SPEC_NAMESPACE_UTS] },
		{ "cgroup", settings->cgroupns_mode, spec->namespaces[SPEC_NAMESPACE_CGROUP] },
		{ "time", settings->time_mode ? settings->time_mode : "host",
			spec->namespaces[SPEC_NAMESPACE_TIME] },
	};

	json_write_list(writer, "namespaces");
	if (spec->userns.path)
		write_namespace(writer, "user", spec->userns.path);
	write_namespace(writer, "mount", NULL);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!text_equal(kinds[i].mode, "host"))
			write_namespace(writer, kinds[i].type, kinds[i].path);
	json_write_end(writer);
}

/* Numbers: they were checked when the container was made. */
static void write_time_offsets(
	struct json_writer *writer, const struct container_settings *settings)
{
	if (settings->n_time_offsets == 0)
		return;
	json_write_object(writer, "timeOffsets");
	for (size_t i = 0; i < settings->n_time_offsets; i++) {
		int64_t seconds = 0;

		(void)parse_i64(settings->time_offsets[i].value, &seconds);
		json_write_object(writer, settings->time_offsets[i].key);
		json_write_i64(writer, "secs", seconds);
		json_write_end(writer);
	}
	json_write_end(writer);
}

static void write_pairs(
	struct json_writer *writer, const char *key, const struct oci_key_value *pairs, size_t n)
{
	json_write_object(writer, key);
	for (size_t i = 0; i < n; i++)
		json_write_string(writer, pairs[i].key, pairs[i].value);
	json_write_end(writer);
}

/* An ordinary user may at most make groups below its own. */
static const char *default_cgroup_parent(const struct spec *spec)
{
	return spec->is_rootless ? "hull" : "/hull";
}

static int write_linux(struct arena *arena, struct json_writer *writer, const struct spec *spec,
	const struct spec_security *security, const struct spec_device *devices, size_t n_devices,
	struct err *err)
{
	const struct container_settings *settings = spec->settings;
	const char *parent = settings->cgroup_parent ? settings->cgroup_parent
						     : default_cgroup_parent(spec);
	int r;

	json_write_object(writer, "linux");
	write_namespaces(writer, spec);
	write_time_offsets(writer, settings);
	json_write_string(
		writer, "cgroupsPath", arena_printf(arena, "%s/%s", parent, settings->id));
	write_pairs(writer, "sysctl", settings->sysctls, settings->n_sysctls);
	if (!spec_binds_devices(spec))
		spec_write_devices(writer, devices, n_devices);
	r = spec_write_resources(arena, writer, settings, devices, n_devices, err);
	if (r == 0)
		r = spec_write_seccomp(arena, writer, security, err);
	spec_write_hidden_paths(arena, writer, security);
	json_write_end(writer);
	return r;
}

static void write_root(struct json_writer *writer, const struct spec *spec)
{
	json_write_object(writer, "root");
	json_write_string(writer, "path", spec->rootfs);
	json_write_bool(writer, "readonly", spec->settings->readonly_rootfs);
	json_write_end(writer);
}

int spec_text(struct arena *arena, const struct spec *spec, const char **ret, size_t *ret_length,
	struct err *err)
{
	const struct container_settings *settings = spec->settings;
	struct json_writer writer = JSON_WRITER_INIT(arena, NULL);
	bool has_uts = !text_equal(settings->uts_mode, "host") &&
		       !spec->namespaces[SPEC_NAMESPACE_UTS];
	struct spec_security security;
	struct spec_device *devices;
	size_t n_devices;
	int r = spec_security_read(arena, settings, &security, err);

	if (r == 0)
		r = spec_devices_find(arena, settings, &devices, &n_devices, err);
	if (r < 0)
		return r;
	json_write_object(&writer, NULL);
	json_write_string(&writer, "ociVersion", OCI_VERSION);
	write_root(&writer, spec);
	spec_write_mounts(arena, &writer, spec, devices, n_devices);
	write_process(arena, &writer, spec, &security);
	if (has_uts && settings->hostname)
		json_write_string(&writer, "hostname", settings->hostname);
	if (has_uts && settings->domainname)
		json_write_string(&writer, "domainname", settings->domainname);
	write_pairs(&writer, "annotations", settings->annotations, settings->n_annotations);
	r = write_linux(arena, &writer, spec, &security, devices, n_devices, err);
	json_write_end(&writer);
	if (r == 0)
		*ret = json_write_text(&writer, ret_length);
	return r;
}
