/* SPDX-License-Identifier: Apache-2.0 */
/*
 * inside: what can only be asked from inside of a namespace.
 *
 * Layer 3, role command. A short-lived process joins the one namespace and asks; the caller stays
 * where it is. Needs CAP_SYS_ADMIN over the namespace.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"

/* The host name of a UTS namespace. */
int inside_host_name(struct arena *arena, int ns_fd, const char **ret, struct err *err);

/*
 * The interfaces of a network namespace but lo, one a line: "eth0@if7 up 10.0.0.2/24". A number
 * behind '@' is the peer's index in the namespace on the other side.
 */
int inside_interfaces(struct arena *arena, int ns_fd, const char **ret, struct err *err);

/* The number that the caller's network namespace has for another one; -1: none (RTM_GETNSID). */
int inside_netnsid(int ns_fd, int *ret, struct err *err);
