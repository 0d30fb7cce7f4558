/* SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/fd.h"
#include "core/container.h"
#include "core/creation.h"
#include "core/foreground.h"
#include "core/hooks.h"
#include "core/trace.h"
#include "sys/fd_passing.h"
#include "sys/process.h"

static int start(struct creation *creation, sigset_t *ret_kept, struct err *err)
{
	int r;

	if (creation->goes_ahead)
		foreground_hold_signals(ret_kept);
	r = creation_build(creation, err);
	if (!creation->goes_ahead)
		foreground_hold_signals(ret_kept);
	if (r == 0)
		r = creation_go(creation, err);
	if (r == 0)
		r = creation_wait_exec(creation, err);
	if (r < 0)
		return r;
	trace_stage("exec");
	r = hooks_run(&creation->arena, creation->config, OCI_HOOK_POSTSTART, &creation->record,
		CONTAINER_STATUS_RUNNING, err);
	if (r == 0)
		r = trace_write(creation, err);
	if (r < 0)
		creation_undo(creation);
	return r;
}

static int wait_and_delete(
	struct creation *creation, const sigset_t *kept, int *ret_status, struct err *err)
{
	const struct container_request *request = creation->request;
	struct err failed = ERR_INIT;
	int r = foreground_wait(creation->launch.pidfd, creation->own_console_fd, &creation->notify,
		kept, ret_status, err);

	if (request->keep)
		return r;
	if (container_delete(request->runtime, request->id, true, &failed) < 0 && r == 0) {
		*err = failed;
		r = -err->code;
	}
	return r;
}

/* The caller ends: the container's process is the service's. */
static int wait_until_notified(struct creation *creation, struct err *err)
{
	if (!creation->notifies)
		return 0;
	creation->notify.main_pid = creation->launch.pid;
	return notify_wait(&creation->notify, creation->launch.pidfd, err);
}

/* The pid, which is recorded before, has to be known, and is in its file before the program runs.
 */
static bool may_go_ahead(const struct creation *creation)
{
	const struct container_request *request = creation->request;
	const struct launch *launch = &creation->launch;

	return !request->pid_file && !creation_pidfd_receiver(creation) &&
	       launch_may_go_ahead(launch) && !launch_has_step(launch, STEP_FORK);
}

int container_run(const struct container_request *request, int *ret_status, struct err *err)
{
	AUTO_CREATION creation = CREATION_INIT(request);
	sigset_t kept;
	int r;

	creation.begin_ns = trace_now_ns();
	/* what outlives the container's first process comes to us, to be ended */
	if (!request->detach && !request->no_subreaper && prctl(PR_SET_CHILD_SUBREAPER, 1) < 0)
		return err_sys(err, "prctl PR_SET_CHILD_SUBREAPER");
	creation.offers_console = !request->console_socket && !request->detach;
	r = creation_prepare(&creation, err);
	creation.goes_ahead = r == 0 && may_go_ahead(&creation);
	if (r == 0)
		r = start(&creation, &kept, err);
	if (r < 0)
		return r;
	*ret_status = 0;
	fd_replace(&creation.dir_fd, -1); /* and with it the lock */
	if (request->detach)
		return wait_until_notified(&creation, err);
	return wait_and_delete(&creation, &kept, ret_status, err);
}

/* Signals were held while it was not known whether the process is there. */
static int start_held(struct creation *creation, struct err *err)
{
	sigset_t kept;
	int r;

	sigprocmask(SIG_SETMASK, NULL, &kept);
	r = start(creation, &kept, err);
	sigprocmask(SIG_SETMASK, &kept, NULL);
	return r;
}

static int take_terminal(struct creation *creation, int *ret_fd, struct err *err)
{
	int r;

	*ret_fd = -1;
	if (creation->own_console_fd < 0)
		return 0;
	r = fd_receive(creation->own_console_fd, ret_fd, err);
	return r < 0 ? err_while(err, "terminal") : 0;
}

/* Without a memory controller nobody is killed by a limit. */
static int open_kill_counter(const struct creation *creation)
{
	struct err ignored = ERR_INIT;
	int fd = -1;

	cgroup_open_kill_counter(&creation->group, &fd, &ignored);
	return fd;
}

int container_run_supervised(
	const struct container_request *request, struct container_process *ret, struct err *err)
{
	AUTO_CREATION creation = CREATION_INIT(request);
	int terminal_fd;
	int r;

	creation.begin_ns = trace_now_ns();
	creation.offers_console = true;
	r = creation_prepare(&creation, err);
	creation.goes_ahead = r == 0 && may_go_ahead(&creation);
	if (r == 0)
		r = start_held(&creation, err);
	if (r < 0)
		return r;
	r = take_terminal(&creation, &terminal_fd, err);
	if (r < 0) {
		creation_undo(&creation);
		return r;
	}
	*ret = (struct container_process){
		.pid = creation.launch.pid,
		.pidfd = TAKE_FD(creation.launch.pidfd),
		.terminal_fd = terminal_fd,
		.kills_fd = open_kill_counter(&creation),
	};
	return 0;
}
