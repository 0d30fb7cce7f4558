/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/image/unpacker.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fd.h"
#include "engine/image/helper_program.h"
#include "sys/clone.h"
#include "sys/descriptors.h"
#include "sys/process.h"

enum {
	FIRST_FREE_FD = UNPACK_MOUNT_FD + UNPACK_MOUNTS_MAX,
	WORDS_MAX = 256,
};

struct child {
	const struct unpacker_request *request;
	const char *program;
	int in_fd, out_fd, report_fd;
	int gate_fd; /* end of file when the ids are mapped; -1: nothing to wait for */
	bool keeps_owners;
};

/* Which descriptor goes where; what has a meaning is moved out of the way first. */
struct placement {
	int fds[FIRST_FREE_FD]; /* by the number that they get; -1: closed */
};

static int choose_fds(const struct child *child, struct placement *ret, struct err *err)
{
	const struct unpacker_view *view = child->request->view;
	int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null_fd < 0)
		return err_sys(err, "open /dev/null");
	for (int i = 0; i < FIRST_FREE_FD; i++)
		ret->fds[i] = -1;
	ret->fds[STDIN_FILENO] = child->in_fd >= 0 ? child->in_fd : null_fd;
	ret->fds[STDOUT_FILENO] = child->out_fd >= 0 ? child->out_fd : null_fd;
	ret->fds[STDERR_FILENO] = STDERR_FILENO;
	ret->fds[UNPACK_REPORT_FD] = child->report_fd;
	if (!view)
		return 0;
	ret->fds[UNPACK_ROOT_FD] = view->tree_fd >= 0 ? view->tree_fd : view->mount_ns_fd;
	ret->fds[UNPACK_USER_FD] = view->user_ns_fd;
	for (size_t i = 0; i < view->n_mounts; i++)
		ret->fds[UNPACK_MOUNT_FD + i] = view->mount_fds[i];
	return 0;
}

static int arrange_fds(const struct child *child, struct err *err)
{
	struct placement placement;
	int r = choose_fds(child, &placement, err);

	for (int i = 0; r == 0 && i < FIRST_FREE_FD; i++) {
		if (placement.fds[i] < 0)
			continue;
		placement.fds[i] = fcntl(placement.fds[i], F_DUPFD_CLOEXEC, FIRST_FREE_FD);
		if (placement.fds[i] < 0)
			r = err_sys(err, "fcntl F_DUPFD_CLOEXEC");
	}
	for (int i = 0; r == 0 && i < FIRST_FREE_FD; i++) {
		if (placement.fds[i] < 0)
			close(i);
		else if (dup2(placement.fds[i], i) < 0)
			r = err_sys(err, "dup2");
	}
	return r < 0 ? r : descriptors_close_on_exec_from(FIRST_FREE_FD, err);
}

static const char *root_word(const struct unpacker_request *request)
{
	if (!request->view)
		return request->directory;
	return request->view->tree_fd >= 0 ? UNPACK_ROOT_TREE : UNPACK_ROOT_NAMESPACE;
}

static int execute(const struct child *child, struct err *err)
{
	const struct unpacker_request *request = child->request;
	static const char *const no_environment[] = { NULL };
	bool keeps_owners = child->keeps_owners && !request->gives_owners;
	char max_bytes[24];
	const char *argv[5 + WORDS_MAX + 1] = { UNPACK_PROGRAM, request->mode, root_word(request),
		max_bytes, keeps_owners ? UNPACK_OWNERS_KEEP : UNPACK_OWNERS_ONE };
	int r = arrange_fds(child, err);

	if (r < 0)
		return r;
	if (request->n_words > WORDS_MAX)
		return err_fail(err, E2BIG, "more than %d words for %s", WORDS_MAX, UNPACK_PROGRAM);
	for (size_t i = 0; i < request->n_words; i++)
		argv[5 + i] = request->words[i];
	snprintf(max_bytes, sizeof(max_bytes), "%llu", (unsigned long long)request->max_bytes);
	execve(child->program, (char *const *)argv, (char *const *)no_environment);
	return err_sys(err, "execute %s", child->program);
}

/* Role: child, in its new namespaces, with a copy of the caller's memory. Does not return. */
static void run_child(const struct child *child)
{
	struct unpack_report report = { 0 };
	char byte;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (child->gate_fd >= 0 && read(child->gate_fd, &byte, 1) != 1)
		_exit(1); /* the caller has died */
	if (execute(child, &report.err) < 0)
		(void)send(child->report_fd, &report, sizeof(report), MSG_NOSIGNAL);
	_exit(1);
}

