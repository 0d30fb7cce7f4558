/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/parse.h"
#include "base/text.h"
#include "engine/spec/spec.h"

enum {
	CPU_PERIOD_USEC = 100000, /* the kernel's default, and Docker's */
	NANO_PER_PERIOD = 1000000000 / CPU_PERIOD_USEC,
};

static void write_i64(struct json_writer *writer, const char *key, int64_t value)
{
	if (value != 0)
		json_write_i64(writer, key, value);
}

/* Without a word about swap there is as much of it as memory, as with Docker. */
static void write_memory(struct json_writer *writer, const struct container_resources *resources)
{
	int64_t swap = resources->memory_swap;

	if (swap == 0 && resources->memory > 0 && resources->memory <= INT64_MAX / 2)
		swap = 2 * resources->memory;
	json_write_object(writer, "memory");
	write_i64(writer, "limit", resources->memory);
	write_i64(writer, "swap", swap);
	write_i64(writer, "reservation", resources->memory_reservation);
	if (resources->memory_swappiness)
		json_write_u64(writer, "swappiness", *resources->memory_swappiness);
	if (resources->oom_kill_disable)
		json_write_bool(writer, "disableOOMKiller", true);
	json_write_end(writer);
}

static void write_cpu(struct json_writer *writer, const struct container_resources *resources)
{
	json_write_object(writer, "cpu");
	write_i64(writer, "shares", resources->cpu_shares);
	if (resources->nano_cpus > 0) {
		json_write_i64(writer, "quota", resources->nano_cpus / NANO_PER_PERIOD);
		json_write_i64(writer, "period", CPU_PERIOD_USEC);
	} else {
		write_i64(writer, "quota", resources->cpu_quota);
		write_i64(writer, "period", resources->cpu_period);
	}
	write_i64(writer, "realtimePeriod", resources->cpu_rt_period);
	write_i64(writer, "realtimeRuntime", resources->cpu_rt_runtime);
	if (resources->cpuset_cpus)
		json_write_string(writer, "cpus", resources->cpuset_cpus);
	if (resources->cpuset_mems)
		json_write_string(writer, "mems", resources->cpuset_mems);
	json_write_end(writer);
}

static void write_pids(struct json_writer *writer, const struct container_resources *resources)
{
	if (resources->pids_limit == 0)
		return;
	json_write_object(writer, "pids");
	json_write_i64(writer, "limit", resources->pids_limit);
	json_write_end(writer);
}

static int write_rates(struct json_writer *writer, const char *key, const char *what,
	const struct container_rate_list *list, struct err *err)
{
	struct stat st;

	json_write_list(writer, key);
	for (size_t i = 0; i < list->n_rates; i++) {
		const char *path = list->rates[i].path;

		if (stat(path, &st) < 0)
			return err_sys(err, "limit of block device %s", path);
		if (!S_ISBLK(st.st_mode))
			return err_fail(
				err, ENOTBLK, "limit of block device %s: not a block device", path);
		json_write_object(writer, NULL);
		json_write_u64(writer, "major", major(st.st_rdev));
		json_write_u64(writer, "minor", minor(st.st_rdev));
		json_write_u64(writer, what, list->rates[i].rate);
		json_write_end(writer);
	}
	json_write_end(writer);
	return 0;
}

static int write_io(
	struct json_writer *writer, const struct container_resources *resources, struct err *err)
{
	static const char *const keys[OCI_THROTTLE_COUNT] = {
		[OCI_THROTTLE_READ_BPS] = "throttleReadBpsDevice",
		[OCI_THROTTLE_WRITE_BPS] = "throttleWriteBpsDevice",
		[OCI_THROTTLE_READ_IOPS] = "throttleReadIOPSDevice",
		[OCI_THROTTLE_WRITE_IOPS] = "throttleWriteIOPSDevice",
	};
	int r = 0;

	json_write_object(writer, "blockIO");
	write_i64(writer, "weight", resources->blkio_weight);
	if (resources->weight_devices.n_rates > 0)
		r = write_rates(writer, "weightDevice", "weight", &resources->weight_devices, err);
	for (unsigned i = 0; r == 0 && i < OCI_THROTTLE_COUNT; i++)
		if (resources->throttle[i].n_rates > 0)
			r = write_rates(writer, keys[i], "rate", &resources->throttle[i], err);
	json_write_end(writer);
	return r;
}

