/* SPDX-License-Identifier: Apache-2.0 */
/*
 * probe: asks the kernel what busybox cannot ask, from inside a container. One question a call;
 * prints the answer on one line, or "error: TEXT" and exits with 1.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/securebits.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

static int fail(const char *what)
{
	printf("error: %s: %s\n", what, strerror(errno));
	return 1;
}

/* shm-make KEY: a System V segment of one page */
static int shm_make(char **args)
{
	int id = shmget((key_t)strtol(args[0], NULL, 0), 4096, IPC_CREAT | IPC_EXCL | 0600);

	if (id < 0)
		return fail("shmget");
	puts("made");
	return 0;
}

/* shm-find KEY: whether there is one, without making it */
static int shm_find(char **args)
{
	int id = shmget((key_t)strtol(args[0], NULL, 0), 0, 0);

	if (id < 0 && errno != ENOENT)
		return fail("shmget");
	puts(id < 0 ? "none" : "found");
	return 0;
}

/* rlimit NUMBER: soft and hard limit */
static int rlimit(char **args)
{
	struct rlimit limit;

	if (getrlimit((__rlimit_resource_t)atoi(args[0]), &limit) < 0)
		return fail("getrlimit");
	printf("%ju %ju\n", (uintmax_t)limit.rlim_cur, (uintmax_t)limit.rlim_max);
	return 0;
}

/* clock: monotonic and boot time in whole seconds */
static int clock_seconds(char **args)
{
	struct timespec monotonic, boot;

	(void)args;
	if (clock_gettime(CLOCK_MONOTONIC, &monotonic) < 0 ||
		clock_gettime(CLOCK_BOOTTIME, &boot) < 0)
		return fail("clock_gettime");
	printf("%jd %jd\n", (intmax_t)monotonic.tv_sec, (intmax_t)boot.tv_sec);
	return 0;
}

/* tty: session leader?, controlling terminal?, in the foreground? */
static int tty(char **args)
{
	int fd = open("/dev/tty", O_RDWR | O_CLOEXEC);

	(void)args;
	printf("leader=%d controlling=%d foreground=%d\n", getsid(0) == getpid(), fd >= 0,
		fd >= 0 && tcgetpgrp(fd) == getpgrp());
	return 0;
}

/* session: session and process group of the caller's parent, as seen here */
static int session(char **args)
{
	(void)args;
	printf("sid=%d pgid=%d\n", (int)getsid(0), (int)getpgrp());
	return 0;
}

/* winsize: rows and columns of standard input */
static int window_size(char **args)
{
	struct winsize size;

	(void)args;
	if (ioctl(STDIN_FILENO, TIOCGWINSZ, &size) < 0)
		return fail("TIOCGWINSZ");
	printf("%d %d\n", size.ws_row, size.ws_col);
	return 0;
}

/* signals: the blocked and ignored sets that were handed down */
static int signals(char **args)
{
	sigset_t blocked;
	int count = 0, ignored = 0;

	(void)args;
	if (sigprocmask(SIG_BLOCK, NULL, &blocked) < 0)
		return fail("sigprocmask");
	for (int number = 1; number <= 64; number++) {
		struct sigaction action;

		count += sigismember(&blocked, number) == 1;
		ignored += sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
	}
	printf("blocked=%d ignored=%d\n", count, ignored);
	return 0;
}

/* open PATH: whether it can be opened for reading, and how not */
static int open_path(char **args)
{
	int fd = open(args[0], O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		return fail("open");
	puts("opened");
	return 0;
}

/* fork N: how many of N children could be made */
static int fork_many(char **args)
{
	int wanted = atoi(args[0]), made = 0;
	pid_t children[1024];

	if (wanted > 1024)
		wanted = 1024;
	while (made < wanted) {
		pid_t child = fork();

		if (child < 0)
			break;
		if (child == 0) {
			pause();
			_exit(0);
		}
		children[made++] = child;
	}
	printf("%d %s\n", made, made < wanted ? strerror(errno) : "all");
	for (int i = 0; i < made; i++) {
		kill(children[i], SIGKILL);
		waitpid(children[i], NULL, 0);
	}
	return 0;
}

/* eat MIB: touches so many MiB of memory, page by page */
static int eat(char **args)
{
	size_t size = (size_t)atoi(args[0]) << 20;
	volatile char *memory = malloc(size);

	if (!memory)
		return fail("malloc");
	for (size_t i = 0; i < size; i += 4096)
		memory[i] = 1;
	puts("ate");
	return 0;
}

/* burn MS: runs for MS milliseconds of wall time; prints the CPU time it got in that time */
static int burn(char **args)
{
	struct timespec start, now, used;
	long wanted_ms = atol(args[0]), passed_ms;

	clock_gettime(CLOCK_MONOTONIC, &start);
	do {
		for (volatile int i = 0; i < 100000; i++)
			;
		clock_gettime(CLOCK_MONOTONIC, &now);
		passed_ms = (now.tv_sec - start.tv_sec) * 1000 +
			    (now.tv_nsec - start.tv_nsec) / 1000000;
	} while (passed_ms < wanted_ms);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
	printf("%ld\n", (long)(used.tv_sec * 1000 + used.tv_nsec / 1000000));
	return 0;
}

/* euid: the effective user */
static int effective_user(char **args)
{
	(void)args;
	printf("%d\n", (int)geteuid());
	return 0;
}

/* securebits: as a number */
static int securebits(char **args)
{
	(void)args;
	printf("%d\n", prctl(PR_GET_SECUREBITS));
	return 0;
}

/* keyctl(2) of the session keyring, KEY_SPEC_SESSION_KEYRING: what it is, what SELinux calls it */
static int ask_keyring(int command)
{
	char text[512] = "";

	if (syscall(SYS_keyctl, command, -3, text, sizeof text - 1) < 0)
		return fail("keyctl");
	puts(text);
	return 0;
}

static int keyring(char **args)
{
	(void)args;
	return ask_keyring(6 /* KEYCTL_DESCRIBE */);
}

static int keyring_label(char **args)
{
	(void)args;
	return ask_keyring(17 /* KEYCTL_GET_SECURITY */);
}

static const struct {
	const char *name;
	int n_args;
	int (*ask)(char **args);
} questions[] = {
	{ "shm-make", 1, shm_make },
	{ "shm-find", 1, shm_find },
	{ "rlimit", 1, rlimit },
	{ "clock", 0, clock_seconds },
	{ "tty", 0, tty },
	{ "session", 0, session },
	{ "winsize", 0, window_size },
	{ "signals", 0, signals },
	{ "open", 1, open_path },
	{ "fork", 1, fork_many },
	{ "eat", 1, eat },
	{ "burn", 1, burn },
	{ "euid", 0, effective_user },
	{ "securebits", 0, securebits },
	{ "keyring", 0, keyring },
	{ "keyring-label", 0, keyring_label },
};

int main(int argc, char **argv)
{
	for (size_t i = 0; i < sizeof questions / sizeof *questions; i++)
		if (argc >= 2 && !strcmp(argv[1], questions[i].name) &&
			argc - 2 == questions[i].n_args)
			return questions[i].ask(argv + 2);
	fprintf(stderr, "probe: no such question\n");
	return 2;
}
