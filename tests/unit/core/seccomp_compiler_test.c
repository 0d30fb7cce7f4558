/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The compiler as a process: the embedded one, and others that do what it never should. Those are
 * this test itself, executed by the name of the compiler; the profile's defaultErrnoRet says what
 * it does.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/fd.h"
#include "core/seccomp/internal.h"

enum misdeed {
	DIES,
	HANGS,
	FAILS_IN_SILENCE,
	GIVES_NOTHING,
	GIVES_HALF_AN_INSTRUCTION,
	GIVES_A_PROGRAM_ASTRAY,
	GIVES_TOO_MUCH,
	SAYS_HALF_AN_ERROR,
	SAYS_A_WILD_ERROR,
	SAYS_NO_ERROR,
	TELLS_WHAT_IT_HAS,
	MISDEED_COUNT,
};

enum { HANG_LIMIT_MS = 300, PATIENCE_SEC = 30 };

/* ---- what the misbehaving compiler does ---- */

static void give(const void *bytes, size_t size)
{
	struct err err = ERR_INIT;

	if (fd_write_all(STDOUT_FILENO, bytes, size, &err) < 0)
		_exit(99);
}

static _Noreturn void say(struct err err, size_t size)
{
	give(&err, size);
	_exit(1);
}

static int count_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int n = -1; /* the directory's own */

	while (dir && readdir(dir))
		n++;
	return n - 2; /* . and .. */
}

/* Blocked or ignored: what an exec hands on. A sanitizer has handlers of its own. */
static int count_signals_changed(void)
{
	struct sigaction action;
	sigset_t blocked;
	int n = 0;

	sigprocmask(SIG_SETMASK, NULL, &blocked);
	for (int i = 1; i < 32; i++)
		if (sigismember(&blocked, i) ||
			(sigaction(i, NULL, &action) == 0 && action.sa_handler == SIG_IGN))
			n++;
	return n;
}

static _Noreturn void tell_what_it_has(void)
{
	struct err err = ERR_INIT;
	int n_variables = 0;

	while (environ[n_variables])
		n_variables++;
	err_fail(&err, EINVAL, "%d descriptors, %d variables, %d signals", count_descriptors(),
		n_variables, count_signals_changed());
	say(err, sizeof(err));
}

static _Noreturn void say_a_wild_error(void)
{
	struct err err;

	memset(&err, '\x1b', sizeof(err));
	err.code = INT32_MAX;
	say(err, sizeof(err));
}

static _Noreturn void give_program(const struct sock_filter *insns, size_t size)
{
	give(insns, size);
	_exit(0);
}

static _Noreturn void give_too_much(void)
{
	static const struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);

	for (int i = 0; i <= BPF_MAXINSNS; i++)
		give(&allow, sizeof(allow));
	_exit(0);
}

static _Noreturn void misbehave(enum misdeed misdeed)
{
	static const struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	static const struct sock_filter astray = BPF_STMT(BPF_JMP | BPF_JA, 7);
	struct err err = ERR_INIT;

	alarm(PATIENCE_SEC);
	err_fail(&err, ENOTSUP, "as it should be");
	switch (misdeed) {
	case DIES:
		kill(getpid(), SIGKILL);
		break;
	case HANGS:
		for (;;)
			pause();
	case FAILS_IN_SILENCE:
		_exit(3);
	case GIVES_NOTHING:
		_exit(0);
	case GIVES_HALF_AN_INSTRUCTION:
		give_program(&allow, sizeof(allow) / 2);
	case GIVES_A_PROGRAM_ASTRAY:
		give_program(&astray, sizeof(astray));
	case GIVES_TOO_MUCH:
		give_too_much();
	case SAYS_HALF_AN_ERROR:
		say(err, sizeof(err) / 2);
	case SAYS_A_WILD_ERROR:
		say_a_wild_error();
	case SAYS_NO_ERROR:
		say(ERR_INIT, sizeof(err));
	case TELLS_WHAT_IT_HAS:
		tell_what_it_has();
	case MISDEED_COUNT:
		break;
	}
	_exit(98);
}

static _Noreturn void be_the_compiler(void)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct oci_seccomp *seccomp;
	struct err err = ERR_INIT;
	char text[4096];
	ssize_t n = fd_read_up_to(STDIN_FILENO, text, sizeof(text), &err);

	if (n < 0 || oci_seccomp_read(&arena, text, (size_t)n, &seccomp, &err) < 0)
		_exit(97);
	misbehave(*seccomp->default_errno_ret);
}

