/* SPDX-License-Identifier: Apache-2.0 */
/*
 * resources: limits of a configuration as properties of a unit (systemd.resource-control(5)).
 *
 * The files of the group are written as well, and exactly. Here it matters that systemd, when it
 * writes them again (daemon-reload, a change of another property), writes the same; and that a
 * device program or list of its own does not allow less than ours.
 */
#include <stdint.h>
#include <string.h>

#include "base/number_list.h"
#include "base/parse.h"
#include "base/text.h"
#include "core/systemd/internal.h"

enum {
	PERIOD_DEFAULT_USEC = 100 * 1000,
	PERCENT_USEC = 10 * 1000, /* systemd keeps quotas in percent of one processor */
	NUMBER_MAX = 8191,        /* of processors and memory nodes */

	/* the first versions of systemd that know them */
	PERIOD_SINCE = 242,
	CPUSET_SINCE = 244,
	IDLE_SINCE = 252,
};

struct translation {
	struct arena *arena;
	struct systemd_dialect dialect;
	bool is_update;
	struct systemd_properties *properties;
};

/* −1 and "max" are no limit; 0 is "as it is". */
static void add_limit(struct translation *to, const char *name, const int64_t *value)
{
	if (value && *value != 0)
		systemd_add_u64(to->arena, to->properties, name,
			*value < 0 ? UINT64_MAX : (uint64_t)*value);
}

/* ---- memory ---- */

static void add_memory(struct translation *to, const struct oci_memory *memory)
{
	int64_t swap;

	if (!to->dialect.is_v2) {
		add_limit(to, "MemoryLimit", memory->limit);
		return;
	}
	add_limit(to, "MemoryMax", memory->limit);
	add_limit(to, "MemoryLow", memory->reservation);
	if (!memory->swap || *memory->swap == 0)
		return;
	/* together with memory in the configuration, alone in systemd */
	swap = *memory->swap;
	if (swap > 0 && memory->limit && *memory->limit > 0 && swap >= *memory->limit)
		swap -= *memory->limit;
	else if (swap > 0)
		return;
	systemd_add_u64(
		to->arena, to->properties, "MemorySwapMax", swap < 0 ? UINT64_MAX : (uint64_t)swap);
}

/* ---- cpu ---- */

static void add_quota(struct translation *to, int64_t quota, uint64_t period)
{
	uint64_t per_second = UINT64_MAX;

	if (period != 0 && to->dialect.version >= PERIOD_SINCE)
		systemd_add_u64(to->arena, to->properties, "CPUQuotaPeriodUSec", period);
	if (quota == 0)
		return;
	if (period == 0)
		period = PERIOD_DEFAULT_USEC;
	if (quota > 0 && quota < INT64_MAX / 1000000) {
		per_second = (uint64_t)quota * 1000000 / period;
		per_second = (per_second + PERCENT_USEC - 1) / PERCENT_USEC * PERCENT_USEC;
	}
	systemd_add_u64(to->arena, to->properties, "CPUQuotaPerSecUSec", per_second);
}

static void add_set(struct translation *to, const char *name, const char *list)
{
	const char *text = "";
	unsigned long *words;
	size_t size;

	if (text_is_empty(list) || !to->dialect.is_v2 || to->dialect.version < CPUSET_SINCE ||
		number_list_parse(to->arena, list, NUMBER_MAX, &words, &size) < 0)
		return;
	for (size_t i = 0; i < size; i++)
		text = arena_printf(to->arena, "%s%s%lu", text, i ? "," : "",
			words[i / sizeof(*words)] >> (i % sizeof(*words) * 8) & 0xff);
	systemd_add(to->arena, to->properties, name, "ay", arena_printf(to->arena, "[%s]", text));
}

static void add_idle(struct translation *to, uint64_t idle)
{
	if (idle != 0 && to->dialect.is_v2 && to->dialect.version >= IDLE_SINCE)
		systemd_add_u64(to->arena, to->properties, "CPUWeight", 0);
}

static void add_cpu(struct translation *to, const struct oci_cpu *cpu)
{
	if (cpu->shares && *cpu->shares != 0 && to->dialect.is_v2)
		systemd_add_u64(to->arena, to->properties, "CPUWeight",
			cgroup_weight_of_shares(*cpu->shares));
	else if (cpu->shares && *cpu->shares != 0)
		systemd_add_u64(to->arena, to->properties, "CPUShares", *cpu->shares);
	add_quota(to, cpu->quota ? *cpu->quota : 0, cpu->period ? *cpu->period : 0);
	add_set(to, "AllowedCPUs", cpu->cpus);
	add_set(to, "AllowedMemoryNodes", cpu->mems);
	add_idle(to, cpu->idle ? (uint64_t)*cpu->idle : 0);
}

/* ---- the files of v2 ---- */

