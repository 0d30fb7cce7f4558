/* SPDX-License-Identifier: Apache-2.0 */
/*
 * launch: a plan on its way to a running process; what create, run and exec have in common.
 *
 * Layer 2, role caller. In this order: the plan is set, launch_open_slots(), launch_spawn(),
 * launch_until_ready(), launch_go(), launch_wait_exec(). After a failure the process may still be
 * there: launch_kill().
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/err.h"
#include "core/cgroup/cgroup.h"
#include "core/net_namespace.h"
#include "core/planner/planner.h"
#include "plan/message.h"

struct launch;

/* Does what hull-init waits for at a point of its plan. fd: what came with the message, or -1; the
 * caller of this function closes it. */
typedef int launch_sync(struct launch *launch, enum plan_sync point, int fd, struct err *err);

/* Moves launch->pid into the group; see launch_place(). */
typedef int launch_mover(struct launch *launch, struct err *err);

struct launch {
	struct arena *arena;
	const char *id;
	struct container_plan plan;
	uint32_t preserved_fds;
	bool is_traced;
	bool goes_ahead;    /* READY is answered before it is said */
	launch_sync *sync;  /* NULL: the plan has no such points */
	launch_mover *move; /* NULL: who may not enter the group is refused */
	bool is_outside;    /* spawned, and not in its group yet */
	void *context;      /* for sync and move */
	pid_t pid;          /* in our pid namespace; 0 before the spawn */
	int pidfd;
	int report_fd;            /* our end */
	struct net_namespace net; /* in the making, for SLOT_NETWORK */
	int template_fd;          /* for plans with use_template; -1 */
	int64_t *fds;             /* by slot */
	struct plan_time *times;  /* shared with hull-init; NULL: not traced */
	size_t times_bytes;
};

#define LAUNCH_INIT       \
	((struct launch){ \
		.pidfd = -1, .report_fd = -1, .template_fd = -1, .net = NET_NAMESPACE_INIT })

/* Closes what is open; the process goes on. */
void launch_done(struct launch *launch);

/* All but the late ones. dir_fd: where SLOT_START_LISTENER makes its socket; console_fd is taken
 * (slots.h). */
int launch_open_slots(struct launch *launch, int dir_fd, int console_fd, struct err *err);

/* The process begins in the group, unless it enters late. Slots are closed: hull-init has them. */
int launch_spawn(struct launch *launch, const struct cgroup *group, struct err *err);

/*
 * An ordinary user's process can be born in another group only below one that is the user's own, as
 * it is not for who logs in by ssh. It is born outside then, and has to be moved by somebody with
 * more rights, before it makes namespaces, becomes somebody else, or runs anything. Nothing for a
 * process that is inside.
 */
int launch_place(struct launch *launch, struct err *err);

/* For a process that enters late, when the group is there: gives it the group and the late slots.
 */
int launch_enter_group(struct launch *launch, const struct cgroup *group, struct err *err);

/* Answers hull-init until it is ready, or gives its error. */
int launch_until_ready(struct launch *launch, struct err *err);

/* The plan is set: whether it has a step of that kind. */
bool launch_has_step(const struct launch *launch, enum step_kind kind);

/*
 * For a spawned process of which nothing has to be known when it is ready: it is told to go on now,
 * and does so without waiting for us. Not for plans with a SYNC, which would take the word for the
 * answer to it, or a HOOK, which may last. With a FORK the second process gets the word, when it is
 * there.
 */
bool launch_may_go_ahead(const struct launch *launch);
int launch_go_ahead(struct launch *launch, struct err *err);

/* Nothing when it went ahead. */
int launch_go(struct launch *launch, struct err *err);

/* After the go: 0 when the program was executed, else why not. */
int launch_wait_exec(struct launch *launch, struct err *err);

/* launch_go() and launch_wait_exec() if r is 0; what failed, here or before, ends the process. */
int launch_finish(struct launch *launch, int r, struct err *err);

/* SIGKILL, and reaps it. Nothing when there is no process. */
void launch_kill(struct launch *launch);
