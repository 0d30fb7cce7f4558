/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/engine/container_options.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/parse_size.h"
#include "base/path.h"
#include "base/text.h"
#include "cli/signal_name.h"

enum {
	PROFILE_MAX_BYTES = 1024 * 1024,
	HOSTNAME_MAX_BYTES = 63, /* __NEW_UTS_LEN is 64, a label of DNS 63 */
};

static int read_devices(struct arena *arena, const struct container_options *options,
	struct container_settings *settings, struct err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < options->device.n_items; i++) {
		struct container_device device = { 0 };

		r = device_option_read(arena, options->device.items[i], &device, err);
		if (r == 0)
			ARENA_APPEND(arena, settings->devices, settings->n_devices) = device;
	}
	for (size_t i = 0; r == 0 && i < options->ulimit.n_items; i++) {
		struct container_ulimit limit = { 0 };

		r = ulimit_option_read(arena, options->ulimit.items[i], &limit, err);
		if (r == 0)
			ARENA_APPEND(arena, settings->ulimits, settings->n_ulimits) = limit;
	}
	return r;
}

int pair_options_read(struct arena *arena, const char *option, const struct option_list *list,
	struct oci_key_value **pairs, size_t *n, struct err *err)
{
	for (size_t i = 0; i < list->n_items; i++) {
		const char *equals = strchr(list->items[i], '=');

		if (!equals || equals == list->items[i])
			return err_fail(
				err, EINVAL, "--%s %s: not NAME=VALUE", option, list->items[i]);
		ARENA_APPEND(arena, *pairs, *n) = (struct oci_key_value){
			.key = arena_strndup(
				arena, list->items[i], (size_t)(equals - list->items[i])),
			.value = equals + 1,
		};
	}
	return 0;
}

/* A profile is kept as it is now, whatever becomes of its file. */
static int read_security(struct arena *arena, const struct container_options *options,
	struct container_settings *settings, struct err *err)
{
	const struct option_list *list = &options->security_opt;

	for (size_t i = 0; i < list->n_items; i++) {
		const char *file = text_after_prefix(list->items[i], "seccomp=");
		const char *text = list->items[i], *profile;
		size_t length;
		int r;

		if (file && !text_equal(file, "unconfined") && !text_equal(file, "builtin")) {
			r = file_read_at(
				arena, AT_FDCWD, file, PROFILE_MAX_BYTES, &profile, &length, err);
			if (r < 0)
				return err_while(err, "--security-opt %s", text);
			text = arena_printf(arena, "seccomp=%s", profile);
		}
		ARENA_APPEND(arena, settings->security_opt, settings->n_security_opt) = text;
	}
	return 0;
}

static int read_logging(const struct container_options *options,
	struct container_settings *settings, struct err *err)
{
	const struct option_list *list = &options->log_opt;

	settings->log_driver = options->log_driver;
	for (size_t i = 0; i < list->n_items; i++) {
		const char *size = text_after_prefix(list->items[i], "max-size=");
		const char *files = text_after_prefix(list->items[i], "max-file=");
		int64_t *place = size ? &settings->log_max_size : &settings->log_max_files;
		int r = size && text_equal(size, "-1") ? (*place = -1, 0)
			: size                         ? parse_size_bytes(size, place)
			: files                        ? parse_size_bytes(files, place)
						       : -EINVAL;

		if (r < 0 || *place == 0 || *place < -1 || (files && *place > 1000))
			return err_fail(err, EINVAL,
				"--log-opt %s: max-size=BYTES or max-file=N (1 to 1000) is "
				"expected",
				list->items[i]);
	}
	return 0;
}

static int read_names(struct arena *arena, const struct container_options *options,
	struct container_settings *settings, struct err *err)
{
	int signal_number;
	char cwd[PATH_MAX];

	if (!text_is_empty(options->hostname) && strlen(options->hostname) > HOSTNAME_MAX_BYTES)
		return err_fail(err, EINVAL, "--hostname %s: longer than %d bytes",
			options->hostname, HOSTNAME_MAX_BYTES);
	if (text_equal(options->uts, "host") && !text_is_empty(options->hostname))
		return err_fail(err, EINVAL, "--hostname and --uts host exclude each other");
	if (!text_is_empty(options->stop_signal) &&
		signal_parse(options->stop_signal, &signal_number, err) < 0)
		return err_while(err, "--stop-signal");
	if (!text_is_empty(options->workdir) && options->workdir[0] != '/')
		return err_fail(
			err, EINVAL, "--workdir %s: not an absolute path", options->workdir);
	if (!text_is_empty(options->rootfs)) {
		if (!getcwd(cwd, sizeof(cwd)))
			return err_sys(err, "getcwd");
		settings->rootfs = path_join(arena, cwd, options->rootfs);
	}
	return 0;
}

