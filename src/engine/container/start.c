/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/container/start.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/text.h"
#include "base/warn.h"
#include "engine/container/monitor_process.h"
#include "engine/container/namespaces.h"
#include "engine/container/networking.h"
#include "engine/container/own_files.h"
#include "engine/container/rootfs.h"
#include "engine/container/start_record.h"
#include "engine/container/volumes.h"
#include "engine/events/events.h"
#include "engine/firewall/publish.h"
#include "engine/group/group.h"
#include "engine/monitor/protocol.h"
#include "engine/spec/spec.h"
#include "engine/usernet/usernet.h"

enum start_fault start_fault_of(const struct err *err)
{
	if (!text_has_prefix(err->config, "/process/args"))
		return START_FAULT_HULL;
	return err->code == ENOENT ? START_FAULT_NO_SUCH_FILE : START_FAULT_NOT_RUNNABLE;
}

/* Groups that the image gives its user are left out where nobody could have them. */
static int check_user(const struct start_request *request, const struct userns *userns,
	struct spec_user *user, struct err *err)
{
	if (userns->has_one_id && request->container->settings.n_group_add == 0)
		user->n_groups = 0;
	if (userns_has_uid(userns, user->uid) && userns_has_gid(userns, user->gid))
		return 0;
	err_fail(err, EINVAL, "user %u, group %u: this container has no such id", user->uid,
		user->gid);
	if (request->engine->store->has_user_namespace)
		err_hint(err, "more ids for its users are given in /etc/subuid and /etc/subgid, "
			      "and the package uidmap is needed");
	return -err->code;
}

static void set_userns(struct arena *arena, const struct monitor_process *process,
	const struct userns *userns, struct spec *spec)
{
	if (process->rootfs.userns_fd < 0)
		return;
	spec->userns = (struct spec_userns){
		.path = arena_printf(arena, "/proc/self/fd/%d", process->rootfs.userns_fd),
		.lacks_terminal_group = !userns_has_gid(userns, SPEC_TERMINAL_GROUP),
		.maps = &userns->maps,
	};
}

int start_exit_status_of(const struct err *err)
{
	static const int statuses[START_FAULT_COUNT] = {
		[START_FAULT_HULL] = 125,
		[START_FAULT_NOT_RUNNABLE] = 126,
		[START_FAULT_NO_SUCH_FILE] = 127,
	};

	return statuses[start_fault_of(err)];
}

/* Before the container is there: it begins with its network. */
static int start_usernet(struct arena *arena, const struct engine_container *container,
	struct rootfs *rootfs, struct spec *spec, struct err *err)
{
	int r;

	if (rootfs->netns_fd < 0)
		return 0;
	spec->netns_path = arena_printf(arena, "/proc/self/fd/%d", rootfs->netns_fd);
	r = usernet_start(arena, container, rootfs->maker.pid, err);
	inside_end(&rootfs->maker);
	return r;
}

static int prepare(struct arena *arena, const struct start_request *request,
	struct monitor_process *process, struct err *err)
{
	const struct engine_container *container = request->container;
	struct spec spec = {
		.settings = &container->settings,
		.store = request->engine->store,
		.directory = container->directory,
		.rootfs = arena_printf(arena, "%s/rootfs", container->directory),
		.is_rootless = request->engine->store->has_user_namespace,
		.rows = request->rows,
		.columns = request->columns,
	};
	struct endpoint_list endpoints;
	struct userns userns;
	int r = userns_find(arena, request->engine, container, &userns, err);

	if (r == 0)
		r = namespaces_find(arena, request->engine, &container->settings,
			process->namespace_fds, &spec, err);
	if (r == 0)
		r = shared_network_open(
			arena, request->engine, container, &process->shared_network, err);
	if (r == 0 && process->shared_network.ns_fd >= 0) {
		spec.netns_path = arena_printf(
			arena, "/proc/self/fd/%d", process->shared_network.ns_fd);
		spec.names_directory = process->shared_network.directory;
	}
	if (r == 0)
		r = networking_join(
			arena, request->engine, container, &endpoints, &process->wiring, err);
	if (r == 0)
		r = publish_open(arena, request->engine, container, &endpoints, err);
	if (r == 0)
		r = own_files_write(arena, container, &userns, &endpoints, err);
	if (r == 0)
		r = volumes_fill(arena, request->engine, container, err);
	if (r == 0)
		r = rootfs_mount(arena, request->engine, container, &userns, &process->rootfs, err);
	if (r == 0)
		r = start_usernet(arena, container, &process->rootfs, &spec, err);
	if (r == 0)
		r = user_resolve(arena, process->rootfs.tree_fd, spec.settings->user,
			spec.settings->group_add, spec.settings->n_group_add, &spec.user, err);
	if (r == 0)
		r = check_user(request, &userns, &spec.user, err);
	if (r < 0)
		return r;
	process->denies_setgroups = userns.has_one_id;
	set_userns(arena, process, &userns, &spec);
	return spec_text(arena, &spec, &process->config, &process->config_size, err);
}

