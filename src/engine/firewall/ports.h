/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ports: which ports of the host belong to which container: a symbolic link
 * ports/PROTOCOL-PORT-ADDRESS to "ID ADDRESS PORT". docs/formats/network.md.
 *
 * Layer 3, role caller. A link is made with its content or not at all. Whoever changes something
 * holds the lock of ports/, and brings hull's nftables table along before it lets go; so what the
 * links say is what the table says, and a table that has gone can be made anew from them.
 */
#pragma once

#include "engine/container/containers.h"
#include "engine/firewall/firewall.h"

struct port_entry {
	struct firewall_port port;
	const char *owner;        /* id of a container */
	pid_t forwarder;          /* of a port on ::1; 0: none */
	uint64_t forwarder_start; /* start time, for process_is_alive() */
};

struct port_list {
	struct port_entry *entries;
	size_t n_entries;
};

/* Waits. Ends with the descriptor. */
int ports_lock(const struct store *store, int *ret_fd, struct err *err);

/* Those of one container, or all (owner NULL), sorted by container port, protocol, address. */
int ports_list(struct arena *arena, const struct store *store, const char *owner,
	struct port_list *ret, struct err *err);

/*
 * Needs the lock; all: what there is, and from now on this one. entry->port.host_port 0: one that
 * is free is chosen. EADDRINUSE: a container or a process has it, and the text says which; the
 * entry of a container that is gone or does not run is taken over: it is appended to *stale,
 * because the table may still have it. EADDRNOTAVAIL: the host has no such address.
 */
int ports_take(struct arena *arena, const struct engine *engine, struct port_list *all,
	struct port_entry *entry, struct port_list *stale, struct err *err);

/* Needs the lock. The forwarder of an entry that is there. */
int ports_note_forwarder(
	const struct store *store, const struct port_entry *entry, struct err *err);

/* Needs the lock. Nothing happens if it is another container's. */
int ports_release(const struct store *store, const struct port_entry *entry, struct err *err);

/* "127.0.0.1:8080", "[::1]:8080" */
const char *ports_host_text(struct arena *arena, const struct firewall_port *port);

/* ---- socket_owner.c ---- */

/* "nginx (pid 123)": who listens there in this network namespace; NULL: not to be found. */
const char *socket_owner_find(struct arena *arena, enum firewall_protocol protocol,
	const struct ip_prefix *address, uint16_t port);

/* Pure: the inode of a socket in the text of /proc/net/tcp, udp, tcp6, udp6; 0: none. */
uint64_t socket_owner_inode(const char *text, enum firewall_protocol protocol,
	const struct ip_prefix *address, uint16_t port);
