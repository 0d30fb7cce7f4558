/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/ps_table.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/file.h"
#include "base/parse.h"
#include "base/text.h"
#include "cli/printable.h"
#include "sys/descriptors.h"

enum { OUTPUT_MAX_BYTES = 64 * 1024 * 1024 };

/* ---- running it ---- */

/* dup2() in the child takes FD_CLOEXEC away; whatever else is open stays here. */
static int spawn_ps(char *const *argv, int out_fd, pid_t *ret, struct err *err)
{
	posix_spawn_file_actions_t actions;
	int r = descriptors_close_on_exec_from(STDERR_FILENO + 1, err);
	int code;

	if (r < 0)
		return r;
	code = posix_spawn_file_actions_init(&actions);
	if (code == 0)
		code = posix_spawn_file_actions_adddup2(&actions, out_fd, STDOUT_FILENO);
	if (code == 0)
		code = posix_spawn_file_actions_adddup2(&actions, out_fd, STDERR_FILENO);
	if (code == 0)
		code = posix_spawnp(ret, argv[0], &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	return code == 0 ? 0 : err_sys_code(err, code, "posix_spawnp %s", argv[0]);
}

static int wait_ps(pid_t pid, const char *output, struct err *err)
{
	char line[512];
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return err_sys(err, "waitpid");
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	text_format(line, sizeof(line), "%s", output);
	printable_make_line(line);
	if (WIFSIGNALED(status))
		return err_fail(err, EPROTO, "ps: signal %d: %s", WTERMSIG(status), line);
	return err_fail(err, EPROTO, "ps: exit status %d: %s", WEXITSTATUS(status), line);
}

int ps_table_read(
	struct arena *arena, const char *const *args, const char **ret_text, struct err *err)
{
	char **argv = NULL;
	const char *text = "";
	size_t n = 0, length;
	struct err waiting = ERR_INIT;
	int pipes[2];
	pid_t pid;
	int r;

	ARENA_APPEND(arena, argv, n) = arena_strdup(arena, "ps");
	for (; *args; args++)
		ARENA_APPEND(arena, argv, n) = arena_strdup(arena, *args);
	ARENA_APPEND(arena, argv, n) = NULL;
	if (pipe2(pipes, O_CLOEXEC) < 0)
		return err_sys(err, "pipe2");

	AUTO_FD int read_fd = pipes[0];
	AUTO_FD int write_fd = pipes[1];

	r = spawn_ps(argv, write_fd, &pid, err);
	if (r < 0)
		return r;
	fd_replace(&write_fd, -1);
	r = file_read_fd(arena, read_fd, "ps", OUTPUT_MAX_BYTES, &text, &length, err);
	fd_replace(&read_fd, -1); /* a ps that still writes ends */
	if (wait_ps(pid, text, &waiting) < 0 && r == 0) {
		*err = waiting;
		r = -err->code;
	}
	if (r == 0)
		*ret_text = text;
	return r;
}

/* ---- choosing its lines ---- */

/* The word with that index in the line, or NULL. */
static const char *find_word(const char *line, size_t index, size_t *ret_length)
{
	for (;; index--) {
		line += strspn(line, " \t");
		*ret_length = strcspn(line, " \t\n");
		if (*ret_length == 0)
			return NULL;
		if (index == 0)
			return line;
		line += *ret_length;
	}
}

static int find_column(const char *heading, size_t *ret)
{
	const char *word;
	size_t length;

	for (size_t i = 0; (word = find_word(heading, i, &length)); i++) {
		if (length == 3 && memcmp(word, "PID", 3) == 0) {
			*ret = i;
			return 0;
		}
	}
	return -EINVAL;
}

static int compare_pids(const void *a, const void *b)
{
	pid_t first = *(const pid_t *)a, second = *(const pid_t *)b;

	return (first > second) - (first < second);
}

/* ps may write lines without a pid: of threads, of environments with line ends in them. */
static bool is_chosen(const char *line, size_t column, const pid_t *pids, size_t n_pids)
{
	size_t length;
	const char *word = find_word(line, column, &length);
	uint64_t number;
	pid_t pid;

	if (!word || n_pids == 0 || parse_u64_n(word, length, &number) < 0 || number > INT32_MAX)
		return false;
	pid = (pid_t)number;
	return bsearch(&pid, pids, n_pids, sizeof(*pids), compare_pids) != NULL;
}

int ps_table_write(const char *text, const pid_t *pids, size_t n_pids, FILE *out, struct err *err)
{
	bool is_heading = true;
	size_t column;

	if (find_column(text, &column) < 0)
		return err_fail(err, EINVAL, "couldn't find PID field in ps output");
	while (*text) {
		size_t length = strcspn(text, "\n");

		if (is_heading || is_chosen(text, column, pids, n_pids))
			fprintf(out, "%.*s\n", (int)length, text);
		is_heading = false;
		text += length + (text[length] == '\n');
	}
	return 0;
}
