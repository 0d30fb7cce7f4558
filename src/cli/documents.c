/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/documents.h"

#include "base/json.h"
#include "base/text.h"
#include "cli/template.h"

const char *documents_indent(const char *format)
{
	return text_is_empty(format) ? "    " : NULL;
}

int documents_write(struct command_call *call, const char *text, size_t length, const char *format,
	struct err *err)
{
	const struct json_value *values;
	int r;

	if (text_is_empty(format)) {
		fprintf(call->out, "%s\n", text);
		return 0;
	}
	r = json_parse(call->arena, text, length, &values, err);
	for (size_t i = 0; r == 0 && i < values->length; i++) {
		const char *line = NULL;

		if (text_equal(format, "json"))
			line = template_json(call->arena, &values->elements[i]);
		else
			r = template_render(call->arena, format, &values->elements[i], &line, err);
		if (r == 0)
			fprintf(call->out, "%s\n", line);
	}
	return r;
}
