/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mountinfo: the mounts of a mount namespace, as /proc/PID/mountinfo lists them.
 *
 * Layer sys, roles caller and init. proc_pid_mountinfo(5); the text is the kernel's, but names of
 * directories and sources in it are anybody's. The parser is pure and works in the line that it is
 * given; nothing allocates.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

/* Longest line that is read: root, mount point and source take up to 16 KiB each when escaped. */
enum { MOUNTINFO_LINE_BYTES = 65536 };

/* Strings lie in the parsed line. Escapes are undone in root, mount_point, type and source. */
struct mountinfo {
	uint64_t id, parent_id;
	uint32_t major, minor;   /* st_dev of files there */
	const char *root;        /* which directory of the file system this mount shows */
	const char *mount_point; /* relative to the reader's root */
	const char *options;     /* "rw,nosuid": of this mount, escapes kept */
	uint32_t peer_group;     /* "shared:N"; 0: not shared */
	uint32_t master_group;   /* "master:N"; 0: not slave */
	bool is_unbindable;
	const char *type;          /* "ext4", "fuse.x" */
	const char *source;        /* "/dev/vda", "none"; may be empty */
	const char *super_options; /* "rw,size=1k": of the file system, escapes kept */
};

/* line: without newline, is changed. EINVAL if it is none. Unknown optional fields are skipped. */
int mountinfo_parse(char *line, struct mountinfo *ret);

/*
 * Calls visit for each mount until it returns something else than 0, which is then returned (visit
 * sets err for an error). fd is an open mountinfo file; its position moves. A line that cannot be
 * parsed, or is longer than MOUNTINFO_LINE_BYTES, is EPROTO with its number. Uses 64 KiB of stack.
 */
typedef int mountinfo_visit(const struct mountinfo *mount, void *context, struct err *err);
int mountinfo_read(int fd, mountinfo_visit *visit, void *context, struct err *err);

/* Whether "nosuid", or "mode" for "mode=755", is in a comma separated list. */
bool mountinfo_has_option(const char *options, const char *name);
