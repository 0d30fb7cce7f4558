/* SPDX-License-Identifier: Apache-2.0 */
/*
 * doctor: has this host what hull needs?
 *
 * Layer 3, role command. Nothing of the host is changed: what has to be tried is tried in a network
 * namespace that ends with the question.
 */
#pragma once

#include "engine/container/containers.h"

enum doctor_verdict {
	DOCTOR_VERDICT_OK,
	DOCTOR_VERDICT_NOTE,    /* it works, with less */
	DOCTOR_VERDICT_PROBLEM, /* something does not work */
	DOCTOR_VERDICT_COUNT,
};

struct doctor_finding {
	enum doctor_verdict verdict;
	const char *topic; /* "kernel", "firewall" */
	const char *text;
	const char *advice; /* what to do; NULL: nothing */
};

struct doctor_report {
	struct doctor_finding *findings;
	size_t n_findings;
};

const char *doctor_verdict_name(enum doctor_verdict verdict);

/* Everything that is asked is answered: what could not be found out is a finding, too. */
void doctor_examine(struct arena *arena, const struct engine *engine, struct doctor_report *ret);

/* ---- between its files ---- */

void doctor_add(struct arena *arena, struct doctor_report *report, enum doctor_verdict verdict,
	const char *topic, const char *text, const char *advice);
void doctor_examine_network(
	struct arena *arena, const struct engine *engine, struct doctor_report *report);