static int read_umask(struct arena *arena, const char *text, const uint32_t **ret, struct err *err)
{
	uint32_t *umask;
	uint64_t mode = 0;
	size_t length = text ? strspn(text, "01234567") : 0;

	if (text_is_empty(text))
		return 0;
	for (size_t i = 0; i < length && mode <= 0777; i++)
		mode = mode * 8 + (uint64_t)(text[i] - '0');
	if (text[length] != '\0' || mode > 0777)
		return err_fail(
			err, EINVAL, "--umask %s: an octal mode up to 0777 is expected", text);
	umask = ARENA_NEW(arena, uint32_t);
	*umask = (uint32_t)mode;
	*ret = umask;
	return 0;
}

static void take_plain(const struct container_options *options, struct container_settings *settings)
{
	settings->name = text_is_empty(options->name) ? NULL : options->name;
	settings->hostname = options->hostname;
	settings->domainname = options->domainname;
	settings->user = options->user;
	settings->open_stdin = options->interactive;
	settings->tty = options->tty;
	settings->working_dir = options->workdir;
	settings->stop_signal = options->stop_signal;
	settings->stop_timeout = options->stop_timeout.value;
	settings->auto_remove = options->remove;
	settings->init = options->init;
	settings->privileged = options->privileged;
	settings->readonly_rootfs = options->read_only;
	settings->cap_add = options->cap_add.items;
	settings->n_cap_add = options->cap_add.n_items;
	settings->cap_drop = options->cap_drop.items;
	settings->n_cap_drop = options->cap_drop.n_items;
	settings->pid_mode = options->pid;
	settings->ipc_mode = options->ipc;
	settings->uts_mode = options->uts;
	settings->cgroupns_mode = options->cgroupns;
	settings->time_mode = options->time;
	settings->userns_mode = options->userns;
	settings->uid_maps = options->uidmap.items;
	settings->n_uid_maps = options->uidmap.n_items;
	settings->gid_maps = options->gidmap.items;
	settings->n_gid_maps = options->gidmap.n_items;
	settings->cgroup_parent = options->cgroup_parent;
	settings->group = text_is_empty(options->group) ? NULL : options->group;
	settings->group_add = options->group_add.items;
	settings->n_group_add = options->group_add.n_items;
	settings->oom_score_adj = options->oom_score_adj.value;
}

int container_options_read(struct arena *arena, const struct container_options *options,
	struct container_settings *ret, struct err *err)
{
	struct container_settings settings = { 0 };
	int r;

	take_plain(options, &settings);
	r = network_options_read(arena, options, &settings, err);
	if (r == 0)
		r = port_options_read(arena, options, &settings, err);
	if (r == 0)
		r = read_names(arena, options, &settings, err);
	if (r == 0)
		r = read_umask(arena, options->umask, &settings.umask, err);
	if (r == 0)
		r = size_option_read("shm-size", options->shm_size, 1, &settings.shm_size, err);
	if (r == 0)
		r = resource_options_read(arena, options, &settings.resources, err);
	if (r == 0)
		r = container_mounts_read(arena, options, &settings, err);
	if (r == 0)
		r = read_devices(arena, options, &settings, err);
	if (r == 0)
		r = pair_options_read(arena, "sysctl", &options->sysctl, &settings.sysctls,
			&settings.n_sysctls, err);
	if (r == 0)
		r = pair_options_read(arena, "time-offset", &options->time_offset,
			&settings.time_offsets, &settings.n_time_offsets, err);
	if (r == 0)
		r = pair_options_read(arena, "annotation", &options->annotation,
			&settings.annotations, &settings.n_annotations, err);
	if (r == 0)
		r = env_options_read(arena, options, &settings, err);
	if (r == 0)
		r = label_options_read(arena, options, &settings, err);
	if (r == 0)
		r = read_security(arena, options, &settings, err);
	if (r == 0)
		r = read_logging(options, &settings, err);
	if (r == 0)
		r = life_options_read(arena, &options->life, &settings, err);
	if (r == 0)
		*ret = settings;
	return r;
}