/* ---- running it ---- */

static struct arena arena;
static struct err err;
static struct seccomp_program program;

static int set_up(void **state)
{
	err = ERR_INIT;
	return 0;
}

static int tear_down(void **state)
{
	arena_done(&arena);
	arena = ARENA_INIT;
	return 0;
}

static struct seccomp_compiler this_test(void)
{
	AUTO_FD int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	struct stat st;
	unsigned char *bytes;

	assert_int_equal(fstat(fd, &st), 0);
	bytes = arena_alloc(&arena, (size_t)st.st_size);
	assert_int_equal(fd_read_up_to(fd, bytes, (size_t)st.st_size, &err), st.st_size);
	return (struct seccomp_compiler){
		.program = bytes,
		.program_end = bytes + st.st_size,
		.limit_ms = HANG_LIMIT_MS + 1000 * PATIENCE_SEC,
	};
}

static int run_misdeed_within(enum misdeed misdeed, int limit_ms)
{
	uint32_t number = misdeed;
	const struct oci_seccomp seccomp = {
		.default_action = OCI_SECCOMP_ERRNO,
		.default_errno_ret = &number,
	};
	struct seccomp_compiler compiler = this_test();

	compiler.limit_ms = limit_ms ? limit_ms : compiler.limit_ms;
	return seccomp_run_compiler(&arena, &compiler, &seccomp, false, &program, &err);
}

static int run_misdeed(enum misdeed misdeed)
{
	return run_misdeed_within(misdeed, 0);
}

