/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/oci/update_changes.h"

#include <errno.h>

#include "base/parse_size.h"
#include "base/text.h"

static int refuse(const char *name, const char *value, const char *why, struct err *err)
{
	return err_fail(err, EINVAL, "invalid value \"%s\" for flag -%s: %s", value, name, why);
}

static int refuse_number(const char *name, int64_t value, const char *why, struct err *err)
{
	char text[24];

	text_format(text, sizeof(text), "%lld", (long long)value);
	return refuse(name, text, why, err);
}

/* ---- numbers: a row says where an option's value goes ---- */

static void put_i64(struct arena *arena, const int64_t **field, int64_t value)
{
	int64_t *stored = ARENA_NEW(arena, int64_t);

	*stored = value;
	*field = stored;
}

static int put_i64_option(struct arena *arena, const struct option_number *option,
	const int64_t **field, struct err *err)
{
	(void)err;
	if (option->is_given)
		put_i64(arena, field, option->value);
	return 0;
}

static int put_u64_option(struct arena *arena, const char *name, const struct option_number *option,
	const uint64_t **field, struct err *err)
{
	uint64_t *stored;

	if (!option->is_given)
		return 0;
	if (option->value < 0)
		return refuse_number(name, option->value, "it cannot be negative", err);
	stored = ARENA_NEW(arena, uint64_t);
	*stored = (uint64_t)option->value;
	*field = stored;
	return 0;
}

static int apply_cpu(struct arena *arena, const struct update_options *options, struct oci_cpu *cpu,
	struct err *err)
{
	const struct {
		const char *name;
		const struct option_number *option;
		const uint64_t **field;
	} numbers[] = {
		{ "cpu-share", &options->cpu_share, &cpu->shares },
		{ "cpu-period", &options->cpu_period, &cpu->period },
		{ "cpu-burst", &options->cpu_burst, &cpu->burst },
		{ "cpu-rt-period", &options->cpu_rt_period, &cpu->realtime_period },
	};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		int r = put_u64_option(
			arena, numbers[i].name, numbers[i].option, numbers[i].field, err);

		if (r < 0)
			return r;
	}
	put_i64_option(arena, &options->cpu_quota, &cpu->quota, err);
	put_i64_option(arena, &options->cpu_rt_runtime, &cpu->realtime_runtime, err);
	put_i64_option(arena, &options->cpu_idle, &cpu->idle, err);
	if (!text_is_empty(options->cpuset_cpus))
		cpu->cpus = options->cpuset_cpus;
	if (!text_is_empty(options->cpuset_mems))
		cpu->mems = options->cpuset_mems;
	return 0;
}

/* ---- sizes ---- */

static int put_size(struct arena *arena, const char *name, const char *text, const int64_t **field,
	struct err *err)
{
	int64_t bytes = -1;

	if (text_is_empty(text))
		return 0;
	if (!text_equal(text, "-1") && parse_size_bytes(text, &bytes) < 0)
		return refuse(name, text, "neither a size such as 64m nor -1 (unlimited)", err);
	put_i64(arena, field, bytes);
	return 0;
}

static int apply_memory(struct arena *arena, const struct update_options *options,
	struct oci_memory *memory, struct err *err)
{
	const struct {
		const char *name;
		const char *text;
		const int64_t **field;
	} sizes[] = {
		{ "memory", options->memory, &memory->limit },
		{ "memory-reservation", options->memory_reservation, &memory->reservation },
		{ "memory-swap", options->memory_swap, &memory->swap },
		{ "kernel-memory", options->kernel_memory, &memory->kernel },
		{ "kernel-memory-tcp", options->kernel_memory_tcp, &memory->kernel_tcp },
	};

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		int r = put_size(arena, sizes[i].name, sizes[i].text, sizes[i].field, err);

		if (r < 0)
			return r;
	}
	return 0;
}

/* ---- the rest ---- */

static int apply_weight(struct arena *arena, const struct update_options *options,
	struct oci_block_io *block_io, struct err *err)
{
	uint16_t *weight;

	if (!options->blkio_weight.is_given)
		return 0;
	if (options->blkio_weight.value < 0 || options->blkio_weight.value > UINT16_MAX)
		return refuse_number("blkio-weight", options->blkio_weight.value,
			"not a number from 10 to 1000", err);
	weight = ARENA_NEW(arena, uint16_t);
	*weight = (uint16_t)options->blkio_weight.value;
	block_io->weight = weight;
	return 0;
}

static bool is_set(const void *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (((const char *)bytes)[i])
			return true;
	return false;
}

int update_apply_options(struct arena *arena, const struct update_options *options,
	struct oci_resources *resources, struct err *err)
{
	struct oci_memory *memory = ARENA_NEW(arena, struct oci_memory);
	struct oci_cpu *cpu = ARENA_NEW(arena, struct oci_cpu);
	struct oci_pids *pids = ARENA_NEW(arena, struct oci_pids);
	struct oci_block_io *block_io = ARENA_NEW(arena, struct oci_block_io);
	int r;

	/* copies: what was read may be shared */
	if (resources->memory)
		*memory = *resources->memory;
	if (resources->cpu)
		*cpu = *resources->cpu;
	if (resources->pids)
		*pids = *resources->pids;
	if (resources->block_io)
		*block_io = *resources->block_io;
	r = apply_memory(arena, options, memory, err);
	if (r == 0)
		r = apply_cpu(arena, options, cpu, err);
	if (r == 0)
		r = apply_weight(arena, options, block_io, err);
	if (r < 0)
		return r;
	put_i64_option(arena, &options->pids_limit, &pids->limit, err);
	resources->memory = is_set(memory, sizeof(*memory)) ? memory : NULL;
	resources->cpu = is_set(cpu, sizeof(*cpu)) ? cpu : NULL;
	resources->pids = is_set(pids, sizeof(*pids)) ? pids : NULL;
	resources->block_io = is_set(block_io, sizeof(*block_io)) ? block_io : NULL;
	return 0;
}
