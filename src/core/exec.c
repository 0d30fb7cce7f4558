/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One more process in a running container.
 *
 * The process is made in the caller's own namespaces, executes hull-init, which hides itself from
 * tracing, joins the container's namespaces, and goes on in a second process inside its
 * pid namespace: nothing that shares memory or program with the caller is ever seen in there.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/fd.h"
#include "base/number_list.h"
#include "core/container.h"
#include "core/exec_process.h"
#include "core/foreground.h"
#include "core/launch.h"
#include "core/lookup.h"
#include "core/pid_file.h"
#include "core/seccomp/seccomp.h"
#include "sys/fd_passing.h"
#include "sys/process.h"

enum { EXEC_MAX_CPU = 8191 };

struct execution {
	const struct exec_request *request;
	struct arena arena;
	struct container container;
	struct oci_config *config; /* the container's, changed to what this process needs */
	struct host_facts facts;
	struct cgroup group;
	struct launch launch;
	struct planner_options options;
	int process_fd; /* the container's first process; -1: this kernel has no pidfds */
	int own_console_fd, console_fd;
};

static void execution_done(struct execution *execution)
{
	launch_done(&execution->launch);
	lookup_done(&execution->container);
	fd_close(execution->process_fd);
	fd_close(execution->own_console_fd);
	fd_close(execution->console_fd);
	arena_done(&execution->arena);
}

#define AUTO_EXECUTION __attribute__((cleanup(execution_done))) struct execution

static int check_status(struct execution *execution, struct err *err)
{
	enum container_status status;
	int r = lookup_status(&execution->container, &status, err);

	if (r < 0)
		return r;
	switch (status) {
	case CONTAINER_STATUS_STOPPED:
		return err_fail(err, ESRCH, "cannot exec in a stopped container");
	case CONTAINER_STATUS_CREATING:
		return err_fail(err, EBUSY, "cannot exec in a container that is being created");
	case CONTAINER_STATUS_PAUSED:
		if (!execution->request->ignore_paused)
			return err_fail(err, EBUSY,
				"cannot exec in a paused container (use --ignore-paused to "
				"override)");
		return 0;
	case CONTAINER_STATUS_CREATED:
	case CONTAINER_STATUS_RUNNING:
	case CONTAINER_STATUS_COUNT:
		break;
	}
	return 0;
}

/* The container as it is now: what the process is in, whatever its configuration said. */
static void join_all(struct execution *execution)
{
	struct err ignored = ERR_INIT; /* then the namespaces are opened one by one */
	static const char *const names[OCI_NAMESPACE_COUNT] = {
		[OCI_NAMESPACE_MNT] = "mnt",
		[OCI_NAMESPACE_PID] = "pid",
		[OCI_NAMESPACE_NET] = "net",
		[OCI_NAMESPACE_IPC] = "ipc",
		[OCI_NAMESPACE_UTS] = "uts",
		[OCI_NAMESPACE_USER] = "user",
		[OCI_NAMESPACE_CGROUP] = "cgroup",
		[OCI_NAMESPACE_TIME] = "time",
	};
	struct arena *arena = &execution->arena;
	struct oci_linux *platform = &execution->config->platform;
	struct oci_namespace *namespaces = ARENA_NEW_ARRAY(
		arena, OCI_NAMESPACE_COUNT, struct oci_namespace);
	size_t n = 0;

	for (unsigned i = 0; i < OCI_NAMESPACE_COUNT; i++) {
		const char *path = arena_printf(
			arena, "/proc/%d/ns/%s", execution->container.record.pid, names[i]);

		if (i == OCI_NAMESPACE_TIME && faccessat(AT_FDCWD, path, F_OK, 0) < 0)
			continue; /* before 5.6 */
		namespaces[n++] = (struct oci_namespace){ .type = i, .path = path };
	}
	platform->namespaces = namespaces;
	platform->n_namespaces = n;
	process_pidfd_open(execution->container.record.pid, &execution->process_fd, &ignored);
}

/* What was for the container's first process only. */
static void forget_creation(struct oci_config *config)
{
	static const struct oci_root root = { .path = "/" };

	config->root = &root;
	config->n_mounts = 0;
	config->platform.n_net_devices = 0;
	config->hostname = config->domainname = NULL;
	memset(config->hooks, 0, sizeof(config->hooks));
	config->platform.rootfs_propagation = OCI_PROPAGATION_UNSET;
}

