/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/container/monitor_process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/text.h"
#include "base/warn.h"
#include "engine/container/health.h"
#include "engine/container/start_record.h"
#include "engine/events/events.h"
#include "engine/image/helper_program.h"
#include "engine/monitor/protocol.h"
#include "sys/fd_passing.h"
#include "sys/process.h"

#define ATTACH_SOCKET "attach.sock"

/* Out of the way of the numbers of protocol.h. */
enum { FREE_FD = PROTOCOL_FD_COUNT + 16 };

void monitor_process_done(struct monitor_process *process)
{
	rootfs_close(&process->rootfs);
	wiring_done(&process->wiring);
	for (int i = 0; i < SPEC_NAMESPACE_COUNT; i++)
		fd_close(process->namespace_fds[i]);
	fd_close(process->shared_network.ns_fd);
	for (int i = 0; i < 3; i++)
		fd_close(process->streams[i]);
	fd_close(process->input_fd);
	fd_close(process->output_fd);
	fd_close(process->errors_fd);
	fd_close(process->listen_fd);
}

static int make_pipe(int *ret_read, int *ret_write, struct err *err)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_sys(err, "pipe");
	*ret_read = ends[0];
	*ret_write = ends[1];
	return 0;
}

static int open_null(int *ret_fd, struct err *err)
{
	*ret_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	return *ret_fd < 0 ? err_sys(err, "open /dev/null") : 0;
}

static int open_streams(struct monitor_process *process, struct err *err)
{
	const struct container_settings *settings = &process->request->container->settings;
	int r;

	if (settings->tty || !settings->open_stdin)
		r = open_null(&process->streams[0], err);
	else
		r = make_pipe(&process->streams[0], &process->input_fd, err);
	if (r < 0)
		return r;
	if (settings->tty) {
		r = open_null(&process->streams[1], err);
		return r < 0 ? r : open_null(&process->streams[2], err);
	}
	r = make_pipe(&process->output_fd, &process->streams[1], err);
	return r < 0 ? r : make_pipe(&process->errors_fd, &process->streams[2], err);
}

static int listen_for_clients(struct monitor_process *process, struct err *err)
{
	int dir_fd = process->request->container->dir_fd;

	unlinkat(dir_fd, ATTACH_SOCKET, 0); /* of a monitor that was killed */
	return socket_listen_at(dir_fd, ATTACH_SOCKET, SOCK_SEQPACKET, &process->listen_fd, err);
}

static int find_programs(struct monitor_process *process, struct err *err)
{
	ssize_t n = readlink("/proc/self/exe", process->hull, sizeof(process->hull) - 1);

	if (n < 0)
		return err_sys(err, "readlink /proc/self/exe");
	process->hull[n] = '\0';
	return helper_program_find("hull-monitor", process->monitor, err);
}

int monitor_process_open(struct monitor_process *process, struct err *err)
{
	int r = find_programs(process, err);

	if (r == 0)
		r = open_streams(process, err);
	if (r == 0)
		r = listen_for_clients(process, err);
	return r;
}

/* ---- in the child ---- */

static void tell(int socket_fd, enum protocol_kind kind, const struct err *err)
{
	char packet[1 + sizeof(*err)];

	packet[0] = (char)kind;
	if (err)
		memcpy(packet + 1, err, sizeof(*err));
	(void)!send(socket_fd, packet, err ? sizeof(packet) : 1, MSG_NOSIGNAL);
}

static void tell_warning(void *context, const struct err *err)
{
	tell(*(int *)context, PROTOCOL_WARNING, err);
}

/* Its session is its own: what the caller's terminal is told is not for it. */
static int leave_caller(const struct monitor_process *process, struct err *err)
{
	if (setsid() < 0)
		return err_sys(err, "setsid");
	if (prctl(PR_SET_CHILD_SUBREAPER, 1) < 0) /* of what the container leaves behind */
		return err_sys(err, "prctl PR_SET_CHILD_SUBREAPER");
	for (int i = 0; i < 3; i++)
		if (dup2(process->streams[i], i) < 0)
			return err_sys(err, "dup2");
	return 0;
}

static int note_start(
	struct arena *arena, const struct monitor_process *process, pid_t pid, struct err *err)
{
	struct start_record record = {
		.started_at = fact_time_now(arena),
		.boot = process->request->engine->boot,
		.pid = pid,
		.monitor = getpid(),
	};
	struct process_stat stat;
	int r = process_stat_read(getpid(), &stat, err);

	if (r < 0)
		return r;
	record.monitor_start = stat.start_time;
	return start_record_write(arena, process->request->container->dir_fd, &record, err);
}

static int run_container(struct arena *arena, struct monitor_process *process,
	struct container_process *ret, struct err *err)
{
	const struct engine_container *container = process->request->container;
	const struct container_request request = {
		.runtime = &process->request->engine->runtime,
		.id = container->id,
		.bundle = container->directory,
		.config_text = process->config,
		.config_size = process->config_size,
		.root_tree = &process->rootfs.tree_fd,
		.denies_setgroups = process->denies_setgroups,
		.connect_network = process->wiring.n_wires > 0 ? wiring_connect : NULL,
		.network_context = &process->wiring,
		.detach = true,
		.keep = true,
	};
	struct err ignored = ERR_INIT;
	int r;

