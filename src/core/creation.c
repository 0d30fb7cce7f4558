/* SPDX-License-Identifier: Apache-2.0 */
/* The half of creation.h in which the container is made, and unmade. */
#include "core/creation.h"

#include <errno.h>
#include <sched.h>

#include "base/fd.h"
#include "base/text.h"
#include "core/creation_systemd.h"
#include "core/fault.h"
#include "core/hooks.h"
#include "core/net_devices.h"
#include "core/pid_file.h"
#include "core/seccomp/seccomp.h"
#include "core/streams.h"
#include "core/trace.h"
#include "oci/state.h"
#include "sys/nsfs.h"
#include "sys/nsfs_run.h"
#include "sys/process.h"

void creation_done(struct creation *creation)
{
	launch_done(&creation->launch);
	systemd_end(&creation->systemd);
	net_devices_done(creation->net_devices);
	fd_close(creation->own_console_fd);
	fd_close(creation->console_fd);
	fd_close(creation->notify.socket_fd);
	fd_close(creation->dir_fd);
	arena_done(&creation->arena);
}

static int send_seccomp_listener(struct creation *creation, int fd, struct err *err)
{
	const struct oci_state state = {
		.id = creation->request->id,
		.status = container_status_name(CONTAINER_STATUS_CREATING),
		.pid = creation->launch.pid,
		.bundle = creation->bundle,
	};

	return seccomp_listener_send(
		&creation->arena, creation->config, state, creation->launch.pid, fd, err);
}

static int run_create_hooks(struct creation *creation, struct err *err)
{
	int r;

	creation->record.pid = creation->launch.pid;
	r = hooks_run(&creation->arena, creation->config, OCI_HOOK_PRESTART, &creation->record,
		CONTAINER_STATUS_CREATING, err);
	if (r == 0)
		r = hooks_run(&creation->arena, creation->config, OCI_HOOK_CREATE_RUNTIME,
			&creation->record, CONTAINER_STATUS_CREATING, err);
	return r;
}

struct connecting {
	const struct container_request *request;
	int ns_fd;
};

static int connect_inside(void *argument, struct err *err)
{
	const struct connecting *connecting = argument;

	return connecting->request->connect_network(
		connecting->request->network_context, connecting->ns_fd, err);
}

/* A network namespace that was not made by net_namespace.h. */
static int connect_network(struct creation *creation, struct err *err)
{
	char path[64];
	AUTO_FD int ns_fd = -1;
	int r;

	text_format(path, sizeof(path), "/proc/%d/ns/net", creation->launch.pid);
	r = nsfs_open(path, CLONE_NEWNET, &ns_fd, err);
	if (r < 0)
		return r;
	struct connecting connecting = { creation->request, ns_fd };
	return nsfs_run_in(ns_fd, CLONE_NEWNET, connect_inside, &connecting, err);
}

static int move_net_devices(struct creation *creation, struct err *err)
{
	int r = creation->connects_late ? connect_network(creation, err) : 0;

	if (r < 0 || creation->config->platform.n_net_devices == 0)
		return r;
	return net_devices_move(&creation->arena, creation->config, creation->launch.pid,
		&creation->net_devices, err);
}

/* What hull-init waits for while it builds the container. */
int creation_synchronise(struct launch *launch, enum plan_sync point, int fd, struct err *err)
{
	switch (point) {
	case PLAN_SYNC_SECCOMP:
		return send_seccomp_listener(launch->context, fd, err);
	case PLAN_SYNC_NAMESPACES:
		return run_create_hooks(launch->context, err);
	case PLAN_SYNC_NETWORK:
		return move_net_devices(launch->context, err);
	case PLAN_SYNC_MOUNT:
	case PLAN_SYNC_UNMOUNTED:
		break;
	}
	return err_fail(err, EPROTO, "hull-init waits for what was not planned");
}

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static int make_directory(struct creation *creation, struct err *err)
{
	const char **cgroups;
	int r;

	r = record_create_dir(
		creation->request->runtime, creation->request->id, &creation->dir_fd, err);
	if (r < 0)
		return r;
	r = cgroup_probe(&creation->group, err);
	if (r == 0)
		creation_leave_to_systemd(creation);
	if (r == 0)
		r = cgroup_to_strings(&creation->arena, &creation->group, &cgroups,
			&creation->record.n_cgroups, err);
	if (r < 0)
		return r;
	creation->record.cgroups = cgroups;
	return record_create(creation->dir_fd, &creation->record, &creation->arena, err);
}