static int choose_group(struct execution *execution, struct err *err)
{
	const struct exec_request *request = execution->request;
	struct cgroup group = execution->container.group;
	int r = 0;

	for (size_t i = 0; r == 0 && i < request->n_cgroups; i++)
		r = cgroup_sub_group(&execution->arena, &group, request->cgroups[i], &group, err);
	if (r == 0 && request->n_cgroups == 0)
		r = cgroup_group_of_process(&execution->arena, &execution->container.group,
			execution->container.record.pid, &group, err);
	if (r == 0)
		execution->group = group;
	return r;
}

static int set_affinity(struct execution *execution, struct err *err)
{
	const struct oci_cpu_affinity *affinity = execution->config->process->exec_cpu_affinity;
	unsigned long *mask;
	size_t size;

	if (affinity && affinity->initial) {
		if (number_list_parse(
			    &execution->arena, affinity->initial, EXEC_MAX_CPU, &mask, &size) < 0 ||
			size == 0) {
			err_fail(err, EINVAL, "CPU list \"%s\" is not valid", affinity->initial);
			return err_config(err, "/process/execCPUAffinity/initial");
		}
		/* the child begins with ours */
		if (sched_setaffinity(0, size, (const cpu_set_t *)mask) < 0) {
			err_sys(err, "sched_setaffinity %s", affinity->initial);
			return err_config(err, "/process/execCPUAffinity/initial");
		}
	}
	if (!affinity || !affinity->final)
		return 0;
	if (number_list_parse(&execution->arena, affinity->final, EXEC_MAX_CPU, &mask, &size) < 0 ||
		size == 0) {
		err_fail(err, EINVAL, "CPU list \"%s\" is not valid", affinity->final);
		return err_config(err, "/process/execCPUAffinity/final");
	}
	execution->options.affinity = (struct plan_bytes){ .data = mask, .size = size };
	return 0;
}

static int offer_console(struct execution *execution, struct err *err)
{
	const struct exec_request *request = execution->request;
	bool has_terminal = execution->config->process->terminal;
	int sockets[2];

	if (has_terminal && !request->console_socket && request->detach)
		return err_fail(err, EINVAL,
			"a detached terminal needs --console-socket: nobody would be at its other "
			"end");
	if (!has_terminal && request->console_socket)
		return err_fail(err, EINVAL,
			"cannot use console socket: the process does not ask for a terminal");
	if (!has_terminal || request->console_socket)
		return 0;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) < 0)
		return err_sys(err, "socketpair");
	execution->own_console_fd = sockets[0];
	execution->console_fd = sockets[1];
	return 0;
}

/* The filter of the container, for this process too. */
static int add_seccomp(struct execution *execution, struct err *err)
{
	const struct oci_config *config = execution->config;
	struct seccomp_filter filter;
	int r = seccomp_compile(&execution->arena, config->platform.seccomp, config->annotations,
		config->n_annotations, &filter, err);

	if (r < 0)
		return r;
	execution->options.seccomp_filter = filter.program;
	execution->options.seccomp_flags = filter.flags;
	execution->options.seccomp_notify = filter.notify;
	return 0;
}

static int synchronise(struct launch *launch, enum plan_sync point, int fd, struct err *err)
{
	struct execution *execution = launch->context;
	const struct record *record = &execution->container.record;
	const struct oci_state state = {
		.id = execution->request->id,
		.status = container_status_name(CONTAINER_STATUS_RUNNING),
		.pid = record->pid,
		.bundle = record->bundle,
	};

	if (point != PLAN_SYNC_SECCOMP)
		return 0;
	return seccomp_listener_send(
		&execution->arena, execution->config, state, launch->pid, fd, err);
}

/* On the user's own systemd, which asks the machine's. */
static int move_process(struct launch *launch, struct err *err)
{
	struct execution *execution = launch->context;

	return systemd_attach_process(
		&execution->arena, execution->container.record.systemd, launch->pid, err);
}

static bool has_initial_affinity(const struct oci_process *process)
{
	return process->exec_cpu_affinity && process->exec_cpu_affinity->initial;
}

