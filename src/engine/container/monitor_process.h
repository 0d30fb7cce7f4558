/* SPDX-License-Identifier: Apache-2.0 */
/*
 * monitor_process: the process that makes a container and becomes its monitor.
 *
 * Layer 3. The parent (role caller) prepares and opens everything; the child of a fork makes the
 * container by the core, in process, and executes hull-monitor with the descriptors of protocol.h.
 */
#pragma once

#include <limits.h>
#include <stdnoreturn.h>

#include "engine/container/rootfs.h"
#include "engine/container/shared_network.h"
#include "engine/container/start.h"
#include "engine/network/wiring.h"
#include "engine/spec/spec.h"

struct monitor_process {
	const struct start_request *request;
	const char *config; /* of the OCI */
	size_t config_size;
	int namespace_fds[SPEC_NAMESPACE_COUNT]; /* of other containers; -1 */
	struct rootfs rootfs;
	bool denies_setgroups; /* of its user namespace */
	struct wiring wiring;  /* of its networks */
	struct shared_network shared_network;
	int streams[3]; /* the container's own ends; /dev/null where it has none, or a terminal */
	int input_fd, output_fd, errors_fd; /* the monitor's ends; -1: none */
	int listen_fd;
	char monitor[PATH_MAX]; /* path of hull-monitor */
	char hull[PATH_MAX];    /* path of this program */
};

static_assert(SPEC_NAMESPACE_COUNT == 5, "each has a descriptor that is empty at first");

#define MONITOR_PROCESS_INIT(request_)                   \
	((struct monitor_process){                       \
		.request = (request_),                   \
		.namespace_fds = { -1, -1, -1, -1, -1 }, \
		.rootfs = ROOTFS_INIT,                   \
		.wiring = WIRING_INIT,                   \
		.shared_network = SHARED_NETWORK_INIT,   \
		.streams = { -1, -1, -1 },               \
		.input_fd = -1,                          \
		.output_fd = -1,                         \
		.errors_fd = -1,                         \
		.listen_fd = -1,                         \
	})

/* Role caller: streams, socket, programs. */
int monitor_process_open(struct monitor_process *process, struct err *err);
void monitor_process_done(struct monitor_process *process);

/* In the child. socket_fd: its end of the socket to the caller. */
noreturn void monitor_process_run(
	struct arena *arena, struct monitor_process *process, int socket_fd);
