/* SPDX-License-Identifier: Apache-2.0 */
/*
 * entry: one entry of an archive on its way into the tree.
 *
 * Layer 3, role unpacker.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#include "base/err.h"
#include "engine/unpack/copy.h"
#include "engine/unpack/pack.h"
#include "engine/unpack/tree.h"
#include "engine/unpack/unpack.h"

struct archive;
struct archive_entry;

/* What a run of the program is about. */
struct unpack {
	struct archive *archive;
	struct tree tree;
	uint64_t max_bytes;  /* of content */
	bool keeps_owners;   /* the archive's, else the process's own */
	bool has_attributes; /* else content and names only */
	bool has_whiteouts;  /* layer: marks of what a lower layer has */
	bool is_plain;       /* no setuid, no capabilities, no devices */
	struct copy *copy;   /* copy; NULL: the archive's names are meant from the root */
	struct copy copy_state;
	struct pack_request pack; /* the other way */
	struct unpack_report report;
};

struct entry {
	struct archive_entry *raw; /* xattrs and content are read from it when they are needed */
	char path[PATH_MAX];       /* clean; "" is the root */
	const char *link;          /* target of a symbolic link as written; NULL */
	char hardlink[PATH_MAX];   /* clean */
	bool is_hardlink;
	mode_t type; /* S_IF…, 0 if unknown */
	mode_t mode; /* permissions, 07777 */
	uid_t uid;
	gid_t gid;
	dev_t device;
	uint64_t size; /* of a regular file, holes counted */
	struct timespec mtime;
};

/* entry_place.c: makes the entry in the tree. */
int entry_place(struct unpack *unpack, const struct entry *entry, struct err *err);

/* entry_whiteout.c: 1 if the entry was a mark of a layer and is dealt with, 0 if it is a file. */
int entry_place_whiteout(struct unpack *unpack, const struct entry *entry, struct err *err);

/*
 * entry_attributes.c: owner, xattrs, mode of what was made; fd is a descriptor of it or -1, then
 * parent_fd and leaf name it. The time of everything but directories, which get theirs at the end.
 */
int entry_set_attributes(struct unpack *unpack, const struct entry *entry, int fd, int parent_fd,
	const char *leaf, struct err *err);

/* entry_content.c: writes the content of a regular file. */
int entry_write_content(struct unpack *unpack, const struct entry *entry, int fd, struct err *err);
