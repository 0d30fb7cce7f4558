/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stage: where a tour's commands run.
 *
 * Layer 2. The process is number 1 of a pid namespace that was made for the tour, with mount, uts,
 * ipc and net namespaces and, for who has no power over the machine, a user namespace in which it
 * is root; it is in a cgroup of the tour's own. It sees the host's files, but /tmp is a file system
 * of the stage's. When it ends, in whatever way, the kernel ends and removes all the rest.
 *
 *	/tmp/bin/hull     this program
 *	/tmp/toolbox/bin  the host's static busybox under the names of its programs, if there is one
 *	/tmp/tour         empty at the beginning of each topic, and the current directory
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"

/*
 * Once, in the new namespaces. The environment gets PATH with the two folders, and GROUP, the
 * directory of the tour's own group in the hierarchy that counts processes; empty if there is none.
 */
int stage_enter(struct err *err);

/* Ends all processes but this one, which has to be process 1, and empties /tmp/tour. */
int stage_clear(struct err *err);
