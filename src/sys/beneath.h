/* SPDX-License-Identifier: Apache-2.0 */
/*
 * beneath: files of a container, found from the descriptor of its root and never above it.
 *
 * Layer sys, roles caller and init; no privilege needed beyond what the file system asks.
 *
 * A path inside a container is never a string that the kernel resolves from the caller's root: what
 * looked like a directory a moment ago may be a symbolic link to the host's / now (CVE-2021-30465,
 * CVE-2024-45310, CVE-2026-41579). Everything here takes root_fd, a descriptor (O_PATH is enough)
 * of the container's root directory, and resolves as if that were "/": absolute paths and absolute
 * symbolic links begin there, ".." stops there, magic links of procfs are refused (ELOOP).
 *
 * The kernel does it where it can: openat2(2) with RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS (5.6).
 * Where it answers ENOSYS, or EPERM because a seccomp filter of an outer container refuses the
 * call, or EAGAIN again and again because directories are being renamed all the time, a walk in
 * user space gives the same answers: one component after the other with O_PATH | O_NOFOLLOW, links
 * read and expanded, at most 40 of them (ELOOP).
 *
 * What is promised: every descriptor was reached from root_fd through directory entries alone. A
 * directory that someone with rights on both sides moves out of the root while it is in use stays
 * reachable through its descriptor; nobody can prevent that, nor gain from it.
 *
 * Descriptors are close-on-exec. Modes are subject to the umask. Errors have the path in err->path.
 * Nothing here allocates or needs /proc.
 */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

/* Further restrictions of a resolution. */
enum beneath_resolve {
	BENEATH_NO_XDEV = 1 << 0,     /* no step onto another mount (EXDEV) */
	BENEATH_NO_SYMLINKS = 1 << 1, /* no symbolic link at all (ELOOP) */
};

struct beneath_how {
	int flags;        /* as for open(2); O_CLOEXEC is always added */
	mode_t mode;      /* of a file that O_CREAT makes */
	unsigned resolve; /* enum beneath_resolve, or-ed */
};

/*
 * Opens path. flags and mode as for open(2): O_PATH to hold a place, O_CREAT makes only the last
 * component. A last symbolic link is followed inside the root unless flags has O_NOFOLLOW.
 */
int beneath_open(
	int root_fd, const char *path, int flags, mode_t mode, int *ret_fd, struct err *err);

int beneath_open_how(
	int root_fd, const char *path, const struct beneath_how *how, int *ret_fd, struct err *err);

/*
 * Splits path: *ret_fd is its parent directory (O_PATH), name the last component, which may or may
 * not exist and is not resolved. Slashes at the end are dropped. EINVAL where there is no last
 * component to create: "", "/", and paths that end in "." or "..".
 */
int beneath_open_parent(
	int root_fd, const char *path, char name[NAME_MAX + 1], int *ret_fd, struct err *err);

/*
 * Opens the directory (O_PATH), making what is missing on the way with mode. Symbolic links are
 * followed inside the root, also those that point to nothing yet: their target is made. ENOTDIR if
 * something else is in the way.
 */
int beneath_make_dirs(int root_fd, const char *path, mode_t mode, int *ret_fd, struct err *err);

/*
 * Opens the file (O_PATH), making it, empty and with mode, where it is missing, and missing parents
 * with 0755; a target for a file to be mounted on. A last symbolic link is followed as above. What
 * exists is kept: any kind of file is fine but a directory (EISDIR).
 */
int beneath_make_file(int root_fd, const char *path, mode_t mode, int *ret_fd, struct err *err);

/*
 * The same where no symbolic link may lead (ELOOP): for a container that is running and could make
 * one at any time.
 */
int beneath_make_plain_dirs(
	int root_fd, const char *path, mode_t mode, int *ret_fd, struct err *err);
int beneath_make_plain_file(
	int root_fd, const char *path, mode_t mode, int *ret_fd, struct err *err);

/* Makes a symbolic link; missing parents get 0755. EEXIST if anything has that name. */
int beneath_symlink(int root_fd, const char *target, const char *path, struct err *err);

/* As beneath_open_parent(); missing parents are made, with 0755. */
int beneath_make_parent(
	int root_fd, const char *path, char name[NAME_MAX + 1], int *ret_fd, struct err *err);

/* For tests: from now on this process resolves by the walk, as if the kernel had no openat2. */
void beneath_force_walk(bool on);