/* Ids, then the word that they are there. */
static int release(const struct store *store, pid_t pid, int gate_fd, struct err *err)
{
	int r = id_map_write(pid, &store->maps, err);

	if (r == 0 && write(gate_fd, "", 1) != 1)
		r = err_sys(err, "write");
	return r;
}

struct pair {
	int ours, theirs;
};

static void pair_close(struct pair *pair)
{
	fd_replace(&pair->ours, -1);
	fd_replace(&pair->theirs, -1);
}
#define AUTO_PAIR __attribute__((cleanup(pair_close))) struct pair

static int make_pairs(bool has_gate, struct pair *report, struct pair *gate, struct err *err)
{
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) < 0)
		return err_sys(err, "socketpair");
	*report = (struct pair){ fds[0], fds[1] };
	if (!has_gate)
		return 0;
	if (pipe2(fds, O_CLOEXEC) < 0)
		return err_sys(err, "pipe2");
	*gate = (struct pair){ fds[1], fds[0] };
	return 0;
}

static const uint64_t own_namespaces = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC |
				       CLONE_NEWUTS;

/* An ordinary user has power in a namespace only, and there makes the others (confine.c). */
static bool joins_user_namespace(const struct store *store, const struct unpacker_request *request)
{
	return store->has_user_namespace && request->view && request->view->user_ns_fd >= 0;
}

int unpacker_start(const struct store *store, const struct unpacker_request *request,
	struct unpacker *ret, struct err *err)
{
	const bool joins = joins_user_namespace(store, request);
	const struct clone_how how = {
		.flags = joins ? 0
			       : own_namespaces | (store->has_user_namespace ? CLONE_NEWUSER : 0),
		.cgroup_fd = -1,
	};
	AUTO_PAIR report = { -1, -1 };
	AUTO_PAIR gate = { -1, -1 };
	char program[PATH_MAX];
	AUTO_FD int pidfd = -1;
	pid_t pid = -1;
	int r = helper_program_find(UNPACK_PROGRAM, program, err);

	if (r == 0)
		r = make_pairs(store->has_user_namespace && !joins, &report, &gate, err);
	if (r == 0)
		r = clone_copying_memory(&how, &pid, &pidfd, err);
	if (r < 0)
		return err_while(err, "start %s", UNPACK_PROGRAM);
	if (pid == 0) {
		const struct child child = {
			.request = request,
			.program = program,
			.in_fd = request->in_fd,
			.out_fd = request->out_fd,
			.report_fd = report.theirs,
			.gate_fd = gate.theirs,
			.keeps_owners = !store->has_one_id,
		};

		fd_replace(&gate.ours, -1);
		run_child(&child);
	}
	if (gate.ours >= 0)
		r = release(store, pid, gate.ours, err);
	if (r < 0) {
		process_kill_and_reap(pidfd);
		return err_while(err, "start %s", UNPACK_PROGRAM);
	}
	ret->pidfd = TAKE_FD(pidfd);
	ret->report_fd = TAKE_FD(report.ours);
	return 0;
}

static int explain_status(int status, struct err *err)
{
	if (status == 128 + SIGSYS)
		return err_fail(
			err, EPROTO, "%s made a system call that it may not make", UNPACK_PROGRAM);
	return err_fail(
		err, EPROTO, "%s ended without a word, with status %d", UNPACK_PROGRAM, status);
}

int unpacker_finish(struct unpacker *unpacker, struct unpack_report *ret_report, struct err *err)
{
	struct unpack_report report;
	ssize_t n;
	int status, r;

	do
		n = recv(unpacker->report_fd, &report, sizeof(report), 0);
	while (n < 0 && errno == EINTR);
	r = process_wait(unpacker->pidfd, &status, err);
	fd_replace(&unpacker->pidfd, -1);
	fd_replace(&unpacker->report_fd, -1);
	if (r < 0)
		return r;
	if (n != sizeof(report))
		return explain_status(status, err);
	if (report.err.code != 0) {
		err_sanitize(&report.err);
		*err = report.err;
		return -err->code;
	}
	if (ret_report)
		*ret_report = report;
	return 0;
}

void unpacker_kill(struct unpacker *unpacker)
{
	if (unpacker->pidfd >= 0)
		process_kill_and_reap(unpacker->pidfd);
	fd_replace(&unpacker->pidfd, -1);
	fd_replace(&unpacker->report_fd, -1);
}

int unpacker_run(const struct store *store, const struct unpacker_request *request,
	struct unpack_report *ret_report, struct err *err)
{
	struct unpacker unpacker = UNPACKER_INIT;
	int r = unpacker_start(store, request, &unpacker, err);

	return r < 0 ? r : unpacker_finish(&unpacker, ret_report, err);
}
