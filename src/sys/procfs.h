/* SPDX-License-Identifier: Apache-2.0 */
/*
 * procfs: reads and writes of /proc that reach the kernel and nothing else.
 *
 * Layer sys, roles caller and init. Whoever can mount over /proc, or over one file of it, can turn
 * the write of a label, a sysctl or an oom score into a write to nothing, or to
 * /proc/sysrq-trigger (CVE-2019-16884, CVE-2019-19921, CVE-2025-52881). So all access goes through
 * a handle: a descriptor of a procfs of our own on which nothing can be mounted, or, where the
 * kernel does not grant one, a checked descriptor of /proc. Each file opened below it is checked
 * again: no symbolic link was followed, it is on procfs, and on the handle's own mount.
 *
 * Paths are relative to /proc: "sys/net/ipv4/ip_forward", "self/attr/exec". "self" and
 * "thread-self" at the beginning are the caller as that procfs sees it; no other symbolic link is
 * followed, no ".." taken. Nothing here allocates.
 */
#pragma once

#include <limits.h>
#include <stddef.h>

#include "base/err.h"

/*
 * The handle, best first: a new procfs of the caller's pid namespace (fsopen(2), CAP_SYS_ADMIN), a
 * copy of the mount at /proc without what is mounted on it (open_tree(2)), /proc itself. In all
 * cases it is the root of a procfs (magic, inode 1). Close-on-exec; never leave it to a container.
 */
int procfs_open(int *ret_fd, struct err *err);

/* /proc itself, checked in the same way: whose links in self/fd mount(2) follows. */
int procfs_open_mounted(int *ret_fd, struct err *err);

/*
 * Opens a file below the handle; flags as for open(2), without O_CREAT. EXDEV when something is
 * mounted there, ELOOP when it is a symbolic link.
 */
int procfs_open_file(int proc_fd, const char *path, int flags, int *ret_fd, struct err *err);

/* Writes text in one write(2), as procfs files want it; a short write is EIO. */
int procfs_write(int proc_fd, const char *path, const char *text, struct err *err);

/* Reads the file, NUL-terminated; EFBIG when it does not fit. Returns the length. */
int procfs_read(int proc_fd, const char *path, char *buffer, size_t size, struct err *err);

enum { PROCFS_SYSCTL_PATH_BYTES = 256 };

/*
 * The path of a sysctl: "net.ipv4.ip_forward" → "sys/net/ipv4/ip_forward". As sysctl(8) has it: the
 * first separator decides. If it is a dot, dots separate and a slash stands for a dot in a name
 * ("net.ipv4.conf.eth0/1.mtu"); if it is a slash, slashes separate and dots are literal. EINVAL: an
 * empty component, "." or "..", a control character or white space; ENAMETOOLONG. Pure.
 */
int procfs_sysctl_path(const char *key, char buffer[PROCFS_SYSCTL_PATH_BYTES]);
