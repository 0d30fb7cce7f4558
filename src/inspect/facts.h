/* SPDX-License-Identifier: Apache-2.0 */
/*
 * facts: what a process is, out of its files in /proc.
 *
 * Layer 3, role command. Each is read once, when somebody asks; one that has ended has empty facts.
 * Names and command lines are the process's own: anything may be in them.
 */
#pragma once

#include "inspect/view.h"

enum { FACTS_NSPID_MAX = 33 }; /* pid namespaces nest 32 deep */

struct process_facts {
	pid_t parent; /* 0: none, or not to be seen */
	uid_t uid;    /* real, as the reader's user namespace has it */
	gid_t gid;
	char state; /* 'S', 'Z' …; 0: it has ended */
	bool is_kernel_thread;
	uint64_t memory_bytes;         /* resident */
	const char *name;              /* at most 15 bytes */
	pid_t nspids[FACTS_NSPID_MAX]; /* from the reader's pid namespace inwards */
	size_t n_nspids;
};

const struct process_facts *facts_of(const struct view *view, struct view_process *process);

/* Pure: the text of /proc/PID/status. */
void facts_parse_status(struct arena *arena, const char *text, struct process_facts *ret);

/* Arguments with a space between them; the name where there are none, as of a kernel thread. */
const char *facts_command_line(const struct view *view, struct view_process *process);

/* The text of /proc/PID/NAME, at most 64 KiB of it; "" if it cannot be read. */
const char *facts_file(const struct view *view, pid_t pid, const char *name);

/* The same with the NULs that may be in it (cmdline, environ). */
const char *facts_bytes(const struct view *view, pid_t pid, const char *name, size_t *ret_length);

/*
 * The user or group id in the process's own user namespace; false where it has none there, or the
 * namespace is not to be seen.
 */
bool facts_uid_inside(const struct view *view, struct view_process *process, uid_t *ret);
bool facts_gid_inside(const struct view *view, struct view_process *process, gid_t *ret);

/* Pure: outside → inside by the text of uid_map or gid_map, read from outside. */
bool facts_map_inside(const char *map, uint32_t outside, uint32_t *ret);

/* Processor time so far, and how much of a processor that was since its start. */
struct process_usage {
	uint64_t cpu_usec;
	double cpu_percent;
};

/* Zero when it has ended. */
struct process_usage facts_usage(const struct view *view, const struct view_process *process);

/* NULL when it is not to be seen. */
struct view_process *facts_parent(const struct view *view, struct view_process *process);
