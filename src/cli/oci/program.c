/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/oci/program.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/text.h"
#include "base/warn.h"
#include "cli/command_help.h"
#include "cli/oci/caller.h"
#include "cli/oci/global.h"
#include "cli/oci/report.h"
#include "cli/oci/version_text.h"

/* What the global options come to. */
struct setting {
	struct runtime runtime;
	struct root_dir root;
};

/*
 * A descriptor opened later must not become standard output or error: a message would end up in
 * whatever file that is. open() takes the lowest free number.
 */
static int open_standard_fds(struct err *err)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDWR); /* without O_CLOEXEC: the container gets it */
	} while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd < 0)
		return err_sys(err, "open /dev/null");
	close(fd);
	return 0;
}

static int apply_globals(const struct global_options *globals, struct arena *arena,
	struct setting *ret, struct err *err)
{
	const struct caller caller = caller_read(arena);
	struct setting setting = {
		.runtime.cgroup_manager = global_cgroup_manager(globals),
		.runtime.is_rootless = caller_is_rootless(&caller, globals->rootless),
	};
	int r = caller_choose_root(&caller, arena, globals->root, &setting.root, err);

	if (r < 0)
		return r;
	setting.runtime.root = setting.root.path;
	*ret = setting;
	return 0;
}

/* A full disk behind standard output must not look like success. */
static int flush_output(FILE *out, struct err *err)
{
	if (fflush(out) == EOF || ferror(out))
		return err_sys_code(err, errno ? errno : EIO, "write standard output");
	return 0;
}

static int execute(const struct command *command, const struct setting *setting,
	struct command_call *call, struct err *err)
{
	int r = command->creates ? root_dir_make(&setting->root, err) : 0;

	if (r < 0)
		return r;
	return command->run(call, err);
}

static int run_command(const struct command *command, const struct global_options *globals,
	struct command_call *call, int argc, char **argv, const struct report *report,
	struct err *err)
{
	struct setting setting;
	bool is_done = false;
	int r = command_parse(command, call, argc, argv, &is_done, err);

	if (r == 0 && !is_done)
		r = apply_globals(globals, call->arena, &setting, err);
	if (r == 0 && !is_done) {
		call->runtime = &setting.runtime;
		report_note(report, REPORT_LEVEL_DEBUG, "%s %s: root %s, %s", command->name,
			call->n_args > 0 ? call->args[0] : "", setting.runtime.root,
			setting.runtime.is_rootless ? "rootless" : "as administrator");
		r = execute(command, &setting, call, err);
	}
	if (r == 0)
		r = flush_output(call->out, err);
	return r;
}

/* command NULL: the line names none. */
static int failure_status(const struct command *command)
{
	return command && command->failure_status ? command->failure_status : 1;
}

static int fail(const struct report *report, const struct command *command, const struct err *err)
{
	report_error(report, err);
	return failure_status(command);
}

static void print_warning(void *context, const struct err *err)
{
	const struct report *report = context;

	report_note(report, REPORT_LEVEL_WARNING, "%s%s%s", err->text,
		err->hook_stderr[0] ? ", stderr: " : "", err->hook_stderr);
}

static int refuse_command(
	const struct program *program, const struct option_result *rest, struct err *err)
{
	if (rest->n_args == 0)
		err_fail(err, EINVAL, "no command given");
	else
		err_fail(err, EINVAL, "unknown command \"%s\"", rest->args[0]);
	return err_hint(err, "%s --help lists them", program->name);
}

static int dispatch(const struct program *program, const struct global_options *globals,
	const struct option_result *rest, struct report *report, struct arena *arena)
{
	struct command_call call = { .program = program, .arena = arena, .out = stdout };
	const struct command *command = rest->n_args > 0 ? command_find(program, rest->args[0])
							 : NULL;
	struct err err = ERR_INIT;
	int r;

	arena_failure_status = failure_status(command);
	warn_set(print_warning, report);
	r = open_standard_fds(&err);
	if (r == 0 && globals->log)
		r = report_open_log(report, globals->log, &err);
	if (r == 0 && !command)
		r = refuse_command(program, rest, &err);
	if (r == 0)
		r = run_command(command, globals, &call, (int)rest->n_args - 1,
			(char **)rest->args + 1, report, &err);
	return r < 0 ? fail(report, command, &err) : call.exit_status;
}

/* --help and --version need nothing of the system but standard output. */
static int inform(const struct program *program, bool version, const struct report *report)
{
	struct err err = ERR_INIT;

	if (version)
		version_write(program, stdout);
	else
		program_write_help(program, stdout);
	if (flush_output(stdout, &err) < 0)
		return fail(report, NULL, &err);
	return 0;
}

int program_main(const struct program *program, int argc, char **argv)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct global_options globals = { 0 };
	struct option_result rest = { 0 };
	struct err err = ERR_INIT;
	struct report report;
	int skipped = argc > 0 ? 1 : 0;
	int status;
	int r = option_parse(program->options, OPTION_ORDER_ARGUMENTS_LAST, &arena, argc - skipped,
		argv + skipped, &globals, &rest, &err);

	report = report_init(program->name, &arena, globals.log_format,
		globals.debug ? "debug" : globals.log_level);
	if (r == 0 && (rest.wants_help || globals.version))
		return inform(program, globals.version, &report);
	status = r < 0 ? fail(&report, NULL, &err)
		       : dispatch(program, &globals, &rest, &report, &arena);
	report_done(&report);
	return status;
}
