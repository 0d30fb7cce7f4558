/* SPDX-License-Identifier: Apache-2.0 */
/*
 * measure [--json] [--runs N] [--pause MS] --work DIR --runtime NAME=PATH ... CASE ...
 *
 * A case in which a runtime fails is left out of the result, said on stderr and in the status.
 */
#include <errno.h>
#include <getopt.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <time.h>

#include "base/parse.h"
#include "base/text.h"
#include "measure.h"

enum { WARM_UP_ROUNDS = 3, PAUSE_MAX_MS = 999, NS_PER_MS = 1000 * 1000 };

struct options {
	bool is_json;
	const char *const *cases; /* n_cases names */
	size_t n_cases;
};

static struct bench bench = { .n_runs = 30 };

void bench_record(struct bench *into, const struct runtime *runtime, size_t series, double value)
{
	if (!into->is_warming)
		into->series[series].values[runtime - into->runtimes][into->run] = value;
}

static int for_each_runtime(
	int (*step)(struct bench *, struct runtime *, struct err *), size_t first, struct err *err)
{
	for (size_t i = 0; step && i < bench.n_runtimes; i++) {
		struct runtime *runtime = &bench.runtimes[(first + i) % bench.n_runtimes];
		int r;

		nanosleep(&bench.pause, NULL);
		r = step(&bench, runtime, err);

		if (r < 0)
			return err_while(err, "%s", runtime->name);
	}
	return 0;
}

/* Another one begins in each round: nobody always follows the same neighbour. */
static int run_rounds(
	const struct bench_case *what, size_t n_rounds, bool is_warming, struct err *err)
{
	bench.is_warming = is_warming;
	for (bench.run = 0; bench.run < n_rounds; bench.run++) {
		int r = for_each_runtime(what->round, bench.run, err);

		if (r < 0)
			return r;
	}
	return 0;
}

static int run_case(const struct bench_case *what, struct err *err)
{
	struct err ignored = ERR_INIT;
	int r = for_each_runtime(what->begin, 0, err);

	if (r == 0)
		r = run_rounds(what, WARM_UP_ROUNDS, true, err);
	if (r == 0)
		r = run_rounds(what, bench.n_runs, false, err);
	if (r < 0) {
		/* whatever there is of the containers goes, and the first error is the one to tell
		 */
		for_each_runtime(what->end, 0, &ignored);
		return err_while(err, "%s", what->name);
	}
	return for_each_runtime(what->end, 0, err);
}

static const struct bench_case *find_case(const char *name)
{
	for (size_t i = 0; i < n_bench_cases; i++)
		if (text_equal(bench_cases[i].name, name))
			return &bench_cases[i];
	return NULL;
}

static int add_runtime(char *name_and_path, struct err *err)
{
	char *equals = strchr(name_and_path, '=');

	if (!equals || bench.n_runtimes == RUNTIMES_MAX)
		return err_fail(
			err, EINVAL, "--runtime %s: not NAME=PATH, or too many", name_and_path);
	*equals = '\0';
	bench.runtimes[bench.n_runtimes].name = name_and_path;
	bench.runtimes[bench.n_runtimes++].path = equals + 1;
	return 0;
}

static int set_runs(const char *text, struct err *err)
{
	uint64_t n;

	if (parse_u64(text, &n) < 0 || n == 0 || n > RUNS_MAX)
		return err_fail(
			err, EINVAL, "--runs %s: not a number from 1 to %d", text, RUNS_MAX);
	bench.n_runs = n;
	return 0;
}

static int set_pause(const char *text, struct err *err)
{
	uint64_t ms;

	if (parse_u64(text, &ms) < 0 || ms > PAUSE_MAX_MS)
		return err_fail(err, EINVAL, "--pause %s: not a number of milliseconds up to %d",
			text, PAUSE_MAX_MS);
	bench.pause.tv_nsec = (long)ms * NS_PER_MS;
	return 0;
}

static int parse_options(int argc, char **argv, struct options *options, struct err *err)
{
	static const struct option table[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "runs", required_argument, NULL, 'n' },
		{ "pause", required_argument, NULL, 'p' },
		{ "work", required_argument, NULL, 'w' },
		{ "runtime", required_argument, NULL, 'r' },
		{ 0 },
	};
	int option, r = 0;

	while (r == 0 && (option = getopt_long(argc, argv, "", table, NULL)) >= 0)
		switch (option) {
		case 'j':
			options->is_json = true;
			break;
		case 'n':
			r = set_runs(optarg, err);
			break;
		case 'p':
			r = set_pause(optarg, err);
			break;
		case 'w':
			bench.work = optarg;
			break;
		case 'r':
			r = add_runtime(optarg, err);
			break;
		default:
			r = err_fail(err, EINVAL, "unknown option");
		}
	options->cases = (const char *const *)argv + optind;
	options->n_cases = (size_t)(argc - optind);
	if (r == 0 && (!bench.work || bench.n_runtimes == 0 || options->n_cases == 0))
		return err_fail(err, EINVAL, "--work, --runtime and a case are needed");
	return r;
}

static int make_roots(struct err *err)
{
	for (size_t i = 0; i < bench.n_runtimes; i++) {
		struct runtime *runtime = &bench.runtimes[i];

		text_format(runtime->root, sizeof(runtime->root), "%s/state/%s", bench.work,
			runtime->name);
		if (mkdir(runtime->root, 0700) < 0)
			return err_sys(err, "mkdir %s", runtime->root);
	}
	return 0;
}

static int run_cases(const struct options *options)
{
	size_t n_reported = 0;
	int status = 0;

	if (!options->is_json)
		report_table_head(&bench, stdout);
	for (size_t i = 0; i < options->n_cases; i++) {
		const struct bench_case *what = find_case(options->cases[i]);
		struct err err = ERR_INIT;
		int r = what ? run_case(what, &err)
			     : err_fail(&err, ENOENT, "no case %s", options->cases[i]);

		if (r < 0) {
			fprintf(stderr, "measure: %s\n", err.text);
			status = 1;
		} else if (options->is_json) {
			report_json(&bench, what, n_reported++ == 0, stdout);
		} else {
			report_table(&bench, what, stdout);
		}
	}
	return status;
}

int main(int argc, char **argv)
{
	struct options options = { 0 };
	struct err err = ERR_INIT;
	int r = parse_options(argc, argv, &options, &err), status;

	/* Containers' processes come to this process when their creator has ended: see
	 * spawn_wait_for. */
	if (r == 0 && prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0)
		r = err_sys(&err, "prctl PR_SET_CHILD_SUBREAPER");
	if (r == 0)
		r = make_roots(&err);
	if (r < 0) {
		fprintf(stderr, "measure: %s\n", err.text);
		return 2;
	}
	if (options.is_json)
		puts("[");
	status = run_cases(&options);
	if (options.is_json)
		puts("\n]");
	return status;
}
