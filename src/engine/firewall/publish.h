/* SPDX-License-Identifier: Apache-2.0 */
/*
 * publish: the published ports of a container, from its start to its end.
 *
 * Layer 3, role caller; with the container's lock held, in the network namespace that hull runs in.
 * A port is the host's nftables' business (firewall.h); one on ::1, which the kernel does not
 * translate, has a small process, hull-forward, that listens there and ends with the container.
 * publish_close() gives back whatever is there, also after any death in between.
 */
#pragma once

#include "engine/container/containers.h"
#include "engine/firewall/ports.h"
#include "engine/network/endpoint.h"

/* Before the container's program starts. What fails is given back. EADDRINUSE: who has the port. */
int publish_open(struct arena *arena, const struct engine *engine,
	const struct engine_container *container, const struct endpoint_list *endpoints,
	struct err *err);

/* When it runs: the processes for ::1, those that are missing. pid: of its first process. */
bool publish_has_forwarded(const struct container_settings *settings);
int publish_forward(struct arena *arena, const struct engine *engine,
	const struct engine_container *container, pid_t pid, struct err *err);

void publish_close(
	struct arena *arena, const struct store *store, const struct engine_container *container);

/* What somebody broke of a running container's ports beside the table: its bridge has been made
 * anew, its processes were killed. */
int publish_mend(struct arena *arena, const struct engine *engine,
	const struct engine_container *container, pid_t pid, struct err *err);

/* What is left of a container that is gone. */
int publish_forget(struct arena *arena, const struct store *store, const struct port_entry *entry,
	struct err *err);

/* Ports of a running container, at once and for later starts. EEXIST, ENOENT: it has it, has it
 * not. */
int publish_add(struct arena *arena, const struct engine *engine,
	struct engine_container *container, const struct container_port *ports, size_t n_ports,
	pid_t pid, struct err *err);
int publish_remove(struct arena *arena, const struct engine *engine,
	struct engine_container *container, const struct container_port *ports, size_t n_ports,
	struct err *err);

/* ---- forwarder.c ---- */

/* Starts hull-forward for the entry, and writes it into it. EADDRINUSE. */
int forwarder_start(
	struct arena *arena, struct port_entry *entry, pid_t container_pid, struct err *err);
void forwarder_stop(const struct port_entry *entry);
