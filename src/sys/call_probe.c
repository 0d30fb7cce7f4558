/* SPDX-License-Identifier: Apache-2.0 */
#include "sys/call_probe.h"

#include <errno.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sys/capability.h"

/* New calls have the same number on all architectures; a C library's headers may be older. */
enum {
	NUMBER_PIDFD_SEND_SIGNAL = 424,
	NUMBER_OPEN_TREE = 428,
	NUMBER_MOVE_MOUNT = 429,
	NUMBER_FSOPEN = 430,
	NUMBER_FSCONFIG = 431,
	NUMBER_FSMOUNT = 432,
	NUMBER_CLONE3 = 435,
	NUMBER_OPENAT2 = 437,
	NUMBER_MOUNT_SETATTR = 442,
};

#define NO_FLAGS_LIKE_THESE (-1L)

/*
 * Arguments that are refused at once: flags that do not exist, structures of no size (EINVAL), a
 * descriptor that cannot be (EBADF).
 */
static const struct probe {
	const char *description;
	long number;
	long arguments[5];
	bool asks_permission_first;
} probes[PROBED_CALL_COUNT] = {
	[PROBED_PIDFD_SEND_SIGNAL] = { "pidfd_send_signal(2), Linux 5.1", NUMBER_PIDFD_SEND_SIGNAL,
		{ -1, 0, 0, NO_FLAGS_LIKE_THESE } },
	[PROBED_OPEN_TREE] = { "open_tree(2), Linux 5.2", NUMBER_OPEN_TREE,
		{ -1, 0, NO_FLAGS_LIKE_THESE } },
	[PROBED_MOVE_MOUNT] = { "move_mount(2), Linux 5.2", NUMBER_MOVE_MOUNT,
		{ -1, 0, -1, 0, NO_FLAGS_LIKE_THESE }, true },
	[PROBED_FSOPEN] = { "fsopen(2), Linux 5.2", NUMBER_FSOPEN, { 0, NO_FLAGS_LIKE_THESE },
		true },
	[PROBED_FSCONFIG] = { "fsconfig(2), Linux 5.2", NUMBER_FSCONFIG, { -1, -1 } },
	[PROBED_FSMOUNT] = { "fsmount(2), Linux 5.2", NUMBER_FSMOUNT, { -1, NO_FLAGS_LIKE_THESE },
		true },
	[PROBED_CLONE3] = { "clone3(2), Linux 5.3", NUMBER_CLONE3, { 0, 0 } },
	[PROBED_OPENAT2] = { "openat2(2), Linux 5.6", NUMBER_OPENAT2, { -1, 0, 0, 0 } },
	[PROBED_MOUNT_SETATTR] = { "mount_setattr(2), Linux 5.12", NUMBER_MOUNT_SETATTR,
		{ -1, 0, NO_FLAGS_LIKE_THESE } },
};

static bool ask(const struct probe *probe)
{
	const long *with = probe->arguments;

	if (syscall(probe->number, with[0], with[1], with[2], with[3], with[4]) >= 0)
		return true;
	if (errno == EPERM && probe->asks_permission_first)
		return !capability_is_effective(CAPABILITY_SYS_ADMIN);
	return errno != ENOSYS && errno != EPERM;
}

bool call_exists(enum probed_call call)
{
	static enum { UNKNOWN, THERE, MISSING } answers[PROBED_CALL_COUNT];

	if (answers[call] == UNKNOWN)
		answers[call] = ask(&probes[call]) ? THERE : MISSING;
	return answers[call] == THERE;
}

bool call_is_missing(enum probed_call call, int code)
{
	return code == ENOSYS || (code == EPERM && !call_exists(call));
}

const char *call_description(enum probed_call call)
{
	return probes[call].description;
}
