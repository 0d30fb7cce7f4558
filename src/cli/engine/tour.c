/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mount.h>
#include <unistd.h>

#include "base/warn.h"
#include "cli/engine/commands.h"
#include "cli/engine/tour_guide.h"
#include "core/tour/leftovers.h"
#include "core/unshare.h"
#include "oci/config.h"
#include "sys/capability.h"
#include "sys/clone.h"

struct tour_options {
	bool list, no_pause;
};

static const struct option_spec tour_option_table[] = {
	OPTION_FLAG(struct tour_options, list, "list", .letter = 'l', .help = "list the topics"),
	OPTION_FLAG(struct tour_options, no_pause, "no-pause", .letter = 'n',
		.help = "on a terminal, too, do not wait for Enter after each step"),
	OPTION_END,
};

static int list_topics(struct command_call *call)
{
	for (size_t i = 0; tour_topics[i]; i++)
		fprintf(call->out, "%-14s %s\n", tour_topics[i]->name, tour_topics[i]->title);
	return 0;
}

static int choose_topics(
	struct command_call *call, const struct tour_topic *const **ret, struct err *err)
{
	const struct tour_topic **chosen = NULL;
	size_t n = 0;

	if (call->n_args == 0) {
		*ret = tour_topics;
		return 0;
	}
	for (size_t i = 0; i < call->n_args; i++) {
		const struct tour_topic *topic = tour_topic_find(call->args[i]);

		if (!topic) {
			err_fail(err, EINVAL, "there is no topic \"%s\"", call->args[i]);
			return err_hint(err, "hull tour --list shows them");
		}
		ARENA_APPEND(call->arena, chosen, n) = topic;
	}
	ARENA_APPEND(call->arena, chosen, n) = NULL;
	*ret = chosen;
	return 0;
}

/* Those that the kernel has: what is missing is told by the step that takes it. */
static uint64_t stage_types(bool is_root)
{
	static const struct {
		uint64_t type;
		const char *path;
	} optional[] = {
		{ CLONE_NEWUTS, "/proc/self/ns/uts" },
		{ CLONE_NEWIPC, "/proc/self/ns/ipc" },
		{ CLONE_NEWNET, "/proc/self/ns/net" },
	};
	uint64_t types = CLONE_NEWNS | CLONE_NEWPID | (is_root ? 0 : CLONE_NEWUSER);

	for (size_t i = 0; i < sizeof(optional) / sizeof(optional[0]); i++)
		if (access(optional[i].path, F_OK) == 0)
			types |= optional[i].type;
	return types;
}

static int run_guide(void *argument)
{
	return tour_guide(argument);
}

static int run_in_stage(struct command_call *call, struct tour_plan *plan, struct err *err)
{
	const struct oci_resources no_limits = { 0 };
	const struct oci_id_mapping user = { .host_id = geteuid(), .size = 1 };
	const struct oci_id_mapping group = { .host_id = getegid(), .size = 1 };
	const struct unshare_request request = {
		.types = stage_types(plan->is_root),
		.resources = &no_limits,
		.group = tour_group_name(call->arena, getpid()),
		.does_fork = true,
		.forwards_signals = true,
		.death_signal = SIGKILL,
		.maps = { .uids = &user,
			.gids = &group,
			.n_uids = plan->is_root ? 0 : 1,
			.n_gids = plan->is_root ? 0 : 1 },
		.propagation = MS_PRIVATE,
		.proc = "/proc",
		.inside = run_guide,
		.inside_argument = plan,
	};
	bool is_program;
	int r;

	if (fflush(call->out) == EOF)
		return err_sys(err, "write standard output");
	r = unshare_run(&request, &call->exit_status, &is_program, err);
	return r < 0 ? err_while(err, "the tour's stage") : 0;
}

static int tour_run(struct command_call *call, struct err *err)
{
	const struct tour_options *options = call->options;
	struct err leftovers = ERR_INIT;
	struct tour_plan plan = {
		.pauses = !options->no_pause && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO),
		.is_root = capability_is_effective(CAPABILITY_SYS_ADMIN),
		.out = call->out,
	};
	int r;

	if (options->list)
		return list_topics(call);
	r = choose_topics(call, &plan.topics, err);
	if (r < 0)
		return r;
	if (tour_remove_leftovers(call->arena, &leftovers) < 0)
		warn(&leftovers);
	return run_in_stage(call, &plan, err);
}

const struct command engine_command_tour = {
	.name = "tour",
	.arguments = "[TOPIC ...]",
	.summary = "show what a container is, live and by hand",
	.description =
		"Each step says what is looked at, shows a command, runs it, and shows what the "
		"kernel answers.\n"
		"Everything happens in namespaces and a cgroup of the tour's own, and is gone at "
		"its end.\n"
		"Without a terminal it does not pause, and is a test: the exit status is 0 when "
		"every answer\n"
		"was as it has to be, 1 when one was not, 125 when the tour could not begin. A "
		"step that takes\n"
		"something that this machine or this user does not have is left out, and says "
		"what it takes.\n"
		"An ordinary user sees all but limits. Commands use the machine's static busybox, "
		"if there is\n"
		"one (Debian: busybox-static).",
	.options = tour_option_table,
	.options_size = sizeof(struct tour_options),
	.max_args = COMMAND_ARGS_UNLIMITED,
	.failure_status = TOUR_STATUS_NOT_BEGUN,
	.run = tour_run,
};
