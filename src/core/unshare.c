/* SPDX-License-Identifier: Apache-2.0 */
#include "core/unshare.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/text.h"
#include "core/foreground.h"
#include "core/unshare_helper.h"
#include "core/unshare_inside.h"
#include "sys/clone.h"
#include "sys/process.h"
#include "sys/procfs.h"

enum { TEXT_BYTES = 64 };

static int write_own(const char *path, const char *text, struct err *err)
{
	AUTO_FD int proc_fd = -1;
	int r = procfs_open(&proc_fd, err);

	return r < 0 ? r : procfs_write(proc_fd, path, text, err);
}

/* ---- new namespaces ---- */

static int explain_unshare(const struct unshare_request *request, struct err *err)
{
	err_sys(err, "unshare");
	switch (err->code) {
	case EPERM:
		if (request->types & CLONE_NEWUSER)
			return err_hint(err, "this system does not let you make user namespaces");
		return err_hint(
			err, "an ordinary user needs a user namespace: --user --map-root-user");
	case ENOSPC:
	case EUSERS:
		return err_hint(
			err, "a limit in /proc/sys/user/max_*_namespaces, or nested 32 deep");
	case EINVAL:
		return err_hint(err, "this kernel does not have one of these types");
	default:
		return -err->code;
	}
}

/* Before anybody is in the time namespace: afterwards they are fixed (time_namespaces(7)). */
static int set_offset(const char *clock, int64_t seconds, struct err *err)
{
	char text[TEXT_BYTES];

	snprintf(text, sizeof(text), "%s %lld 0", clock, (long long)seconds);
	if (write_own("self/timens_offsets", text, err) < 0)
		return err_while(err, "offset of the clock %s", clock);
	return 0;
}

static int set_offsets(const struct unshare_request *request, struct err *err)
{
	int r = 0;

	if (request->has_monotonic)
		r = set_offset("monotonic", request->monotonic_seconds, err);
	if (r == 0 && request->has_boottime)
		r = set_offset("boottime", request->boottime_seconds, err);
	return r;
}

/* Whoever makes a user namespace owns it. */
static int become_owner(const struct unshare_request *request, struct err *err)
{
	if (!request->has_owner)
		return 0;
	if (setgroups(0, NULL) < 0 ||
		setresgid(request->owner_gid, request->owner_gid, request->owner_gid) < 0 ||
		setresuid(request->owner_uid, request->owner_uid, request->owner_uid) < 0) {
		err_sys(err, "become %u:%u, the owner", request->owner_uid, request->owner_gid);
		return err_hint(err, "only root can make a user namespace for somebody else");
	}
	/* else /proc/self would be root's from here on */
	if (prctl(PR_SET_DUMPABLE, 1) < 0)
		return err_sys(err, "prctl PR_SET_DUMPABLE");
	return 0;
}

/* Made once more on that CPU. */
static int pin_mounts_on(size_t cpu, struct unshare_helper *helper, struct err *err)
{
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	if (sched_setaffinity(0, sizeof(one), &one) < 0)
		return err_sys(err, "sched_setaffinity");
	if (unshare(CLONE_NEWNS) < 0)
		return err_sys(err, "unshare");
	*err = ERR_INIT;
	return unshare_helper_ask(helper, UNSHARE_HELPER_PIN_MOUNTS, err);
}

/*
 * A mount namespace may be mounted only in an older one. Newer kernels (6.18) tell the age by
 * numbers that each CPU hands out from a range of its own: made on another CPU it may be "younger".
 */
static int pin_mounts(struct unshare_helper *helper, struct err *err)
{
	int r = unshare_helper_ask(helper, UNSHARE_HELPER_PIN_MOUNTS, err);
	cpu_set_t allowed;

	if (r != -EINVAL || sched_getaffinity(0, sizeof(allowed), &allowed) < 0)
		return r;
	for (size_t cpu = 0; cpu < CPU_SETSIZE && r == -EINVAL; cpu++)
		if (CPU_ISSET(cpu, &allowed))
			r = pin_mounts_on(cpu, helper, err);
	sched_setaffinity(0, sizeof(allowed), &allowed);
	return r;
}

static int make_namespaces(
	const struct unshare_request *request, struct unshare_helper *helper, struct err *err)
{
	int r = unshare_helper_ask(helper, UNSHARE_HELPER_ENTER_GROUP, err);

	if (r == 0)
		r = become_owner(request, err);
	if (r < 0)
		return r;
	if (unshare((int)request->types) < 0)
		return explain_unshare(request, err);
	r = set_offsets(request, err);
	if (r == 0 && request->setgroups)
		r = write_own("self/setgroups", request->setgroups, err);
	if (r == 0)
		r = unshare_helper_ask(helper, UNSHARE_HELPER_MAP, err);
	if (r == 0)
		r = pin_mounts(helper, err);
	return r < 0 ? r : unshare_helper_ask(helper, UNSHARE_HELPER_CONNECT, err);
}

