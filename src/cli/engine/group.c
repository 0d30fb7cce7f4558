/* SPDX-License-Identifier: Apache-2.0 */
/* group create, ls, inspect and rm: budgets that containers share. */
#include "engine/group/group.h"

#include <errno.h>

#include "base/json_write.h"
#include "base/text.h"
#include "cli/engine/commands.h"
#include "cli/engine/container_options.h"
#include "cli/engine/making.h"
#include "cli/human.h"
#include "cli/listing.h"

static int create_run(struct command_call *call, struct err *err)
{
	const struct container_options *options = call->options;
	struct group group = {
		.name = call->args[0],
		.parent = text_is_empty(options->group) ? NULL : options->group,
	};
	const char *above = text_is_empty(options->cgroup_parent) ? NULL : options->cgroup_parent;
	AUTO_MAKING making = MAKING_INIT;
	int r = resource_options_read(call->arena, options, &group.resources, err);

	if (r == 0 && group.parent && above)
		r = err_fail(err, EINVAL, "--parent and --cgroup-parent exclude each other");
	if (r == 0)
		r = making_open(call, &making, err);
	if (r == 0)
		r = group_create(call->arena, &making.engine, &group, above, err);
	if (r == 0)
		fprintf(call->out, "%s\n", group.name);
	return r;
}

const struct command engine_command_group_create = {
	.name = "group create",
	.arguments = "NAME",
	.summary = "make a group: limits that several containers share",
	.description =
		"A control group with the limits; containers with --group NAME lie in it, and the "
		"kernel counts them together. A group may lie in another one. It stays, also over "
		"a restart of the machine, until `group rm`.",
	.options = group_option_table,
	.options_size = sizeof(struct container_options),
	.min_args = 1,
	.max_args = 1,
	.run = create_run,
};

struct listing_options {
	const char *format;
};

static const struct option_spec ls_option_table[] = {
	OPTION_STRING(struct listing_options, format, "format", .argument = "FORMAT",
		.help = "table, json, a template, or table and a template"),
	OPTION_END,
};

/* "512MB", "2", "": no limit. */
static const char *size_text(struct arena *arena, int64_t bytes)
{
	return bytes > 0 ? human_size(arena, (uint64_t)bytes) : "-";
}

static const char *cpus_text(struct arena *arena, const struct container_resources *resources)
{
	if (resources->nano_cpus > 0)
		return arena_printf(arena, "%.4g", (double)resources->nano_cpus / 1e9);
	if (resources->cpu_quota > 0)
		return arena_printf(arena, "%.4g",
			(double)resources->cpu_quota /
				(double)(resources->cpu_period ? resources->cpu_period : 100000));
	return "-";
}

/* How many containers are in it, not counting those of groups inside. */
static size_t count_containers(
	const struct engine_container *containers, size_t n, const char *name)
{
	size_t found = 0;

	for (size_t i = 0; i < n; i++)
		found += text_equal(containers[i].settings.group, name);
	return found;
}

static void write_row(struct command_call *call, struct json_writer *writer,
	const struct group *group, size_t n_containers)
{
	struct cgroup_stats stats = { 0 };
	struct err ignored = ERR_INIT; /* it is not there before its first container starts */
	bool is_known = group_read_stats(call->arena, group, &stats, &ignored) == 0;

	json_write_object(writer, NULL);
	json_write_string(writer, "Name", group->name);
	json_write_string(writer, "Parent", group->parent ? group->parent : "");
	json_write_string(writer, "Path", group->path);
	json_write_string(writer, "Memory", size_text(call->arena, group->resources.memory));
	json_write_string(writer, "MemoryUse",
		is_known ? human_size(call->arena, stats.memory.usage.usage) : "-");
	json_write_string(writer, "Cpus", cpus_text(call->arena, &group->resources));
	json_write_string(writer, "Pids",
		group->resources.pids_limit > 0
			? arena_printf(call->arena, "%lld", (long long)group->resources.pids_limit)
			: "-");
	json_write_u64(writer, "Containers", n_containers);
	json_write_end(writer);
}

static int write_rows(
	struct command_call *call, const struct json_value **ret_rows, struct err *err)
{
	struct json_writer writer = JSON_WRITER_INIT(call->arena, NULL);
	struct engine_container *containers;
	struct group *groups;
	size_t n_containers, n_groups = 0, length;
	const char *text;
	AUTO_MAKING making = MAKING_INIT;
	int r = making_open(call, &making, err);

