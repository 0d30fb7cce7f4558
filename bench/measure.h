/* SPDX-License-Identifier: Apache-2.0 */
/*
 * measure: whole commands of several container runtimes, timed in one run.
 *
 * A case is a few commands repeated for each runtime in turn, so that a slow moment of the machine
 * meets all of them. What a case records goes into named series. Every command must succeed.
 */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>
#include <time.h>

#include "base/err.h"

enum {
	RUNTIMES_MAX = 6,
	SERIES_MAX = 6,
	RUNS_MAX = 1000,
	ID_BYTES = 64,
};

struct runtime {
	const char *name;
	const char *path;
	char root[PATH_MAX]; /* --root: a state directory of its own */
	char id[ID_BYTES];   /* of the container at hand */
	pid_t pid;           /* its first process; 0 when ended or none */
};

struct series {
	const char *name;
	const char *unit; /* "ms", "KiB" */
	double values[RUNTIMES_MAX][RUNS_MAX];
};

struct bench {
	const char *work; /* directory with true.bundle, sleep.bundle, seccomp.bundle */
	struct runtime runtimes[RUNTIMES_MAX];
	size_t n_runtimes;
	size_t n_runs;
	size_t run; /* index of the one at hand */
	/*
	 * Before each step; 0 without --pause. With one none pays for what the one before left to
	 * the kernel: a network namespace, say, is taken down after its last process was waited
	 * for, and who wants a new one meanwhile waits.
	 */
	struct timespec pause;
	bool is_warming; /* nothing is recorded */
	unsigned n_ids;
	struct series series[SERIES_MAX];
};

struct usage {
	double ms;     /* from before the spawn until the process is reaped */
	long peak_kib; /* largest resident set of the command and what it waited for */
};

/* One per case. A round is what is repeated; begin and end are not timed. */
struct bench_case {
	const char *name;
	const char *what;
	const char *series[SERIES_MAX][2]; /* name, unit; up to the first NULL */
	int (*begin)(struct bench *bench, struct runtime *runtime, struct err *err);
	int (*round)(struct bench *bench, struct runtime *runtime, struct err *err);
	int (*end)(struct bench *bench, struct runtime *runtime, struct err *err);
};

extern const struct bench_case bench_cases[];
extern const size_t n_bench_cases;

void bench_record(struct bench *bench, const struct runtime *runtime, size_t series, double value);

/*
 * Runs argv[] (NULL-terminated) to its end, its output to /dev/null. Orphans of containers, which
 * this process adopts, are reaped on the way; *watched becomes 0 when it was one of them. A status
 * other than 0 is an error with the end of the command's stderr.
 */
int spawn_and_wait(char *const argv[], pid_t *watched, struct usage *ret, struct err *err);

/* Waits until the adopted process *watched has ended. */
int spawn_wait_for(pid_t *watched, struct err *err);

void report_table_head(const struct bench *bench, FILE *out);
void report_table(const struct bench *bench, const struct bench_case *what, FILE *out);
void report_json(
	const struct bench *bench, const struct bench_case *what, bool is_first, FILE *out);
