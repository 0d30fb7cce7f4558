/* SPDX-License-Identifier: Apache-2.0 */
#include "core/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fd.h"
#include "core/program_image.h"
#include "core/spawn_child.h"
#include "plan/message.h"
#include "sys/clone.h"
#include "sys/descriptors.h"
#include "sys/process.h"

int spawn_open_program(int *ret_fd, struct err *err)
{
	return descriptors_seal_program(
		"hull-init", hull_init_image, PROGRAM_IMAGE_SIZE(hull_init_image), ret_fd, err);
}

/* Role: child, on a stack of its own in the caller's memory. */
static int run_sharing(void *argument)
{
	return spawn_child_run(argument);
}

static int spawn_direct(struct spawn_child *child, const struct clone_how *how, pid_t *ret_pid,
	int *ret_pidfd, struct err *err)
{
	AUTO_FD int pidfd = -1;
	pid_t pid;
	int r = clone_sharing_memory(how, run_sharing, child, &pid, &pidfd, err);

	if (r < 0)
		return r;
	if (child->failed.code) { /* it came to its end before the exec */
		process_kill_and_reap(pidfd);
		*err = child->failed;
		return -err->code;
	}
	*ret_pid = pid;
	*ret_pidfd = TAKE_FD(pidfd);
	return 0;
}

/* Role: child, in a copy of the caller's memory: it reports like hull-init will. */
static _Noreturn void run_copy(struct spawn_child *child)
{
	struct message message = { .kind = MESSAGE_ERROR };
	int status = spawn_child_run(child);

	message.err = child->failed;
	if (child->failed.code != ECANCELED &&
		send(child->request->report_fd, &message, sizeof(message), MSG_NOSIGNAL) < 0)
		_exit(status);
	_exit(status);
}

static int spawn_waiting(struct spawn_child *child, const struct clone_how *how, pid_t *ret_pid,
	int *ret_pidfd, int *ret_gate_fd, struct err *err)
{
	int gate[2];
	int r;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, gate) < 0)
		return err_sys(err, "socketpair");
	AUTO_FD int own_end = gate[0];
	AUTO_FD int child_end = gate[1];
	child->gate_fd = child_end;
	child->gate_other_fd = own_end;
	r = clone_copying_memory(how, ret_pid, ret_pidfd, err);
	if (r < 0)
		return r;
	if (*ret_pid == 0)
		run_copy(child);
	*ret_gate_fd = TAKE_FD(own_end);
	return 0;
}

static int spawn_once(struct spawn_child *child, const struct clone_how *how, pid_t *ret_pid,
	int *ret_pidfd, int *ret_gate_fd, struct err *err)
{
	if (child->request->plan->kind == SPAWN_DIRECT)
		return spawn_direct(child, how, ret_pid, ret_pidfd, err);
	return spawn_waiting(child, how, ret_pid, ret_pidfd, ret_gate_fd, err);
}

/* Where nothing can be born into a cgroup, the child enters it, as it does on v1. */
static int spawn_child_of(struct spawn_child *child, struct clone_how *how, pid_t *ret_pid,
	int *ret_pidfd, int *ret_gate_fd, struct err *err)
{
	struct err failed = ERR_INIT;
	int r = spawn_once(child, how, ret_pid, ret_pidfd, ret_gate_fd, &failed);

	if (r == -EOPNOTSUPP && how->cgroup_fd >= 0) {
		child->enters_fd = how->cgroup_fd;
		how->cgroup_fd = -1;
		return spawn_once(child, how, ret_pid, ret_pidfd, ret_gate_fd, err);
	}
	if (r < 0)
		*err = failed;
	return r;
}

int spawn(const struct spawn_request *request, pid_t *ret_pid, int *ret_pidfd, int *ret_gate_fd,
	struct err *err)
{
	const struct spawn_plan *plan = request->plan;
	struct spawn_child child = {
		.request = request,
		.gate_fd = -1,
		.gate_other_fd = -1,
		.enters_fd = -1,
	};
	struct clone_how how = {
		.flags = plan->clone_flags,
		.cgroup_fd = request->entry ? request->entry->into_fd : -1,
	};
	sigset_t all, kept;
	int r;

	if (plan->use_template)
		how.flags &= ~(uint64_t)CLONE_NEWNS;
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &kept);
	r = spawn_child_of(&child, &how, ret_pid, ret_pidfd, ret_gate_fd, err);
	sigprocmask(SIG_SETMASK, &kept, NULL);
	return r;
}

int spawn_release(pid_t pid, const struct spawn_plan *plan, int gate_fd, struct err *err)
{
	const struct id_maps maps = {
		.uids = plan->uid_mappings,
		.gids = plan->gid_mappings,
		.n_uids = plan->n_uid_mappings,
		.n_gids = plan->n_gid_mappings,
	};
	AUTO_FD int gate = gate_fd;
	char byte = 0;
	int r;

	if (read(gate, &byte, 1) != 1)
		return 0; /* it failed before: what it reports says why */
	r = id_map_write(pid, &maps, err);
	if (r < 0)
		return err_while(err, "user namespace");
	if (send(gate, &byte, 1, MSG_NOSIGNAL) != 1)
		return err_fail(err, ECANCELED, "the new process ended early");
	return 0;
}
