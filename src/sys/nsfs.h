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

int nsfs_join(int ns_fd, uint64_t type, struct err *err);

/* "net" of CLONE_NEWNET: the name in /proc/PID/ns; NULL for anything else. */
const char *nsfs_name(uint64_t type);
