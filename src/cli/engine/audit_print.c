/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/engine/audit_print.h"

#include <string.h>

#include "base/json_write.h"
#include "cli/printable.h"

enum { OUTCOME_WIDTH = 13, CHECK_WIDTH = 30 };

/* Details name files and processes, which a container names as it likes. */
static const char *line_of(struct arena *arena, const char *text)
{
	char *copy = arena_strdup(arena, text);

	printable_make_line(copy);
	return copy;
}

static void print_further(FILE *out, const char *what, const char *text)
{
	fprintf(out, "%*s  %s: %s\n", OUTCOME_WIDTH, "", what, text);
}

void audit_print_text(const struct audit_results *results, bool is_verbose, FILE *out)
{
	size_t counts[AUDIT_OUTCOME_COUNT] = { 0 };

	for (size_t i = 0; i < results->n_items; i++) {
		const struct audit_result *result = &results->items[i];

		counts[result->outcome]++;
		fprintf(out, "%-*s  %-*s  %s\n", OUTCOME_WIDTH, audit_outcome_name(result->outcome),
			CHECK_WIDTH, result->check, line_of(results->arena, result->detail));
		if (result->outcome == AUDIT_HOLDS && !is_verbose)
			continue;
		print_further(out, "an attacker", result->gain);
		print_further(out, "closed by", result->closes);
	}
	for (int outcome = 0; outcome < AUDIT_OUTCOME_COUNT; outcome++)
		fprintf(out, "%s%zu %s", outcome > 0 ? ", " : "", counts[outcome],
			outcome == AUDIT_HOLDS && counts[outcome] != 1 ? "hold"
			: outcome == AUDIT_DOES_NOT_HOLD && counts[outcome] != 1
				? "do not hold"
				: audit_outcome_name(outcome));
	fprintf(out, "\n");
}

void audit_print_json(const struct audit_results *results, FILE *out)
{
	struct json_writer writer = JSON_WRITER_INIT(results->arena, "   ");

	json_write_list(&writer, NULL);
	for (size_t i = 0; i < results->n_items; i++) {
		const struct audit_result *result = &results->items[i];

		json_write_object(&writer, NULL);
		json_write_string(&writer, "check", result->check);
		json_write_string(&writer, "outcome", audit_outcome_name(result->outcome));
		json_write_string(&writer, "detail", result->detail);
		json_write_string(&writer, "gain", result->gain);
		json_write_string(&writer, "closes", result->closes);
		json_write_end(&writer);
	}
	json_write_end(&writer);
	fprintf(out, "%s\n", json_write_text(&writer, NULL));
}