/* ---- the child ---- */

struct child {
	pid_t pid; /* 0 in the child */
	int pidfd;
	int go_fd; /* the child waits for a byte, or for its parent's end */
};

static int fork_child(const struct unshare_request *request, struct child *ret, struct err *err)
{
	const struct clone_how how = { .cgroup_fd = -1 };
	int sockets[2];
	int r;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) < 0)
		return err_sys(err, "socketpair");
	AUTO_FD int parent_fd = sockets[0];
	AUTO_FD int child_fd = sockets[1];
	r = clone_copying_memory(&how, &ret->pid, &ret->pidfd, err);
	if (r < 0 && err->code == ENOMEM)
		return err_hint(err, "process 1 of the pid namespace has ended: nothing can be "
				     "forked there any more");
	if (r < 0)
		return r;
	if (ret->pid == 0 && request->death_signal != 0 &&
		prctl(PR_SET_PDEATHSIG, request->death_signal) < 0)
		return err_sys(err, "prctl PR_SET_PDEATHSIG");
	ret->go_fd = ret->pid == 0 ? TAKE_FD(child_fd) : TAKE_FD(parent_fd);
	return 0;
}

static void wait_for_go(struct child *child)
{
	struct err ignored = ERR_INIT;
	char go;

	if (fd_read_up_to(child->go_fd, &go, 1, &ignored) != 1)
		_exit(EXIT_FAILURE); /* the parent failed, and has said so */
	fd_replace(&child->go_fd, -1);
}

/* A terminal sends SIGINT to both: it is the program's to decide what it means. */
static int wait_for(const struct unshare_request *request, const struct child *child,
	const sigset_t *kept, int *ret_status, struct err *err)
{
	if (request->forwards_signals)
		return foreground_wait(child->pidfd, -1, NULL, kept, ret_status, err);
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	sigprocmask(SIG_SETMASK, kept, NULL);
	return process_wait(child->pidfd, ret_status, err);
}

static int lead_child(const struct unshare_request *request, struct unshare_helper *helper,
	struct child *child, const sigset_t *kept, int *ret_status, struct err *err)
{
	int r = unshare_helper_ask(helper, UNSHARE_HELPER_PIN_OTHERS, err);

	if (r == 0)
		r = unshare_helper_ask(helper, UNSHARE_HELPER_LIMIT, err);
	if (r == 0 && send(child->go_fd, "", 1, MSG_NOSIGNAL) < 0)
		r = err_sys(err, "send to the program's process");
	fd_replace(&child->go_fd, -1);
	if (r < 0) {
		process_kill_and_reap(child->pidfd);
		return r;
	}
	if (!request->resources)
		unshare_helper_end(helper);
	r = wait_for(request, child, kept, ret_status, err);
	if (r == 0)
		r = unshare_helper_ask(helper, UNSHARE_HELPER_REMOVE_GROUP, err);
	return r;
}

/* *ret_is_inside: this process goes on as the program. */
static int divide(const struct unshare_request *request, struct unshare_helper *helper,
	int *ret_status, bool *ret_is_inside, struct err *err)
{
	struct child child = { .pidfd = -1, .go_fd = -1 };
	sigset_t kept;
	int r;

	foreground_hold_signals(&kept);
	r = fork_child(request, &child, err);
	if (r == 0 && child.pid == 0) {
		sigprocmask(SIG_SETMASK, &kept, NULL);
		wait_for_go(&child);
		*ret_is_inside = true;
	} else if (r == 0) {
		r = lead_child(request, helper, &child, &kept, ret_status, err);
	}
	fd_close(child.pidfd);
	fd_close(child.go_fd);
	return r;
}

int unshare_run(const struct unshare_request *request, int *ret_status, bool *ret_is_program,
	struct err *err)
{
	AUTO_UNSHARE_HELPER helper = UNSHARE_HELPER_INIT;
	bool is_inside = !request->does_fork;
	int r = unshare_helper_begin(request, &helper, err);

	if (r == 0)
		r = make_namespaces(request, &helper, err);
	if (r == 0 && request->does_fork)
		r = divide(request, &helper, ret_status, &is_inside, err);
	else if (r == 0)
		r = unshare_helper_ask(&helper, UNSHARE_HELPER_PIN_OTHERS, err);
	if (r < 0 || !is_inside)
		return r;
	if (!request->does_fork)
		unshare_helper_end(&helper);
	return unshare_enter_and_execute(request, ret_is_program, err);
}
