/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/engine/explain_text.h"

#include <signal.h>
#include <time.h>

#include "base/text.h"
#include "base/utc.h"
#include "cli/human.h"
#include "cli/signal_name.h"
#include "engine/container/health.h"
#include "engine/container/start_record.h"

static const char *ago(struct arena *arena, const char *time_text)
{
	struct timespec then;
	char *text;

	if (!time_text || utc_parse(time_text, &then) < 0)
		return "";
	text = arena_printf(arena, " %s ago", human_duration(arena, time(NULL) - then.tv_sec));
	if (text[1] >= 'A' && text[1] <= 'Z') /* "Less than a second" */
		text[1] = (char)(text[1] - 'A' + 'a');
	return text;
}

/* "SIGTERM", "signal 77" */
static const char *signal_text(struct arena *arena, int number)
{
	const char *name = signal_name(number);

	return name ? arena_printf(arena, "SIG%s", name) : arena_printf(arena, "signal %d", number);
}

static const char *signal_meaning(int number)
{
	static const struct {
		int number;
		const char *meaning;
	} meanings[] = {
		{ SIGSEGV, ": the program used memory that is not its own" },
		{ SIGABRT, ": the program gave up by itself, by abort" },
		{ SIGILL, ": the program has an instruction that this processor has not" },
		{ SIGFPE, ": the program divided by zero, or the like" },
		{ SIGBUS, ": the program used memory that is not there any more" },
		{ SIGSYS, ": the filter of system calls ended it" },
		{ SIGPIPE, ": nobody read what it wrote" },
		{ SIGXCPU, ": its limit of processor time (--ulimit cpu) was reached" },
		{ SIGXFSZ, ": its limit of file sizes (--ulimit fsize) was reached" },
		{ SIGKILL, ", which leaves a program no choice" },
	};

	for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++)
		if (meanings[i].number == number)
			return meanings[i].meaning;
	return "";
}

/* " (the shell in it did not find a command)" */
static const char *status_meaning(struct arena *arena, int status)
{
	switch (status) {
	case 0:
		return ", that is success";
	case 1:
		return ", the usual word for an error: its log may say which";
	case 126:
		return ", with which shells say that a command cannot be executed";
	case 127:
		return ", with which shells say that a command was not found";
	default:
		break;
	}
	if (status > 128 && status <= 128 + SIGRTMAX)
		return arena_printf(arena, ", with which shells say that %s ended a command",
			signal_text(arena, status - 128));
	return ", whose meaning is the program's own";
}

static const char *user_text(struct arena *arena, uint32_t uid)
{
	return uid == 0 ? "root" : arena_printf(arena, "user %u", uid);
}

/* The limit that was there to be reached, as far as it is known which one it was. */
static const char *memory_text(struct arena *arena, const struct engine_container *container,
	const struct engine_state *state)
{
	const struct container_settings *settings = &container->settings;
	const char *own = settings->resources.memory > 0
				  ? arena_printf(arena, "its own limit of %s (--memory)",
					    human_size(arena, (uint64_t)settings->resources.memory))
				  : NULL;
	const char *above = settings->group ? arena_printf(arena, "the limit of the group %s",
						      settings->group)
			    : settings->cgroup_parent
				    ? arena_printf(arena,
					      "a limit of the group %s or the machine's memory",
					      settings->cgroup_parent)
				    : "the machine's memory";

	if (state->oom_at_limit && own)
		return own;
	if (state->oom_at_limit)
		return "a limit inside of the container's own group";
	/* the counters of v1 do not tell whose limit it was */
	return own ? own : above;
}

static const char *explain_oom(struct arena *arena, const struct engine_container *container,
	const struct engine_state *state)
{
	const struct container_settings *settings = &container->settings;

	return arena_printf(arena,
		"the kernel killed a process in it for want of memory: %s was used up, in the "
		"group "
		"%s/%s%s",
		memory_text(arena, container, state),
		settings->cgroup_parent ? settings->cgroup_parent : "/hull",
		arena_strndup(arena, container->id, 12),
		state->signal == SIGKILL
			? ""
			: arena_printf(arena, "; its first process then exited with status %d",
				  state->exit_code));
}

static const char *explain_stop(
	struct arena *arena, const struct stop_record *stop, const struct engine_state *state)
{
	const char *who =
		text_equal(stop->by, STOPPED_BY_SYSTEM)
			? "it was stopped because the machine, or hull's service, went down"
		: text_equal(stop->by, "health check")
			? "it was stopped because it was not healthy"
			: arena_printf(arena, "%s ended it by `hull %s`",
				  user_text(arena, stop->uid), stop->by);
	const char *end = state->signal && state->signal == stop->signal ? ""
			  : state->signal == SIGKILL
				  ? ", and as it did not end in its time, by SIGKILL"
			  : state->signal ? arena_printf(arena, ", and it died of %s",
						    signal_text(arena, state->signal))
					  : arena_printf(arena, ", and it exited with status %d",
						    state->exit_code);