/* "c 13:* rwm" */
static int write_rule_text(
	struct arena *arena, struct json_writer *writer, const char *text, struct err *err)
{
	char *words[3] = { arena_strdup(arena, text), NULL, NULL }, *minor_text;
	uint64_t number;

	for (int i = 0; i < 2 && words[i]; i++) {
		words[i + 1] = strchr(words[i], ' ');
		if (words[i + 1])
			*words[i + 1]++ = '\0';
	}
	minor_text = words[1] ? strchr(words[1], ':') : NULL;
	if (minor_text)
		*minor_text++ = '\0';
	if (!words[2] || !minor_text ||
		(parse_u64(words[1], &number) < 0 && !text_equal(words[1], "*")) ||
		(parse_u64(minor_text, &number) < 0 && !text_equal(minor_text, "*")))
		return err_fail(err, EINVAL,
			"--device-cgroup-rule %s: not \"TYPE MAJOR:MINOR ACCESS\"", text);
	json_write_object(writer, NULL);
	json_write_bool(writer, "allow", true);
	json_write_string(writer, "type", words[0]);
	if (parse_u64(words[1], &number) == 0)
		json_write_u64(writer, "major", number);
	if (parse_u64(minor_text, &number) == 0)
		json_write_u64(writer, "minor", number);
	json_write_string(writer, "access", words[2]);
	json_write_end(writer);
	return 0;
}

static void write_rule(struct json_writer *writer, bool allow, const char *access)
{
	json_write_object(writer, NULL);
	json_write_bool(writer, "allow", allow);
	json_write_string(writer, "access", access);
	json_write_end(writer);
}

static int write_device_rules(struct arena *arena, struct json_writer *writer,
	const struct container_settings *settings, const struct spec_device *devices, size_t n,
	struct err *err)
{
	const struct container_resources *resources = &settings->resources;
	int r = 0;

	json_write_list(writer, "devices");
	write_rule(writer, settings->privileged, "rwm"); /* the usual ones are the core's own */
	for (size_t i = 0; !settings->privileged && i < n; i++) {
		const char type[] = { devices[i].type, '\0' };

		json_write_object(writer, NULL);
		json_write_bool(writer, "allow", true);
		json_write_string(writer, "type", type);
		json_write_u64(writer, "major", devices[i].major);
		json_write_u64(writer, "minor", devices[i].minor);
		json_write_string(writer, "access", devices[i].access);
		json_write_end(writer);
	}
	for (size_t i = 0; r == 0 && i < resources->n_device_cgroup_rules; i++)
		r = write_rule_text(arena, writer, resources->device_cgroup_rules[i], err);
	json_write_end(writer);
	return r;
}

static void write_unified(struct json_writer *writer, const struct container_resources *resources)
{
	if (resources->n_unified == 0)
		return;
	json_write_object(writer, "unified");
	for (size_t i = 0; i < resources->n_unified; i++)
		json_write_string(writer, resources->unified[i].key, resources->unified[i].value);
	json_write_end(writer);
}

int spec_write_resources(struct arena *arena, struct json_writer *writer,
	const struct container_settings *settings, const struct spec_device *devices, size_t n,
	struct err *err)
{
	const struct container_resources *resources = &settings->resources;
	int r;

	json_write_object(writer, "resources");
	r = write_device_rules(arena, writer, settings, devices, n, err);
	write_memory(writer, resources);
	write_cpu(writer, resources);
	write_pids(writer, resources);
	write_unified(writer, resources);
	if (r == 0)
		r = write_io(writer, resources, err);
	json_write_end(writer);
	return r;
}

int spec_update_text(struct arena *arena, const struct container_resources *changes,
	const char **ret, size_t *ret_length, struct err *err)
{
	struct json_writer writer = JSON_WRITER_INIT(arena, NULL);
	int r;

	json_write_object(&writer, NULL);
	write_memory(&writer, changes);
	write_cpu(&writer, changes);
	write_pids(&writer, changes);
	r = write_io(&writer, changes, err);
	json_write_end(&writer);
	if (r == 0)
		*ret = json_write_text(&writer, ret_length);
	return r;
}
