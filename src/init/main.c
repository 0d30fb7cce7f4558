/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Role init, from the first instruction: maps its plan and executes it step by step.
 *
 * argv: "hull-init" PLAN REPORT, two descriptors: the memfd with the plan image and behind it the
 * timeline, and the socket to the caller, which is in the plan, too: until the plan is there,
 * errors go to this one. All descriptors but those of the plan were closed by the exec. Exit status
 * 255 when a step failed: the caller has been told why.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/parse.h"
#include "init/init.h"
#include "plan/image.h"
#include "sys/mount_api.h"
#include "sys/signals.h"

enum { INIT_EXIT_FAILED = 255, INIT_PAGE_BYTES = 4096 };

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static int keep_private(const struct plan *plan, int plan_fd, struct err *err)
{
	int r = fd_set_cloexec((int)plan->report_fd, true, err);

	for (uint64_t i = 0; r == 0 && i < plan->n_fds; i++)
		if (plan->fds[i] >= 0)
			r = fd_set_cloexec((int)plan->fds[i], true, err);
	close(plan_fd);
	return r;
}

/* Maps the image privately (its pointers are made in place) and the timeline shared. */
static int map_plan(int plan_fd, struct init *init, struct err *err)
{
	struct stat st;
	uint64_t image_bytes;
	void *image, *times;
	int r;

	if (fstat(plan_fd, &st) < 0)
		return err_sys(err, "fstat the plan");
	image = mmap(NULL, (size_t)st.st_size, PROT_READ | PROT_WRITE, MAP_PRIVATE, plan_fd, 0);
	if (image == MAP_FAILED)
		return err_sys(err, "mmap the plan of %lld bytes", (long long)st.st_size);
	if ((uint64_t)st.st_size < 2 * sizeof(uint64_t))
		return err_fail(
			err, EPROTO, "plan image: %lld bytes are no plan", (long long)st.st_size);
	image_bytes = ((uint64_t *)image)[1]; /* size, see docs/formats/plan.md */
	if (image_bytes > (uint64_t)st.st_size)
		return err_fail(err, EPROTO, "plan image: cut off");
	r = plan_decode(image, image_bytes, &init->plan, err);
	if (r < 0)
		return r;
	image_bytes = (image_bytes + INIT_PAGE_BYTES - 1) & ~(uint64_t)(INIT_PAGE_BYTES - 1);
	if ((uint64_t)st.st_size < image_bytes + init->plan.n_steps * sizeof(struct plan_time))
		return 0;
	times = mmap(NULL, init->plan.n_steps * sizeof(struct plan_time), PROT_READ | PROT_WRITE,
		MAP_SHARED, plan_fd, (off_t)image_bytes);
	if (times == MAP_FAILED)
		return err_sys(err, "mmap the timeline");
	init->times = times;
	return 0;
}

/*
 * What mount_api.h needs for the old calls may stay between steps that mount, when nobody else sees
 * the mounts yet; and nothing mounts once the caller has heard that the container is ready.
 */
static int tidy_mounts(uint32_t next_kind, struct err *err)
{
	switch (next_kind) {
	case STEP_MOUNT:
	case STEP_DEVICE:
	case STEP_SYMLINK:
	case STEP_READONLY_PATH:
	case STEP_MASK:
		return 0;
	case STEP_READY:
		return mount_end(err);
	default:
		return mount_pause(err);
	}
}

static int run_step(struct init *init, uint64_t index, struct err *err)
{
	const struct step *step = &init->plan.steps[index];
	struct message hold = { .kind = MESSAGE_HOLD, .number = (int64_t)index };
	int r;

	if (init->plan.hold_step == index + 1) {
		r = init_send(init, &hold, err);
		if (r < 0)
			return r;
	}
	if (init->plan.fault_step == index + 1)
		return err_fail(
			err, EIO, "fault injected into step %s", plan_step_name(step->kind));
	r = tidy_mounts(step->kind, err);
	return r < 0 ? r : init_step_function(step->kind)(init, step, err);
}

static const char *root_path(const struct init *init)
{
	for (uint64_t i = 0; i < init->plan.n_steps; i++)
		if (init->plan.steps[i].kind == STEP_ROOT)
			return init->plan.steps[i].root.source.path;
	return NULL;
}

/*
 * Whatever was looked for in it, the root file system may be closed to the container's root, who is
 * an ordinary user outside: that is the mistake to tell.
 */
static void blame_root(const struct init *init, struct err *err)
{
	const char *path = root_path(init);
	AUTO_FD int inside = -1;

	if (err->code != EACCES || init->root_fd < 0 || !path)
		return;
	inside = openat(init->root_fd, ".", O_PATH | O_CLOEXEC);
	if (inside >= 0 || errno != EACCES)
		return;
	*err = ERR_INIT;
	err_sys_code(err, EACCES, "root filesystem %s", path);
	err_path(err, path);
	err_config(err, "/root/path");
	err_hint(err, "the container's root, who is not root outside, may not enter it");
}

static int run_plan(struct init *init, struct err *err)
{
	for (uint64_t i = 0; i < init->plan.n_steps; i++) {
		const struct step *step = &init->plan.steps[i];
		int r;

		if (init->times)
			init->times[i].begin_ns = now_ns();
		r = run_step(init, i, err);
		if (init->times)
			init->times[i].end_ns = now_ns();
		if (r < 0) {
			blame_root(init, err);
			err->step = (int32_t)i + 1;
			err_phase(err, plan_step_name(step->kind));
			return step->config[0] ? err_config(err, "%s", step->config) : r;
		}
	}
	return err_fail(err, EPROTO, "the plan does not end in EXEC");
}

int main(int argc, char **argv)
{
	struct init init = {
		.report_fd = -1,
		.root_fd = -1,
		.proc_fd = -1,
		.kept_fd = -1,
		.mask_fd = -1,
		.null_fd = -1,
	};
	struct message failed = { .kind = MESSAGE_ERROR };
	uint32_t plan_fd, report_fd;
	int r;

	/* nothing of this process may be read or traced from inside the container (CVE-2016-9962)
	 */
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	if (argc != 3 || parse_u32(argv[1], &plan_fd) < 0 || parse_u32(argv[2], &report_fd) < 0)
		return INIT_EXIT_FAILED;
	init.report_fd = (int)report_fd;
	signals_reset(); /* the caller may have blocked or ignored some */
	r = map_plan((int)plan_fd, &init, &failed.err);
	if (r == 0)
		r = keep_private(&init.plan, (int)plan_fd, &failed.err);
	if (r == 0)
		r = run_plan(&init, &failed.err);
	if (r < 0 && r != -ECANCELED) {
		struct err ignored = ERR_INIT; /* nobody listens any more */

		init_send(&init, &failed, &ignored);
	}
	return INIT_EXIT_FAILED;
}
