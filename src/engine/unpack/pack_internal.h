/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pack_internal: between pack.c, which finds the files, and pack_write.c, which writes of them.
 *
 * Layer 3, role unpacker.
 */
#pragma once

#include <limits.h>
#include <sys/stat.h>

#include "engine/unpack/pack.h"

struct archive;
struct archive_entry_linkresolver;

struct pack {
	const struct pack_request *request;
	struct unpack_report *report;
	struct archive *archive;
	struct archive_entry_linkresolver *links; /* which files have several names */
	int top_fd;          /* borrowed: directory that path is looked for from */
	dev_t device;        /* of the top */
	char path[PATH_MAX]; /* of what is looked at, from the top; "" is the top */
	char name[PATH_MAX]; /* the same in the archive */
};

int pack_open(struct pack *pack, int out_fd, struct err *err);
int pack_close(struct pack *pack, struct err *err); /* the end of the archive is written */
void pack_done(struct pack *pack);

/* link: target of a symbolic link, or NULL. fd: of a regular file or directory, else -1. */
int pack_write_entry(
	struct pack *pack, const struct stat *st, const char *link, int fd, struct err *err);

/* Marks of a layer: the name is gone, the directory hides what is below. */
int pack_write_whiteout(struct pack *pack, const char *leaf, struct err *err);
int pack_write_opaque(struct pack *pack, int directory_fd, struct err *err);
