/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tree: the directory that is being filled, which is the process's root.
 *
 * Layer 3, role unpacker. Names in an archive are relative to the root, whatever they look like;
 * symbolic links on the way are followed inside of it (as a container would follow them), the last
 * component never is. Since the root is all that this process can see, no name leads out.
 */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <time.h>

#include "base/err.h"

/* A directory's time, to be set when nothing is made in it any more. */
struct tree_time {
	char *path;
	struct timespec mtime;
};

struct tree {
	int root_fd;
	/* The directory that was used last: archives are sorted by directories. */
	char parent[PATH_MAX];
	int parent_fd; /* -1: none */

	struct tree_time *times;
	size_t n_times, times_capacity;
	uint64_t n_implicit;
};

#define TREE_INIT ((struct tree){ .root_fd = -1, .parent_fd = -1 })

int tree_init(struct tree *tree, struct err *err);
void tree_done(struct tree *tree);

/*
 * The plain form of a name: no "/" in front, no ".", "..", "//"; "" is the root itself. -EINVAL for
 * a name that leads out of the root, -ENAMETOOLONG.
 */
int tree_clean(const char *name, char ret[PATH_MAX], struct err *err);

/*
 * The directory of a clean path, which is not "", and the last component. Directories that are
 * missing are made. *ret_fd is the tree's, valid until the next call.
 */
int tree_open_parent(
	struct tree *tree, const char *path, int *ret_fd, const char **ret_leaf, struct err *err);

/* What has that name goes, a directory with everything in it. *ret_was_whiteout may be NULL. */
int tree_remove(int parent_fd, const char *leaf, bool *ret_was_whiteout, struct err *err);

/* Hides what lower layers have in the directory. */
int tree_make_opaque(int directory_fd, struct err *err);

/* What overlayfs takes for "removed". */
bool tree_is_whiteout(const struct stat *st);

int tree_note_time(
	struct tree *tree, const char *path, const struct timespec *mtime, struct err *err);
int tree_set_times(struct tree *tree, struct err *err);