static int make_resctrl(struct creation *creation, struct err *err)
{
	if (!creation->rdt)
		return 0;
	return rdt_make(&creation->arena, &creation->rdt_host, creation->rdt,
		creation->config->platform.intel_rdt, creation->request->id, &creation->rdt_made,
		err);
}

/* The process that the container begins with: a plan that forks has done so. */
static int enter_resctrl(struct creation *creation, struct err *err)
{
	return rdt_enter(
		&creation->arena, creation->rdt, creation->request->id, creation->launch.pid, err);
}

/* With `create` it is `start` that listens. */
static int make_notify_socket(struct creation *creation, struct err *err)
{
	int r = creation->notifies ? notify_make_dir(creation->dir_fd, err) : 0;

	if (r < 0 || !creation->notifies || creation->wait_for_start)
		return r;
	creation->notify.host_socket = creation->request->notify_socket;
	return notify_listen(creation->dir_fd, &creation->notify, err);
}

static int write_config(struct creation *creation, struct err *err)
{
	return record_write_config(
		creation->dir_fd, creation->config_text, creation->config_size, err);
}

/* v1: the group has to have time for such processes before one becomes one (sched(7)). */
static bool is_real_time(const struct creation *creation)
{
	const struct oci_process *process = creation->config->process;
	const struct oci_scheduler *scheduler = process ? process->scheduler : NULL;

	return scheduler &&
	       (scheduler->policy == OCI_SCHED_FIFO || scheduler->policy == OCI_SCHED_RR);
}

static int make_birthplace(struct creation *creation, struct err *err)
{
	int r = creation_start_unit(creation, err);

	if (r < 0)
		return r;
	creation->has_birthplace = true;
	return cgroup_make_birthplace(&creation->group, err);
}

static int make_rest_of_group(struct creation *creation, struct err *err)
{
	int r = cgroup_make_rest(&creation->group, &creation->cgroup_settings, err);

	creation->has_group = r == 0;
	if (r == 0 && is_real_time(creation))
		r = cgroup_limit(&creation->group, &creation->cgroup_settings, err);
	return r;
}

static int make_group(struct creation *creation, struct err *err)
{
	int r = creation_start_unit(creation, err);

	if (r == 0)
		r = cgroup_make(&creation->group, &creation->cgroup_settings, err);
	creation->has_group = r == 0;
	if (r == 0 && is_real_time(creation))
		r = cgroup_limit(&creation->group, &creation->cgroup_settings, err);
	return r;
}

static int open_slots(struct creation *creation, struct err *err)
{
	return launch_open_slots(
		&creation->launch, creation->dir_fd, TAKE_FD(creation->console_fd), err);
}

static int spawn_process(struct creation *creation, struct err *err)
{
	int r;

	streams_hand_over(creation->config);
	r = launch_spawn(&creation->launch, &creation->group, err);
	if (r == 0 && !creation->launch.plan.spawn.enters_late)
		creation_leave_unit(creation);
	return r;
}

static int enter_group(struct creation *creation, struct err *err)
{
	return launch_enter_group(&creation->launch, &creation->group, err);
}

static int limit_group(struct creation *creation, struct err *err)
{
	const struct cgroup_settings *settings = &creation->cgroup_settings;
	int r = is_real_time(creation) ? 0 : cgroup_limit(&creation->group, settings, err);

	if (r < 0)
		return r;
	return cgroup_after_spawn(&creation->group, creation->launch.pid, settings, err);
}

static int wait_until_ready(struct creation *creation, struct err *err)
{
	int r = launch_until_ready(&creation->launch, err);

	creation_leave_unit(creation); /* one that enters late is in by now */
	return r;
}

/* The number alone may be another process tomorrow: with its start time it is this one. */
static int record_process(struct creation *creation, struct err *err)
{
	struct process_stat stat;
	int r = process_stat_read(creation->launch.pid, &stat, err);

	if (r < 0)
		return r;
	creation->record.pid = creation->launch.pid;
	creation->record.start_time = stat.start_time;
	return record_write(creation->dir_fd, &creation->record, &creation->arena, err);
}

