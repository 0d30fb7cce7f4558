/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/annotations.h"

#include <errno.h>
#include <string.h>

#include "base/parse.h"
#include "base/text.h"

const char *const oci_unsafe_annotations[] = { "org.systemd.property.", "run.oci.", NULL };

struct reading {
	struct arena *arena;
	struct oci_config *config;
	struct oci_extensions extensions;
	const struct oci_time_offsets *time_offsets;
	const char *seccomp_receiver;
};

struct annotation {
	const char *key;
	int (*read)(struct reading *reading, const char *value, struct err *err);
};

/* ---- one kind of value each ---- */

/* podman writes "1"; crun takes whatever is there. */
static int read_keep_groups(struct reading *reading, const char *value, struct err *err)
{
	(void)err;
	reading->extensions.keeps_groups = !text_equal(value, "0") && !text_equal(value, "false");
	return 0;
}

static int read_context_type(struct reading *reading, const char *value, struct err *err)
{
	static const char *const types[] = { "context", "fscontext", "defcontext", "rootcontext" };

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (text_equal(value, types[i])) {
			reading->extensions.mount_context = types[i];
			return 0;
		}
	return err_fail(err, EINVAL,
		"\"%s\" is none of context, fscontext, defcontext and rootcontext", value);
}

static int check_absolute(const char *value, struct err *err)
{
	return value[0] == '/' ? 0 : err_fail(err, EINVAL, "\"%s\" is no absolute path", value);
}

static int read_pidfd_receiver(struct reading *reading, const char *value, struct err *err)
{
	reading->extensions.pidfd_receiver = value;
	return check_absolute(value, err);
}

static int read_hooks_stdout(struct reading *reading, const char *value, struct err *err)
{
	reading->extensions.hooks_stdout = value;
	return check_absolute(value, err);
}

static int read_hooks_stderr(struct reading *reading, const char *value, struct err *err)
{
	reading->extensions.hooks_stderr = value;
	return check_absolute(value, err);
}

static int read_seccomp_receiver(struct reading *reading, const char *value, struct err *err)
{
	reading->seccomp_receiver = value;
	return check_absolute(value, err);
}

/* ---- "monotonic 10 0": a line of /proc/PID/timens_offsets (time_namespaces(7)) ---- */

static bool take_word(const char **at, char *buffer, size_t size)
{
	size_t length;

	*at += strspn(*at, " \t");
	length = strcspn(*at, " \t\n");
	if (length == 0 || length >= size)
		return false;
	memcpy(buffer, *at, length);
	buffer[length] = '\0';
	*at += length;
	return true;
}

static const struct oci_time_offset **offset_of_clock(
	struct oci_time_offsets *offsets, const char *clock)
{
	/* the kernel takes names and numbers: CLOCK_MONOTONIC is 1, CLOCK_BOOTTIME is 7 */
	if (text_equal(clock, "monotonic") || text_equal(clock, "1"))
		return &offsets->monotonic;
	if (text_equal(clock, "boottime") || text_equal(clock, "7"))
		return &offsets->boottime;
	return NULL;
}

static bool take_line(struct arena *arena, const char **at, struct oci_time_offsets *offsets)
{
	struct oci_time_offset *offset = ARENA_NEW(arena, struct oci_time_offset);
	const struct oci_time_offset **place;
	char clock[16], secs[24], nanosecs[16];

	if (!take_word(at, clock, sizeof(clock)) || !take_word(at, secs, sizeof(secs)) ||
		!take_word(at, nanosecs, sizeof(nanosecs)))
		return false;
	place = offset_of_clock(offsets, clock);
	if (!place || *place || parse_i64(secs, &offset->secs) < 0 ||
		parse_u32(nanosecs, &offset->nanosecs) < 0 || offset->nanosecs > 999999999)
		return false;
	*place = offset;
	*at += strspn(*at, " \t");
	if (**at != '\n' && **at != '\0')
		return false;
	*at += **at == '\n';
	return true;
}

static int read_time_offset(struct reading *reading, const char *value, struct err *err)
{
	struct oci_time_offsets *offsets = ARENA_NEW(reading->arena, struct oci_time_offsets);
	const char *at = value;

	if (!oci_config_has_new_namespace(reading->config, OCI_NAMESPACE_TIME))
		return err_fail(
			err, EINVAL, "an offset needs a new time namespace in linux.namespaces");
	do {
		if (!take_line(reading->arena, &at, offsets))
			return err_fail(err, EINVAL,
				"\"%s\" is not \"monotonic|boottime SECONDS NANOSECONDS\"", value);
	} while (*at);
	reading->time_offsets = offsets;
	return 0;
}

/* ---- what would make another container of it ---- */

static int refuse_handler(struct reading *reading, const char *value, struct err *err)
{
	(void)reading;
	return err_fail(err, ENOTSUP,
		"handler %s is not supported: containers are processes of this kernel", value);
}

static int refuse_filter(struct reading *reading, const char *value, struct err *err)
{
	(void)reading;
	(void)value;
	return err_fail(err, ENOTSUP,
		"filters from outside of linux.seccomp are not supported: they could not be "
		"checked");
}

static const struct annotation annotations[] = {
	{ "run.oci.keep_original_groups", read_keep_groups },
	{ "run.oci.mount_context_type", read_context_type },
	{ "run.oci.pidfd_receiver", read_pidfd_receiver },
	{ "run.oci.hooks.stdout", read_hooks_stdout },
	{ "run.oci.hooks.stderr", read_hooks_stderr },
	{ "run.oci.seccomp.receiver", read_seccomp_receiver },
	{ "run.oci.timens_offset", read_time_offset },
	{ "run.oci.handler", refuse_handler },
	{ "run.oci.seccomp_bpf_data", refuse_filter },
	{ "run.oci.seccomp.plugins", refuse_filter },
};

static int read_one(struct reading *reading, const struct oci_key_value *pair, struct err *err)
{
	for (size_t i = 0; i < sizeof(annotations) / sizeof(annotations[0]); i++) {
		if (!text_equal(pair->key, annotations[i].key))
			continue;
		if (annotations[i].read(reading, pair->value, err) == 0)
			return 0;
		err_while(err, "/annotations/%s", pair->key);
		return err_config(err, "/annotations/%s", pair->key);
	}
	return 0;
}

static void apply(const struct reading *reading)
{
	struct oci_config *config = reading->config;
	struct oci_linux *platform = &config->platform;

	config->extensions = reading->extensions;
	if (reading->time_offsets && !platform->time_offsets)
		platform->time_offsets = reading->time_offsets;
	if (reading->seccomp_receiver && platform->seccomp && !platform->seccomp->listener_path) {
		struct oci_seccomp *seccomp = ARENA_NEW(reading->arena, struct oci_seccomp);

		*seccomp = *platform->seccomp;
		seccomp->listener_path = reading->seccomp_receiver;
		platform->seccomp = seccomp;
	}
}

int oci_annotations_read(struct arena *arena, struct oci_config *config, struct err *err)
{
	struct reading reading = {
		.arena = arena,
		.config = config,
		.extensions = { .mount_context = "context" },
	};

	for (size_t i = 0; i < config->n_annotations; i++) {
		int r = read_one(&reading, &config->annotations[i], err);

		if (r < 0)
			return r;
	}
	apply(&reading);
	return 0;
}
