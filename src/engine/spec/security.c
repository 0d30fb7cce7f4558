/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <linux/capability.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/text.h"
#include "engine/spec/seccomp_file.h"
#include "engine/spec/seccomp_profile.h"
#include "engine/spec/spec.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define BIT(capability) (UINT64_C(1) << (capability))

/* Docker's. */
static const uint64_t default_capabilities = BIT(CAP_CHOWN) | BIT(CAP_DAC_OVERRIDE) |
					     BIT(CAP_FSETID) | BIT(CAP_FOWNER) | BIT(CAP_MKNOD) |
					     BIT(CAP_NET_RAW) | BIT(CAP_SETGID) | BIT(CAP_SETUID) |
					     BIT(CAP_SETFCAP) | BIT(CAP_SETPCAP) |
					     BIT(CAP_NET_BIND_SERVICE) | BIT(CAP_SYS_CHROOT) |
					     BIT(CAP_KILL) | BIT(CAP_AUDIT_WRITE);
static const uint64_t all_capabilities = BIT(CAP_LAST_CAP + 1) - 1;

/* What tells of the machine or of others, or lets it be changed. */
static const char *const masked_paths[] = { "/proc/acpi", "/proc/asound", "/proc/interrupts",
	"/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/sched_debug", "/proc/scsi",
	"/proc/timer_list", "/proc/timer_stats", "/sys/devices/virtual/powercap", "/sys/firmware" };
static const char *const readonly_paths[] = { "/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys",
	"/proc/sysrq-trigger" };

/* "ALL", "NET_ADMIN", "CAP_NET_ADMIN" in any case. */
static int capability_set_of(
	struct arena *arena, const char *option, const char *word, uint64_t *ret, struct err *err)
{
	char *name = arena_printf(
		arena, "%s%s", strncasecmp(word, "CAP_", 4) == 0 ? "" : "CAP_", word);
	int number;

	if (strcasecmp(word, "ALL") == 0) {
		*ret = all_capabilities;
		return 0;
	}
	for (char *at = name; *at; at++)
		if (*at >= 'a' && *at <= 'z')
			*at = (char)(*at - 'a' + 'A');
	number = oci_capability_number(name);
	if (number < 0) {
		err_fail(err, EINVAL, "%s %s: no such capability", option, word);
		return err_hint(err, "capabilities(7) lists them");
	}
	*ret = BIT(number);
	return 0;
}

/* As Docker does it: dropping ALL leaves what is added, adding ALL what is not dropped. */
static int read_capabilities(struct arena *arena, const struct container_settings *settings,
	uint64_t *ret, struct err *err)
{
	uint64_t added = 0, dropped = 0, set;
	int r = 0;

	for (size_t i = 0; r == 0 && i < settings->n_cap_add; i++) {
		r = capability_set_of(arena, "--cap-add", settings->cap_add[i], &set, err);
		added |= r == 0 ? set : 0;
	}
	for (size_t i = 0; r == 0 && i < settings->n_cap_drop; i++) {
		r = capability_set_of(arena, "--cap-drop", settings->cap_drop[i], &set, err);
		dropped |= r == 0 ? set : 0;
	}
	if (settings->privileged)
		*ret = all_capabilities;
	else if (dropped == all_capabilities)
		*ret = added;
	else
		*ret = (default_capabilities | added) & ~dropped;
	return r;
}

static int read_truth(const char *option, const char *value, bool *ret, struct err *err)
{
	if (text_is_empty(value) || text_equal(value, "true"))
		*ret = true;
	else if (text_equal(value, "false"))
		*ret = false;
	else
		return err_fail(
			err, EINVAL, "--security-opt %s: true or false is expected", option);
	return 0;
}

static void add_paths(struct arena *arena, const char *list, const char ***paths, size_t *n)
{
	for (const char *at = list; *at;) {
		size_t length = strcspn(at, ":");

		if (length > 0)
			ARENA_APPEND(arena, *paths, *n) = arena_strndup(arena, at, length);
		at += length + (at[length] == ':');
	}
}

static void set_seccomp(const char *value, struct spec_security *security)
{
	security->has_seccomp = !text_equal(value, "unconfined");
	security->seccomp_profile = security->has_seccomp && !text_equal(value, "builtin") ? value
											   : NULL;
}

/* "NAME=VALUE", "NAME:VALUE" or "NAME". */
static int read_option(
	struct arena *arena, const char *option, struct spec_security *security, struct err *err)
{
	size_t length = strcspn(option, "=:");
	const char *name = arena_strndup(arena, option, length);
	const char *value = option[length] ? option + length + 1 : "";

