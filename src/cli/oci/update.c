/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/oci/commands.h"

struct update_options {
	const char *resources;
	struct option_number blkio_weight;
	struct option_number cpu_period;
	struct option_number cpu_quota;
	struct option_number cpu_burst;
	struct option_number cpu_share;
	struct option_number cpu_rt_period;
	struct option_number cpu_rt_runtime;
	struct option_number cpu_idle;
	struct option_number pids_limit;
	const char *cpuset_cpus;
	const char *cpuset_mems;
	const char *memory; /* bytes, or a size with a unit, "64m" */
	const char *memory_reservation;
	const char *memory_swap;
	const char *kernel_memory; /* accepted: the kernel has no such limit any more */
	const char *kernel_memory_tcp;
	const char *l3_cache_schema;
	const char *mem_bw_schema;
};

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

const struct command oci_command_update = {
	.name = "update",
	.arguments = "ID",
	.summary = "change the limits of a container",
	.unavailable = "changing the limits of a container is not supported yet",
	.options = update_option_table,
	.options_size = sizeof(struct update_options),
	.min_args = 1,
	.max_args = 1,
	.takes_id = true,
};
