/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json_write.h"
#include "base/text.h"
#include "cli/oci/commands.h"
#include "cli/ps_table.h"

struct ps_options {
	const char *format;
};

static const struct option_spec ps_option_table[] = {
	OPTION_CHOICE(struct ps_options, format, "format", .letter = 'f', .argument = "table|json",
		.help = "form of the output (default: table)"),
	OPTION_END,
};

static void write_json(struct command_call *call, const pid_t *pids, size_t n_pids)
{
	struct json_writer writer = JSON_WRITER_INIT(call->arena, NULL);

	json_write_list(&writer, NULL);
	for (size_t i = 0; i < n_pids; i++)
		json_write_i64(&writer, NULL, pids[i]);
	json_write_end(&writer);
	fprintf(call->out, "%s\n", json_write_text(&writer, NULL));
}

static int write_table(struct command_call *call, const pid_t *pids, size_t n_pids, struct err *err)
{
	static const char *const usual_args[] = { "-ef", NULL };
	const char *text;
	int r = ps_table_read(call->arena,
		call->n_args > 1 ? call->args + 1 : (const char **)usual_args, &text, err);

	return r < 0 ? r : ps_table_write(text, pids, n_pids, call->out, err);
}

static int ps_run(struct command_call *call, struct err *err)
{
	const struct ps_options *options = call->options;
	size_t n_pids;
	pid_t *pids;
	int r = container_pids(call->arena, call->runtime, call->args[0], &pids, &n_pids, err);

	if (r < 0)
		return r;
	if (!text_equal(options->format, "json"))
		return write_table(call, pids, n_pids, err);
	write_json(call, pids, n_pids);
	return 0;
}

const struct command oci_command_ps = {
	.name = "ps",
	.arguments = "ID [PS OPTIONS]",
	.summary = "show the processes of a container",
	.description = "What stands behind ID is for ps(1) (default: -ef).",
	.options = ps_option_table,
	.options_size = sizeof(struct ps_options),
	.order = OPTION_ORDER_ARGUMENTS_LAST, /* ps has options of its own, --format among them */
	.min_args = 1,
	.max_args = COMMAND_ARGS_UNLIMITED,
	.takes_id = true,
	.run = ps_run,
};
