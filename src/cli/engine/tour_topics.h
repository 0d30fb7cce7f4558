/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tour_topics: what hull tour shows, as data.
 *
 * Layer 3, role command; no code. The commands run in the stage (core/tour/stage.h), those of one
 * topic in one shell, so that a step may use what an earlier one left: directories, files,
 * variables, processes in the background.
 */
#pragma once

#include <stddef.h>

/* What a step takes beyond the stage itself. */
enum tour_need {
	TOUR_NEED_NOTHING,
	TOUR_NEED_UTS,
	TOUR_NEED_PID,
	TOUR_NEED_ROOT_TREE,
	TOUR_NEED_USER,
	TOUR_NEED_OWNER,
	TOUR_NEED_TIME,
	TOUR_NEED_NET,
	TOUR_NEED_VETH,
	TOUR_NEED_NFT,
	TOUR_NEED_MEMORY,
	TOUR_NEED_CPU,
	TOUR_NEED_PIDS,
	TOUR_NEED_GROUPS,
	TOUR_NEED_SMAPS,
	TOUR_NEED_OVERLAY,
	TOUR_NEED_COUNT,
};

struct tour_step {
	const char *look;    /* what is looked at, a sentence; NULL: it goes on */
	const char *command; /* one line, as somebody would type it */
	const char *ready;   /* a condition to wait for, where the command leaves something running;
				NULL: none */
	const char *check;   /* a command that succeeds if the answer, its standard input, shows
				what it has to */
	const char *meaning; /* of the answer; NULL: see the next */
	enum tour_need need;
};

struct tour_topic {
	const char *name, *title;
	const struct tour_step *steps;
	size_t n_steps;
};

struct tour_need_text {
	const char *what;  /* the step "takes …" */
	const char *probe; /* a command that fails without it, and says why; NULL: there always */
};

/* In the order of the tour. */
extern const struct tour_topic *const tour_topics[]; /* ends with NULL */
extern const struct tour_need_text tour_needs[TOUR_NEED_COUNT];

/* NULL: there is none of that name. */
const struct tour_topic *tour_topic_find(const char *name);

/* ---- one by one, in files by subject ---- */

extern const struct tour_topic tour_topic_namespaces, tour_topic_uts, tour_topic_pid,
	tour_topic_proc, tour_topic_chroot, tour_topic_user, tour_topic_time; /* tour_views.c */
extern const struct tour_topic tour_topic_net, tour_topic_cgroup,
	tour_topic_copy_on_write; /* tour_resources.c */
