/* SPDX-License-Identifier: Apache-2.0 */
/*
 * resctrl: the file system through which the kernel divides caches and memory bandwidth (Intel RDT,
 * AMD QoS).
 *
 * Layer 1, role caller. Documentation/filesystems/resctrl.rst of the kernel; CONFIG_X86_CPU_RESCTRL
 * since Linux 4.10. A group is a directory that the kernel fills with files when it is made; values
 * are short texts, written with one write(2). Errors carry the path of the file in err->path. Never
 * mounted by us: its mount options belong to the whole machine.
 */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

enum {
	RESCTRL_FILE_BYTES = 16384, /* the schemata of some hundred caches */
};

struct resctrl_mount {
	char path[PATH_MAX]; /* mount point */
	bool is_mbps;        /* mounted with mba_MBps: bandwidth counts in MB/s, not in percent */
};

/* mountinfo_fd: an open mountinfo file. The last mount of the whole file system counts, which is
 * the one on top. 1: *ret has it; 0: there is none. */
int resctrl_find_mount(int mountinfo_fd, struct resctrl_mount *ret, struct err *err);

/* The kernel and the processor have it, whether it is mounted or not: filesystems is the text of
 * /proc/filesystems. */
bool resctrl_is_known(const char *filesystems);

/* Writes a line, or a number, into a group's file. What the kernel has to say of a failure
 * (info/last_cmd_status below mount) becomes the hint. */
int resctrl_write(
	const char *mount, const char *group, const char *file, const char *value, struct err *err);

/* Whoever changes more than one file at once locks the mount point with flock(2) (resctrl.rst,
 * "Resctrl Filesystem Locking"). Waits at most two seconds: EBUSY. The lock goes with *ret_fd. */
int resctrl_lock(const char *mount, int *ret_fd, struct err *err);