static int write_pid_file(struct creation *creation, struct err *err)
{
	const struct container_request *request = creation->request;
	const char *receiver = creation_pidfd_receiver(creation);
	pid_t pid = creation->launch.pid;
	int r = pid_file_write(&creation->arena, request->pid_file, pid, err);

	if (r == 0 && receiver)
		r = pidfd_send(receiver, creation->launch.pidfd, err);
	return r;
}

static int go_ahead(struct creation *creation, struct err *err)
{
	return launch_go_ahead(&creation->launch, err);
}

struct stage {
	const char *name;
	int (*run)(struct creation *creation, struct err *err);
};

static int run_stages(
	struct creation *creation, const struct stage *stages, size_t n, struct err *err)
{
	for (size_t i = 0; i < n; i++) {
		int r = stages[i].run(creation, err);

		if (r < 0)
			return err_phase(err, stages[i].name);
		trace_stage(stages[i].name);
		fault_point(stages[i].name);
	}
	return 0;
}

static int build(struct creation *creation, struct err *err)
{
	static const struct stage born_in_group[] = {
		{ "directory", make_directory },
		{ "notify", make_notify_socket },
		{ "cgroup", make_group },
		{ "resctrl", make_resctrl },
		{ "slots", open_slots },
		{ "spawn", spawn_process },
		/* while hull-init builds the inside */
		{ "limits", limit_group },
		{ "config", write_config },
	};
	static const struct stage enters_late[] = {
		{ "directory", make_directory },
		{ "notify", make_notify_socket },
		{ "birthplace", make_birthplace },
		{ "slots", open_slots },
		{ "spawn", spawn_process },
		/* while hull-init builds the inside */
		{ "cgroup", make_rest_of_group },
		{ "groups", enter_group },
		{ "resctrl", make_resctrl },
		{ "limits", limit_group },
		{ "config", write_config },
	};
	static const struct stage ahead[] = {
		{ "resctrl", enter_resctrl },
		{ "record", record_process },
		{ "go", go_ahead },
		{ "ready", wait_until_ready },
	};
	static const struct stage in_turn[] = {
		{ "ready", wait_until_ready },
		{ "resctrl", enter_resctrl },
		{ "record", record_process },
		{ "pidfile", write_pid_file },
	};
	int r = creation->launch.plan.spawn.enters_late
			? run_stages(creation, enters_late, COUNT_OF(enters_late), err)
			: run_stages(creation, born_in_group, COUNT_OF(born_in_group), err);

	if (r < 0)
		return r;
	if (creation->goes_ahead)
		return run_stages(creation, ahead, COUNT_OF(ahead), err);
	return run_stages(creation, in_turn, COUNT_OF(in_turn), err);
}

/* Killed without a word: with a limit that is what did it. */
static int name_memory_limit(const struct creation *creation, struct err *err)
{
	const struct oci_resources *resources = creation->config->platform.resources;

	if (!resources || !resources->memory || !resources->memory->limit)
		return -err->code;
	err_while(err, "memory limit of %lld bytes", (long long)*resources->memory->limit);
	return err_config(err, "/linux/resources/memory/limit");
}

int creation_build(struct creation *creation, struct err *err)
{
	int r = build(creation, err);

	if (r == -ENOMEM)
		name_memory_limit(creation, err);
	if (r < 0)
		creation_undo(creation);
	return r;
}

int creation_go(struct creation *creation, struct err *err)
{
	int r = launch_go(&creation->launch, err);

	if (r < 0)
		creation_undo(creation);
	return r;
}

int creation_wait_exec(struct creation *creation, struct err *err)
{
	int r = launch_wait_exec(&creation->launch, err);

	if (r < 0)
		creation_undo(creation);
	return r;
}

void creation_undo(struct creation *creation)
{
	struct err ignored = ERR_INIT; /* the first error is the one to tell */

	net_devices_return(creation->net_devices);
	launch_kill(&creation->launch);
	systemd_end(&creation->systemd);
	if (creation->dir_fd < 0)
		return; /* somebody else's container, or none */
	/* a group that was refused is somebody else's */
	if (creation->has_group || creation->has_unit)
		cgroup_kill_all(&creation->group, &ignored);
	creation_stop_unit(creation);
	if (creation->has_group || creation->has_birthplace || creation->has_unit)
		cgroup_destroy(&creation->group, &ignored);
	rdt_undo(&creation->arena, creation->rdt, creation->request->id, &creation->rdt_made);
	record_remove_dir(
		creation->request->runtime, creation->request->id, creation->dir_fd, &ignored);
}
