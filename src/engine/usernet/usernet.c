/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/usernet/usernet.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/file.h"
#include "base/parse.h"
#include "base/text.h"
#include "base/warn.h"
#include "sys/descriptors.h"
#include "sys/process.h"

#define PID_FILE "pasta.pid"

enum {
	WORDS_MAX = 32,
	OUTPUT_MAX_BYTES = 512,
	FILE_MAX_BYTES = 65536,
	ROUTES_MAX_BYTES = 4 * 1024 * 1024,
};

static const char *const folders[] = { "/usr/local/bin", "/usr/bin", "/bin" };

static bool find_program(char path[64])
{
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		snprintf(path, 64, "%s/" USERNET_PASTA, folders[i]);
		if (access(path, X_OK) == 0)
			return true;
	}
	return false;
}

/*
 * A line whose destination is "everywhere" and that is not of the loopback interface. The
 * destination is the first field, or stands behind the interface's name: gateways of nothing look
 * the same.
 */
static bool has_default(const char *text, const char *destination, bool is_behind_name)
{
	while (*text) {
		size_t length = strcspn(text, "\n");
		size_t begin = is_behind_name ? strcspn(text, "\t\n") : 0;

		if (strncmp(text + begin, destination, strlen(destination)) == 0 &&
			!(length > 2 && memcmp(text + length - 2, "lo", 2) == 0))
			return true;
		text += length + (text[length] == '\n');
	}
	return false;
}

/* pasta gives the container what the host's interface with the default route has. */
static bool has_route(void)
{
	static const struct {
		const char *path, *destination;
		bool is_behind_name;
	} tables[] = {
		{ "/proc/net/route", "\t00000000\t", true },
		{ "/proc/net/ipv6_route", "00000000000000000000000000000000 00 ", false },
	};
	AUTO_ARENA arena = ARENA_INIT;
	struct err ignored = ERR_INIT;
	const char *text;
	size_t size;

	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		AUTO_FD int fd = open(tables[i].path, O_RDONLY | O_CLOEXEC);

		if (fd >= 0 &&
			file_read_fd(&arena, fd, tables[i].path, ROUTES_MAX_BYTES, &text, &size,
				&ignored) == 0 &&
			has_default(text, tables[i].destination, tables[i].is_behind_name))
			return true;
	}
	return false;
}

/* Why there is none; NULL: there can be. */
static const char *obstacle(void)
{
	char path[64];

	if (!find_program(path))
		return "the program " USERNET_PASTA " is missing (package passt)";
	if (access("/dev/net/tun", R_OK | W_OK) < 0)
		return "/dev/net/tun may not be opened";
	return has_route() ? NULL : "the host has no default route";
}

static void warn_of_none(const char *why)
{
	struct err missing = ERR_INIT;

	err_fail(&missing, ENOENT, "the container gets no network: %s", why);
	err_hint(&missing, "with --network none nothing is said");
	warn(&missing);
}

int usernet_settle(const struct store *store, struct container_settings *settings, struct err *err)
{
	const char *why;

	if (!store->has_user_namespace && text_equal(settings->network_mode, USERNET_PASTA)) {
		err_fail(err, EINVAL, "--network " USERNET_PASTA " is for ordinary users");
		return -err->code;
	}
	if (store->has_user_namespace && settings->n_networks > 0) {
		err_fail(err, EPERM, "--network %s: networks of hull need root",
			settings->networks[0].name);
		return err_hint(err, "--network " USERNET_PASTA " leads outside");
	}
	if (!store->has_user_namespace || !text_is_empty(settings->network_mode))
		return 0;
	why = obstacle();
	settings->network_mode = why ? "none" : USERNET_PASTA;
	if (why)
		warn_of_none(why);
	return 0;
}

/* ---- which process it is ---- */

/* Its arguments name the file, whose path has the container's id. */
static bool is_ours(struct arena *arena, const char *pid_file, pid_t pid)
{
	struct err ignored = ERR_INIT;
	const char *path = arena_printf(arena, "/proc/%d/cmdline", pid), *text;
	AUTO_FD int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t size;

	return fd >= 0 &&
	       file_read_fd(arena, fd, path, FILE_MAX_BYTES, &text, &size, &ignored) == 0 &&
	       memmem(text, size, pid_file, strlen(pid_file) + 1) != NULL;
}

