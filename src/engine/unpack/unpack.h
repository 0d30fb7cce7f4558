/* SPDX-License-Identifier: Apache-2.0 */
/*
 * unpack: what hull-unpack is asked and what it answers.
 *
 * Layer 3, between the roles caller and unpacker. hull-unpack reads archives of unknown origin and
 * walks through files of containers, so it is a program of its own that sees one tree and nothing
 * else (confine.h). It is asked by its command line, MODE ROOT MAX_BYTES OWNERS [WORD...], reads
 * standard input, and answers with one message on a socket. What it says is as untrusted as what it
 * reads: the caller computes digests itself and checks the message's form.
 *
 * | mode       | standard input      | does                                                 |
 * | layer      | a tar               | makes of it a lower directory of overlayfs           |
 * | files      | a tar               | its files and links, without owners and modes        |
 * | copy       | a tar               | places its files at path=, as cp(1) would            |
 * | fill       | a tar               | its files, with everything that they have            |
 * | decompress | anything            | gzip, zstd or xz to plain bytes on standard output   |
 * | pack       | nothing             | makes a tar of path= on standard output              |
 * | changes    | nothing             | makes a layer's tar of the upper directory           |
 * | remove     | nothing             | empties the directory                                |
 *
 * ROOT is an absolute path, or one of UNPACK_ROOT_…; decompress only needs a place there to hide
 * everything behind.
 *
 * | word            | means                                                             |
 * | path=PATH       | what is meant, from the root; links on the way stay inside of it  |
 * | name=NAME       | pack: the first component of names in the archive                 |
 * | content         | pack: what is in the directory, not it                            |
 * | follow          | pack: if path is a symbolic link, what it leads to                |
 * | root-only       | of a namespace: nothing that is mounted below the root            |
 * | no-top          | pack: the directory itself has no entry                           |
 * | portable        | pack: no parts of seconds and no holes, which others stumble over |
 * | into            | copy: path must be a directory, and the files go into it          |
 * | plain           | copy: no setuid, no capabilities, no devices                      |
 * | without=PATH    | changes: leave this out if it is empty: something is mounted there |
 * | mount=PATH      | the tree of the next descriptor from UNPACK_MOUNT_FD on goes there |
 */
#pragma once

#include <stdint.h>

#include "base/err.h"

#define UNPACK_PROGRAM "hull-unpack"

#define UNPACK_ROOT_TREE      "@tree"      /* UNPACK_ROOT_FD: a detached mount */
#define UNPACK_ROOT_NAMESPACE "@namespace" /* UNPACK_ROOT_FD: a mount namespace, to be copied */

enum {
	UNPACK_REPORT_FD = 3, /* struct unpack_report, once */
	UNPACK_ROOT_FD = 4,
	UNPACK_USER_FD = 5, /* the user namespace that the root belongs to; closed: ours */
	UNPACK_MOUNT_FD = 6,
	UNPACK_MOUNTS_MAX = 32,
};

/* Entries of one archive; each costs an inode and some memory. */
enum { UNPACK_ENTRIES_MAX = 4 * 1000 * 1000 };

/* argv[4]: whose the files become. */
#define UNPACK_OWNERS_KEEP "keep" /* the archive's */
#define UNPACK_OWNERS_ONE  "one"  /* the unpacker's own, as a single id can have it */

struct unpack_report {
	uint64_t n_entries;
	uint64_t content_bytes; /* of regular files, holes counted */
	uint64_t n_implicit;    /* directories that the archive needs and does not have */
	uint64_t n_devices_skipped;
	uint64_t n_xattrs_skipped;
	uint64_t n_changed; /* files that went or shrank while they were read */
	struct err err;     /* code 0: done */
};
