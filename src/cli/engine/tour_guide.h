/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tour_guide: leads through the topics, in the stage.
 *
 * Layer 3, role command. What it writes is Markdown, so that it can be read in a terminal and kept
 * in a document: headings, sentences, and commands with their answers as indented blocks.
 */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "cli/engine/tour_topics.h"

enum {
	TOUR_STATUS_FAILED = 1,      /* of a step */
	TOUR_STATUS_NOT_BEGUN = 125, /* as docker has it: nothing was run */
};

struct tour_plan {
	const struct tour_topic *const *topics; /* ends with NULL */
	bool pauses;                            /* for Enter, after each step */
	bool is_root;                           /* of the machine, not of a user namespace only */
	FILE *out;
};

/* Runs inside of the new namespaces (core/tour/stage.h); returns the exit status. */
int tour_guide(const struct tour_plan *plan);
