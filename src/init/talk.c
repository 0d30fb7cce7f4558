/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Role init: what it says to the caller and to `start`, and waits for.
 *
 * An end of file where a word is expected means that the other side died: the container that is not
 * ready yet ends with it (ECANCELED, said to nobody).
 */
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fd.h"
#include "init/init.h"
#include "sys/fd_passing.h"
#include "sys/procfs.h"

int init_slot(const struct init *init, plan_slot_index slot)
{
	return slot < 0 ? -1 : (int)init->plan.fds[slot];
}

void init_close_slot(struct init *init, plan_slot_index slot)
{
	int64_t *fds = (int64_t *)init->plan.fds; /* in the image, which is ours alone */

	if (slot < 0)
		return;
	fd_close((int)fds[slot]);
	fds[slot] = -1;
}

int init_proc(struct init *init, int *ret_fd, struct err *err)
{
	if (init->proc_fd < 0) {
		int r = procfs_open(&init->proc_fd, err);

		if (r < 0)
			return r;
	}
	*ret_fd = init->proc_fd;
	return 0;
}

int init_send(const struct init *init, const struct message *message, struct err *err)
{
	ssize_t n;

	do
		n = send(init->report_fd, message, sizeof(*message), MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	if (n != (ssize_t)sizeof(*message))
		return err_fail(err, ECANCELED, "the caller is gone");
	return 0;
}

int init_wait_go(int socket_fd, struct err *err)
{
	struct message message;
	ssize_t n;

	do
		n = recv(socket_fd, &message, sizeof(message), 0);
	while (n < 0 && errno == EINTR);
	if (n < 0 && errno != ECONNRESET)
		return err_sys(err, "recv from the caller");
	if (n != (ssize_t)sizeof(message) || message.kind != MESSAGE_GO)
		return err_fail(err, ECANCELED, "the caller is gone");
	return 0;
}

int init_synchronise(const struct init *init, enum plan_sync point, int fd, struct err *err)
{
	const struct message message = {
		.kind = MESSAGE_SYNC,
		.number = (int64_t)point,
	};
	int r = fd < 0 ? init_send(init, &message, err)
		       : fd_pass(init->report_fd, fd, &message, sizeof(message), err);

	return r < 0 ? r : init_wait_go(init->report_fd, err);
}

int step_sync(struct init *init, const struct step *step, struct err *err)
{
	return init_synchronise(init, (enum plan_sync)step->sync.point, -1, err);
}

static int enter_group(int procs_fd, struct err *err)
{
	ssize_t n = write(procs_fd, "0", 1);

	if (n != 1)
		err_sys(err, "write cgroup.procs");
	close(procs_fd);
	return n == 1 ? 0 : -err->code;
}

static int take_late_fds(struct init *init, const int *fds, size_t n_fds, struct err *err)
{
	int64_t *slots = (int64_t *)init->plan.fds; /* in the image, which is ours alone */
	size_t taken = 0;

	for (uint64_t i = 0; i < init->plan.n_fds; i++) {
		if (slots[i] != PLAN_LATE_FD)
			continue;
		if (taken == n_fds)
			return err_fail(err, EPROTO, "the caller sent only %zu descriptors", n_fds);
		slots[i] = fds[taken++];
	}
	return 0;
}

/* The control groups were made meanwhile. */
int step_groups(struct init *init, const struct step *step, struct err *err)
{
	struct message message;
	int fds[FD_PASS_MAX];
	size_t n_fds, n_groups;
	ssize_t n = fd_receive_all(init->report_fd, &message, sizeof(message), fds, &n_fds, err);
	int r = 0;

	(void)step;
	if (n < 0)
		return (int)n;
	if (n != (ssize_t)sizeof(message) || message.kind != MESSAGE_GROUPS || message.number < 0 ||
		(size_t)message.number > n_fds)
		return err_fail(err, ECANCELED, "the caller is gone");
	n_groups = (size_t)message.number;
	for (size_t i = 0; r == 0 && i < n_groups; i++)
		r = enter_group(fds[i], err);
	return r < 0 ? r : take_late_fds(init, fds + n_groups, n_fds - n_groups, err);
}

/* For `start`, and for the hooks that come after it. */
static bool is_needed_later(const struct init *init, plan_slot_index slot)
{
	for (uint64_t i = 0; i < init->plan.n_steps; i++) {
		const struct step *step = &init->plan.steps[i];

		if (step->kind == STEP_WAIT_START && step->wait_start.listener == slot)
			return true;
		if (step->kind == STEP_HOOK &&
			(step->hook.output == slot || step->hook.errors == slot))
			return true;
	}
	return false;
}

/* What was needed to build the container is not needed to wait in it. */
static void close_tools(struct init *init)
{
	for (plan_slot_index i = 0; i < (plan_slot_index)init->plan.n_fds; i++)
		if (!is_needed_later(init, i))
			init_close_slot(init, i);
	fd_replace(&init->root_fd, -1);
	fd_replace(&init->proc_fd, -1);
	fd_replace(&init->kept_fd, -1);
	fd_replace(&init->mask_fd, -1);
	fd_replace(&init->null_fd, -1);
}

int step_ready(struct init *init, const struct step *step, struct err *err)
{
	struct message message = { .kind = MESSAGE_READY };
	int r;

	(void)step;
	close_tools(init);
	r = init_send(init, &message, err);
	return r < 0 ? r : init_wait_go(init->report_fd, err);
}

/*
 * Waits for `start`. A connection that says nothing (`state` looks whether someone listens) is not
 * it. The listener closes with the exec: from then on the container counts as running.
 */
int step_wait_start(struct init *init, const struct step *step, struct err *err)
{
	int listener = init_slot(init, step->wait_start.listener);

	if (listener < 0)
		return 0;
	for (;;) {
		struct err ignored = ERR_INIT;
		AUTO_FD int connection = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

		if (connection < 0 && (errno == EINTR || errno == ECONNABORTED))
			continue;
		if (connection < 0)
			return err_sys(err, "accept a start");
		if (init_wait_go(connection, &ignored) < 0)
			continue;
		fd_replace(&init->report_fd, TAKE_FD(connection));
		return 0;
	}
}

int step_end(struct init *init, const struct step *step, struct err *err)
{
	(void)init;
	(void)step;
	(void)err;
	_exit(0);
}
