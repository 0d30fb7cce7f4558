/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session: a shell that is given one line after the other, as somebody would type them.
 *
 * Layer 2, in a tour's stage (stage.h). Variables, the directory and "$!" last from line to line.
 * A line's standard input is empty; what it writes, to either stream, is read here, together with
 * what processes that were left running write meanwhile.
 */
#pragma once

#include <sys/types.h>

#include "base/arena.h"
#include "base/err.h"

struct session {
	pid_t pid; /* 0: none */
	int line_fd;
	int status_fd;
	int answer_fd;
};

#define SESSION_INIT ((struct session){ 0, -1, -1, -1 })

struct session_answer {
	const char *text; /* printable, ends with a newline unless empty; in the arena */
	int status;
};

/* The caller's PATH finds "sh" and the programs. */
int session_open(struct session *ret, struct err *err);

/* Lets go of the shell, without waiting for it. */
void session_close(struct session *session);

/*
 * Runs the line. With ready (a shell condition, NULL: none) it takes until that is true, for what
 * is started in the background. ETIMEDOUT: no end, or not ready; EPIPE: the shell has ended. Of the
 * answer there is then what came so far, and the session cannot be used again.
 */
int session_run(struct session *session, struct arena *arena, const char *line, const char *ready,
	struct session_answer *ret, struct err *err);
