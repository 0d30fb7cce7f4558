/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "measure.h"

struct spread {
	double p10, median, p90;
};

/* The runtimes that ratios are given to, when they take part. */
static const char *const anchors[] = { "crun", "runc" };
enum { N_ANCHORS = sizeof(anchors) / sizeof(anchors[0]) };

static int compare(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;

	return (left > right) - (left < right);
}

/* Linear between the two nearest values. */
static double percentile(const double *sorted, size_t n, double fraction)
{
	double at = fraction * (double)(n - 1);
	size_t below = (size_t)at;
	size_t above = below + 1 < n ? below + 1 : below;

	return sorted[below] + (at - (double)below) * (sorted[above] - sorted[below]);
}

static struct spread spread_of(const struct bench *bench, size_t series, size_t runtime)
{
	static double sorted[RUNS_MAX];
	size_t n = bench->n_runs;

	memcpy(sorted, bench->series[series].values[runtime], n * sizeof(sorted[0]));
	qsort(sorted, n, sizeof(sorted[0]), compare);
	return (struct spread){ percentile(sorted, n, 0.1), percentile(sorted, n, 0.5),
		percentile(sorted, n, 0.9) };
}

/* The median of the anchor in this series, 0 if it does not take part. */
static double anchor_median(const struct bench *bench, size_t series, const char *anchor)
{
	for (size_t i = 0; i < bench->n_runtimes; i++)
		if (text_equal(bench->runtimes[i].name, anchor))
			return spread_of(bench, series, i).median;
	return 0;
}

void report_table_head(const struct bench *bench, FILE *out)
{
	fprintf(out,
		"%zu runs of each, alternating, %ld ms between them; p10 and p90 are the 10th and "
		"90th percentile\n\n",
		bench->n_runs, bench->pause.tv_nsec / 1000000);
	fprintf(out, "%-26s %-4s %-10s %9s %9s %9s %8s %8s\n", "", "unit", "runtime", "p10",
		"median", "p90", "of crun", "of runc");
}

static void print_ratios(const struct bench *bench, size_t series, double median, FILE *out)
{
	for (size_t i = 0; i < N_ANCHORS; i++) {
		double anchor = anchor_median(bench, series, anchors[i]);

		if (anchor > 0)
			fprintf(out, " %8.2f", median / anchor);
		else
			fprintf(out, " %8s", "-");
	}
	fputc('\n', out);
}

void report_table(const struct bench *bench, const struct bench_case *what, FILE *out)
{
	for (size_t s = 0; s < SERIES_MAX && what->series[s][0]; s++) {
		const char *unit = what->series[s][1];
		int digits = text_equal(unit, "ms") ? 2 : 0;

		for (size_t i = 0; i < bench->n_runtimes; i++) {
			struct spread spread = spread_of(bench, s, i);

			fprintf(out, "%-26s %-4s %-10s %9.*f %9.*f %9.*f",
				i == 0 ? what->series[s][0] : "", i == 0 ? unit : "",
				bench->runtimes[i].name, digits, spread.p10, digits, spread.median,
				digits, spread.p90);
			print_ratios(bench, s, spread.median, out);
		}
	}
	fflush(out);
}

static void print_json_runtime(const struct bench *bench, size_t series, size_t runtime, FILE *out)
{
	struct spread spread = spread_of(bench, series, runtime);

	fprintf(out, "%s\"%s\":{\"p10\":%.4f,\"median\":%.4f,\"p90\":%.4f", runtime ? "," : "",
		bench->runtimes[runtime].name, spread.p10, spread.median, spread.p90);
	for (size_t i = 0; i < N_ANCHORS; i++) {
		double anchor = anchor_median(bench, series, anchors[i]);

		if (anchor > 0)
			fprintf(out, ",\"of_%s\":%.4f", anchors[i], spread.median / anchor);
	}
	fputc('}', out);
}

void report_json(const struct bench *bench, const struct bench_case *what, bool is_first, FILE *out)
{
	for (size_t s = 0; s < SERIES_MAX && what->series[s][0]; s++) {
		const char *name = what->series[s][0];

		fprintf(out,
			"%s{\"case\":\"%s\",\"series\":\"%s\",\"unit\":\"%s\",\"runs\":%zu,"
			"\"runtimes\":{",
			is_first && s == 0 ? "" : ",\n", what->name, name + strspn(name, " "),
			what->series[s][1], bench->n_runs);
		for (size_t i = 0; i < bench->n_runtimes; i++)
			print_json_runtime(bench, s, i, out);
		fputs("}}", out);
	}
	fflush(out);
}
