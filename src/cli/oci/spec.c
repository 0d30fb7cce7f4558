/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "cli/oci/commands.h"
#include "oci/spec_default.h"

#define SPEC_FILE "config.json"

struct spec_options {
	const char *bundle;
	bool rootless;
};

static const struct option_spec spec_option_table[] = {
	OPTION_STRING(struct spec_options, bundle, "bundle", .letter = 'b', .argument = "DIR",
		.help = "directory of the bundle (default: the current one)"),
	OPTION_FLAG(struct spec_options, rootless, "rootless",
		.help = "for a container of the calling ordinary user"),
	OPTION_END,
};

static int refuse_existing(struct err *err)
{
	return err_fail(err, EEXIST, "File " SPEC_FILE " exists. Remove it first");
}

/* Only a new file; half of one is removed again. */
static int write_new(int bundle, const char *text, struct err *err)
{
	AUTO_FD int file = openat(
		bundle, SPEC_FILE, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	int r;

	if (file < 0 && errno == EEXIST)
		return refuse_existing(err);
	if (file < 0)
		return err_sys(err, "open " SPEC_FILE);
	r = fd_write_all(file, text, strlen(text), err);
	if (r < 0)
		unlinkat(bundle, SPEC_FILE, 0);
	return r;
}

static int spec_run(struct command_call *call, struct err *err)
{
	const struct spec_options *options = call->options;
	const struct spec_default_request request = {
		.is_rootless = options->rootless,
		.uid = geteuid(),
		.gid = getegid(),
	};
	const char *path = options->bundle ? options->bundle : ".";
	AUTO_FD int bundle = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (bundle < 0)
		return err_sys(err, "open %s", path);
	return write_new(bundle, oci_spec_default(call->arena, &request), err);
}

const struct command oci_command_spec = {
	.name = "spec",
	.summary = "write a configuration to begin with",
	.description = "It is written to " SPEC_FILE " of the bundle, which must not have one yet.",
	.options = spec_option_table,
	.options_size = sizeof(struct spec_options),
	.run = spec_run,
};