static int make_plan(struct execution *execution, struct err *err)
{
	const struct container *container = &execution->container;
	const struct exec_request *request = execution->request;
	const char *root = NULL;
	int r;

	execution->options.id = request->id;
	execution->options.console_socket = request->console_socket;
	execution->options.is_console_given = execution->console_fd >= 0;
	execution->options.no_new_keyring = container->record.has_no_keyring;
	execution->options.keeps_affinity = has_initial_affinity(execution->config->process);
	r = add_seccomp(execution, err);
	if (r < 0)
		return r;
	if (execution->facts.namespaces[OCI_NAMESPACE_MNT].is_own)
		root = arena_printf(&execution->arena, "/proc/%d/root", container->record.pid);
	return planner_make_exec(&execution->arena, execution->config, &execution->facts,
		&execution->options, root, &execution->launch.plan, err);
}

static int prepare(struct execution *execution, struct err *err)
{
	const struct exec_request *request = execution->request;
	int r = lookup_open(
		&execution->arena, request->runtime, request->id, &execution->container, err);

	if (r == 0)
		r = check_status(execution, err);
	if (r == 0)
		r = record_read_config(
			&execution->arena, execution->container.dir_fd, &execution->config, err);
	if (r == 0)
		r = exec_process_make(&execution->arena, request, execution->config, err);
	if (r < 0)
		return r;
	if (execution->container.record.systemd && execution->container.record.systemd->is_user)
		execution->launch.move = move_process;
	join_all(execution);
	forget_creation(execution->config);
	facts_read_for_exec(execution->config, execution->process_fd, &execution->facts);
	r = offer_console(execution, err);
	if (r == 0)
		r = choose_group(execution, err);
	if (r == 0)
		r = set_affinity(execution, err);
	return r < 0 ? r : make_plan(execution, err);
}

static int enter_resctrl(struct execution *execution, struct err *err)
{
	return rdt_enter(&execution->arena, execution->container.record.rdt, execution->request->id,
		execution->launch.pid, err);
}

/* Who wants the pid in a file has it there before the program runs. */
static bool may_go_ahead(const struct execution *execution)
{
	const struct exec_request *request = execution->request;

	return !request->pid_file && !request->pidfd_socket && !execution->container.record.rdt &&
	       launch_may_go_ahead(&execution->launch);
}

static int start(struct execution *execution, sigset_t *ret_kept, struct err *err)
{
	struct launch *launch = &execution->launch;
	int r = launch_open_slots(launch, -1, TAKE_FD(execution->console_fd), err);

	/* what was opened by number is the container's only if it is alive still */
	if (r == 0 && !lookup_is_alive(&execution->container))
		r = err_fail(err, ESRCH, "cannot exec in a stopped container");
	if (r == 0)
		r = launch_spawn(launch, &execution->group, err);
	if (r == 0 && may_go_ahead(execution)) {
		foreground_hold_signals(ret_kept);
		r = launch_go_ahead(launch, err);
	}
	if (r == 0)
		r = launch_until_ready(launch, err);
	if (r == 0)
		r = enter_resctrl(execution, err);
	if (r == 0)
		r = pid_file_write(
			&execution->arena, execution->request->pid_file, launch->pid, err);
	if (r == 0 && execution->request->pidfd_socket)
		r = pidfd_send(execution->request->pidfd_socket, launch->pidfd, err);
	if (!launch->goes_ahead)
		foreground_hold_signals(ret_kept);
	return launch_finish(launch, r, err);
}

int container_exec(const struct exec_request *request, int *ret_status, struct err *err)
{
	AUTO_EXECUTION execution = {
		.request = request,
		.container = CONTAINER_INIT,
		.launch = LAUNCH_INIT,
		.process_fd = -1,
		.own_console_fd = -1,
		.console_fd = -1,
	};
	sigset_t kept;
	int r;

	execution.launch.arena = &execution.arena;
	execution.launch.id = request->id;
	execution.launch.preserved_fds = request->preserve_fds;
	execution.launch.sync = synchronise;
	execution.launch.context = &execution;
	r = prepare(&execution, err);
	if (r == 0)
		r = start(&execution, &kept, err);
	if (r < 0)
		return r;
	*ret_status = 0;
	if (request->detach)
		return 0;
	return foreground_wait(
		execution.launch.pidfd, execution.own_console_fd, NULL, &kept, ret_status, err);
}
