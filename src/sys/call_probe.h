/* SPDX-License-Identifier: Apache-2.0 */
/*
 * call_probe: whether a newer system call is there at all.
 *
 * Layer sys, every role. An old kernel answers ENOSYS to a call that it does not know; the seccomp
 * filter of a container around us often EPERM, which may as well be a real refusal. The two are
 * told apart by one more call with arguments that every kernel that has it refuses with another
 * errno before it looks at permissions. It changes nothing, and is made at most once for each
 * process and call, after a failure: what works costs nothing. (A filter that comes later is not
 * seen; nobody here lays one around calls that are still to come.)
 */
#pragma once

#include <stdbool.h>

enum probed_call {
	PROBED_PIDFD_SEND_SIGNAL, /* 5.1 */
	PROBED_OPEN_TREE,         /* 5.2 */
	PROBED_MOVE_MOUNT,        /* 5.2 */
	PROBED_FSOPEN,            /* 5.2 */
	PROBED_FSCONFIG,          /* 5.2 */
	PROBED_FSMOUNT,           /* 5.2 */
	PROBED_CLONE3,            /* 5.3 */
	PROBED_OPENAT2,           /* 5.6 */
	PROBED_MOUNT_SETATTR,     /* 5.12 */
	PROBED_CALL_COUNT,
};

/* code: the errno of the call that failed. */
bool call_is_missing(enum probed_call call, int code);

/*
 * Whether the call is there, without a failure before. fsopen, fsmount and move_mount look at
 * permissions first: to a caller that may not mount they are there.
 */
bool call_exists(enum probed_call call);

/* "mount_setattr(2), Linux 5.12": for messages. */
const char *call_description(enum probed_call call);
