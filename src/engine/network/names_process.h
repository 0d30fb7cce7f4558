/* SPDX-License-Identifier: Apache-2.0 */
/*
 * names_process: a network's name server, as little of the host in view as it needs.
 *
 * Layer 3. The caller forks twice; the second process leaves the caller's session, makes itself a
 * root of an empty tmpfs with read-only views of programs and libraries, of hosts/ and of the
 * directory of the host's resolv.conf, becomes user and group 65534 with no capability but that of
 * binding port 53, and executes dnsmasq. In the host's network namespace.
 */
#pragma once

#include <sys/types.h>

#include "engine/network/network.h"

#define NAMES_SERVER "/usr/sbin/dnsmasq"

/* hosts_fd: the directory hosts/. *ret_pid: the server to be; how it fares is not waited for. */
int names_process_start(
	const struct network *network, int hosts_fd, pid_t *ret_pid, struct err *err);
