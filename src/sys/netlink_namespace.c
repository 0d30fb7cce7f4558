/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A socket belongs to the network namespace that its maker was in. The maker joins only the network
 * namespace and hands the socket back.
 */
#include <errno.h>
#include <sched.h>
#include <sys/socket.h>

#include "base/fd.h"
#include "sys/fd_passing.h"
#include "sys/netlink.h"
#include "sys/nsfs_run.h"

static int make_socket(void *argument, struct err *err)
{
	const int *send_fd = argument;
	AUTO_NETLINK netlink = NETLINK_INIT;
	int r = netlink_open(&netlink, err);

	return r < 0 ? r : fd_pass(*send_fd, netlink.fd, "s", 1, err);
}

int netlink_open_in(int ns_fd, struct netlink *ret, struct err *err)
{
	int sockets[2], fd, r;

	if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, sockets) < 0)
		return err_sys(err, "socketpair");
	AUTO_FD int receive_fd = sockets[0];
	AUTO_FD int send_fd = sockets[1];
	r = nsfs_run_in(ns_fd, CLONE_NEWNET, make_socket, &send_fd, err);
	fd_replace(&send_fd, -1);
	if (r == 0)
		r = fd_receive(receive_fd, &fd, err);
	if (r < 0)
		return err_while(err, "network namespace");
	*ret = (struct netlink){ .fd = fd, .sequence = 1 };
	return 0;
}
