/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hull-reaper COMMAND [ARGUMENT...]: the first process of a container with --init.
 *
 * Role init's successor: process 1 of the container's pid namespace, the container's root and user.
 * It starts the command, hands every signal on to it (process 1 itself takes none that it has no
 * handler for), waits for processes that lost their parents, and ends as the command ends. The
 * container has a copy of its own of this program: to change it changes nothing elsewhere.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	STATUS_NOT_RUNNABLE = 126,
	STATUS_NO_SUCH_FILE = 127,
	STATUS_SIGNAL = 128,
};

static void say(const char *command, const char *text)
{
	fprintf(stderr, "hull-reaper: %s: %s\n", command, text);
}

/* A process group of its own, in front of the terminal, if there is one. */
static _Noreturn void run_command(char **argv, const sigset_t *kept)
{
	setpgid(0, 0);
	if (isatty(STDIN_FILENO))
		tcsetpgrp(STDIN_FILENO, getpid()); /* SIGTTOU is blocked still */
	sigprocmask(SIG_SETMASK, kept, NULL);
	execvp(argv[0], argv);
	if (errno == ENOENT) {
		say(argv[0], "no such file or directory");
		_exit(STATUS_NO_SUCH_FILE);
	}
	say(argv[0], "it cannot be executed");
	_exit(STATUS_NOT_RUNNABLE);
}

/* Whether the command was among those that have ended. */
static int reap_all(pid_t command, int *ret_status)
{
	int status, has_ended = 0;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid != command)
			continue;
		has_ended = 1;
		*ret_status = WIFSIGNALED(status) ? STATUS_SIGNAL + WTERMSIG(status)
						  : WEXITSTATUS(status);
	}
	return has_ended;
}

static int look_after(pid_t command, const sigset_t *all)
{
	int status = EXIT_FAILURE;

	for (;;) {
		int number = sigwaitinfo(all, NULL);

		if (number == SIGCHLD && reap_all(command, &status))
			return status;
		if (number > 0 && number != SIGCHLD)
			kill(command, number);
	}
}

int main(int argc, char **argv)
{
	sigset_t all, kept;
	pid_t command;

	if (argc < 2) {
		say("usage", "hull-reaper COMMAND [ARGUMENT...]");
		return EXIT_FAILURE;
	}
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &kept);
	command = fork();
	if (command < 0) {
		say(argv[1], "no process can be made");
		return EXIT_FAILURE;
	}
	if (command == 0)
		run_command(argv + 1, &kept);
	return look_after(command, &all);
}
