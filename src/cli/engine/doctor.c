/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "base/json_write.h"
#include "base/text.h"
#include "cli/engine/commands.h"
#include "cli/engine/making.h"
#include "cli/table.h"
#include "engine/doctor/doctor.h"

struct doctor_options {
	const char *format;
};

static const struct option_spec doctor_option_table[] = {
	OPTION_CHOICE(struct doctor_options, format, "format", .argument = "text|json",
		.help = "how it is written (default: text)"),
	OPTION_END,
};

static void write_json(struct command_call *call, const struct doctor_report *report)
{
	struct json_writer writer = JSON_WRITER_INIT(call->arena, NULL);

	json_write_list(&writer, NULL);
	for (size_t i = 0; i < report->n_findings; i++) {
		const struct doctor_finding *finding = &report->findings[i];

		json_write_object(&writer, NULL);
		json_write_string(&writer, "verdict", doctor_verdict_name(finding->verdict));
		json_write_string(&writer, "topic", finding->topic);
		json_write_string(&writer, "text", finding->text);
		json_write_string(&writer, "advice", finding->advice ? finding->advice : "");
		json_write_end(&writer);
	}
	json_write_end(&writer);
	fprintf(call->out, "%s\n", json_write_text(&writer, NULL));
}

static void write_lines(struct command_call *call, const struct doctor_report *report)
{
	struct table table = TABLE_INIT(3);

	for (size_t i = 0; i < report->n_findings; i++) {
		const struct doctor_finding *finding = &report->findings[i];

		table_add(&table, call->arena,
			(const char *const[]){ doctor_verdict_name(finding->verdict),
				finding->topic, finding->text });
		if (finding->advice)
			table_add(&table, call->arena,
				(const char *const[]){ "", "  do", finding->advice });
	}
	table_write(&table, call->arena, call->out);
}

static int doctor_run(struct command_call *call, struct err *err)
{
	const struct doctor_options *options = call->options;
	AUTO_MAKING making = MAKING_INIT;
	struct doctor_report report;
	int r = making_open(call, &making, err);

	if (r < 0)
		return r;
	doctor_examine(call->arena, &making.engine, &report);
	if (text_equal(options->format, "json"))
		write_json(call, &report);
	else
		write_lines(call, &report);
	for (size_t i = 0; i < report.n_findings; i++) {
		if (report.findings[i].verdict == DOCTOR_VERDICT_PROBLEM)
			call->exit_status = EXIT_FAILURE;
	}
	return 0;
}

const struct command engine_command_doctor = {
	.name = "doctor",
	.summary = "has this host what hull needs?",
	.description =
		"A line for each thing: ok, note (it works, with less) or problem, and what "
		"to do. What has to be tried is tried in a network namespace of its own. The "
		"exit status is 1 when there is a problem.",
	.options = doctor_option_table,
	.options_size = sizeof(struct doctor_options),
	.run = doctor_run,
};
