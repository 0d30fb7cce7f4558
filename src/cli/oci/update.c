/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "base/text.h"
#include "cli/oci/commands.h"
#include "cli/oci/text_argument.h"
#include "cli/oci/update_changes.h"
#include "oci/config.h"

static const struct option_spec update_option_table[] = {
	OPTION_STRING(struct update_options, resources, "resources", .letter = 'r',
		.argument = "FILE",
		.help = "read a \"resources\" object of config.json; - is "
			"standard input"),
	OPTION_NUMBER(struct update_options, blkio_weight, "blkio-weight", .argument = "N",
		.help = "share of block I/O, 10 to 1000"),
	OPTION_NUMBER(struct update_options, cpu_period, "cpu-period", .argument = "USEC",
		.help = "period of the CPU quota"),
	OPTION_NUMBER(struct update_options, cpu_quota, "cpu-quota", .argument = "USEC",
		.help = "CPU time in each period; -1 is no limit"),
	OPTION_NUMBER(struct update_options, cpu_burst, "cpu-burst", .argument = "USEC",
		.help = "unused quota that may be saved up"),
	OPTION_NUMBER(struct update_options, cpu_share, "cpu-share", .argument = "N",
		.help = "share of the CPUs, against other groups"),
	OPTION_NUMBER(struct update_options, cpu_rt_period, "cpu-rt-period", .argument = "USEC",
		.help = "period of the real-time quota"),
	OPTION_NUMBER(struct update_options, cpu_rt_runtime, "cpu-rt-runtime", .argument = "USEC",
		.help = "real-time CPU time in each period"),
	OPTION_NUMBER(struct update_options, cpu_idle, "cpu-idle", .argument = "0|1",
		.help = "1: run only when nothing else wants to"),
	OPTION_STRING(struct update_options, cpuset_cpus, "cpuset-cpus", .argument = "LIST",
		.help = "CPUs to use, as in 0-2,7"),
	OPTION_STRING(struct update_options, cpuset_mems, "cpuset-mems", .argument = "LIST",
		.help = "memory nodes to use"),
	OPTION_STRING(struct update_options, memory, "memory", .argument = "BYTES",
		.help = "memory limit; -1 is no limit"),
	OPTION_STRING(struct update_options, memory_reservation, "memory-reservation",
		.argument = "BYTES", .help = "memory that is taken back last"),
	OPTION_STRING(struct update_options, memory_swap, "memory-swap", .argument = "BYTES",
		.help = "limit of memory and swap together; -1 is no limit"),
	OPTION_NUMBER(struct update_options, pids_limit, "pids-limit", .argument = "N",
		.help = "processes; -1 is no limit"),
	OPTION_STRING(struct update_options, l3_cache_schema, "l3-cache-schema",
		.argument = "SCHEMA", .help = "parts of the L3 cache (resctrl)"),
	OPTION_STRING(struct update_options, mem_bw_schema, "mem-bw-schema", .argument = "SCHEMA",
		.help = "memory bandwidth (resctrl)"),
	OPTION_STRING(struct update_options, kernel_memory, "kernel-memory", .is_hidden = true,
		.argument = "BYTES", .help = "limit of the kernel's memory"),
	OPTION_STRING(struct update_options, kernel_memory_tcp, "kernel-memory-tcp",
		.is_hidden = true, .argument = "BYTES", .help = "limit of TCP buffers"),
	OPTION_END,
};

static int read_resources(
	struct arena *arena, const char *path, struct oci_resources *ret, struct err *err)
{
	struct oci_resources *resources;
	const char *text;
	size_t length;
	int r = text_argument_read(arena, path, &text, &length, err);

	if (r == 0)
		r = oci_resources_read(arena, text, length, &resources, err);
	if (r < 0)
		return err_while(err, "resources");
	*ret = *resources;
	return 0;
}

/* Engines write "" for what is not set. */
static const char *given_text(const char *option)
{
	return text_is_empty(option) ? NULL : option;
}

static int update_run(struct command_call *call, struct err *err)
{
	const struct update_options *options = call->options;
	struct oci_resources resources = { .n_devices = 0 };
	const struct oci_intel_rdt rdt = {
		.l3_cache_schema = given_text(options->l3_cache_schema),
		.mem_bw_schema = given_text(options->mem_bw_schema),
	};
	const struct container_changes changes = {
		.resources = &resources,
		.rdt = rdt.l3_cache_schema || rdt.mem_bw_schema ? &rdt : NULL,
	};
	int r = 0;

	if (options->resources)
		r = read_resources(call->arena, options->resources, &resources, err);
	if (r == 0)
		r = update_apply_options(call->arena, options, &resources, err);
	if (r == 0)
		r = oci_resources_check(&resources, err);
	if (r == 0)
		r = oci_intel_rdt_check(&rdt, err);
	return r < 0 ? r : container_update(call->runtime, call->args[0], &changes, err);
}

const struct command oci_command_update = {
	.name = "update",
	.arguments = "ID",
	.summary = "change the limits of a container",
	.description =
		"Only the limits that are given change. BYTES is a number, or one with a unit:\n"
		"k, m, g, t or p, as in 64m. Options go over what --resources reads. Of a\n"
		"limit that the kernel refuses the former value stays.",
	.options = update_option_table,
	.options_size = sizeof(struct update_options),
	.min_args = 1,
	.max_args = 1,
	.takes_id = true,
	.run = update_run,
};
