/* SPDX-License-Identifier: Apache-2.0 */
/*
 * unpack: what hull-unpack is asked and what it answers.
 *
 * Layer 3, between the roles caller and unpacker. hull-unpack reads archives of unknown origin, so
 * it is a program of its own that sees one directory and nothing else (confine.h). It is asked by
 * its command line, MODE DIRECTORY [MAX_BYTES OWNERS], reads standard input, and answers with one
 * message on a socket. What it says is as untrusted as what it reads: the caller computes digests
 * itself and checks the message's form.
 *
 * | mode       | standard input      | does                                                 |
 * | layer      | a tar               | makes of it a lower directory of overlayfs           |
 * | files      | a tar               | its files and links, without owners and modes        |
 * | decompress | anything            | gzip, zstd or xz to plain bytes on standard output   |
 * | remove     | nothing             | empties the directory                                |
 *
 * DIRECTORY is an absolute path; decompress only needs a place there to hide everything behind.
 */
#pragma once

#include <stdint.h>

#include "base/err.h"

#define UNPACK_PROGRAM "hull-unpack"

enum {
	UNPACK_REPORT_FD = 3, /* struct unpack_report, once */
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
	struct err err; /* code 0: done */
};
