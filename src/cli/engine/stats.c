/* SPDX-License-Identifier: Apache-2.0 */
#include "core/stats.h"

#include <errno.h>
#include <string.h>
#include <strings.h>
#include <sys/sysinfo.h>
#include <time.h>
#include <unistd.h>

#include "base/json_write.h"
#include "base/text.h"
#include "base/warn.h"
#include "cli/engine/commands.h"
#include "cli/engine/making.h"
#include "cli/human.h"
#include "cli/listing.h"
#include "engine/container/stop.h"
#include "engine/group/group.h"

enum {
	SHORT_ID_LENGTH = 12,
	INTERVAL_MSEC = 1000,
	FIRST_MSEC = 300, /* two looks that far apart tell the share of processors */
};

struct stats_options {
	bool all, no_stream, no_trunc, tree;
	const char *format;
};

static const struct option_spec stats_option_table[] = {
	OPTION_FLAG(struct stats_options, all, "all", .letter = 'a',
		.help = "also those that do not run"),
	OPTION_STRING(struct stats_options, format, "format", .argument = "FORMAT",
		.help = "table, json, a template, or table and a template"),
	OPTION_FLAG(struct stats_options, no_stream, "no-stream", .help = "once, and end"),
	OPTION_FLAG(struct stats_options, no_trunc, "no-trunc", .help = "whole ids"),
	OPTION_FLAG(struct stats_options, tree, "tree",
		.help = "groups, with what their containers use together, and these below"),
	OPTION_END,
};

/* A container, or a group (then container is NULL). */
struct subject {
	const struct engine_container *container;
	const struct group *group;
	unsigned depth; /* in the tree */
	uint64_t cpu_nsec;
	int64_t at_nsec;
	double cpu_percent;
	struct container_stats stats;
	bool is_running;
};

struct watching {
	struct command_call *call;
	const struct engine *engine;
	struct subject *subjects;
	size_t n_subjects;
};

static int64_t now_nsec(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* One that has just ended uses nothing. */
static void look(struct arena *arena, const struct watching *watching, struct subject *subject)
{
	const int64_t before = subject->at_nsec;
	const uint64_t cpu_before = subject->cpu_nsec;
	struct err gone = ERR_INIT;
	int r;

	memset(&subject->stats, 0, sizeof(subject->stats));
	r = subject->group ? group_read_stats(arena, subject->group, &subject->stats.cgroup, &gone)
			   : container_read_stats(arena, &watching->engine->runtime,
				     subject->container->id, &subject->stats, &gone);
	subject->is_running = r == 0;
	subject->at_nsec = now_nsec();
	subject->cpu_nsec = subject->stats.cgroup.cpu.total_nsec;
	subject->cpu_percent = 0;
	if (before > 0 && subject->cpu_nsec > cpu_before && subject->at_nsec > before)
		subject->cpu_percent = 100.0 * (double)(subject->cpu_nsec - cpu_before) /
				       (double)(subject->at_nsec - before);
}

/* ---- a row ---- */

/* Without the pages of files that could be dropped at once, as Docker counts. */
static uint64_t memory_use(const struct cgroup_stats *stats)
{
	uint64_t usage = stats->memory.usage.usage;

	for (size_t i = 0; i < stats->memory.n_raw; i++)
		if (strcmp(stats->memory.raw[i].key, "total_inactive_file") == 0 ||
			strcmp(stats->memory.raw[i].key, "inactive_file") == 0)
			if (stats->memory.raw[i].value < usage)
				return usage - stats->memory.raw[i].value;
	return usage;
}

static uint64_t memory_limit(const struct cgroup_stats *stats)
{
	struct sysinfo info;
	uint64_t limit = stats->memory.usage.limit, machine = UINT64_MAX;

	if (sysinfo(&info) == 0)
		machine = (uint64_t)info.totalram * info.mem_unit;
	return limit < machine ? limit : machine;
}

static uint64_t sum_io(const struct cgroup_io_list *list, const char *op)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < list->n_entries; i++)
		if (strcasecmp(list->entries[i].op, op) == 0)
			sum += list->entries[i].value;
	return sum;
}

static const char *pair(struct arena *arena, uint64_t first, uint64_t second)
{
	return arena_printf(arena, "%s / %s", human_size(arena, first), human_size(arena, second));
}

