/* SPDX-License-Identifier: Apache-2.0 */
#include "core/unshare_helper.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/warn.h"
#include "core/unshare_group.h"
#include "core/unshare_veth.h"
#include "sys/clone.h"
#include "sys/nsfs.h"
#include "sys/process.h"

enum { PATH_BYTES = 64 };

/* ---- in the helper ---- */

static int map_ids(const struct unshare_request *request, pid_t pid, struct err *err)
{
	int r = id_map_write(pid, &request->maps, err);

	err->config[0] = '\0'; /* there is no configuration here */
	return r < 0 ? err_while(err, "id map of the new user namespace") : 0;
}

/* A process's own pid and time namespaces stay the old ones. */
static const char *link_name(uint64_t type)
{
	if (type == CLONE_NEWPID)
		return "pid_for_children";
	return type == CLONE_NEWTIME ? "time_for_children" : nsfs_name(type);
}

static int pin(const struct unshare_pin *pin, pid_t pid, struct err *err)
{
	char path[PATH_BYTES];

	snprintf(path, sizeof(path), "/proc/%d/ns/%s", pid, link_name(pin->type));
	if (mount(path, pin->path, NULL, MS_BIND, NULL) == 0)
		return 0;
	err_sys(err, "mount %s on %s", path, pin->path);
	if (err->code == ENOENT)
		return err_hint(err, "the file has to be there: touch %s", pin->path);
	if (err->code == EINVAL && pin->type == CLONE_NEWNS)
		return err_hint(err, "the file has to lie on a mount that is private: mount --bind "
				     "DIR DIR, then mount --make-private DIR");
	if (err->code == EINVAL && pin->type == CLONE_NEWPID)
		return err_hint(err, "a pid namespace needs a process 1 first: --fork");
	return -err->code;
}

static int pin_all(
	const struct unshare_request *request, bool are_mounts, pid_t pid, struct err *err)
{
	for (size_t i = 0; i < request->n_pins; i++) {
		const struct unshare_pin *one = &request->pins[i];
		int r = (one->type == CLONE_NEWNS) == are_mounts ? pin(one, pid, err) : 0;

		if (r < 0)
			return r;
	}
	return 0;
}

static struct err left_running(void)
{
	struct err err = ERR_INIT;

	err_fail(&err, EBUSY,
		"what the program left running keeps its limits, and their cgroup "
		"goes with the last of it");
	return err;
}

/* What happened to the program, as the text of an answer that is no failure. */
static int remove_group(
	struct unshare_group *group, const struct unshare_request *request, struct err *err)
{
	uint64_t kills;
	int r = unshare_group_remove(group, &kills, err);

	/* else the limits are those of groups that the program made */
	if (r == 0 && kills > 0 && !request->group)
		err_fail(err, ENOMEM,
			"the memory limit was reached: the kernel ended %llu of the "
			"processes",
			(unsigned long long)kills);
	else if (r == -EBUSY)
		*err = left_running();
	else if (r < 0)
		return r;
	err->code = 0;
	return 0;
}

static int carry_out(enum unshare_helper_task task, const struct unshare_request *request,
	pid_t pid, struct unshare_group *group, struct err *err)
{
	switch (task) {
	case UNSHARE_HELPER_ENTER_GROUP:
		return unshare_group_enter(group, request, pid, err);
	case UNSHARE_HELPER_MAP:
		return map_ids(request, pid, err);
	case UNSHARE_HELPER_PIN_MOUNTS:
		return pin_all(request, true, pid, err);
	case UNSHARE_HELPER_PIN_OTHERS:
		return pin_all(request, false, pid, err);
	case UNSHARE_HELPER_CONNECT:
		return request->veth ? unshare_veth_connect(request->veth, pid, err) : 0;
	case UNSHARE_HELPER_LIMIT:
		return unshare_group_limit(group, err);
	case UNSHARE_HELPER_REMOVE_GROUP:
		return remove_group(group, request, err);
	}
	return err_fail(err, EPROTO, "unknown task");
}

/* Whoever reads what the command wrote must not wait for what is left. */
static void let_go_of_streams(void)
{
	AUTO_FD int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (int standard = STDIN_FILENO; null >= 0 && standard <= STDERR_FILENO; standard++)
		(void)dup2(null, standard);
}

/* Answers with a whole struct err; its code is 0 when all went well. */
static void serve(const struct unshare_request *request, pid_t pid, int fd)
{
	struct unshare_group group = { .caller = pid };
	struct err ignored = ERR_INIT;
	char task;

	while (fd_read_up_to(fd, &task, 1, &ignored) == 1) {
		struct err err = ERR_INIT;

		(void)carry_out((enum unshare_helper_task)task, request, pid, &group, &err);
		if (fd_write_all(fd, &err, sizeof(err), &ignored) < 0)
			break;
	}
	fd_close(fd); /* if there is still somebody waiting for an answer, there will be none */
	let_go_of_streams();
	unshare_group_done(&group);
}

/* ---- in the caller ---- */

static bool is_needed(const struct unshare_request *request)
{
	return request->maps.n_uids > 0 || request->maps.n_gids > 0 || request->n_pins > 0 ||
	       request->resources || request->veth;
}

int unshare_helper_begin(
	const struct unshare_request *request, struct unshare_helper *ret, struct err *err)
{
	const struct clone_how how = { .cgroup_fd = -1 };
	pid_t caller = getpid(), pid;
	sigset_t all;
	int sockets[2];
	int r;

	if (!is_needed(request))
		return 0;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) < 0)
		return err_sys(err, "socketpair");
	AUTO_FD int own_fd = sockets[0];
	AUTO_FD int helper_fd = sockets[1];
	r = clone_copying_memory(&how, &pid, &ret->pidfd, err);
	if (r < 0)
		return r;
	if (pid == 0) {
		sigfillset(&all);
		sigprocmask(SIG_SETMASK, &all, NULL);
		fd_replace(&own_fd, -1);
		serve(request, caller, TAKE_FD(helper_fd));
		_exit(EXIT_SUCCESS);
	}
	ret->fd = TAKE_FD(own_fd);
	ret->has_group = request->resources;
	return 0;
}

int unshare_helper_ask(
	struct unshare_helper *helper, enum unshare_helper_task task, struct err *err)
{
	char byte = (char)task;
	struct err answer;
	ssize_t length;

	if (helper->fd < 0)
		return 0;
	if (send(helper->fd, &byte, 1, MSG_NOSIGNAL) < 0)
		return err_sys(err, "send to the helper outside of the namespaces");
	length = fd_read_up_to(helper->fd, &answer, sizeof(answer), err);
	if (length < 0)
		return (int)length;
	if (length != sizeof(answer))
		return err_fail(err, ESRCH, "the helper outside of the namespaces has ended");
	if (answer.code == 0 && answer.text[0] != '\0')
		warn(&answer);
	if (answer.code == 0)
		return 0;
	*err = answer;
	return -answer.code;
}

void unshare_helper_end(struct unshare_helper *helper)
{
	struct err ignored = ERR_INIT;
	int status;

	fd_replace(&helper->fd, -1); /* it sees the end and ends, too */
	if (helper->pidfd >= 0 && !helper->has_group)
		(void)process_wait(helper->pidfd, &status, &ignored);
	fd_replace(&helper->pidfd, -1);
}
