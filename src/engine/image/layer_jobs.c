/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Several jobs at a time, each a process: hashing, decompressing and writing of one layer go on
 * beside those of another, and nothing of one can disturb the other.
 */
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/fd.h"
#include "engine/image/layer_internal.h"
#include "sys/clone.h"
#include "sys/process.h"

enum {
	WORKERS_MAX = 16,
	PROGRESS_INTERVAL_MS = 100,
};

struct worker {
	int pidfd; /* -1: free */
	struct layer_job *job;
};

struct layer_job *layer_jobs_new(size_t n)
{
	void *jobs = mmap(NULL, (n + 1) * sizeof(struct layer_job), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct layer_job *job = jobs;

	if (jobs == MAP_FAILED)
		abort(); /* as arenas do it: no memory */
	for (size_t i = 0; i < n; i++)
		job[i].blob_fd = -1;
	return job;
}

void layer_jobs_free(struct layer_job *jobs, size_t n)
{
	if (!jobs)
		return;
	for (size_t i = 0; i < n; i++)
		fd_close(jobs[i].blob_fd);
	munmap(jobs, (n + 1) * sizeof(struct layer_job));
}

static size_t count_workers(size_t n_jobs)
{
	cpu_set_t allowed;
	size_t n = 1;

	if (sched_getaffinity(0, sizeof(allowed), &allowed) == 0)
		n = (size_t)CPU_COUNT(&allowed);
	if (n > WORKERS_MAX)
		n = WORKERS_MAX;
	return n < n_jobs ? n : n_jobs;
}

static int start(
	const struct store *store, struct worker *worker, struct layer_job *job, struct err *err)
{
	const struct clone_how how = { .cgroup_fd = -1 };
	pid_t pid;
	int r = clone_copying_memory(&how, &pid, &worker->pidfd, err);

	if (r < 0)
		return r;
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		_exit(layer_job_do(store, job, &job->err) < 0);
	}
	worker->job = job;
	return 0;
}

/* A worker has ended. */
static int reap(struct worker *worker, struct err *err)
{
	struct layer_job *job = worker->job;
	int status, r;

	r = process_wait(worker->pidfd, &status, err);
	fd_replace(&worker->pidfd, -1);
	job->has_ended = true;
	if (r < 0)
		return r;
	if (job->err.code != 0) {
		*err = job->err;
		return err_while(err, "layer %s", job->digest[0] ? job->digest : job->diff_id);
	}
	if (status != 0)
		return err_fail(err, EPROTO, "layer %s: its process ended with status %d",
			job->diff_id, status);
	return 0;
}

/* Until one or more have ended, or it is time to show how far they are. */
static int wait_some(struct worker *workers, size_t n, struct err *err)
{
	struct pollfd polls[WORKERS_MAX];
	int r = 0;

	for (size_t i = 0; i < n; i++)
		polls[i] = (struct pollfd){ .fd = workers[i].pidfd, .events = POLLIN };
	if (poll(polls, n, PROGRESS_INTERVAL_MS) < 0 && errno != EINTR)
		return err_sys(err, "poll");
	for (size_t i = 0; r == 0 && i < n; i++)
		if (workers[i].pidfd >= 0 && polls[i].revents)
			r = reap(&workers[i], err);
	return r;
}

static size_t count_busy(const struct worker *workers, size_t n)
{
	size_t busy = 0;

	for (size_t i = 0; i < n; i++)
		busy += workers[i].pidfd >= 0;
	return busy;
}

int layer_jobs_run(const struct store *store, struct layer_job *jobs, size_t n,
	layer_progress_fn *progress, void *context, struct err *err)
{
	struct worker workers[WORKERS_MAX];
	size_t n_workers = count_workers(n), next = 0;
	int r = 0;

	for (size_t i = 0; i < n_workers; i++)
		workers[i] = (struct worker){ .pidfd = -1 };
	while (r == 0 && (next < n || count_busy(workers, n_workers) > 0)) {
		for (size_t i = 0; r == 0 && i < n_workers && next < n; i++)
			if (workers[i].pidfd < 0)
				r = start(store, &workers[i], &jobs[next++], err);
		if (r == 0)
			r = wait_some(workers, n_workers, err);
		if (progress)
			progress(context, jobs, n);
	}
	for (size_t i = 0; i < n_workers; i++) {
		if (workers[i].pidfd >= 0)
			process_kill_and_reap(workers[i].pidfd);
		fd_replace(&workers[i].pidfd, -1);
	}
	return r;
}
