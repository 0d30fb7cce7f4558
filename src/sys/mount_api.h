/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mount_api: mounts by descriptor.
 *
 * Layer sys, roles caller and init; CAP_SYS_ADMIN in the user namespace that owns the mount
 * namespace. The kernel's newer mount calls (5.2: fsopen, fsconfig, fsmount, open_tree, move_mount;
 * 5.12: mount_setattr): a mount is made detached, gets all its flags, and only then becomes visible
 * on a directory or file that is given by descriptor (beneath.h). There is never a moment in which
 * it is visible without nosuid, and no path that could be exchanged.
 *
 * The kernel explains a refused option in words on the descriptor of fsopen(2); those words are put
 * into the error's text.
 *
 * Where the kernel, or a seccomp filter around us, lacks one of these calls, the functions here
 * fail with its errno, until the process says that it wants the old ones: mount(2), with the same
 * promises as far as it can keep them (mount_old.h).
 *
 * Every *ret_fd is a detached mount, close-on-exec; closing it before mount_attach() dissolves it.
 * Nothing here allocates.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/mount.h> /* MS_PRIVATE, MS_SLAVE, MS_SHARED, MS_UNBINDABLE */

#include "base/err.h"

/* Attributes of one mount (mount_setattr(2)); those of glibc 2.36, which musl does not have. */
#ifndef MOUNT_ATTR_RDONLY
#define MOUNT_ATTR_RDONLY      0x00000001
#define MOUNT_ATTR_NOSUID      0x00000002
#define MOUNT_ATTR_NODEV       0x00000004
#define MOUNT_ATTR_NOEXEC      0x00000008
#define MOUNT_ATTR__ATIME      0x00000070 /* the mask of the next three */
#define MOUNT_ATTR_RELATIME    0x00000000
#define MOUNT_ATTR_NOATIME     0x00000010
#define MOUNT_ATTR_STRICTATIME 0x00000020
#define MOUNT_ATTR_NODIRATIME  0x00000080
#define MOUNT_ATTR_IDMAP       0x00100000
#endif
#ifndef MOUNT_ATTR_NOSYMFOLLOW
#define MOUNT_ATTR_NOSYMFOLLOW 0x00200000
#endif

/* mount_setattr(2) with the kernel that has it, where it is lacking; NULL: all are there. */
const char *mount_lacking_call(void);

/*
 * From now on this process mounts by mount(2). It must be in a mount namespace that nobody else
 * looks at yet, whose "/" is not shared, and /proc must be the host's, not a container's.
 */
int mount_use_old_calls(struct err *err);

/* The same where a call is lacking; nothing where all are there. */
int mount_choose_calls(struct err *err);

/*
 * Whoever uses the old calls has a stage over "/" from the first mount on, which must go before
 * others enter the namespace, and before its root changes; it comes back when it is needed. Nothing
 * to do with the newer calls. mount_end(): no mount will follow.
 */
int mount_pause(struct err *err);
int mount_end(struct err *err);

/*
 * A new file system: type "tmpfs", source "tmpfs" (NULL or "": none), data as mount(8) has it after
 * -o for the file system itself: "size=64k,mode=755" (NULL or "": none). A comma in a value is
 * written "\,"; any other backslash stays. Values of 256 bytes and more (the limit of fsconfig(2))
 * are possible for overlay's directories only (6.13), else E2BIG. attributes: MOUNT_ATTR_…, in
 * force from the first moment.
 */
int mount_new_fs(const char *type, const char *source, const char *data, uint64_t attributes,
	int *ret_fd, struct err *err);

/* A procfs of another pid namespace than the caller's own (proc's option pidns, 6.17). */
int mount_new_proc(const char *source, const char *data, int pid_namespace_fd, uint64_t attributes,
	int *ret_fd, struct err *err);
bool mount_proc_takes_pid_namespace(void);

/*
 * A detached copy of the mount at path (relative to dir_fd; "" is dir_fd itself, which may be
 * O_PATH); a symbolic link at the end is not followed. recursive: with everything mounted below.
 * The copy stays in its source's peer group: make it slave or private before anything else.
 */
int mount_clone_tree(int dir_fd, const char *path, bool recursive, int *ret_fd, struct err *err);

/* Puts the detached mount tree_fd on target_fd: a directory on a directory, a file on a file. */
int mount_attach(int tree_fd, int target_fd, struct err *err);

/* propagation: one of MS_PRIVATE, MS_SLAVE, MS_SHARED, MS_UNBINDABLE. fd: the root of a mount. */
int mount_set_propagation(int fd, unsigned long propagation, bool recursive, struct err *err);

/*
 * MOUNT_ATTR_…; to set one of the atime modes clear must have MOUNT_ATTR__ATIME. recursive: all
 * mounts below too, all or none. fd: the root of a mount, attached or not, O_PATH is enough.
 */
int mount_set_attributes(int fd, uint64_t set, uint64_t clear, bool recursive, struct err *err);

/* Ids of the mount are mapped by the user namespace (5.12); the mount must be detached. */
int mount_set_idmap(int tree_fd, int userns_fd, bool recursive, struct err *err);

/*
 * Makes the mount new_root_fd the root of the mount namespace, detaches the old one and stands in
 * the new "/" (pivot_root(2), "pivot_root(".", ".")"). The old root's propagation must not be
 * shared, or the detach would reach the host.
 */
int mount_pivot_root(int new_root_fd, struct err *err);

/* Detaches the mount at path at once, its last use ends it (MNT_DETACH | UMOUNT_NOFOLLOW). */
int mount_detach(const char *path, struct err *err);
