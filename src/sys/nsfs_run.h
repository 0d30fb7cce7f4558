/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nsfs_run: a question that can only be asked from inside of a namespace.
 *
 * Layer sys, role caller. A process of its own, in the stopped caller's memory, joins the one
 * namespace, asks, and ends; the caller stays where it is. In a container's pid namespace it is
 * never seen, since that is not joined.
 */
#pragma once

#include <stdint.h>

#include "base/err.h"

/*
 * ask must not allocate, block or print; descriptors that it opens end with it. Its failure is
 * handed on. ESRCH: it was killed before it could say anything.
 */
int nsfs_run_in(int ns_fd, uint64_t type, int (*ask)(void *argument, struct err *err),
	void *argument, struct err *err);
