/* SPDX-License-Identifier: Apache-2.0 */
/* The table of cases at the end of this file says what can be measured. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/fd.h"
#include "base/parse.h"
#include "base/text.h"
#include "measure.h"

enum { ARGUMENTS_MAX = 16 };

/* RUNTIME --root ROOT ARGUMENT... up to NULL */
static int command(struct runtime *runtime, struct usage *usage, struct err *err, ...)
{
	char *argv[ARGUMENTS_MAX] = { (char *)runtime->path, (char *)"--root", runtime->root };
	size_t n = 3;
	va_list args;

	va_start(args, err);
	while (n < ARGUMENTS_MAX - 1 && (argv[n] = va_arg(args, char *)) != NULL)
		n++;
	va_end(args);
	return spawn_and_wait(argv, &runtime->pid, usage, err);
}

static void new_id(struct bench *bench, struct runtime *runtime)
{
	text_format(runtime->id, sizeof(runtime->id), "bench-%d-%u", (int)getpid(), bench->n_ids++);
}

static void path_in_work(const struct bench *bench, const char *name, char *path, size_t size)
{
	text_format(path, size, "%s/%s", bench->work, name);
}

static ssize_t read_file(const char *path, char *buffer, size_t size, struct err *err)
{
	AUTO_FD int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : fd_read_up_to(fd, buffer, size - 1, err);

	if (fd < 0)
		return err_sys(err, "open %s", path);
	if (n >= 0)
		buffer[n] = '\0';
	return n;
}

static int create(struct bench *bench, struct runtime *runtime, const char *bundle,
	struct usage *usage, struct err *err)
{
	char bundle_path[PATH_MAX], pid_file[PATH_MAX], text[32];
	uint32_t pid;
	ssize_t r;

	path_in_work(bench, bundle, bundle_path, sizeof(bundle_path));
	path_in_work(bench, "pid", pid_file, sizeof(pid_file));
	new_id(bench, runtime);
	r = command(runtime, usage, err, "create", "--bundle", bundle_path, "--pid-file", pid_file,
		runtime->id, NULL);
	if (r < 0)
		return (int)r;
	r = read_file(pid_file, text, sizeof(text), err);
	if (r < 0)
		return (int)r;
	if (parse_u32(text, &pid) < 0)
		return err_fail(err, EPROTO, "%s: no process id: %s", pid_file, text);
	runtime->pid = (pid_t)pid;
	return 0;
}

static int run_bundle(
	struct bench *bench, struct runtime *runtime, const char *bundle, struct err *err)
{
	char path[PATH_MAX];
	struct usage usage;
	int r;

	path_in_work(bench, bundle, path, sizeof(path));
	new_id(bench, runtime);
	r = command(runtime, &usage, err, "run", "--bundle", path, runtime->id, NULL);
	if (r < 0)
		return r;
	bench_record(bench, runtime, 0, usage.ms);
	bench_record(bench, runtime, 1, (double)usage.peak_kib);
	return 0;
}

static int round_run(struct bench *bench, struct runtime *runtime, struct err *err)
{
	return run_bundle(bench, runtime, "true.bundle", err);
}

static int round_run_seccomp(struct bench *bench, struct runtime *runtime, struct err *err)
{
	return run_bundle(bench, runtime, "seccomp.bundle", err);
}

static int round_cycle(struct bench *bench, struct runtime *runtime, struct err *err)
{
	struct usage created, started, deleted;
	int r = create(bench, runtime, "true.bundle", &created, err);

	if (r == 0)
		r = command(runtime, &started, err, "start", runtime->id, NULL);
	if (r == 0)
		r = spawn_wait_for(&runtime->pid, err);
	if (r == 0)
		r = command(runtime, &deleted, err, "delete", runtime->id, NULL);
	if (r < 0)
		return r;
	bench_record(bench, runtime, 0, created.ms + started.ms + deleted.ms);
	bench_record(bench, runtime, 1, created.ms);
	bench_record(bench, runtime, 2, started.ms);
	bench_record(bench, runtime, 3, deleted.ms);
	return 0;
}

static int begin_sleeping(struct bench *bench, struct runtime *runtime, struct err *err)
{
	struct usage usage;
	int r = create(bench, runtime, "sleep.bundle", &usage, err);

	return r < 0 ? r : command(runtime, &usage, err, "start", runtime->id, NULL);
}

static int end_by_force(struct bench *bench, struct runtime *runtime, struct err *err)
{
	struct usage usage;

	(void)bench;
	return command(runtime, &usage, err, "delete", "--force", runtime->id, NULL);
}

