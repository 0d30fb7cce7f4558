/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"
#include "cli/oci/commands.h"
#include "cli/oci/state_view.h"
#include "cli/table.h"

struct list_options {
	const char *format;
	bool quiet;
};

static const struct option_spec list_option_table[] = {
	OPTION_CHOICE(struct list_options, format, "format", .letter = 'f',
		.argument = "table|json", .help = "form of the output (default: table)"),
	OPTION_FLAG(struct list_options, quiet, "quiet", .letter = 'q', .help = "only the ids"),
	OPTION_END,
};

struct listing {
	const struct container_state *states;
	size_t n_states;
};

static void write_ids(struct command_call *call, const struct listing *listing)
{
	for (size_t i = 0; i < listing->n_states; i++)
		fprintf(call->out, "%s\n", listing->states[i].id);
}

static void write_json(struct command_call *call, const struct listing *listing)
{
	struct oci_state *views = ARENA_NEW_ARRAY(call->arena, listing->n_states, struct oci_state);

	for (size_t i = 0; i < listing->n_states; i++)
		views[i] = state_view(&listing->states[i]);
	fprintf(call->out, "%s\n", oci_state_list_text(call->arena, views, listing->n_states));
}

static void write_table(struct command_call *call, const struct listing *listing)
{
	static const char *const heads[] = { "ID", "PID", "STATUS", "BUNDLE", "CREATED", "OWNER" };
	struct table table = TABLE_INIT(sizeof(heads) / sizeof(heads[0]));

	table_add(&table, call->arena, heads);
	for (size_t i = 0; i < listing->n_states; i++) {
		const struct container_state *state = &listing->states[i];
		const char *const cells[sizeof(heads) / sizeof(heads[0])] = {
			state->id,
			arena_printf(call->arena, "%d", state->pid),
			container_status_name(state->status),
			state->bundle,
			state->created,
			state->owner,
		};

		table_add(&table, call->arena, cells);
	}
	table_write(&table, call->arena, call->out);
}

static int list_run(struct command_call *call, struct err *err)
{
	const struct list_options *options = call->options;
	struct container_state *states = NULL;
	struct listing listing = { 0 };
	int r = container_list(call->arena, call->runtime, &states, &listing.n_states, err);

	if (r < 0)
		return r;
	listing.states = states;
	if (options->quiet)
		write_ids(call, &listing);
	else if (text_equal(options->format, "json"))
		write_json(call, &listing);
	else
		write_table(call, &listing);
	return 0;
}

const struct command oci_command_list = {
	.name = "list",
	.summary = "show all containers",
	.options = list_option_table,
	.options_size = sizeof(struct list_options),
	.run = list_run,
};
