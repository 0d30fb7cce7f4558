/* SPDX-License-Identifier: Apache-2.0 */
/*
 * device_node: device nodes of a container, and its terminal.
 *
 * Layer sys, roles caller and init. Three lessons: /dev of an image may be a symbolic link out of
 * it (CVE-2026-41579), so nodes are made beneath the root by descriptor; /dev/null may be anything,
 * and what is mounted over masked files must be the real one (CVE-2025-31133), so its number is
 * checked on the descriptor that is then used; /dev/pts/N may be exchanged between its making and
 * its use (CVE-2025-52565), so the slave of a terminal is opened from its master, never by name.
 *
 * Nothing here allocates. Descriptors are close-on-exec.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

struct device_node {
	mode_t mode; /* S_IFCHR, S_IFBLK or S_IFIFO, and permissions, which no umask reduces */
	uint32_t major, minor; /* not for S_IFIFO */
	uid_t uid;
	gid_t gid;
};

/*
 * Makes the node at path beneath root_fd, with missing parents (0755). A node of the same type and
 * number that is there already is kept and gets owner and permissions; EEXIST for anything else.
 * CAP_MKNOD in the first user namespace (EPERM). Sets the umask for a moment: single-threaded
 * callers only.
 */
int device_node_make(
	int root_fd, const char *path, const struct device_node *node, struct err *err);

/* 0 if fd (O_PATH is enough) is a character or block device (S_IFCHR, S_IFBLK) of that number. */
int device_node_check(int fd, mode_t type, uint32_t major, uint32_t minor, struct err *err);

/*
 * Opens dev/null beneath root_fd (with root_fd of "/": the own one), O_PATH, and checks that it is
 * character device 1:3. This descriptor is what to clone and mount over masked files.
 */
int device_node_open_null(int root_fd, int *ret_fd, struct err *err);

/*
 * A new terminal of the devpts whose root directory is devpts_fd (O_PATH is enough). The master is
 * opened as "ptmx" there, the slave through its master (TIOCGPTPEER, 4.13) with O_NOCTTY; checked:
 * both on that devpts, slave 136:n. O_RDWR both.
 */
int pty_open(int devpts_fd, int *ret_master_fd, int *ret_slave_fd, struct err *err);