	if (r == 0)
		r = group_list(call->arena, &making.engine, &groups, &n_groups, err);
	if (r == 0)
		r = containers_list(call->arena, &making.engine, &containers, &n_containers, err);
	if (r < 0)
		return r;
	json_write_list(&writer, NULL);
	for (size_t i = 0; i < n_groups; i++)
		write_row(call, &writer, &groups[i],
			count_containers(containers, n_containers, groups[i].name));
	json_write_end(&writer);
	for (size_t i = 0; i < n_containers; i++)
		containers_close(&containers[i]);
	text = json_write_text(&writer, &length);
	return json_parse(call->arena, text, length, ret_rows, err);
}

static int ls_run(struct command_call *call, struct err *err)
{
	static const struct listing_column columns[] = {
		{ "NAME", "Name", false },
		{ "PARENT", "Parent", false },
		{ "MEMORY USE", "MemoryUse", false },
		{ "MEMORY", "Memory", false },
		{ "CPUS", "Cpus", false },
		{ "PIDS", "Pids", false },
		{ "CONTAINERS", "Containers", false },
		{ "PATH", "Path", false },
		{ NULL, NULL, false },
	};
	const struct listing_options *options = call->options;
	struct listing listing = { columns, NULL, options->format };
	int r = write_rows(call, &listing.rows, err);

	return r < 0 ? r : listing_write(call->arena, &listing, call->out, err);
}

const struct command engine_command_group_ls = {
	.name = "group ls",
	.summary = "show groups, their limits and what they use",
	.options = ls_option_table,
	.options_size = sizeof(struct listing_options),
	.run = ls_run,
};

static const struct option_spec no_option_table[] = { OPTION_END };

static void write_group(struct json_writer *writer, const struct group *group)
{
	const struct container_resources *resources = &group->resources;

	json_write_object(writer, NULL);
	json_write_string(writer, "Name", group->name);
	json_write_string(writer, "Parent", group->parent ? group->parent : "");
	json_write_string(writer, "Created", group->created);
	json_write_string(writer, "Path", group->path);
	json_write_i64(writer, "Memory", resources->memory);
	json_write_i64(writer, "MemorySwap", resources->memory_swap);
	json_write_i64(writer, "MemoryReservation", resources->memory_reservation);
	json_write_i64(writer, "NanoCpus", resources->nano_cpus);
	json_write_i64(writer, "CpuShares", resources->cpu_shares);
	json_write_i64(writer, "CpuQuota", resources->cpu_quota);
	json_write_i64(writer, "PidsLimit", resources->pids_limit);
}

static void write_inside(struct json_writer *writer, const struct engine_container *containers,
	size_t n, const char *name)
{
	json_write_list(writer, "Containers");
	for (size_t i = 0; i < n; i++)
		if (text_equal(containers[i].settings.group, name))
			json_write_string(writer, NULL, containers[i].settings.name);
	json_write_end(writer);
}

static int inspect_run(struct command_call *call, struct err *err)
{
	struct json_writer writer = JSON_WRITER_INIT(call->arena, "    ");
	struct engine_container *containers;
	AUTO_MAKING making = MAKING_INIT;
	size_t n = 0;
	int r = making_open(call, &making, err);

	if (r == 0)
		r = containers_list(call->arena, &making.engine, &containers, &n, err);
	json_write_list(&writer, NULL);
	for (size_t i = 0; r == 0 && i < call->n_args; i++) {
		struct group group;

		r = group_read(call->arena, &making.engine, call->args[i], &group, err);
		if (r < 0)
			break;
		write_group(&writer, &group);
		write_inside(&writer, containers, n, group.name);
		json_write_end(&writer);
	}
	for (size_t i = 0; i < n; i++)
		containers_close(&containers[i]);
	if (r < 0)
		return r;
	json_write_end(&writer);
	fprintf(call->out, "%s\n", json_write_text(&writer, NULL));
	return 0;
}

const struct command engine_command_group_inspect = {
	.name = "group inspect",
	.arguments = "NAME...",
	.summary = "show everything about groups",
	.options = no_option_table,
	.min_args = 1,
	.max_args = COMMAND_ARGS_UNLIMITED,
	.run = inspect_run,
};

static int rm_run(struct command_call *call, struct err *err)
{
	AUTO_MAKING making = MAKING_INIT;
	int r = making_open(call, &making, err);

	for (size_t i = 0; r == 0 && i < call->n_args; i++) {
		r = group_remove(call->arena, &making.engine, call->args[i], err);
		if (r == 0)
			fprintf(call->out, "%s\n", call->args[i]);
	}
	return r;
}

const struct command engine_command_group_rm = {
	.name = "group rm",
	.arguments = "NAME...",
	.summary = "remove groups that no container is in",
	.options = no_option_table,
	.min_args = 1,
	.max_args = COMMAND_ARGS_UNLIMITED,
	.run = rm_run,
};