/* "max" or a number; what is neither is for the file's own error. */
static bool read_value(const char *text, size_t length, uint64_t *ret)
{
	if (length == 3 && memcmp(text, "max", 3) == 0) {
		*ret = UINT64_MAX;
		return true;
	}
	return parse_u64_n(text, length, ret) == 0;
}

static void add_cpu_max(struct translation *to, const char *text)
{
	size_t length = strcspn(text, " ");
	uint64_t quota, period = 0;

	if (!read_value(text, length, &quota) ||
		(text[length] == ' ' && parse_u64(text + length + 1, &period) < 0))
		return;
	add_quota(to, quota >= INT64_MAX ? -1 : (int64_t)quota, period);
}

/* Files whose one number is a property. */
static const struct {
	const char *file, *property;
} simple_files[] = {
	{ "cpu.weight", "CPUWeight" },
	{ "memory.high", "MemoryHigh" },
	{ "memory.low", "MemoryLow" },
	{ "memory.max", "MemoryMax" },
	{ "memory.min", "MemoryMin" },
	{ "memory.swap.max", "MemorySwapMax" },
	{ "pids.max", "TasksMax" },
};

static void add_file(struct translation *to, const char *file, const char *text)
{
	uint64_t value;

	if (text_equal(file, "cpu.max"))
		add_cpu_max(to, text);
	else if (text_equal(file, "cpuset.cpus"))
		add_set(to, "AllowedCPUs", text);
	else if (text_equal(file, "cpuset.mems"))
		add_set(to, "AllowedMemoryNodes", text);
	else if (text_equal(file, "cpu.idle") && read_value(text, strlen(text), &value))
		add_idle(to, value);
	for (size_t i = 0; i < sizeof(simple_files) / sizeof(simple_files[0]); i++)
		if (text_equal(file, simple_files[i].file) &&
			read_value(text, strlen(text), &value))
			systemd_add_u64(to->arena, to->properties, simple_files[i].property, value);
}

/* ---- devices ---- */

static const char *device_entry(struct arena *arena, const struct cgroup_allowed_device *device)
{
	const char *kind = device->type == 'b' ? "block" : "char";
	const char *name;

	if (device->major < 0)
		name = arena_printf(arena, "%s-*", kind);
	else if (device->minor < 0)
		name = arena_printf(arena, "%s-%lld", kind, (long long)device->major);
	else
		name = arena_printf(arena, "/dev/%s/%lld:%lld", kind, (long long)device->major,
			(long long)device->minor);
	return arena_printf(arena, "[\"%s\",\"%s\"]", name, device->access);
}

/* An empty list first: entries are added to those that the unit has. */
static void add_devices(struct translation *to, const struct oci_resources *resources)
{
	struct cgroup_allowed_device *devices;
	const char *list = "";
	size_t n_devices;

	if (to->dialect.is_user || (to->is_update && resources->n_devices == 0))
		return;
	systemd_add(to->arena, to->properties, "DeviceAllow", "a(ss)", "[]");
	if (!cgroup_allowed_devices(to->arena, resources, &devices, &n_devices)) {
		systemd_add_string(to->arena, to->properties, "DevicePolicy", "auto");
		return;
	}
	for (size_t i = 0; i < n_devices; i++)
		list = arena_printf(to->arena, "%s%s%s", list, i ? "," : "",
			device_entry(to->arena, &devices[i]));
	systemd_add_string(to->arena, to->properties, "DevicePolicy", "strict");
	systemd_add(to->arena, to->properties, "DeviceAllow", "a(ss)",
		arena_printf(to->arena, "[%s]", list));
}

/* ---- all ---- */

static void add_block_io(struct translation *to, const struct oci_block_io *block_io)
{
	if (!block_io->weight || *block_io->weight == 0)
		return;
	if (to->dialect.is_v2)
		systemd_add_u64(to->arena, to->properties, "IOWeight",
			cgroup_io_weight_of_blkio(*block_io->weight));
	else
		systemd_add_u64(to->arena, to->properties, "BlockIOWeight", *block_io->weight);
}

void systemd_add_resources(struct arena *arena, const struct oci_resources *resources,
	struct systemd_dialect dialect, bool is_update, struct systemd_properties *properties)
{
	static const struct oci_resources none;
	struct translation to = { arena, dialect, is_update, properties };

	if (!resources)
		resources = &none;
	if (resources->memory)
		add_memory(&to, resources->memory);
	if (resources->cpu)
		add_cpu(&to, resources->cpu);
	if (resources->pids)
		add_limit(&to, "TasksMax", resources->pids->limit);
	if (resources->block_io)
		add_block_io(&to, resources->block_io);
	for (size_t i = 0; dialect.is_v2 && i < resources->n_unified; i++)
		add_file(&to, resources->unified[i].key, resources->unified[i].value);
	add_devices(&to, resources);
}
