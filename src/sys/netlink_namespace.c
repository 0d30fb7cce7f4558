/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A socket belongs to the network namespace that its maker was in. The maker is a process of its
 * own, in the stopped caller's memory, that joins only the network namespace: in
 * the container's pid namespace it is never seen.
 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/socket.h>

#include "base/fd.h"
#include "sys/clone.h"
#include "sys/fd_passing.h"
#include "sys/netlink.h"
#include "sys/nsfs.h"
#include "sys/process.h"

struct maker {
	int ns_fd;
	int send_fd;
	int r;
	struct err err;
};

static int make_socket(void *argument)
{
	struct maker *maker = argument;
	AUTO_NETLINK netlink = NETLINK_INIT;

	maker->r = nsfs_join(maker->ns_fd, CLONE_NEWNET, &maker->err);
	if (maker->r == 0)
		maker->r = netlink_open(&netlink, &maker->err);
	if (maker->r == 0)
		maker->r = fd_pass(maker->send_fd, netlink.fd, "s", 1, &maker->err);
	return 0;
}

/* In the maker, too, until it has ended: a handler of ours must not run there. */
static int run_maker(struct maker *maker, struct err *err)
{
	const struct clone_how how = { .cgroup_fd = -1 };
	sigset_t all, before;
	AUTO_FD int pidfd = -1;
	int r, status;
	pid_t pid;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	r = clone_sharing_memory(&how, make_socket, maker, &pid, &pidfd, err);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return r < 0 ? r : process_wait(pidfd, &status, err);
}

int netlink_open_in(int ns_fd, struct netlink *ret, struct err *err)
{
	/* an error that says so, should the process be killed before it could say anything */
	struct maker maker = { .ns_fd = ns_fd, .r = -ESRCH, .err = { .code = ESRCH } };
	int sockets[2], fd, r;

	if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, sockets) < 0)
		return err_sys(err, "socketpair");
	AUTO_FD int receive_fd = sockets[0];
	AUTO_FD int send_fd = sockets[1];
	maker.send_fd = send_fd;
	r = run_maker(&maker, err);
	if (r == 0 && maker.r < 0) {
		*err = maker.err;
		r = maker.r;
	}
	fd_replace(&send_fd, -1);
	if (r == 0)
		r = fd_receive(receive_fd, &fd, err);
	if (r < 0)
		return err_while(err, "network namespace");
	*ret = (struct netlink){ .fd = fd, .sequence = 1 };
	return 0;
}
