/* SPDX-License-Identifier: Apache-2.0 */
/*
 * names: what the containers of a network are called there: a file hosts/ID for each, which the
 * network's name server reads by itself whenever one comes, changes or goes.
 *
 * Layer 3, role caller. The server is dnsmasq(8), one for each network with a bridge, on the
 * bridge's addresses, in the network namespace that hull runs in: so it asks whom the host asks,
 * also a resolver on a loopback address. It is started by the first container and ended with the
 * last; nobody waits for it (names_process.h says what it may do).
 */
#pragma once

#include "engine/network/endpoint.h"

/* There is a dnsmasq, and the network has a bridge that it can listen on. */
bool names_can_be_served(const struct network *network);

/* The file of a container. */
int names_write(struct arena *arena, const struct network_place *place,
	const struct endpoint *endpoint, const char *container_id, struct err *err);

/* After names_write(): a server runs, or is being started. Failures are warnings. */
void names_serve(const struct network_place *place);

/* Removes the container's file; whoever was the last one ends the server. */
void names_forget(const struct network_place *place, const char *container_id);

/* Ends the server, whoever needs it. */
void names_end(const struct network_place *place);

/* The server that names.pid tells of lives; *ret_pid may be NULL. */
bool names_are_served(const struct network_place *place, pid_t *ret_pid);