	start_record_forget(container->dir_fd);
	r = container_run_supervised(&request, ret, err);
	if (r == 0)
		r = health_write_first(arena, container, err);
	if (r == 0)
		r = note_start(arena, process, ret->pid, err);
	if (r < 0)
		container_delete(request.runtime, container->id, true, &ignored);
	else
		event_write_container(
			arena, process->request->engine->store, container, "start", NULL, 0);
	return r;
}

/* The directory anew: the caller's descriptor has its lock. */
static int open_directory(const struct monitor_process *process, int *ret_fd, struct err *err)
{
	*ret_fd = open(process->request->container->directory,
		O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return *ret_fd < 0 ? err_sys(err, "open %s", process->request->container->directory) : 0;
}

/* fds: by number from 3 on; -1: closed. */
static int place_descriptors(int fds[PROTOCOL_FD_COUNT], struct err *err)
{
	for (int i = PROTOCOL_FD_DIRECTORY; i < PROTOCOL_FD_COUNT; i++) {
		if (fds[i] < 0)
			continue;
		fds[i] = fcntl(fds[i], F_DUPFD_CLOEXEC, FREE_FD);
		if (fds[i] < 0)
			return err_sys(err, "duplicate a descriptor");
	}
	for (int i = PROTOCOL_FD_DIRECTORY; i < PROTOCOL_FD_COUNT; i++) {
		if (fds[i] < 0)
			close(i);
		else if (dup2(fds[i], i) < 0)
			return err_sys(err, "dup2");
	}
	return 0;
}

static int let_go_of_streams(struct err *err)
{
	AUTO_FD int null = -1;
	int r = open_null(&null, err);

	for (int i = 0; r == 0 && i < 3; i++)
		if (dup2(null, i) < 0)
			r = err_sys(err, "dup2");
	return r;
}

static int become_monitor(struct arena *arena, const struct monitor_process *process,
	const struct container_process *container, int talk_fd, struct err *err)
{
	const struct container_settings *settings = &process->request->container->settings;
	const struct health_times times = health_times(&settings->health);
	bool is_logged = text_equal(settings->log_driver, "json-file");
	char *argv[] = {
		(char *)"hull-monitor",
		(char *)process->hull,
		(char *)process->request->engine->store->root,
		(char *)settings->id,
		arena_printf(arena, "%lld",
			(long long)(settings->log_max_size > 0 ? settings->log_max_size : 0)),
		arena_printf(arena, "%lld", (long long)(is_logged ? settings->log_max_files : 0)),
		(char *)(process->request->is_attached ? "attached" : "detached"),
		arena_printf(arena, "%lld", (long long)times.interval_msec),
		arena_printf(arena, "%lld", (long long)times.start_interval_msec),
		arena_printf(arena, "%lld", (long long)times.first_msec),
		NULL,
	};
	int fds[PROTOCOL_FD_COUNT] = {
		[PROTOCOL_FD_PROCESS] = container->pidfd,
		[PROTOCOL_FD_OUTPUT] = settings->tty ? container->terminal_fd : process->output_fd,
		[PROTOCOL_FD_ERRORS] = process->errors_fd,
		[PROTOCOL_FD_INPUT] = process->input_fd,
		[PROTOCOL_FD_CLIENT] = talk_fd,
		[PROTOCOL_FD_LISTEN] = process->listen_fd,
		[PROTOCOL_FD_KILLS] = container->kills_fd,
	};
	int r = open_directory(process, &fds[PROTOCOL_FD_DIRECTORY], err);

	if (r == 0)
		r = let_go_of_streams(err);
	if (r == 0)
		r = place_descriptors(fds, err);
	if (r < 0)
		return r;
	if (chdir("/") < 0)
		return err_sys(err, "chdir /");
	execv(process->monitor, argv);
	return err_sys(err, "execute %s", process->monitor);
}

noreturn void monitor_process_run(
	struct arena *arena, struct monitor_process *process, int socket_fd)
{
	struct container_process container;
	struct err err = ERR_INIT, ignored = ERR_INIT;
	int talk_fd = fcntl(socket_fd, F_DUPFD_CLOEXEC, 2 * FREE_FD);
	int r = talk_fd < 0 ? err_sys(&err, "duplicate the socket") : 0;

	warn_set(tell_warning, &talk_fd);
	if (r == 0)
		r = leave_caller(process, &err);
	if (r == 0)
		r = run_container(arena, process, &container, &err);
	if (r == 0) {
		become_monitor(arena, process, &container, talk_fd, &err);
		container_delete(&process->request->engine->runtime,
			process->request->container->id, true, &ignored);
	}
	tell(talk_fd >= 0 ? talk_fd : socket_fd, PROTOCOL_FAILURE, &err);
	_exit(EXIT_FAILURE);
}
