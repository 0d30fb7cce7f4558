/* SPDX-License-Identifier: Apache-2.0 */
/*
 * documents: what the commands called inspect print, in the form that --format asks for.
 *
 * Layer 3, role command.
 */
#pragma once

#include "cli/command.h"

/*
 * text: a JSON array of objects. format NULL or "": the text as it is; "json": an object a line;
 * else a template, a line for each object.
 */
int documents_write(struct command_call *call, const char *text, size_t length, const char *format,
	struct err *err);

/* How such a text is indented for that form; for JSON_WRITER_INIT(). */
const char *documents_indent(const char *format);
