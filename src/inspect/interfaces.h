/* SPDX-License-Identifier: Apache-2.0 */
/*
 * interfaces: of network namespaces, and how they are connected.
 *
 * Layer 3, role command. A short-lived process joins the namespace and hands a socket out
 * (sys/netlink.h); needs CAP_SYS_ADMIN over the namespace. Each is read once.
 */
#pragma once

#include "inspect/view.h"

/*
 * All but lo, one a line: "eth0@if7 up 10.0.0.2/24". A number behind '@' is the peer's index in the
 * namespace on the other side. NULL: none, or they may not be asked for.
 */
const char *interfaces_text(const struct view *view, struct view_namespace *namespace);

/*
 * The other ends of cables (veth(4)), one a line: "eth0 is veth7 in 4026531833", the namespace
 * there. What lies outside of the view is left out; NULL: none.
 */
const char *interfaces_peers(const struct view *view, struct view_namespace *namespace);

/* The number that the caller's network namespace has for another one; -1: none (RTM_GETNSID). */
int interfaces_netnsid(int ns_fd, int *ret, struct err *err);