static bool read_pid(struct arena *arena, int dir_fd, pid_t *ret)
{
	struct err ignored = ERR_INIT;
	const char *text;
	uint32_t number;
	size_t size;

	if (file_read_at(arena, dir_fd, PID_FILE, FILE_MAX_BYTES, &text, &size, &ignored) < 0 ||
		parse_id(arena_strndup(arena, text, strcspn(text, "\n")), &number) < 0 ||
		number == 0 || number > INT32_MAX)
		return false;
	*ret = (pid_t)number;
	return true;
}

void usernet_stop(struct arena *arena, const struct engine_container *container)
{
	const char *path = arena_printf(arena, "%s/" PID_FILE, container->directory);
	struct err ignored = ERR_INIT;
	AUTO_FD int pidfd = -1;
	pid_t pid;

	if (!read_pid(arena, container->dir_fd, &pid))
		return;
	/* opened first: what is looked at then is what is killed */
	if (process_pidfd_open(pid, &pidfd, &ignored) == 0 && is_ours(arena, path, pid))
		process_pidfd_signal(pidfd, SIGKILL, &ignored);
	unlinkat(container->dir_fd, PID_FILE, 0);
}

/* ---- its start ---- */

static const char *const *arguments(struct arena *arena, const char *program,
	const struct engine_container *container, pid_t pid)
{
	const char **words = ARENA_NEW_ARRAY(arena, WORDS_MAX, const char *);
	const char *const usual[] = {
		program,
		"--config-net",
		"--quiet",
		"--no-map-gw", /* the gateway is not the host: nothing that listens there only */
		"--no-netns-quit",
		"--dns-forward",
		USERNET_DNS,
		"--pid",
		arena_printf(arena, "%s/" PID_FILE, container->directory),
		"--userns",
		arena_printf(arena, "/proc/%d/ns/user", pid),
		"--netns",
		arena_printf(arena, "/proc/%d/ns/net", pid),
		/* nothing by itself, in neither direction */
		"-t",
		"none",
		"-u",
		"none",
		"-T",
		"none",
		"-U",
		"none",
	};

	static_assert(sizeof(usual) / sizeof(usual[0]) < WORDS_MAX, "room for the last NULL");
	memcpy(words, usual, sizeof(usual));
	return words;
}

/* Role: child. Its standard error is what it says until it is in the background. */
static _Noreturn void execute(const char *const *words, int errors_fd)
{
	static char *const environment[] = { (char *)"PATH=/usr/bin:/bin", NULL };
	struct err ignored = ERR_INIT;
	int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null_fd >= 0 && dup2(null_fd, STDIN_FILENO) >= 0 && dup2(null_fd, STDOUT_FILENO) >= 0 &&
		dup2(errors_fd, STDERR_FILENO) >= 0 &&
		descriptors_close_on_exec_from(STDERR_FILENO + 1, &ignored) == 0)
		execve(words[0], (char *const *)words, environment);
	_exit(127);
}

/* The last line that says something; syslog's absence is no news. */
static const char *last_words(char *text)
{
	const char *last = "";

	while (*text) {
		size_t length = strcspn(text, "\n");
		char *next = text + length + (text[length] == '\n');

		text[length] = '\0';
		if (length > 0 && !text_has_prefix(text, "Failed to send"))
			last = text;
		text = next;
	}
	return last;
}

static int wait_for(pid_t pid, int errors_fd, struct err *err)
{
	char text[OUTPUT_MAX_BYTES] = "";
	struct err ignored = ERR_INIT;
	int status;

	(void)fd_read_up_to(errors_fd, text, sizeof(text) - 1, &ignored);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return err_sys(err, "waitpid");
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	err_fail(err, EIO, USERNET_PASTA ": %s", last_words(text));
	return err_hint(err, "--network none needs none of that");
}

int usernet_start(struct arena *arena, const struct engine_container *container, pid_t namespaces,
	struct err *err)
{
	char program[64];
	int ends[2];
	pid_t pid;

	usernet_stop(arena, container);
	if (!find_program(program)) {
		err_fail(err, ENOENT, "network " USERNET_PASTA ": the program is not there");
		return err_hint(err, "install the package passt, or use --network none");
	}
	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_sys(err, "pipe");
	AUTO_FD int ours = ends[0];
	AUTO_FD int theirs = ends[1];
	const char *const *words = arguments(arena, program, container, namespaces);
	pid = fork();
	if (pid == 0)
		execute(words, theirs);
	if (pid < 0)
		return err_sys(err, "fork");
	fd_replace(&theirs, -1);
	return wait_for(pid, ours, err);
}