static void assert_nobody_is_left(void)
{
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

static void assert_says(const char *text)
{
	if (!strstr(err.text, text))
		fail_msg("\"%s\" does not say \"%s\"", err.text, text);
}

static void assert_told(enum misdeed misdeed, int code, const char *text)
{
	assert_int_equal(run_misdeed(misdeed), -code);
	assert_int_equal(err.code, code);
	assert_says("compile the seccomp filter: hull-seccomp: ");
	assert_says(text);
	assert_string_equal(err.config, "/linux/seccomp");
	assert_nobody_is_left();
}

/* ---- the embedded one ---- */

static const char *names[] = { "getpid", "no_such_call" };
static struct oci_seccomp_rule rule = { .names = names, .n_names = 2, .action = OCI_SECCOMP_ERRNO };
static const struct oci_seccomp profile = {
	.default_action = OCI_SECCOMP_ALLOW, .syscalls = &rule, .n_syscalls = 1
};

static void the_embedded_compiler_makes_a_program(void **state)
{
	struct seccomp_data data = { .arch = seccomp_native_arch() };
	size_t n_denied = 0;

	if (seccomp_run_compiler(
		    &arena, &seccomp_embedded_compiler, &profile, false, &program, &err) < 0)
		fail_msg("%s", err.text);
	for (data.nr = 0; data.nr < 500; data.nr++)
		if (seccomp_program_run(program.insns, &data) == (SECCOMP_RET_ERRNO | EPERM))
			n_denied++;
	assert_int_equal(n_denied, 1);
	assert_nobody_is_left();
}

static void an_error_of_the_embedded_compiler_comes_out_as_it_is(void **state)
{
	assert_int_equal(seccomp_run_compiler(&arena, &seccomp_embedded_compiler, &profile, true,
				 &program, &err),
		-EINVAL);
	assert_string_equal(err.text, "libseccomp does not know the system call no_such_call");
	assert_string_equal(err.config, "/linux/seccomp/syscalls/0/names/1");
	assert_nobody_is_left();
}

/* ---- others ---- */

static void a_compiler_that_is_killed_is_told_with_its_signal(void **state)
{
	assert_told(DIES, EIO, "killed by signal 9");
	assert_non_null(strstr(err.hint, "memory"));
}

static void a_compiler_that_hangs_is_killed_after_its_time(void **state)
{
	struct timespec before, after;

	clock_gettime(CLOCK_MONOTONIC, &before);
	assert_int_equal(run_misdeed_within(HANGS, HANG_LIMIT_MS), -ETIME);
	clock_gettime(CLOCK_MONOTONIC, &after);
	assert_says("hull-seccomp: it was not done after 300 ms");
	assert_true(after.tv_sec - before.tv_sec < PATIENCE_SEC - 1);
	assert_nobody_is_left();
}

static void a_compiler_that_fails_in_silence_is_told(void **state)
{
	assert_told(FAILS_IN_SILENCE, EPROTO, "ended with status 3");
}

static void what_is_no_program_is_refused(void **state)
{
	assert_told(GIVES_NOTHING, EINVAL, "without instructions");
	assert_told(GIVES_HALF_AN_INSTRUCTION, EPROTO, "4 bytes are no program");
	assert_told(GIVES_A_PROGRAM_ASTRAY, EINVAL, "instruction 0");
	assert_told(GIVES_TOO_MUCH, EPROTO, "are no program");
}

static void what_is_no_error_is_refused(void **state)
{
	assert_told(SAYS_HALF_AN_ERROR, EPROTO, "ended with status 1");
	assert_told(SAYS_NO_ERROR, EPROTO, "ended with status 1");
}

static void a_wild_error_is_tamed(void **state)
{
	assert_int_equal(run_misdeed(SAYS_A_WILD_ERROR), -EPROTO);
	assert_true(strlen(err.text) < sizeof(err.text));
	assert_true(strlen(err.config) < sizeof(err.config));
	assert_null(strchr(err.text, '\x1b'));
}

static void the_compiler_has_three_descriptors_no_environment_and_default_signals(void **state)
{
	AUTO_FD int inherited = open("/", O_PATH | O_DIRECTORY); /* without O_CLOEXEC */
	void (*kept)(int) = signal(SIGPIPE, SIG_IGN);

	assert_true(inherited > STDERR_FILENO);
	setenv("GLIBC_TUNABLES", "glibc.malloc.check=1", 1);
	assert_int_equal(run_misdeed(TELLS_WHAT_IT_HAS), -EINVAL);
	signal(SIGPIPE, kept);
	assert_string_equal(err.text, "3 descriptors, 0 variables, 0 signals");
}

static void what_cannot_be_executed_is_told(void **state)
{
	static const unsigned char text[] = "no program";
	const struct seccomp_compiler compiler = {
		.program = text, .program_end = text + sizeof(text), .limit_ms = 1000
	};

	assert_int_equal(
		seccomp_run_compiler(&arena, &compiler, &profile, false, &program, &err), -ENOEXEC);
	assert_says("compile the seccomp filter: hull-seccomp: execveat: exec format error");
	assert_string_equal(err.config, "/linux/seccomp");
	assert_non_null(strstr(err.hint, "memfd"));
	assert_nobody_is_left();
}

/* The only child of a process, once it has one. */
static pid_t wait_for_child_of(pid_t parent)
{
	char path[64];
	int child = 0;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", parent, parent);
	for (int i = 0; i < 500 && child == 0; i++) {
		FILE *file = fopen(path, "re");

		if (!file || fscanf(file, "%d", &child) != 1)
			usleep(10 * 1000);
		if (file)
			fclose(file);
	}
	return child;
}

static void a_compiler_does_not_outlive_its_caller(void **state)
{
	int status = 0;
	pid_t compiler, caller;

	prctl(PR_SET_CHILD_SUBREAPER, 1);
	caller = fork();
	if (caller == 0) {
		run_misdeed(HANGS);
		_exit(0);
	}
	compiler = wait_for_child_of(caller);
	assert_true(compiler > 0);
	usleep(100 * 1000); /* for its exec */
	assert_int_equal(kill(caller, SIGKILL), 0);
	assert_int_equal(waitpid(caller, NULL, 0), caller);
	assert_int_equal(waitpid(compiler, &status, 0), compiler);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGKILL);
	prctl(PR_SET_CHILD_SUBREAPER, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TEST(the_embedded_compiler_makes_a_program),
		TEST(an_error_of_the_embedded_compiler_comes_out_as_it_is),
		TEST(a_compiler_that_is_killed_is_told_with_its_signal),
		TEST(a_compiler_that_hangs_is_killed_after_its_time),
		TEST(a_compiler_that_fails_in_silence_is_told),
		TEST(what_is_no_program_is_refused),
		TEST(what_is_no_error_is_refused),
		TEST(a_wild_error_is_tamed),
		TEST(the_compiler_has_three_descriptors_no_environment_and_default_signals),
		TEST(what_cannot_be_executed_is_told),
		TEST(a_compiler_does_not_outlive_its_caller),
	};

	if (argc == 2 && strcmp(argv[0], "hull-seccomp") == 0)
		be_the_compiler();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
