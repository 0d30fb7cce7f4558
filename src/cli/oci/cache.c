/* SPDX-License-Identifier: Apache-2.0 */
#include "core/cache.h"

#include <errno.h>
#include <inttypes.h>

#include "base/json_write.h"
#include "base/text.h"
#include "cli/oci/commands.h"
#include "cli/table.h"

struct cache_options {
	const char *format;
};

static const struct option_spec cache_option_table[] = {
	OPTION_CHOICE(struct cache_options, format, "format", .letter = 'f',
		.argument = "table|json", .help = "form of the list (default: table)"),
	OPTION_END,
};

static void write_json(
	struct command_call *call, const struct cache_entry *entries, size_t n_entries)
{
	struct json_writer writer = JSON_WRITER_INIT(call->arena, "  ");

	json_write_list(&writer, NULL);
	for (size_t i = 0; i < n_entries; i++) {
		json_write_object(&writer, NULL);
		json_write_string(&writer, "kind", entries[i].kind);
		json_write_string(&writer, "path", entries[i].path);
		json_write_u64(&writer, "size", entries[i].size_bytes);
		json_write_end(&writer);
	}
	json_write_end(&writer);
	fprintf(call->out, "%s\n", json_write_text(&writer, NULL));
}

static void write_table(
	struct command_call *call, const struct cache_entry *entries, size_t n_entries)
{
	static const char *const heads[] = { "KIND", "SIZE", "PATH" };
	struct table table = TABLE_INIT(sizeof(heads) / sizeof(heads[0]));

	table_add(&table, call->arena, heads);
	for (size_t i = 0; i < n_entries; i++) {
		const char *const cells[] = {
			entries[i].kind,
			arena_printf(call->arena, "%" PRIu64, entries[i].size_bytes),
			entries[i].path,
		};

		table_add(&table, call->arena, cells);
	}
	table_write(&table, call->arena, call->out);
}

static int list(struct command_call *call, struct err *err)
{
	const struct cache_options *options = call->options;
	struct cache_entry *entries = NULL;
	size_t n_entries;
	int r = cache_list(call->arena, &entries, &n_entries, err);

	if (r < 0)
		return r;
	if (text_equal(options->format, "json"))
		write_json(call, entries, n_entries);
	else
		write_table(call, entries, n_entries);
	return 0;
}

static int cache_run(struct command_call *call, struct err *err)
{
	const char *word = call->args[0];

	if (text_equal(word, "ls"))
		return list(call, err);
	if (text_equal(word, "rm"))
		return cache_remove(err);
	return err_fail(err, EINVAL, "cache: \"%s\" is neither ls nor rm", word);
}

const struct command oci_command_cache = {
	.name = "cache",
	.arguments = "ls|rm",
	.summary = "show or remove what is kept to start containers faster",
	.description =
		"Running containers do not need it, and it is made again when it is missing.",
	.options = cache_option_table,
	.options_size = sizeof(struct cache_options),
	.min_args = 1,
	.max_args = 1,
	.run = cache_run,
};
