/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/engine/tour_guide.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/file.h"
#include "base/text.h"
#include "base/warn.h"
#include "core/tour/session.h"
#include "core/tour/stage.h"

enum {
	TEXT_COLUMNS = 80,
	SIGNAL_STATUS = 128,
};

/* A check's standard input. */
#define ANSWER_DIR  "/tmp"
#define ANSWER_NAME "answer"

struct guide {
	const struct tour_plan *plan;
	FILE *out;
	bool has_style; /* a terminal */
	bool is_over;   /* somebody has seen enough */
	struct session session;
	enum { NEED_UNKNOWN, NEED_MET, NEED_UNMET } needs[TOUR_NEED_COUNT];
	const char *reasons[TOUR_NEED_COUNT];
	enum tour_need told; /* why the step before was left out */
	struct arena arena;  /* for reasons */
	unsigned n_run, n_left_out, n_failed;
};

/* ---- what it looks like ---- */

static void write_wrapped(FILE *out, const char *text)
{
	size_t column = 0;

	while (*text != '\0') {
		size_t length = strcspn(text, " ");

		if (column > 0 && column + 1 + length > TEXT_COLUMNS) {
			fputc('\n', out);
			column = 0;
		}
		column += length + (column > 0);
		fprintf(out, "%s%.*s", column > length ? " " : "", (int)length, text);
		text += length + (text[length] == ' ');
	}
	fputs("\n\n", out);
}

static void write_bold(const struct guide *guide, const char *before, const char *text)
{
	fprintf(guide->out, guide->has_style ? "\033[1m%s%s\033[0m\n" : "%s%s\n", before, text);
}

static void write_block(FILE *out, const char *text)
{
	while (*text != '\0') {
		size_t length = strcspn(text, "\n");

		fprintf(out, "%s%.*s\n", length > 0 ? "    " : "", (int)length, text);
		text += length + (text[length] == '\n');
	}
}

static void write_introduction(const struct guide *guide)
{
	write_bold(guide, "# ", "hull tour");
	fputc('\n', guide->out);
	write_wrapped(guide->out,
		"What a container is, by hand. Every command below is really run and every answer "
		"is the kernel's. It happens in namespaces and a cgroup of the tour's own, which "
		"are gone when it ends: \"outside\" is the tour's stage, not your machine.");
	if (guide->plan->is_root)
		write_wrapped(guide->out, "To do the same by hand: `hull unshare --mount --uts "
					  "--ipc --net --pid --fork --mount-proc sh`.");
	else
		write_wrapped(guide->out,
			"You are not root: the tour has made a user namespace in which you are. To "
			"do the same by hand: `hull unshare --user --map-root-user --mount --uts "
			"--ipc --net --pid --fork --mount-proc sh`.");
}

static void write_end(const struct guide *guide)
{
	fprintf(guide->out, "%u steps ran, %u failed, %u left out.\n", guide->n_run,
		guide->n_failed, guide->n_left_out);
}

/* Enter: on. q, or the end of the input: no further. */
static void pause_for_enter(struct guide *guide)
{
	char text[64];
	ssize_t n;

	if (!guide->plan->pauses)
		return;
	fputs("-- Enter: go on, q: end -- ", guide->out);
	fflush(guide->out);
	do {
		n = read(STDIN_FILENO, text, sizeof(text));
	} while (n < 0 && errno == EINTR);
	fputs("\033[A\r\033[K", guide->out); /* the line is not part of the tour */
	guide->is_over = n <= 0 || text[0] == 'q';
}

/* ---- steps ---- */

/* The whole answer, as far as somebody would read it in one line. */
static const char *last_line(struct arena *arena, const char *text)
{
	size_t end = strlen(text), begin;

	while (end > 0 && text[end - 1] == '\n')
		end--;
	begin = end;
	while (begin > 0 && text[begin - 1] != '\n')
		begin--;
	return arena_strndup(arena, text + begin, end - begin);
}

/* After a failure the shell's state is unknown: a new one. */
static int renew_session(struct guide *guide, struct err *err)
{
	session_close(&guide->session);
	return session_open(&guide->session, err);
}

/* Asked once, when the first step takes it. */
static int find_need(struct guide *guide, enum tour_need need, struct err *err)
{
	const char *probe = tour_needs[need].probe;
	struct session_answer answer = { .text = "" };
	struct arena *arena = &guide->arena;
	int r;

	if (guide->needs[need] != NEED_UNKNOWN)
		return 0;
	guide->needs[need] = NEED_MET;
	if (!probe)
		return 0;
	r = session_run(
		&guide->session, arena, arena_printf(arena, "{ %s; }", probe), NULL, &answer, err);
	if (r < 0)
		return r;
	if (answer.status != 0)
		guide->needs[need] = NEED_UNMET;
	guide->reasons[need] = last_line(arena, answer.text);
	return 0;
}

