/* SPDX-License-Identifier: Apache-2.0 */
#include "core/lookup_locked.h"

#include <errno.h>
#include <sys/stat.h>

#include "base/fd.h"

static bool is_same_directory(int a, int b)
{
	struct stat first, second;

	return fstat(a, &first) == 0 && fstat(b, &second) == 0 && first.st_dev == second.st_dev &&
	       first.st_ino == second.st_ino;
}

/* EAGAIN: the container went before we had its lock, and another one has taken the id. */
static int open_once(
	const struct runtime *runtime, const char *id, int *ret_dir_fd, struct err *err)
{
	AUTO_FD int dir = -1;
	AUTO_FD int again = -1;
	int r = record_open_dir(runtime, id, &dir, err);

	if (r == 0)
		r = record_lock(dir, err);
	if (r == 0)
		r = record_open_dir(runtime, id, &again, err);
	if (r < 0)
		return r;
	if (!is_same_directory(dir, again))
		return err_fail(err, EAGAIN, "the container was replaced by another one");
	*ret_dir_fd = TAKE_FD(dir);
	return 0;
}

int lookup_open_locked(struct arena *arena, const struct runtime *runtime, const char *id,
	struct container *ret, struct err *err)
{
	enum { TRIES = 10 };
	struct err problem = ERR_INIT;
	int dir = -1;
	int r = -EAGAIN;

	for (int i = 0; r == -EAGAIN && i < TRIES; i++) {
		problem = ERR_INIT;
		r = open_once(runtime, id, &dir, &problem);
	}
	if (r == 0)
		return lookup_read(arena, runtime, id, dir, ret, err);
	*err = problem;
	return r;
}

int lookup_status_locked(
	const struct container *container, enum container_status *ret, struct err *err)
{
	if (!container->has_record || container->record.pid == 0) {
		*ret = CONTAINER_STATUS_STOPPED; /* whoever was creating it died */
		return 0;
	}
	return lookup_status(container, ret, err);
}

int lookup_require_running(
	const struct container *container, enum container_status *ret, struct err *err)
{
	int r = lookup_status_locked(container, ret, err);

	if (r == 0 && *ret == CONTAINER_STATUS_STOPPED)
		return err_fail(err, ESRCH, "container not running");
	return r;
}
