/* SPDX-License-Identifier: Apache-2.0 */
/*
 * resctrl: shares of cache and memory bandwidth (linux.intelRdt; Intel RDT and AMD QoS).
 *
 * Layer 2, role caller. A group is a directory of the resctrl file system (Documentation/
 * filesystems/resctrl.rst; 4.10): its schemata say what its tasks may have, mon_groups below it
 * count what some of them use. runtime-spec 1.3, config-linux.md, "IntelRdt", has the rules, which
 * this follows to the letter; the file system is never mounted by us.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/err.h"
#include "oci/config.h"

struct resctrl {
	const char *dir;     /* of the group, absolute; NULL: the container is in none */
	bool is_made;        /* the directory is to be made */
	bool is_ours;        /* and goes with the container: no closID names it */
	const char *monitor; /* the container's directory in mon_groups; NULL: none */
	const char **lines;  /* for schemata, in order */
	size_t n_lines;
};

/* Of a mountinfo text: where resctrl is mounted, in the arena; NULL: nowhere. */
const char *resctrl_find_mount(struct arena *arena, const char *mountinfo);

/*
 * Decides and changes nothing. root: where resctrl is mounted, NULL: looked for. ENOENT: it is not
 * mounted, or a closID without schemata has no directory; EEXIST: the closID's group has other
 * schemata. With the JSON pointer.
 */
int resctrl_plan(struct arena *arena, const struct oci_intel_rdt *rdt, const char *id,
	const char *root, struct resctrl *ret, struct err *err);

/*
 * The directories that are to be made. ENOSPC: the processor has no class or monitor left; EEXIST:
 * somebody made one since the plan. After an error *group has only what was made.
 */
int resctrl_make(struct resctrl *group, struct err *err);

/* Each line of the schemata; what the kernel says of one it does not take is in the text. */
int resctrl_limit(const struct resctrl *group, struct err *err);

/* The process, its later children with it. */
int resctrl_add(const struct resctrl *group, pid_t pid, struct err *err);

/* What is the container's own; missing is as good as removed. */
int resctrl_remove(const struct resctrl *group, struct err *err);

/* After a creation that failed: what resctrl_make() made, a group with a name only if nobody is in
 * it by now. */
int resctrl_undo(const struct resctrl *group, struct err *err);

/* The group at resctrl's root, in which everything is that is in no other. */
bool resctrl_is_machines(const char *dir);

/* One more line, for `update`. */
int resctrl_write_schema(const char *dir, const char *line, struct err *err);

/* Pure: whether each value of line, "L3:0=f;1=ff", is that of the schemata, however written. */
bool resctrl_schema_holds(const char *schemata, const char *line);
