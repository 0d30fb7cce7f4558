/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <time.h>

#include "base/text.h"
#include "systemd/helper/helper.h"

static uint64_t now_usec(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static int take_end(sd_bus_message *message, void *context, sd_bus_error *error)
{
	const char *path, *unit, *result;
	struct job *job = context;
	uint32_t id;

	(void)error;
	if (sd_bus_message_read(message, "uoss", &id, &path, &unit, &result) < 0)
		return 0;
	if (job->path && text_equal(path, job->path))
		text_copy(job->result, sizeof(job->result), result);
	return 0;
}

int job_expect(sd_bus *bus, const char *unit, uint32_t limit_msec, struct job *ret, struct err *err)
{
	int r;

	*ret = (struct job){ .unit = unit, .end_usec = now_usec() + (uint64_t)limit_msec * 1000 };
	r = sd_bus_match_signal(
		bus, &ret->slot, NULL, SYSTEMD_PATH, SYSTEMD_MANAGER, "JobRemoved", take_end, ret);
	/* On a bus signals come to those only who ask; systemd's own socket needs no asking. */
	if (r >= 0)
		sd_bus_call_method(bus, SYSTEMD_NAME, SYSTEMD_PATH, SYSTEMD_MANAGER, "Subscribe",
			NULL, NULL, NULL);
	return r < 0 ? err_sys_code(err, r, "systemd: wait for jobs") : 0;
}

static int judge(const struct job *job, struct err *err)
{
	if (text_equal(job->result, "done"))
		return 0;
	if (text_equal(job->result, "timeout"))
		return err_fail(err, ETIMEDOUT, "systemd gave up on %s after its own time limit",
			job->unit);
	err_fail(err, EIO, "systemd's job for %s ended with \"%s\"", job->unit, job->result);
	return err_hint(err, "`journalctl -u %s` may say why", job->unit);
}

/* Signals are dispatched here only: none that came before its call was answered is lost. */
int job_wait(sd_bus *bus, struct job *job, const char *path, struct err *err)
{
	job->path = path;
	while (!job->result[0]) {
		uint64_t now = now_usec();
		int r = sd_bus_process(bus, NULL);

		if (r == 0 && now >= job->end_usec)
			return err_fail(err, ETIMEDOUT,
				"systemd's job for %s has not ended in time", job->unit);
		if (r == 0)
			r = sd_bus_wait(bus, job->end_usec - now);
		if (r < 0 && r != -EINTR)
			return err_sys_code(err, r, "systemd: wait for the job of %s", job->unit);
	}
	return judge(job, err);
}

void job_forget(struct job *job)
{
	sd_bus_slot_unref(job->slot);
}
