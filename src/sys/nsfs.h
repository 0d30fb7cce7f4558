/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nsfs: namespaces by descriptor.
 *
 * Layer sys, roles caller and init. Source: namespaces(7), setns(2), ioctl_ns(2).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

/* A namespace is one by device and inode of its nsfs file, also when several paths lead to it. */
struct nsfs_id {
	uint64_t device, inode;
};

/* Opens the file and checks that it is a namespace of the type (one CLONE_NEW…). */
int nsfs_open(const char *path, uint64_t type, int *ret_fd, struct err *err);

int nsfs_id_of(int ns_fd, struct nsfs_id *ret, struct err *err);
bool nsfs_id_equal(struct nsfs_id a, struct nsfs_id b);

/* The user namespace that owns it (NS_GET_USERNS, 4.9). EPERM: it lies outside the caller's own. */
int nsfs_open_owner(int ns_fd, int *ret_fd, struct err *err);

/* The one that a pid or user namespace was made in (NS_GET_PARENT, 4.9). EPERM: it is the first, or
 * its parent lies outside the caller's own. */
int nsfs_open_parent(int ns_fd, int *ret_fd, struct err *err);

/* Who made a user namespace, as the caller's user namespace has it (NS_GET_OWNER_UID, 4.11). */
int nsfs_owner_uid(int ns_fd, uid_t *ret, struct err *err);

/* The network namespace of a socket of process pid, by its number there (pidfd_getfd(2), 5.6, and
 * SIOCGSKNS, 4.10). */
int nsfs_open_of_socket(pid_t pid, int number, int *ret_fd, struct err *err);

/* One CLONE_NEW…; ENOTTY when the descriptor is no namespace. */
int nsfs_type(int ns_fd, uint64_t *ret, struct err *err);

/* fd (O_PATH is enough) is a file of nsfs. */
bool nsfs_is_namespace(int fd);

int nsfs_join(int ns_fd, uint64_t type, struct err *err);

/*
 * Pure: "net:[4026531833]", as links in /proc/PID/ns and /proc/PID/fd and the root of a mount of
 * nsfs have it. EINVAL for anything else.
 */
int nsfs_parse_link(const char *text, uint64_t *ret_type, uint64_t *ret_inode);

/* "net" of CLONE_NEWNET: the name in /proc/PID/ns; NULL for anything else. */
const char *nsfs_name(uint64_t type);
