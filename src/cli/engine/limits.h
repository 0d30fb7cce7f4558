/* SPDX-License-Identifier: Apache-2.0 */
/*
 * limits: options for memory, processors and processes.
 *
 * Layer 3, role command. Pure.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "cli/option.h"
#include "oci/config.h"

struct limits_options {
	const char *memory; /* "64m" */
	const char *cpus;   /* "1.5" */
	struct option_number pids_limit;
};

/* Rows for the table of a struct type with a limits_options in it. */
#define LIMITS_OPTIONS(type, member)                                                  \
	OPTION_STRING(type, member.memory, "memory", .argument = "SIZE",              \
		.help = "memory limit, as in 64m"),                                   \
		OPTION_STRING(type, member.cpus, "cpus", .argument = "N",             \
			.help = "how much of the processors it may use, as in 1.5"),  \
		OPTION_NUMBER(type, member.pids_limit, "pids-limit", .argument = "N", \
			.help = "how many processes and threads it may have")

/* *ret is NULL when no limit was given. EINVAL names the option. */
int limits_make(struct arena *arena, const struct limits_options *options,
	const struct oci_resources **ret, struct err *err);
