/* SPDX-License-Identifier: Apache-2.0 */
/*
 * without ENOSYS|EPERM CALL[,CALL...]|all PROGRAM [ARG...]: executes PROGRAM as on a kernel that
 * lacks these system calls (ENOSYS), or below a seccomp filter that does not know them (EPERM).
 * "all" is everything in the table: what Linux 5.1 does not have, and what profiles of that time
 * refuse. What PROGRAM executes inherits it. Ids may still change: no_new_privs is not set.
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define NATIVE_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define NATIVE_ARCH AUDIT_ARCH_AARCH64
#endif

/* New calls have the same number everywhere. */
static const struct {
	const char *name;
	unsigned number;
} calls[] = {
	{ "pidfd_send_signal", 424 }, /* 5.1 */
	{ "open_tree", 428 },         /* 5.2 */
	{ "move_mount", 429 },        /* 5.2 */
	{ "fsopen", 430 },            /* 5.2 */
	{ "fsconfig", 431 },          /* 5.2 */
	{ "fsmount", 432 },           /* 5.2 */
	{ "fspick", 433 },            /* 5.2 */
	{ "pidfd_open", 434 },        /* 5.3 */
	{ "clone3", 435 },            /* 5.3 */
	{ "close_range", 436 },       /* 5.9 */
	{ "openat2", 437 },           /* 5.6 */
	{ "pidfd_getfd", 438 },       /* 5.6 */
	{ "mount_setattr", 442 },     /* 5.12 */
};

enum { N_CALLS = sizeof(calls) / sizeof(calls[0]), PROGRAM_MAX = 2 * N_CALLS + 8 };

static void fail(const char *what)
{
	fprintf(stderr, "without: %s: %s\n", what, strerror(errno));
	exit(125);
}

static int is_named(const char *list, const char *name)
{
	size_t length = strlen(name);

	if (strcmp(list, "all") == 0)
		return 1;
	for (const char *at = list; (at = strstr(at, name)); at += length)
		if ((at == list || at[-1] == ',') && (at[length] == '\0' || at[length] == ','))
			return 1;
	return 0;
}

static void check_names(const char *list)
{
	char copy[1024];

	if (strcmp(list, "all") == 0)
		return;
	snprintf(copy, sizeof(copy), "%s", list);
	for (char *name = strtok(copy, ","); name; name = strtok(NULL, ",")) {
		size_t i = 0;

		while (i < N_CALLS && strcmp(calls[i].name, name) != 0)
			i++;
		if (i == N_CALLS) {
			fprintf(stderr, "without: the call %s is not in the table\n", name);
			exit(125);
		}
	}
}

static void refuse(const char *list, unsigned code)
{
	struct sock_filter filter[PROGRAM_MAX] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, NATIVE_ARCH, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
	};
	struct sock_fprog program = { .len = 4, .filter = filter };

	for (size_t i = 0; i < N_CALLS; i++) {
		if (!is_named(list, calls[i].name))
			continue;
		filter[program.len++] = (struct sock_filter)BPF_JUMP(
			BPF_JMP | BPF_JEQ | BPF_K, calls[i].number, 0, 1);
		filter[program.len++] = (struct sock_filter)BPF_STMT(
			BPF_RET | BPF_K, SECCOMP_RET_ERRNO | code);
	}
	filter[program.len++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) < 0)
		fail("seccomp");
}

int main(int argc, char **argv)
{
	unsigned code;

	if (argc < 4) {
		fprintf(stderr, "without ENOSYS|EPERM CALL[,CALL...]|all PROGRAM [ARG...]\n");
		return 125;
	}
	if (strcmp(argv[1], "ENOSYS") == 0) {
		code = ENOSYS;
	} else if (strcmp(argv[1], "EPERM") == 0) {
		code = EPERM;
	} else {
		fprintf(stderr, "without: %s is neither ENOSYS nor EPERM\n", argv[1]);
		return 125;
	}
	check_names(argv[2]);
	refuse(argv[2], code);
	execvp(argv[3], argv + 3);
	fail(argv[3]);
}
