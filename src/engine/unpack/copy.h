/* SPDX-License-Identifier: Apache-2.0 */
/*
 * copy: where the files of an archive go, as docker cp has it.
 *
 * Layer 3, role unpacker. Which name the archive's files get depends on what path is when the first
 * of them comes: a directory takes them in; a file is replaced by a file; what is not there yet
 * gets the name. Links at the end of path are followed, inside of the root.
 */
#pragma once

#include <limits.h>
#include <stdbool.h>

#include "base/err.h"

struct entry;

struct copy {
	const char *path; /* as it was asked; a slash or "/." at its end: a directory is meant */
	bool is_into;     /* it must be a directory, and names in the archive are kept */

	/* Settled with the first entry; clean. */
	bool is_settled;
	bool is_content;     /* the archive has the content of a directory, not it by its name */
	char base[PATH_MAX]; /* directory that names are put behind; "" is the root */
	char name[NAME_MAX + 1]; /* instead of the archive's first component; "" keeps it */
};

/* Changes the names of the entry; root_fd is the tree's. */
int copy_redirect(struct copy *copy, int root_fd, struct entry *entry, struct err *err);

/* A directory stays one, and a file does not become one. parent_fd and leaf: where it goes. */
int copy_check_clash(const struct entry *entry, int parent_fd, const char *leaf, struct err *err);
