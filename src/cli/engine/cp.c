/* SPDX-License-Identifier: Apache-2.0 */
/* cp and export: files out of containers and into them. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/text.h"
#include "cli/engine/commands.h"
#include "cli/engine/making.h"
#include "engine/container/copy.h"

struct cp_options {
	bool archive, follow, quiet;
};

static const struct option_spec cp_option_table[] = {
	OPTION_FLAG(struct cp_options, archive, "archive", .letter = 'a',
		.help = "keep owners; on the host also setuid, capabilities and devices"),
	OPTION_FLAG(struct cp_options, follow, "follow-link", .letter = 'L',
		.help = "if SOURCE is a symbolic link, copy what it leads to"),
	OPTION_FLAG(struct cp_options, quiet, "quiet", .letter = 'q', .is_hidden = true),
	OPTION_END,
};

/* Where files come from or go to, as it was written. */
struct cp_place {
	struct engine_container container; /* dir_fd -1: the host */
	const char *path;                  /* NULL: standard input or output */
};

/* "CONTAINER:PATH"; what begins with / or . is the host's. */
static int read_place(struct command_call *call, const struct engine *engine, const char *text,
	struct cp_place *ret, struct err *err)
{
	const char *colon = strchr(text, ':');

	ret->path = text_equal(text, "-") ? NULL : text;
	if (text[0] == '/' || text[0] == '.' || !colon)
		return text[0] ? 0 : err_fail(err, EINVAL, "an empty path");
	ret->path = colon[1] ? colon + 1 : "/";
	return containers_open(call->arena, engine,
		arena_strndup(call->arena, text, (size_t)(colon - text)), &ret->container, err);
}

static struct copy_place place_of(const struct cp_place *place)
{
	return (struct copy_place){
		.container = place->container.dir_fd >= 0 ? &place->container : NULL,
		.path = place->path,
	};
}

static int check_places(const struct copy_request *request, struct err *err)
{
	const struct copy_place *from = &request->from, *to = &request->to;

	if (!from->container && !to->container) {
		err_fail(err, EINVAL, "one of both has to be in a container");
		return err_hint(err, "write CONTAINER:PATH");
	}
	if (from->container && to->container &&
		text_equal(from->container->id, to->container->id)) {
		err_fail(err, EINVAL, "both are in the same container");
		return err_hint(err, "`hull exec %s cp …`", from->container->settings.name);
	}
	if (!to->path && isatty(STDOUT_FILENO) == 1)
		return err_fail(err, EINVAL, "an archive is not written to a terminal");
	return 0;
}

static int copy(struct command_call *call, const struct engine *engine, struct cp_place *from,
	struct cp_place *to, struct err *err)
{
	const struct cp_options *options = call->options;
	struct copy_request request = {
		.engine = engine,
		.keeps_owners = options->archive,
		.follows_link = options->follow,
	};
	int r = read_place(call, engine, call->args[0], from, err);

	if (r == 0)
		r = read_place(call, engine, call->args[1], to, err);
	if (r < 0)
		return r;
	request.from = place_of(from);
	request.to = place_of(to);
	request.stream_fd = request.from.path ? STDOUT_FILENO : STDIN_FILENO;
	r = check_places(&request, err);
	return r < 0 ? r : engine_copy(call->arena, &request, err);
}

static int cp_run(struct command_call *call, struct err *err)
{
	struct cp_place from = { .container = ENGINE_CONTAINER_INIT };
	struct cp_place to = { .container = ENGINE_CONTAINER_INIT };
	AUTO_MAKING making = MAKING_INIT;
	int r = making_open(call, &making, err);

	if (r == 0)
		r = copy(call, &making.engine, &from, &to, err);
	containers_close(&from.container);
	containers_close(&to.container);
	return r < 0 ? err_while(err, "%s → %s", call->args[0], call->args[1]) : 0;
}

const struct command engine_command_cp = {
	.name = "cp",
	.arguments = "SOURCE DESTINATION",
	.summary = "copy files into a container or out of it, whether it runs or not",
	.description =
		"One of both, or both, is CONTAINER:PATH, the other a path of the host; paths that "
		"have a colon begin with / or ./. \"-\" is standard input or output, as a tar.\n"
		"A directory is copied with everything in it: into DESTINATION if that is one, "
		"else "
		"as DESTINATION; with \"/.\" behind its name only what is in it. Files become "
		"root's "
		"in the container and the caller's on the host.\n"
		"Symbolic links on the way are followed inside of the container only; it may "
		"change "
		"its files meanwhile.",
	.options = cp_option_table,
	.options_size = sizeof(struct cp_options),
	.min_args = 2,
	.max_args = 2,
	.run = cp_run,
};

struct export_options {
	const char *output;
};

static const struct option_spec export_option_table[] = {
	OPTION_STRING(struct export_options, output, "output", .letter = 'o', .argument = "FILE",
		.help = "file to write (default: standard output)"),
	OPTION_END,
};

/* An archive that is not complete does not stay. */
static int export_to_file(struct command_call *call, const struct making *making,
	const struct engine_container *container, const char *path, struct err *err)
{
	const char *temporary = arena_printf(call->arena, "%s.hull-export", path);
	AUTO_FD int fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	int r;

	if (fd < 0)
		return err_sys(err, "open %s", temporary);
	r = engine_export(call->arena, &making->engine, container, fd, err);
	if (r == 0 && rename(temporary, path) < 0)
		r = err_sys(err, "rename %s", path);
	if (r < 0)
		unlink(temporary);
	return r;
}

static int export_run(struct command_call *call, struct err *err)
{
	const struct export_options *options = call->options;
	AUTO_ENGINE_CONTAINER container = ENGINE_CONTAINER_INIT;
	AUTO_MAKING making = MAKING_INIT;
	int r;

	if (!options->output && isatty(STDOUT_FILENO) == 1) {
		err_fail(err, EINVAL, "an archive is not written to a terminal");
		return err_hint(err, "use --output FILE");
	}
	r = making_open(call, &making, err);
	if (r == 0)
		r = containers_open(call->arena, &making.engine, call->args[0], &container, err);
	if (r < 0)
		return r;
	if (options->output)
		return export_to_file(call, &making, &container, options->output, err);
	return engine_export(call->arena, &making.engine, &container, STDOUT_FILENO, err);
}

const struct command engine_command_export = {
	.name = "export",
	.arguments = "CONTAINER",
	.summary = "write a container's root file system as a tar",
	.description = "Volumes and whatever else is mounted in it are not part of it. `import` "
		       "makes an image of it.",
	.options = export_option_table,
	.options_size = sizeof(struct export_options),
	.min_args = 1,
	.max_args = 1,
	.run = export_run,
};
