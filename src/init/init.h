/* SPDX-License-Identifier: Apache-2.0 */
/*
 * init: hull-init, the process that becomes the container's.
 *
 * It is started by the caller in the container's new namespaces, from a sealed memfd, with the
 * host's root file system in view (strategy copy) or one empty read-only mount (strategy template),
 * as root of its user namespace and with all capabilities there. It executes the steps of its plan
 * in order, reports the first error and exits, or ends as the container's program.
 *
 * It never allocates memory, parses no JSON, prints nothing, and opens no host path once the
 * container's root is entered. Each step kind is one function of the type step_function, in the
 * file that is named after its subject; steps.c has the table.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "plan/message.h"
#include "plan/plan.h"

struct init {
	struct plan plan;
	struct plan_time *times; /* shared with the caller; NULL: nobody wants the timeline */
	int report_fd;           /* whom errors are told: the caller, later `start` */
	int root_fd;             /* O_PATH of the container's root; -1 before ROOT */
	int proc_fd;             /* a trusted procfs; -1 until a step needs it */
	int kept_fd;             /* the last mount with PLAN_MOUNT_KEPT; -1 before */
	int mask_fd;             /* the first empty tmpfs that hides a directory; -1 before */
	int null_fd;             /* the checked /dev/null that hides files; -1 before */
	bool has_cwd;            /* the first CWD step could enter it */
	const char *program;     /* what COMMAND found */
	const char **args, **env;
};

typedef int step_function(struct init *init, const struct step *step, struct err *err);

/* The function of a step kind. */
step_function *init_step_function(uint32_t kind);

/* The descriptor in a slot; -1 for PLAN_NO_SLOT. */
int init_slot(const struct init *init, plan_slot_index slot);

/* It is not needed any more; the slot is empty then. */
void init_close_slot(struct init *init, plan_slot_index slot);

/* init->proc_fd, opened when it is needed first. */
int init_proc(struct init *init, int *ret_fd, struct err *err);

/* Sends one message; waits for MESSAGE_GO (ECANCELED when the other end is gone). */
int init_send(const struct init *init, const struct message *message, struct err *err);
int init_wait_go(int socket_fd, struct err *err);

/* Tells the caller that this point is reached, with a descriptor if fd is not -1; waits for its go.
 */
int init_synchronise(const struct init *init, enum plan_sync point, int fd, struct err *err);

/* Opens where the host has a mount tree, or takes it from its slot; see struct plan_source. */
int init_open_source(struct init *init, const struct plan_source *source, bool recursive,
	int *ret_tree_fd, struct err *err);

step_function step_join, step_unshare, step_become_root, step_fork, step_session, step_keyring,
	step_loopback, step_hostname, step_domainname;
step_function step_propagation, step_root, step_open_root, step_enter_root, step_root_attributes;
step_function step_mount, step_unmount, step_device, step_symlink, step_mask, step_readonly_path;
step_function step_sysctl, step_label, step_oom_score;
step_function step_sync, step_groups, step_hook, step_ready, step_wait_start;
step_function step_console;
step_function step_rlimit, step_scheduler, step_io_priority, step_affinity, step_memory_policy,
	step_personality;
step_function step_seccomp, step_cwd, step_identity, step_capabilities, step_no_new_privileges;
step_function step_command, step_exec, step_end;
