/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/program.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/text.h"
#include "base/warn.h"
#include "cli/command_help.h"
#include "cli/report.h"
#include "cli/version_text.h"

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

/* A full disk behind standard output must not look like success. */
static int flush_output(FILE *out, struct err *err)
{
	if (fflush(out) == EOF || ferror(out))
		return err_sys_code(err, errno ? errno : EIO, "write standard output");
	return 0;
}

static void note_call(
	const struct report *report, const struct command *command, const struct command_call *call)
{
	const char *first = call->n_args > 0 ? call->args[0] : "";

	if (!call->runtime)
		report_note(report, REPORT_LEVEL_DEBUG, "%s %s", command->name, first);
	else
		report_note(report, REPORT_LEVEL_DEBUG, "%s %s: root %s, %s", command->name, first,
			call->runtime->root,
			call->runtime->is_rootless ? "rootless" : "as administrator");
}

static int execute(const struct command *command, struct command_call *call,
	const struct report *report, struct err *err)
{
	int r = call->program->prepare ? call->program->prepare(command, call, err) : 0;

	if (r < 0)
		return r;
	note_call(report, command, call);
	return command->run(call, err);
}

static int run_command(const struct command *command, struct command_call *call, int argc,
	char **argv, const struct report *report, struct err *err)
{
	bool is_done = false;
	int r = command_parse(command, call, argc, argv, &is_done, err);

	if (r == 0 && !is_done)
		r = execute(command, call, report, err);
	if (r == 0)
		r = flush_output(call->out, err);
	return r;
}

/* command NULL: the line names none. */
static int failure_status(const struct program *program, const struct command *command)
{
	if (command && command->failure_status)
		return command->failure_status;
	return program->failure_status ? program->failure_status : EXIT_FAILURE;
}

static int fail(const struct program *program, const struct report *report,
	const struct command *command, const struct err *err)
{
	report_error(report, err);
	return failure_status(program, command);
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
	else if (rest->n_args > 1 && command_is_group(program, rest->args[0])) {
		err_fail(err, EINVAL, "unknown command \"%s %s\"", rest->args[0], rest->args[1]);
		return err_hint(err, "%s help %s lists them", program->name, rest->args[0]);
	} else
		err_fail(err, EINVAL, "unknown command \"%s\"", rest->args[0]);
	return err_hint(err, "%s --help lists them", program->name);
}

/* "system", "system --help" */
static bool asks_for_group(const struct program *program, const struct option_result *rest)
{
	return rest->n_args > 0 && command_is_group(program, rest->args[0]) &&
	       (rest->n_args == 1 || text_equal(rest->args[1], "--help") ||
		       text_equal(rest->args[1], "-h"));
}

static int dispatch(
	struct command_call *call, const struct option_result *rest, struct report *report)
{
	const struct program *program = call->program;
	const struct program_options *globals = call->globals;
	size_t n_words;
	const struct command *command = command_find_words(
		program, call->arena, rest->args, rest->n_args, &n_words);
	struct err err = ERR_INIT;
	int r;

	call->group = n_words == 2 ? rest->args[0] : NULL;
	arena_failure_status = failure_status(program, command);
	warn_set(print_warning, report);
	r = open_standard_fds(&err);
	if (r == 0 && globals->log)
		r = report_open_log(report, globals->log, &err);
	if (r == 0 && !command && asks_for_group(program, rest)) {
		command_group_write_help(program, rest->args[0], call->out);
		return 0;
	}
	if (r == 0 && !command)
		r = refuse_command(program, rest, &err);
	if (r == 0)
		r = run_command(command, call, (int)(rest->n_args - n_words),
			(char **)rest->args + n_words, report, &err);
	if (r == 0)
		return call->exit_status;
	r = fail(program, report, command, &err);
	return call->failure_status ? call->failure_status : r;
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
		return fail(program, report, NULL, &err);
	return 0;
}

int program_main(
	const struct program *program, struct program_options *globals, int argc, char **argv)
{
	const struct option_rules rules = { OPTION_ORDER_ARGUMENTS_LAST, program->syntax };
	AUTO_ARENA arena = ARENA_INIT;
	struct command_call call = {
		.program = program, .globals = globals, .arena = &arena, .out = stdout
	};
	struct option_result rest = { 0 };
	struct err err = ERR_INIT;
	struct report report;
	int skipped = argc > 0 ? 1 : 0;
	int status;
	int r = option_parse(program->options, rules, &arena, argc - skipped, argv + skipped,
		globals, &rest, &err);

	report = report_init(program->name, &arena, globals->log_format,
		globals->debug ? "debug" : globals->log_level);
	if (r == 0 && (rest.wants_help || globals->version))
		return inform(program, globals->version, &report);
	status = r < 0 ? fail(program, &report, NULL, &err) : dispatch(&call, &rest, &report);
	report_done(&report);
	return status;
}