static void write_use(
	struct arena *arena, struct json_writer *writer, const struct subject *subject)
{
	const struct cgroup_stats *stats = &subject->stats.cgroup;
	uint64_t use = memory_use(stats), limit = memory_limit(stats), in = 0, out = 0;

	for (size_t i = 0; i < subject->stats.n_networks; i++) {
		in += strcmp(subject->stats.networks[i].name, "lo")
			      ? subject->stats.networks[i].rx_bytes
			      : 0;
		out += strcmp(subject->stats.networks[i].name, "lo")
			       ? subject->stats.networks[i].tx_bytes
			       : 0;
	}
	json_write_string(writer, "CPUPerc", arena_printf(arena, "%.2f%%", subject->cpu_percent));
	json_write_string(writer, "MemUsage", pair(arena, use, limit));
	json_write_string(writer, "MemPerc",
		arena_printf(arena, "%.2f%%", limit ? 100.0 * (double)use / (double)limit : 0.0));
	json_write_string(writer, "NetIO", subject->group ? "--" : pair(arena, in, out));
	json_write_string(writer, "BlockIO",
		pair(arena, sum_io(&stats->blkio.service_bytes, "Read"),
			sum_io(&stats->blkio.service_bytes, "Write")));
	json_write_u64(writer, "PIDs", stats->pids.current);
}

static void write_none(struct json_writer *writer)
{
	json_write_string(writer, "CPUPerc", "--");
	json_write_string(writer, "MemUsage", "-- / --");
	json_write_string(writer, "MemPerc", "--");
	json_write_string(writer, "NetIO", "--");
	json_write_string(writer, "BlockIO", "--");
	json_write_string(writer, "PIDs", "--");
}

static void write_subject(struct command_call *call, struct arena *arena,
	struct json_writer *writer, const struct subject *subject)
{
	const struct stats_options *options = call->options;
	const char *id = subject->group ? "" : subject->container->id;
	const char *name = subject->group ? subject->group->name
					  : subject->container->settings.name;

	if (!options->no_trunc)
		id = arena_strndup(arena, id, SHORT_ID_LENGTH);
	json_write_object(writer, NULL);
	json_write_string(writer, "ID", id);
	json_write_string(writer, "Container", id);
	json_write_string(writer, "Name",
		options->tree ? arena_printf(arena, "%*s%s%s", (int)subject->depth * 2, "", name,
					subject->group ? "/" : "")
			      : name);
	if (subject->is_running)
		write_use(arena, writer, subject);
	else
		write_none(writer);
	json_write_end(writer);
}

static int show(const struct watching *watching, struct arena *arena, struct err *err)
{
	static const struct listing_column columns[] = {
		{ "CONTAINER ID", "ID", false },
		{ "NAME", "Name", false },
		{ "CPU %", "CPUPerc", false },
		{ "MEM USAGE / LIMIT", "MemUsage", false },
		{ "MEM %", "MemPerc", false },
		{ "NET I/O", "NetIO", false },
		{ "BLOCK I/O", "BlockIO", false },
		{ "PIDS", "PIDs", false },
		{ "CONTAINER", "Container", true },
		{ NULL, NULL, false },
	};
	const struct stats_options *options = watching->call->options;
	struct json_writer writer = JSON_WRITER_INIT(arena, NULL);
	struct listing listing = { columns, NULL, options->format };
	const char *text;
	size_t length;
	int r;

	json_write_list(&writer, NULL);
	for (size_t i = 0; i < watching->n_subjects; i++)
		write_subject(watching->call, arena, &writer, &watching->subjects[i]);
	json_write_end(&writer);
	text = json_write_text(&writer, &length);
	r = json_parse(arena, text, length, &listing.rows, err);
	if (r == 0 && !options->no_stream && isatty(STDOUT_FILENO) == 1)
		fputs("\033[H\033[J", watching->call->out);
	if (r == 0)
		r = listing_write(arena, &listing, watching->call->out, err);
	fflush(watching->call->out);
	return r;
}

/* ---- who is watched ---- */

static void add_subject(struct watching *watching, const struct subject *subject)
{
	ARENA_APPEND(watching->call->arena, watching->subjects, watching->n_subjects) = *subject;
}