static void leave_out(struct guide *guide, const struct tour_step *step)
{
	struct arena *arena = &guide->arena;
	const char *reason = guide->reasons[step->need];

	guide->n_left_out++;
	if (guide->told == step->need)
		return;
	guide->told = step->need;
	if (step->look)
		write_wrapped(guide->out, step->look);
	write_wrapped(guide->out,
		arena_printf(arena, "Left out: this takes %s.%s%s%s", tour_needs[step->need].what,
			reason[0] ? " Here it says: \"" : "", reason, reason[0] ? "\"" : ""));
}

static int hand_over_answer(const struct session_answer *answer, struct err *err)
{
	AUTO_FD int dir = open(ANSWER_DIR, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (dir < 0)
		return err_sys(err, "open %s", ANSWER_DIR);
	return file_replace(dir, ANSWER_NAME, answer->text, strlen(answer->text), 0644, err);
}

/* The answer shows what it has to; else -EPROTO. */
static int check_answer(struct guide *guide, struct arena *arena, const struct tour_step *step,
	const struct session_answer *answer, struct err *err)
{
	struct session_answer ignored = { .text = "" };
	const char *line = arena_printf(
		arena, "{ %s; } < %s/%s > /dev/null 2>&1", step->check, ANSWER_DIR, ANSWER_NAME);
	int r = hand_over_answer(answer, err);

	if (r == 0)
		r = session_run(&guide->session, arena, line, NULL, &ignored, err);
	if (r == 0 && ignored.status != 0)
		r = err_fail(err, EPROTO, "the answer does not pass: %s", step->check);
	return r;
}

static int run_step(struct guide *guide, const struct tour_step *step, struct err *err)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct session_answer answer = { .text = "" };
	int r;

	write_bold(guide, "    $ ", step->command);
	fflush(guide->out);
	r = session_run(&guide->session, &arena, step->command, step->ready, &answer, err);
	write_block(guide->out, answer.text);
	fputc('\n', guide->out);
	return r < 0 ? r : check_answer(guide, &arena, step, &answer, err);
}

static void show_step(struct guide *guide, const struct tour_step *step)
{
	struct err err = ERR_INIT;
	int r = find_need(guide, step->need, &err);

	if (r == 0 && guide->needs[step->need] == NEED_UNMET) {
		leave_out(guide, step);
		return;
	}
	guide->told = TOUR_NEED_NOTHING;
	if (step->look)
		write_wrapped(guide->out, step->look);
	if (r == 0)
		r = run_step(guide, step, &err);
	if (r == 0 && step->meaning)
		write_wrapped(guide->out, step->meaning);
	guide->n_run++;
	if (r == 0) {
		pause_for_enter(guide);
		return;
	}
	guide->n_failed++;
	write_wrapped(guide->out, arena_printf(&guide->arena, "FAILED: %s.", err.text));
	if (r != -EPROTO && renew_session(guide, &err) < 0)
		guide->is_over = true;
	else
		pause_for_enter(guide);
}

static int show_topic(struct guide *guide, const struct tour_topic *topic, struct err *err)
{
	int r = session_open(&guide->session, err);

	if (r < 0)
		return r;
	guide->told = TOUR_NEED_NOTHING;
	fprintf(guide->out, "## %s: ", topic->name);
	write_bold(guide, "", topic->title);
	fputc('\n', guide->out);
	for (size_t i = 0; i < topic->n_steps && !guide->is_over; i++) {
		show_step(guide, &topic->steps[i]);
		if (fflush(guide->out) == EOF)
			return err_sys(err, "write standard output");
	}
	session_close(&guide->session);
	return stage_clear(err);
}

/* Process 1 of a pid namespace has no default actions; with it all the others end. */
static void end_at_once(int signal_number)
{
	_exit(SIGNAL_STATUS + signal_number);
}

static int lead(struct guide *guide, struct err *err)
{
	int r = stage_enter(err);

	if (r < 0)
		return r;
	write_introduction(guide);
	for (size_t i = 0; r == 0 && guide->plan->topics[i] && !guide->is_over; i++)
		r = show_topic(guide, guide->plan->topics[i], err);
	if (r == 0)
		write_end(guide);
	if (r == 0 && fflush(guide->out) == EOF)
		r = err_sys(err, "write standard output");
	return r;
}

int tour_guide(const struct tour_plan *plan)
{
	static const int ends[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM };
	struct guide guide = { .plan = plan, .out = plan->out, .session = SESSION_INIT };
	struct err err = ERR_INIT;
	int r;

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		signal(ends[i], end_at_once);
	guide.has_style = isatty(fileno(plan->out));
	r = lead(&guide, &err);
	arena_done(&guide.arena);
	if (r < 0) {
		warn(&err);
		return TOUR_STATUS_NOT_BEGUN;
	}
	return guide.n_failed > 0 ? TOUR_STATUS_FAILED : 0;
}
