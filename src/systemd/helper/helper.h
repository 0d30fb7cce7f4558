/* SPDX-License-Identifier: Apache-2.0 */
/*
 * helper: hull-systemd, which talks to systemd for the caller.
 *
 * Role bus: a child of the caller, in its namespaces and with its rights, until the caller closes
 * its end of the socket. A scope cannot be without a process: this one is the first, given to
 * systemd as "0, who sends this", which is right in every pid namespace. It leaves when the
 * container's own process is in there. If the caller is killed it ends, and the scope with it.
 *
 * A failure of systemd's is an errno value with systemd's own words (docs/formats/systemd.md).
 */
#pragma once

#include <systemd/sd-bus.h>

#include "systemd/message.h"

#define SYSTEMD_NAME    "org.freedesktop.systemd1"
#define SYSTEMD_PATH    "/org/freedesktop/systemd1"
#define SYSTEMD_MANAGER SYSTEMD_NAME ".Manager"

/* ---- bus.c ---- */

/* The first of the possible connections that answers; version and control group of the manager. */
int bus_connect(struct arena *arena, const struct systemd_request *request, sd_bus **ret,
	struct systemd_reply *reply, struct err *err);

/* What a failed call of systemd's means. */
int bus_fail(int r, const sd_bus_error *error, struct err *err);

/* A string, of the manager or a unit. */
int bus_read_text(struct arena *arena, sd_bus *bus, const char *object, const char *interface,
	const char *property, const char **ret, struct err *err);

/* ---- call.c ---- */

/* One of the calls that concern a unit. */
int call_unit(struct arena *arena, sd_bus *bus, const struct systemd_request *request,
	struct systemd_reply *reply, struct err *err);

/* ---- job.c ---- */

struct job {
	const char *unit;
	const char *path; /* known when the call has been answered */
	char result[32];  /* "done", "failed" …; empty while it is not over */
	uint64_t end_usec;
	sd_bus_slot *slot;
};

/* Before the call that makes the job: its end must not be missed. */
int job_expect(
	sd_bus *bus, const char *unit, uint32_t limit_msec, struct job *ret, struct err *err);

/* Waits for the end of the job at path. */
int job_wait(sd_bus *bus, struct job *job, const char *path, struct err *err);
void job_forget(struct job *job);
#define AUTO_JOB __attribute__((cleanup(job_forget))) struct job