	if (text_equal(name, "no-new-privileges"))
		return read_truth(option, value, &security->no_new_privileges, err);
	if (text_equal(name, "seccomp"))
		set_seccomp(value, security);
	else if (text_equal(name, "apparmor"))
		security->apparmor = text_equal(value, "unconfined") ? NULL : value;
	else if (text_equal(option, "label=disable") || text_equal(option, "label:disable"))
		security->label = NULL;
	else if (text_equal(name, "systempaths") && text_equal(value, "unconfined"))
		security->shows_system_paths = true;
	else if (text_equal(name, "mask"))
		add_paths(arena, value, &security->masks, &security->n_masks);
	else if (text_equal(name, "unmask") && strcasecmp(value, "ALL") == 0)
		security->shows_system_paths = true;
	else if (text_equal(name, "unmask"))
		add_paths(arena, value, &security->unmasks, &security->n_unmasks);
	else {
		err_fail(err, EINVAL, "--security-opt %s: no such option", option);
		return err_hint(err, "seccomp=, apparmor=, label=disable, no-new-privileges, "
				     "systempaths=unconfined, mask=, unmask=");
	}
	return 0;
}

int spec_security_read(struct arena *arena, const struct container_settings *settings,
	struct spec_security *ret, struct err *err)
{
	struct spec_security security = {
		.has_seccomp = !settings->privileged,
		.shows_system_paths = settings->privileged,
	};
	int r = read_capabilities(arena, settings, &security.capabilities, err);

	for (size_t i = 0; r == 0 && i < settings->n_security_opt; i++)
		r = read_option(arena, settings->security_opt[i], &security, err);
	if (r == 0)
		*ret = security;
	return r;
}

void spec_write_capabilities(
	struct arena *arena, struct json_writer *writer, const struct spec_security *security)
{
	static const char *const sets[] = { "bounding", "effective", "permitted" };
	const char **names = ARENA_NEW_ARRAY(arena, CAP_LAST_CAP + 1, const char *);
	size_t n = 0;

	for (unsigned i = 0; i <= CAP_LAST_CAP; i++)
		if (security->capabilities >> i & 1 && oci_capability_name(i))
			names[n++] = oci_capability_name(i);
	json_write_object(writer, "capabilities");
	for (size_t i = 0; i < COUNT_OF(sets); i++)
		json_write_strings(writer, sets[i], names, n);
	json_write_end(writer);
}

int spec_write_seccomp(struct arena *arena, struct json_writer *writer,
	const struct spec_security *security, struct err *err)
{
	if (!security->has_seccomp)
		return 0;
	if (security->seccomp_profile)
		return seccomp_file_write(arena, writer, "seccomp", security->seccomp_profile,
			security->capabilities, err);
	seccomp_profile_write(writer, "seccomp", security->capabilities);
	return 0;
}

static bool is_unmasked(const struct spec_security *security, const char *path)
{
	for (size_t i = 0; i < security->n_unmasks; i++)
		if (strcmp(security->unmasks[i], path) == 0)
			return true;
	return false;
}

static void write_paths(struct json_writer *writer, const char *const *paths, size_t n,
	const struct spec_security *security)
{
	for (size_t i = 0; i < n; i++)
		if (!is_unmasked(security, paths[i]))
			json_write_string(writer, NULL, paths[i]);
}

/* Counters that tell what others compute, one directory for each processor. */
static void write_thermal_paths(
	struct arena *arena, struct json_writer *writer, const struct spec_security *security)
{
	const long n = sysconf(_SC_NPROCESSORS_CONF);

	for (long i = 0; i < n; i++) {
		const char *path = arena_printf(
			arena, "/sys/devices/system/cpu/cpu%ld/thermal_throttle", i);

		if (access(path, F_OK) == 0)
			write_paths(writer, &path, 1, security);
	}
}

void spec_write_hidden_paths(
	struct arena *arena, struct json_writer *writer, const struct spec_security *security)
{
	json_write_list(writer, "maskedPaths");
	if (!security->shows_system_paths) {
		write_paths(writer, masked_paths, COUNT_OF(masked_paths), security);
		write_thermal_paths(arena, writer, security);
	}
	write_paths(writer, security->masks, security->n_masks, security);
	json_write_end(writer);
	json_write_list(writer, "readonlyPaths");
	if (!security->shows_system_paths)
		write_paths(writer, readonly_paths, COUNT_OF(readonly_paths), security);
	json_write_end(writer);
}