/* What the child says until the container runs, or why it does not. */
static int hear(int socket_fd, struct err *err)
{
	char packet[PROTOCOL_PACKET_BYTES];
	struct err said;

	for (;;) {
		ssize_t n = recv(socket_fd, packet, sizeof(packet), 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return err_fail(err, ECHILD,
				"the process that starts the container died before it had");
		if (packet[0] == PROTOCOL_STARTED)
			return 0;
		if ((size_t)n != 1 + sizeof(said))
			return err_fail(err, EPROTO, "the starting process said nonsense");
		memcpy(&said, packet + 1, sizeof(said));
		err_sanitize(&said);
		if (packet[0] == PROTOCOL_FAILURE) {
			*err = said;
			return -err->code;
		}
		warn(&said);
	}
}

/* Signals wait meanwhile: a caller that dies would leave a container that nobody asked for. */
static int start_child(struct arena *arena, const struct start_request *request,
	struct monitor_process *process, int *ret_client_fd, struct err *err)
{
	sigset_t all, kept;
	int sockets[2];
	pid_t pid;
	int r;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) < 0)
		return err_sys(err, "socketpair");
	AUTO_FD int own = sockets[0];
	AUTO_FD int others = sockets[1];
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &kept);
	pid = fork();
	if (pid == 0) {
		fd_replace(&own, -1);
		sigprocmask(SIG_SETMASK, &kept, NULL);
		monitor_process_run(arena, process, others); /* does not return */
	}
	if (pid < 0) {
		r = err_sys(err, "fork");
	} else {
		fd_replace(&others, -1);
		r = hear(own, err);
		if (r < 0)
			waitpid(pid, NULL, 0);
	}
	sigprocmask(SIG_SETMASK, &kept, NULL);
	if (r == 0 && request->is_attached)
		*ret_client_fd = TAKE_FD(own);
	return r;
}

/* It runs already: what is missing is said, and `network reload` tries again. */
static void forward_ports(struct arena *arena, const struct start_request *request)
{
	struct err failure = ERR_INIT;
	struct engine_state state;
	int r = 0;

	if (!publish_has_forwarded(&request->container->settings))
		return;
	r = containers_state(arena, request->engine, request->container, &state, &failure);
	if (r == 0 && state.pid > 0)
		r = publish_forward(
			arena, request->engine, request->container, state.pid, &failure);
	if (r < 0)
		warn(&failure);
}

static int start(struct arena *arena, const struct start_request *request, int *ret_client_fd,
	struct err *err)
{
	__attribute__((cleanup(monitor_process_done))) struct monitor_process process =
		MONITOR_PROCESS_INIT(request);
	const char *group = request->container->settings.group;
	int r = containers_clean(request->engine, request->container, err);

	*ret_client_fd = -1;
	if (r == 0 && group)
		r = group_ensure(arena, request->engine, group, err);
	if (r == 0)
		r = prepare(arena, request, &process, err);
	if (r == 0)
		r = monitor_process_open(&process, err);
	if (r == 0) {
		event_tail_write(arena, request->container);
		r = start_child(arena, request, &process, ret_client_fd, err);
	}
	if (r == 0) {
		forward_ports(arena, request);
		return 0;
	}
	publish_close(arena, request->engine->store, request->container);
	networking_leave(arena, request->engine->store, request->container);
	usernet_stop(arena, request->container);
	return r;
}

int engine_start(struct arena *arena, const struct start_request *request, int *ret_client_fd,
	struct err *err)
{
	struct err ignored = ERR_INIT;
	int dir_fd = request->container->dir_fd;
	int r;

	if (!request->is_restart)
		unlinkat(dir_fd, RESTART_RECORD_NAME, 0);
	r = start(arena, request, ret_client_fd, err);
	if (r < 0)
		failure_record_write(arena, dir_fd, err, start_exit_status_of(err), &ignored);
	return r;
}