static void add_level(struct watching *watching, const struct engine_container *containers,
	size_t n_containers, const struct group *groups, size_t n_groups, const char *parent,
	unsigned depth)
{
	for (size_t i = 0; depth < 16 && i < n_groups; i++) {
		if (!text_equal(groups[i].parent, parent))
			continue;
		add_subject(watching, &(struct subject){ .group = &groups[i], .depth = depth });
		add_level(watching, containers, n_containers, groups, n_groups, groups[i].name,
			depth + 1);
	}
	for (size_t i = 0; i < n_containers; i++)
		if (text_equal(containers[i].settings.group, parent))
			add_subject(watching,
				&(struct subject){ .container = &containers[i], .depth = depth });
}

/* Those that were named, or all that run. */
static int choose(
	struct watching *watching, struct engine_container **ret, size_t *ret_n, struct err *err)
{
	struct command_call *call = watching->call;
	const struct stats_options *options = call->options;
	struct engine_container *all;
	size_t n_all, n = 0;
	int r;

	*ret = ARENA_NEW_ARRAY(call->arena, call->n_args, struct engine_container);
	*ret_n = call->n_args;
	for (size_t i = 0; i < call->n_args; i++) {
		r = containers_open(call->arena, watching->engine, call->args[i], &(*ret)[i], err);
		if (r < 0)
			return r;
		containers_close(&(*ret)[i]);
	}
	if (call->n_args > 0)
		return 0;
	r = containers_list(call->arena, watching->engine, &all, &n_all, err);
	for (size_t i = 0; r == 0 && i < n_all; i++) {
		struct engine_state state;

		r = containers_state(call->arena, watching->engine, &all[i], &state, err);
		containers_close(&all[i]);
		if (r == 0 && all[i].settings.name &&
			(options->all || state.status == ENGINE_STATUS_RUNNING ||
				state.status == ENGINE_STATUS_PAUSED))
			all[n++] = all[i];
	}
	*ret = all;
	*ret_n = n;
	return r;
}

static int find_subjects(struct watching *watching, struct err *err)
{
	const struct stats_options *options = watching->call->options;
	struct engine_container *containers;
	struct group *groups = NULL;
	size_t n, n_groups = 0;
	int r = choose(watching, &containers, &n, err);

	if (r < 0)
		return r;
	if (!options->tree) {
		for (size_t i = 0; i < n; i++)
			add_subject(watching, &(struct subject){ .container = &containers[i] });
		return 0;
	}
	r = group_list(watching->call->arena, watching->engine, &groups, &n_groups, err);
	if (r == 0)
		add_level(watching, containers, n, groups, n_groups, NULL, 0);
	return r;
}

static void look_at_all(struct arena *arena, struct watching *watching)
{
	for (size_t i = 0; i < watching->n_subjects; i++)
		look(arena, watching, &watching->subjects[i]);
}

static void wait_msec(int msec)
{
	const struct timespec pause = { msec / 1000, (msec % 1000) * 1000000L };

	nanosleep(&pause, NULL);
}

static int stats_run(struct command_call *call, struct err *err)
{
	const struct stats_options *options = call->options;
	AUTO_MAKING making = MAKING_INIT;
	struct watching watching = { .call = call, .engine = &making.engine };
	int r = making_open(call, &making, err);

	if (r == 0)
		r = find_subjects(&watching, err);
	if (r < 0)
		return r;
	look_at_all(call->arena, &watching);
	wait_msec(FIRST_MSEC);
	for (;;) {
		AUTO_ARENA arena = ARENA_INIT;

		look_at_all(&arena, &watching);
		r = show(&watching, &arena, err);
		if (r < 0 || options->no_stream || ferror(call->out))
			return r;
		wait_msec(INTERVAL_MSEC);
	}
}

const struct command engine_command_stats = {
	.name = "stats",
	.arguments = "[CONTAINER...]",
	.summary =
		"show what containers use: processors, memory, network, block devices, processes",
	.description =
		"Again every second, or once with --no-stream. Memory is without the pages of "
		"files that could be dropped. A template may name ID, Name, CPUPerc, MemUsage, "
		"MemPerc, NetIO, BlockIO and PIDs.",
	.options = stats_option_table,
	.options_size = sizeof(struct stats_options),
	.max_args = COMMAND_ARGS_UNLIMITED,
	.run = stats_run,
};
