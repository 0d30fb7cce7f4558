/* SPDX-License-Identifier: Apache-2.0 */
#include "core/launch.h"

#include <errno.h>
#include <sys/socket.h>

#include "base/fd.h"
#include "core/handshake.h"
#include "core/image_memory.h"
#include "core/slots.h"
#include "core/spawn.h"
#include "sys/fd_passing.h"
#include "sys/process.h"

void launch_done(struct launch *launch)
{
	if (launch->fds)
		slots_close(&launch->plan, launch->fds);
	net_namespace_done(&launch->net);
	image_memory_unmap(launch);
	fd_close(launch->template_fd);
	fd_close(launch->report_fd);
	fd_close(launch->pidfd);
}

int launch_open_slots(struct launch *launch, int dir_fd, int console_fd, struct err *err)
{
	size_t n = launch->plan.n_slots;

	launch->fds = ARENA_NEW_ARRAY(launch->arena, n, int64_t);
	for (size_t i = 0; i < n; i++)
		launch->fds[i] = launch->plan.slots[i].is_late ? PLAN_LATE_FD : -1;
	return slots_open(&launch->plan, false, dir_fd, console_fd, &launch->net, launch->fds, err);
}

int launch_place(struct launch *launch, struct err *err)
{
	int r = launch->is_outside ? launch->move(launch, err) : 0;

	launch->is_outside = r < 0;
	return r;
}

static int spawn_in_group(
	struct launch *launch, struct spawn_request *request, int *ret_gate, struct err *err)
{
	struct err refused = ERR_INIT;
	int r = spawn(request, &launch->pid, &launch->pidfd, ret_gate, &refused);

	if (r == -EACCES && launch->move && request->entry->into_fd >= 0) {
		request->entry = NULL;
		launch->is_outside = true;
		return spawn(request, &launch->pid, &launch->pidfd, ret_gate, err);
	}
	if (r < 0)
		*err = refused;
	if (r == -EACCES && request->entry->into_fd >= 0)
		err_hint(err, "this user may not put processes into that group from the one "
			      "it is in: run it in a unit of the user's own, systemd-run --user "
			      "--scope …");
	return r;
}

int launch_spawn(struct launch *launch, const struct cgroup *group, struct err *err)
{
	AUTO_CGROUP_ENTRY entry = CGROUP_ENTRY_EMPTY;
	AUTO_FD int program = -1;
	AUTO_FD int image = -1;
	struct cgroup birthplace;
	int gate = -1, sockets[2], r;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) < 0)
		return err_sys(err, "socketpair");
	launch->report_fd = sockets[0];
	AUTO_FD int other_end = sockets[1];
	if (launch->plan.spawn.enters_late)
		birthplace = cgroup_part(group, true);
	r = cgroup_open_entry(launch->plan.spawn.enters_late ? &birthplace : group, &entry, err);
	if (r == 0)
		r = spawn_open_program(&program, err);
	if (r == 0)
		r = image_memory_make(launch, other_end, &image, err);
	if (r < 0)
		return r;
	struct spawn_request request = {
		.plan = &launch->plan.spawn,
		.fds = launch->fds,
		.n_fds = launch->plan.n_slots,
		.program_fd = program,
		.image_fd = image,
		.report_fd = other_end,
		.template_fd = launch->template_fd,
		.preserved_fds = launch->preserved_fds,
		.entry = &entry,
	};
	r = spawn_in_group(launch, &request, &gate, err);
	if (r == 0 && gate >= 0) {
		AUTO_FD int held = gate;

		r = launch_place(launch, err);
		if (r == 0)
			r = spawn_release(launch->pid, &launch->plan.spawn, TAKE_FD(held), err);
	}
	slots_close(&launch->plan, launch->fds);
	return r;
}

/* Late slots and where the process enters, as one list. */
static size_t list_late(
	const struct launch *launch, const struct cgroup_entry *entry, int fds[FD_PASS_MAX])
{
	size_t n = 0;

	for (size_t i = 0; i < entry->n_procs_fds; i++)
		fds[n++] = entry->procs_fds[i];
	for (size_t i = 0; i < launch->plan.n_slots && n < FD_PASS_MAX; i++)
		if (launch->fds[i] >= 0)
			fds[n++] = (int)launch->fds[i];
	return n;
}

int launch_enter_group(struct launch *launch, const struct cgroup *group, struct err *err)
{
	AUTO_CGROUP_ENTRY entry = CGROUP_ENTRY_EMPTY;
	struct cgroup rest = cgroup_part(group, false);
	int fds[FD_PASS_MAX];
	int r = cgroup_open_entry(&rest, &entry, err);

	if (r == 0)
		r = slots_open(&launch->plan, true, -1, -1, &launch->net, launch->fds, err);
	if (r == 0)
		r = handshake_groups(launch->report_fd, fds, list_late(launch, &entry, fds),
			entry.n_procs_fds, err);
	slots_close(&launch->plan, launch->fds);
	return r;
}

int launch_until_ready(struct launch *launch, struct err *err)
{
	int r = handshake_until_ready(launch, err);

	return r < 0 ? r : launch_place(launch, err);
}

bool launch_has_step(const struct launch *launch, enum step_kind kind)
{
	for (size_t i = 0; i < launch->plan.n_steps; i++)
		if (launch->plan.steps[i].kind == kind)
			return true;
	return false;
}

bool launch_may_go_ahead(const struct launch *launch)
{
	return !launch->is_outside && !launch_has_step(launch, STEP_SYNC) &&
	       !launch_has_step(launch, STEP_HOOK);
}

int launch_go_ahead(struct launch *launch, struct err *err)
{
	launch->goes_ahead = true;
	if (launch_has_step(launch, STEP_FORK))
		return 0;
	return handshake_go_ahead(launch->report_fd, err);
}

int launch_go(struct launch *launch, struct err *err)
{
	if (launch->goes_ahead)
		return 0;
	return handshake_go(launch->report_fd, err);
}

int launch_wait_exec(struct launch *launch, struct err *err)
{
	return handshake_wait_exec(launch->report_fd, err);
}

int launch_finish(struct launch *launch, int r, struct err *err)
{
	if (r == 0)
		r = launch_go(launch, err);
	if (r == 0)
		r = launch_wait_exec(launch, err);
	if (r < 0)
		launch_kill(launch);
	return r;
}

void launch_kill(struct launch *launch)
{
	if (launch->pidfd >= 0)
		process_kill_and_reap(launch->pidfd);
}
