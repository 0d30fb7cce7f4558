/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/container/namespaces.h"

#include <errno.h>
#include <sched.h>
#include <string.h>

#include "base/fd.h"
#include "base/parse.h"
#include "base/text.h"
#include "sys/clone.h"
#include "sys/nsfs.h"

#define CONTAINER_PREFIX "container:"

struct kind {
	const char *option;
	uint64_t type;
	size_t mode_offset; /* in the settings */
};

#define KIND(option, type, member)                                        \
	{                                                                 \
		option, type, offsetof(struct container_settings, member) \
	}

static const struct kind kinds[SPEC_NAMESPACE_COUNT] = {
	[SPEC_NAMESPACE_PID] = KIND("pid", CLONE_NEWPID, pid_mode),
	[SPEC_NAMESPACE_IPC] = KIND("ipc", CLONE_NEWIPC, ipc_mode),
	[SPEC_NAMESPACE_UTS] = KIND("uts", CLONE_NEWUTS, uts_mode),
	[SPEC_NAMESPACE_CGROUP] = KIND("cgroupns", CLONE_NEWCGROUP, cgroupns_mode),
	[SPEC_NAMESPACE_TIME] = KIND("time", CLONE_NEWTIME, time_mode),
};

static const char **mode_of(const struct kind *kind, struct container_settings *settings)
{
	return (const char **)((char *)settings + kind->mode_offset);
}

static const char *other_of(const char *mode)
{
	return mode ? text_after_prefix(mode, CONTAINER_PREFIX) : NULL;
}

bool namespaces_is_joined(const char *mode)
{
	return other_of(mode) != NULL;
}

/* A name may be another container's by the time of a start; an id never is. */
static int settle_one(struct arena *arena, const struct engine *engine, const struct kind *kind,
	struct container_settings *settings, struct err *err)
{
	const char **mode = mode_of(kind, settings), *name = other_of(*mode);
	AUTO_ENGINE_CONTAINER other = ENGINE_CONTAINER_INIT;
	int r;

	if (text_is_empty(*mode) || text_equal(*mode, "private") || text_equal(*mode, "host"))
		return 0;
	if (text_is_empty(name)) {
		err_fail(err, EINVAL, "--%s %s: not known", kind->option, *mode);
		return err_hint(err, "private, host or container:NAME");
	}
	r = containers_open(arena, engine, name, &other, err);
	if (r < 0)
		return err_while(err, "--%s %s", kind->option, *mode);
	*mode = arena_printf(arena, CONTAINER_PREFIX "%s", other.id);
	return 0;
}

static int check_offsets(const struct container_settings *settings, struct err *err)
{
	for (size_t i = 0; i < settings->n_time_offsets; i++) {
		const struct oci_key_value *offset = &settings->time_offsets[i];
		int64_t seconds;

		if (!text_equal(offset->key, "monotonic") && !text_equal(offset->key, "boottime"))
			return err_fail(err, EINVAL,
				"--time-offset %s: monotonic or boottime is expected", offset->key);
		if (parse_i64(offset->value, &seconds) < 0)
			return err_fail(err, EINVAL, "--time-offset %s=%s: not a number of seconds",
				offset->key, offset->value);
	}
	if (settings->n_time_offsets > 0 && !text_equal(settings->time_mode, "private"))
		return err_fail(err, EINVAL, "--time-offset and --time %s exclude each other",
			settings->time_mode);
	return 0;
}

int namespaces_settle(struct arena *arena, const struct engine *engine,
	struct container_settings *settings, struct err *err)
{
	int r = 0;

	if (settings->n_time_offsets > 0 && text_is_empty(settings->time_mode))
		settings->time_mode = "private";
	for (size_t i = 0; r == 0 && i < SPEC_NAMESPACE_COUNT; i++)
		r = settle_one(arena, engine, &kinds[i], settings, err);
	if (r == 0)
		r = check_offsets(settings, err);
	if (r == 0 && namespaces_is_joined(settings->uts_mode) &&
		!text_is_empty(settings->hostname))
		return err_fail(err, EINVAL,
			"--hostname and --uts container:… exclude each other: the name is its");
	return r;
}

/* The process is the container's still when its namespace has been opened. */
static int open_namespace(struct arena *arena, const struct engine *engine, const struct kind *kind,
	const char *id, int *ret_fd, struct err *err)
{
	AUTO_ENGINE_CONTAINER other = ENGINE_CONTAINER_INIT;
	struct engine_state before, after;
	AUTO_FD int fd = -1;
	int r = containers_open_id(arena, engine, id, &other, err);

	if (r == 0)
		r = containers_state(arena, engine, &other, &before, err);
	if (r < 0)
		return r;
	if (before.pid == 0) {
		err_fail(err, EINVAL, "container %s is not running",
			other.settings.name ? other.settings.name : id);
		return err_hint(err, "start it first: its namespaces go with its first process");
	}
	r = nsfs_open(arena_printf(arena, "/proc/%d/ns/%s", before.pid, nsfs_name(kind->type)),
		kind->type, &fd, err);
	if (r == 0)
		r = containers_state(arena, engine, &other, &after, err);
	if (r == 0 && after.pid != before.pid)
		return err_fail(err, ESRCH, "container %.12s has just ended", id);
	if (r == 0)
		*ret_fd = TAKE_FD(fd);
	return r;
}

int namespaces_find(struct arena *arena, const struct engine *engine,
	const struct container_settings *settings, int fds[SPEC_NAMESPACE_COUNT], struct spec *spec,
	struct err *err)
{
	struct container_settings copy = *settings;

	for (size_t i = 0; i < SPEC_NAMESPACE_COUNT; i++) {
		const char *mode = *mode_of(&kinds[i], &copy), *id = other_of(mode);
		int r;

		if (!id)
			continue;
		r = open_namespace(arena, engine, &kinds[i], id, &fds[i], err);
		if (r < 0)
			return err_while(err, "--%s %.22s", kinds[i].option, mode);
		spec->namespaces[i] = arena_printf(arena, "/proc/self/fd/%d", fds[i]);
	}
	return 0;
}