	return arena_printf(arena, "%s, with %s%s", who, signal_text(arena, stop->signal), end);
}

const char *explain_end(struct arena *arena, const struct engine_container *container,
	const struct engine_state *state)
{
	struct err none = ERR_INIT;
	struct stop_record stop;

	if (state->status != ENGINE_STATUS_EXITED && state->status != ENGINE_STATUS_RESTARTING)
		return "";
	if (state->is_rebooted)
		return "the machine was restarted while it ran";
	if (state->is_unrecorded)
		return "it has ended while its monitor was gone (somebody killed hull-monitor): "
		       "nobody saw how";
	if (state->oom_killed)
		return explain_oom(arena, container, state);
	if (stop_record_read(arena, container->dir_fd, &stop, &none) == 0)
		return explain_stop(arena, &stop, state);
	if (state->signal)
		return arena_printf(arena, "%s from outside of hull or of its own ended it%s",
			signal_text(arena, state->signal), signal_meaning(state->signal));
	return arena_printf(arena, "its program exited with status %d%s", state->exit_code,
		status_meaning(arena, state->exit_code));
}

static const char *explain_health(struct arena *arena, const struct engine_container *container)
{
	struct err none = ERR_INIT;
	struct health_state health;
	const struct health_result *last;

	if (health_read(arena, container, &health, &none) < 0)
		return "Its health is not checked.";
	if (health.n_log == 0)
		return arena_printf(
			arena, "It is %s: its health was not checked yet.", health.status);
	last = &health.log[health.n_log - 1];
	return arena_printf(arena, "It is %s: the last check%s %s%s%s.", health.status,
		ago(arena, last->end),
		last->exit_code == 0 ? "succeeded"
		: last->exit_code < 0
			? "took too long"
			: arena_printf(arena, "failed with status %d", last->exit_code),
		last->exit_code != 0 && last->output[0] ? " and said: " : "",
		last->exit_code != 0 ? arena_strndup(arena, last->output, 200) : "");
}

static const char *explain_restarts(struct arena *arena, const struct engine_container *container)
{
	const struct restart_record record = restart_record_read(arena, container->dir_fd);

	if (record.count == 0)
		return "";
	return arena_printf(arena, " Its policy (%s) has started it again %lld time%s.",
		container->settings.restart_policy, (long long)record.count,
		record.count == 1 ? "" : "s");
}

static const char *explain_failure(struct arena *arena, const struct engine_container *container,
	const struct failure_record *failure)
{
	return arena_printf(arena,
		"%s could not be started%s: %s%s%s. The status of that is %d%s.%s%s",
		container->settings.name, ago(arena, failure->at), failure->text,
		text_is_empty(failure->phase) ? "" : ", in the step ",
		text_is_empty(failure->phase) ? "" : failure->phase, failure->exit_code,
		failure->exit_code == 127   ? ": the program is not there"
		: failure->exit_code == 126 ? ": the program cannot be executed"
					    : ": hull itself failed",
		text_is_empty(failure->hint) ? "" : " Hint: ",
		text_is_empty(failure->hint) ? "" : failure->hint);
}

const char *explain_text(struct arena *arena, const struct engine_container *container,
	const struct engine_state *state)
{
	const char *name = container->settings.name;
	struct err none = ERR_INIT;
	struct failure_record failure;

	if (state->status == ENGINE_STATUS_DEAD)
		return arena_printf(arena,
			"%.12s was not made to its end: a command that made it died. It can only "
			"be "
			"removed.",
			container->id);
	if (failure_record_read(arena, container->dir_fd, &failure, &none) == 0)
		return explain_failure(arena, container, &failure);
	switch (state->status) {
	case ENGINE_STATUS_RUNNING:
	case ENGINE_STATUS_PAUSED:
		return arena_printf(arena, "%s %s since %s, started%s. %s%s", name,
			state->status == ENGINE_STATUS_PAUSED ? "is frozen, and runs" : "runs",
			state->started_at, ago(arena, state->started_at),
			explain_health(arena, container), explain_restarts(arena, container));
	case ENGINE_STATUS_RESTARTING:
		return arena_printf(arena, "%s ended%s: %s. It is about to be started again.%s",
			name, ago(arena, state->finished_at), explain_end(arena, container, state),
			explain_restarts(arena, container));
	case ENGINE_STATUS_EXITED:
		return arena_printf(arena, "%s ended%s: %s.%s", name,
			ago(arena, state->finished_at), explain_end(arena, container, state),
			explain_restarts(arena, container));
	case ENGINE_STATUS_CREATED:
	case ENGINE_STATUS_DEAD:
	case ENGINE_STATUS_COUNT:
		break;
	}
	return arena_printf(arena, "%s was made%s and never started: `hull start %s` does it.",
		name, ago(arena, container->settings.created), name);
}
