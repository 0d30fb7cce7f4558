/* SPDX-License-Identifier: Apache-2.0 */
/*
 * foreign: other firewalls of the host. A packet that one of them drops is dropped, whatever hull's
 * table says; so where they have a place for others, hull puts its accepts there.
 *
 * Layer 3, role caller, in the network namespace that hull runs in, with CAP_NET_ADMIN.
 * - Docker, which lets nothing be forwarded but its own: rules in its chain DOCKER-USER, which are
 *   for that (iptables by nf_tables). What would go on to a network of Docker's is left to Docker.
 * - firewalld: the bridge becomes a member of the zone `trusted` until firewalld is started anew.
 * - Others are named together with the commands that would let hull's networks through.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"

enum foreign_kind {
	FOREIGN_KIND_DOCKER,
	FOREIGN_KIND_FIREWALLD,
	FOREIGN_KIND_UFW,
	FOREIGN_KIND_OTHER,
	FOREIGN_KIND_COUNT,
};

/* A chain that drops what is forwarded unless a rule of it says something else. */
struct foreign_chain {
	enum foreign_kind kind;
	const char *family; /* "ip", "ip6", "inet" */
	const char *table, *chain;
};

struct foreign_list {
	struct foreign_chain *chains;
	size_t n_chains;
};

const char *foreign_kind_name(enum foreign_kind kind);

/* Those whose policy is drop, and firewalld's, which rejects by its last rule. */
int foreign_list(struct arena *arena, struct foreign_list *ret, struct err *err);

/* Where there is a place for them: what the bridge takes part in is let through. What is there
 * already stays as it is. */
int foreign_allow(struct arena *arena, const char *bridge, struct err *err);
int foreign_forget(struct arena *arena, const char *bridge, struct err *err);

/* Is it let through there, as far as foreign_allow() can see to that? */
bool foreign_is_allowed(struct arena *arena, const struct foreign_chain *chain, const char *bridge);

/* What an administrator types for it, one line. */
const char *foreign_command(
	struct arena *arena, const struct foreign_chain *chain, const char *bridge);

/* Are rules of iptables' older kind in use, which nf_tables does not show? */
bool foreign_has_legacy(struct arena *arena);
