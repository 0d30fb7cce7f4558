/* SPDX-License-Identifier: Apache-2.0 */
#include "inspect/inside.h"

#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/utsname.h>

#include "base/fd.h"
#include "base/text.h"
#include "inspect/facts.h"
#include "sys/clone.h"
#include "sys/nsfs_run.h"

/* ---- host name ---- */

static int ask_name(void *argument, struct err *err)
{
	if (uname(argument) < 0)
		return err_sys(err, "uname");
	return 0;
}

int inside_host_name(struct arena *arena, int ns_fd, const char **ret, struct err *err)
{
	struct utsname names = { 0 };
	int r = nsfs_run_in(ns_fd, CLONE_NEWUTS, ask_name, &names, err);

	if (r < 0)
		return err_while(err, "host name");
	*ret = arena_strdup(arena, names.nodename);
	return 0;
}

/* ---- root of a cgroup namespace ---- */

enum { CGROUP_BYTES = 16384 };

struct cgroup_question {
	int proc_fd;
	pid_t pid;
	char text[CGROUP_BYTES];
};

/* As the reader's cgroup namespace has it. */
static int ask_cgroup(void *argument, struct err *err)
{
	struct cgroup_question *question = argument;
	char path[32];
	ssize_t length;

	text_format(path, sizeof(path), "%d/cgroup", (int)question->pid);
	AUTO_FD int fd = openat(question->proc_fd, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(err, "open /proc/%s", path);
	length = fd_read_up_to(fd, question->text, sizeof(question->text) - 1, err);
	if (length < 0)
		return (int)length;
	question->text[length] = '\0';
	return 0;
}

/* The line for the same hierarchy, "7:pids:"; NULL: there is none. */
static const char *find_line(const char *text, const char *line)
{
	size_t length = strcspn(line, "/");

	while (*text != '\0' && strncmp(text, line, length) != 0) {
		text += strcspn(text, "\n");
		text += *text == '\n';
	}
	return *text == '\0' ? NULL : text + length;
}

/* outside /docker/1/app, inside /app: /docker/1; NULL: it has left the root. */
static const char *root_of(struct arena *arena, const char *outside, const char *inside)
{
	size_t n_outside = strcspn(outside, "\n");
	size_t n_inside = strcspn(inside, "\n");

	if (n_inside == 1)
		n_inside = 0; /* "/": it is at the root itself */
	if (n_inside > n_outside || memcmp(outside + n_outside - n_inside, inside, n_inside) != 0)
		return NULL;
	return n_inside == n_outside ? "/" : arena_strndup(arena, outside, n_outside - n_inside);
}

const char *inside_cgroup_roots(struct arena *arena, const char *outside, const char *inside)
{
	const char *lines = NULL, *first = NULL;
	bool do_differ = false;

	while (*outside != '\0') {
		size_t head = strcspn(outside, "/\n");
		const char *below = outside[head] == '/' ? find_line(inside, outside) : NULL;
		const char *root = below ? root_of(arena, outside + head, below) : NULL;

		if (root) {
			lines = arena_printf(arena, "%s%s%.*s%s", lines ? lines : "",
				lines ? "\n" : "", (int)head, outside, root);
			first = first ? first : root;
			do_differ |= !text_equal(first, root);
		}
		outside += strcspn(outside, "\n");
		outside += *outside == '\n';
	}
	return do_differ ? lines : first;
}

int inside_cgroup_root(const struct view *view, const struct view_process *process, int ns_fd,
	const char **ret, struct err *err)
{
	struct cgroup_question *question = ARENA_NEW(view->arena, struct cgroup_question);
	int r;

	question->proc_fd = view->proc_fd;
	question->pid = process->pid;
	r = nsfs_run_in(ns_fd, CLONE_NEWCGROUP, ask_cgroup, question, err);
	if (r == 0)
		*ret = inside_cgroup_roots(
			view->arena, facts_file(view, process->pid, "cgroup"), question->text);
	return r;
}
