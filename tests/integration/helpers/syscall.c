/* SPDX-License-Identifier: Apache-2.0 */
/*
 * syscall [-32|-traced] CALL [ARG...]: makes a system call, by name or number, and prints
 * "returned N", "error ERRNO", "trapped CALL ERRNO" (a SIGSYS that was caught) or, with -traced,
 * "event N" (what a tracer is told). -32: by the 32-bit entry of x86.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Harmless with zeros, and not used by a C library on its own. */
static const struct {
	const char *name;
	long number, number_32;
} calls[] = {
	{ "acct", SYS_acct, 51 },
	{ "faccessat2", SYS_faccessat2, 439 },
	{ "getpgid", SYS_getpgid, 132 },
	{ "kcmp", SYS_kcmp, 349 },
	{ "personality", SYS_personality, 136 },
	{ "socket", SYS_socket, 359 },
};

static long number_of(const char *name, int is_32)
{
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (strcmp(calls[i].name, name) == 0)
			return is_32 ? calls[i].number_32 : calls[i].number;
	return strtol(name, NULL, 0);
}

static const char *name_of(int number)
{
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (calls[i].number == number)
			return calls[i].name;
	return "?";
}

static void trapped(int signal_number, siginfo_t *info, void *context)
{
	char text[64];
	int n = snprintf(
		text, sizeof(text), "trapped %s %d\n", name_of(info->si_syscall), info->si_errno);

	(void)signal_number;
	(void)context;
	if (write(STDOUT_FILENO, text, (size_t)n) < 0)
		_exit(2);
	_exit(0);
}

/* A negative result is minus the errno. */
static long call_32(long number, const long *args)
{
#ifdef __x86_64__
	long result;

	__asm__ volatile("int $0x80"
			 : "=a"(result)
			 : "a"(number), "b"(args[0]), "c"(args[1]), "d"(args[2])
			 : "memory", "r8", "r9", "r10", "r11");
	return (int)result;
#else
	(void)number;
	(void)args;
	return -ENOSYS;
#endif
}

static long call(long number, const long *args)
{
	long result = syscall(number, args[0], args[1], args[2], args[3], args[4], args[5]);

	return result < 0 ? -errno : result;
}

static int print_result(long result)
{
	if (result < 0)
		printf("error %ld\n", -result);
	else
		printf("returned %ld\n", result);
	return 0;
}

/* The child stops for its tracer, then makes the call. */
static int trace(long number, const long *args)
{
	unsigned long event = 0;
	pid_t child = fork();
	int status;

	if (child == 0) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		raise(SIGSTOP);
		call(number, args);
		_exit(0);
	}
	waitpid(child, &status, 0);
	if (ptrace(PTRACE_SETOPTIONS, child, NULL, PTRACE_O_TRACESECCOMP | PTRACE_O_EXITKILL) < 0) {
		printf("error: PTRACE_SETOPTIONS: %s\n", strerror(errno));
		return 1;
	}
	ptrace(PTRACE_CONT, child, NULL, NULL);
	waitpid(child, &status, 0);
	if (!WIFSTOPPED(status) || status >> 8 != (SIGTRAP | PTRACE_EVENT_SECCOMP << 8)) {
		printf("no event: status 0x%x\n", status);
		return 1;
	}
	ptrace(PTRACE_GETEVENTMSG, child, NULL, &event);
	printf("event %lu\n", event);
	return 0;
}

int main(int argc, char **argv)
{
	const struct sigaction action = { .sa_sigaction = trapped, .sa_flags = SA_SIGINFO };
	int is_32 = argc > 1 && strcmp(argv[1], "-32") == 0;
	int is_traced = argc > 1 && strcmp(argv[1], "-traced") == 0;
	int next = 1 + (is_32 || is_traced);
	long args[6] = { 0 }, number;

	if (next >= argc)
		return 2;
	number = number_of(argv[next++], is_32);
	for (int i = 0; i < 6 && next + i < argc; i++)
		args[i] = (long)strtoul(argv[next + i], NULL, 0);
	sigaction(SIGSYS, &action, NULL);
	if (is_traced)
		return trace(number, args);
	return print_result(is_32 ? call_32(number, args) : call(number, args));
}
