/* SPDX-License-Identifier: Apache-2.0 */
/* volume create, ls, inspect, rm and prune. */
#include <errno.h>
#include <string.h>

#include "base/fd.h"
#include "base/text.h"
#include "base/warn.h"
#include "cli/documents.h"
#include "cli/engine/commands.h"
#include "cli/engine/making.h"
#include "cli/engine/volume_list.h"
#include "engine/container/volumes.h"

/* ---- create ---- */

struct create_options {
	const char *driver, *name;
	struct option_list label, opt;
};

static const struct option_spec volume_create_option_table[] = {
	OPTION_CHOICE(struct create_options, driver, "driver", .letter = 'd', .argument = "local",
		.help = "who keeps it: this machine, in the store"),
	OPTION_LIST(struct create_options, label, "label", .argument = "KEY[=VALUE]",
		.help = "a label"),
	OPTION_STRING(struct create_options, name, "name", .argument = "NAME", .is_hidden = true),
	OPTION_LIST(struct create_options, opt, "opt", .letter = 'o', .argument = "KEY=VALUE",
		.is_hidden = true),
	OPTION_END,
};

static int read_create(struct command_call *call, struct volume *ret, struct err *err)
{
	const struct create_options *options = call->options;

	if (options->opt.n_items > 0) {
		err_fail(err, EINVAL, "--opt %s: a volume has no options of a driver",
			options->opt.items[0]);
		return err_hint(err, "run has --mount type=bind and type=tmpfs for such places");
	}
	if (call->n_args > 0 && options->name)
		return err_fail(err, EINVAL, "two names: %s and %s", options->name, call->args[0]);
	ret->name = call->n_args > 0 ? call->args[0] : options->name;
	ret->is_anonymous = !ret->name;
	for (size_t i = 0; i < options->label.n_items; i++) {
		const char *text = options->label.items[i], *equals = strchr(text, '=');

		ARENA_APPEND(call->arena, ret->labels, ret->n_labels) = (struct oci_key_value){
			.key = equals ? arena_strndup(call->arena, text, (size_t)(equals - text))
				      : text,
			.value = equals ? equals + 1 : "",
		};
	}
	return 0;
}

static int volume_create_run(struct command_call *call, struct err *err)
{
	struct volume request = { 0 }, volume;
	AUTO_MAKING making = MAKING_INIT;
	bool is_new;
	int r = read_create(call, &request, err);

	if (r == 0)
		r = making_open(call, &making, err);
	if (r == 0)
		r = volume_make(call->arena, &making.store, &request, &volume, &is_new, err);
	if (r == 0)
		fprintf(call->out, "%s\n", volume.name);
	return r;
}

const struct command engine_command_volume_create = {
	.name = "volume create",
	.arguments = "[NAME]",
	.summary = "make a volume: a directory that outlives containers",
	.description = "Without a name it gets one made up. `run -v NAME:PATH` makes one as well, "
		       "if it is not there. One that is empty gets what the image has at PATH when "
		       "a container with it starts.",
	.options = volume_create_option_table,
	.options_size = sizeof(struct create_options),
	.max_args = 1,
	.run = volume_create_run,
};

/* ---- inspect ---- */

struct inspect_options {
	const char *format;
};

static const struct option_spec volume_inspect_option_table[] = {
	OPTION_STRING(struct inspect_options, format, "format", .letter = 'f', .argument = "FORMAT",
		.help = "json (on one line), or a template"),
	OPTION_END,
};

static int volume_inspect_run(struct command_call *call, struct err *err)
{
	const struct inspect_options *options = call->options;
	struct json_writer writer = JSON_WRITER_INIT(
		call->arena, documents_indent(options->format));
	AUTO_MAKING making = MAKING_INIT;
	const char *text;
	size_t length;
	int r = making_open(call, &making, err);

	json_write_list(&writer, NULL);
	for (size_t i = 0; r == 0 && i < call->n_args; i++) {
		struct volume volume;

		r = volume_open(call->arena, &making.store, call->args[i], &volume, err);
		if (r == 0)
			volume_write(&writer, &volume);
	}
	json_write_end(&writer);
	if (r < 0)
		return r;
	text = json_write_text(&writer, &length);
	return documents_write(call, text, length, options->format, err);
}

const struct command engine_command_volume_inspect = {
	.name = "volume inspect",
	.arguments = "NAME...",
	.summary = "show everything known of volumes, as JSON",
	.options = volume_inspect_option_table,
	.options_size = sizeof(struct inspect_options),
	.min_args = 1,
	.max_args = COMMAND_ARGS_UNLIMITED,
	.run = volume_inspect_run,
};

/* ---- rm ---- */

struct rm_options {
	bool force;
};

static const struct option_spec volume_rm_option_table[] = {
	OPTION_FLAG(struct rm_options, force, "force", .letter = 'f',
		.help = "those that are not there are no failure"),
	OPTION_END,
};

static int volume_rm_run(struct command_call *call, struct err *err)
{
	const struct rm_options *options = call->options;
	AUTO_MAKING making = MAKING_INIT;
	int first = 0, r = making_open(call, &making, err);

	for (size_t i = 0; r == 0 && i < call->n_args; i++) {
		struct err problem = ERR_INIT;
		int one = volumes_remove(call->arena, &making.engine, call->args[i], &problem);

		if (one == 0)
			fprintf(call->out, "%s\n", call->args[i]);
		if (one == 0 || (one == -ENOENT && options->force))
			continue;
		if (first == 0)
			*err = problem;
		else
			warn(&problem);
		first = first ? first : one;
	}
	return r < 0 ? r : first;
}

const struct command engine_command_volume_rm = {
	.name = "volume rm",
	.arguments = "NAME...",
	.summary = "remove volumes that no container uses, with what is in them",
	.options = volume_rm_option_table,
	.options_size = sizeof(struct rm_options),
	.min_args = 1,
	.max_args = COMMAND_ARGS_UNLIMITED,
	.run = volume_rm_run,
};
