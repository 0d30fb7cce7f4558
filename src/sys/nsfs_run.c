/* SPDX-License-Identifier: Apache-2.0 */
#include "sys/nsfs_run.h"

#include <errno.h>
#include <signal.h>

#include "base/fd.h"
#include "sys/clone.h"
#include "sys/nsfs.h"
#include "sys/process.h"

struct visitor {
	int ns_fd;
	uint64_t type;
	int (*ask)(void *argument, struct err *err);
	void *argument;
	int r;
	struct err err;
};

static int visit(void *argument)
{
	struct visitor *visitor = argument;

	visitor->r = nsfs_join(visitor->ns_fd, visitor->type, &visitor->err);
	if (visitor->r == 0)
		visitor->r = visitor->ask(visitor->argument, &visitor->err);
	return 0;
}

/* Until the visitor has ended: a handler of ours must not run there. */
static int run_visitor(struct visitor *visitor, struct err *err)
{
	const struct clone_how how = { .cgroup_fd = -1 };
	sigset_t all, before;
	AUTO_FD int pidfd = -1;
	int r, status;
	pid_t pid;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	r = clone_sharing_memory(&how, visit, visitor, &pid, &pidfd, err);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return r < 0 ? r : process_wait(pidfd, &status, err);
}

int nsfs_run_in(int ns_fd, uint64_t type, int (*ask)(void *argument, struct err *err),
	void *argument, struct err *err)
{
	/* an error that says so, should the process be killed before it could say anything */
	struct visitor visitor = { ns_fd, type, ask, argument, -ESRCH, { .code = ESRCH } };
	int r = run_visitor(&visitor, err);

	if (r == 0 && visitor.r < 0) {
		*err = visitor.err;
		r = visitor.r;
	}
	return r;
}
