/* SPDX-License-Identifier: Apache-2.0 */
/* A mount namespace of the test's own, so that nothing it mounts is seen by anyone else. */
#pragma once

#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/mount.h>

#include <cmocka.h>

#include "base/err.h"

/* Why the process has no such namespace; NULL if it has one. */
static const char *private_mounts_refusal = "not tried";

/* Group setup: the whole test program moves. */
static int private_mounts_enter(void **state)
{
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		private_mounts_refusal = err_errno_text(errno);
	else
		private_mounts_refusal = NULL;
	return 0;
}

/* First line of a test that mounts. */
#define NEEDS_PRIVATE_MOUNTS()                                                          \
	do {                                                                            \
		if (private_mounts_refusal) {                                           \
			print_message("# skipped, no mount namespace of its own: %s\n", \
				private_mounts_refusal);                                \
			skip();                                                         \
		}                                                                       \
	} while (0)