static int record_time(
	struct bench *bench, struct runtime *runtime, int r, const struct usage *usage)
{
	if (r == 0) {
		bench_record(bench, runtime, 0, usage->ms);
		bench_record(bench, runtime, 1, (double)usage->peak_kib);
	}
	return r;
}

static int round_state(struct bench *bench, struct runtime *runtime, struct err *err)
{
	struct usage usage;
	int r = command(runtime, &usage, err, "state", runtime->id, NULL);

	return record_time(bench, runtime, r, &usage);
}

/* A signal that a sleeping process ignores. */
static int round_kill(struct bench *bench, struct runtime *runtime, struct err *err)
{
	struct usage usage;
	int r = command(runtime, &usage, err, "kill", runtime->id, "CONT", NULL);

	return record_time(bench, runtime, r, &usage);
}

static int round_list(struct bench *bench, struct runtime *runtime, struct err *err)
{
	struct usage usage;
	int r = command(runtime, &usage, err, "list", NULL);

	return record_time(bench, runtime, r, &usage);
}

static int round_exec(struct bench *bench, struct runtime *runtime, struct err *err)
{
	struct usage usage;
	int r = command(runtime, &usage, err, "exec", runtime->id, "/bin/true", NULL);

	return record_time(bench, runtime, r, &usage);
}

/* The sum of all "KEY: N kB" lines of /proc/PID/FILE whose key begins so. */
static int sum_of_fields(pid_t pid, const char *file, const char *key, double *ret, struct err *err)
{
	char path[64], text[8192];
	double sum = 0;
	ssize_t r;

	text_format(path, sizeof(path), "/proc/%d/%s", (int)pid, file);
	r = read_file(path, text, sizeof(text), err);
	if (r < 0)
		return (int)r;
	for (char *line = text; line; line = strchr(line, '\n'), line = line ? line + 1 : NULL)
		if (text_has_prefix(line, key))
			sum += (double)strtoul(line + strcspn(line, ":") + 1, NULL, 10);
	*ret = sum;
	return 0;
}

/* A created container: what its waiting process costs before the user's program is there. */
static int round_memory(struct bench *bench, struct runtime *runtime, struct err *err)
{
	double resident = 0, private = 0;
	struct usage usage;
	int r = create(bench, runtime, "true.bundle", &usage, err);

	if (r < 0)
		return r;
	bench_record(bench, runtime, 0, (double)usage.peak_kib);
	r = sum_of_fields(runtime->pid, "status", "VmHWM", &resident, err);
	if (r == 0)
		r = sum_of_fields(runtime->pid, "smaps_rollup", "Private_", &private, err);
	bench_record(bench, runtime, 1, resident);
	bench_record(bench, runtime, 2, private);
	return r < 0 ? r : end_by_force(bench, runtime, err);
}

#define TIME_AND_PEAK(name)                                     \
	{                                                       \
		{ name, "ms" }, { "  its peak memory", "KiB" }, \
	}

const struct bench_case bench_cases[] = {
	{ "run", "run /bin/true, foreground", TIME_AND_PEAK("run"), NULL, round_run, NULL },
	{ "cycle", "create, start, delete of /bin/true",
		{ { "create+start+delete", "ms" }, { "  create", "ms" }, { "  start", "ms" },
			{ "  delete", "ms" } },
		NULL, round_cycle, NULL },
	{ "state", "state of a running container", TIME_AND_PEAK("state"), begin_sleeping,
		round_state, end_by_force },
	{ "kill", "a harmless signal to a running container", TIME_AND_PEAK("kill"), begin_sleeping,
		round_kill, end_by_force },
	{ "list", "list with one container", TIME_AND_PEAK("list"), begin_sleeping, round_list,
		end_by_force },
	{ "memory", "a created container that waits for its start",
		{ { "create, peak memory", "KiB" }, { "waiting process, peak", "KiB" },
			{ "waiting process, private", "KiB" } },
		NULL, round_memory, NULL },
	{ "exec", "exec /bin/true in a running container", TIME_AND_PEAK("exec"), begin_sleeping,
		round_exec, end_by_force },
	{ "run-seccomp", "run /bin/true with the containers' default seccomp profile",
		TIME_AND_PEAK("run with seccomp"), NULL, round_run_seccomp, NULL },
};
const size_t n_bench_cases = sizeof(bench_cases) / sizeof(bench_cases[0]);
