/* SPDX-License-Identifier: Apache-2.0 */
#include "core/creation.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/file.h"
#include "base/json.h"
#include "base/path.h"
#include "base/text.h"
#include "core/fault.h"
#include "core/hooks.h"
#include "core/net_devices.h"
#include "core/pid_file.h"
#include "core/seccomp/seccomp.h"
#include "core/streams.h"
#include "core/template.h"
#include "core/trace.h"
#include "core/unsupported.h"
#include "oci/state.h"
#include "sys/capability.h"
#include "sys/process.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

void creation_done(struct creation *creation)
{
	launch_done(&creation->launch);
	net_devices_done(creation->net_devices);
	fd_close(creation->own_console_fd);
	fd_close(creation->console_fd);
	fd_close(creation->notify.socket_fd);
	fd_close(creation->dir_fd);
	arena_done(&creation->arena);
}

/* ---- prepare: everything is read and decided, nothing is changed ---- */

static int read_config(struct creation *creation, struct err *err)
{
	const struct container_request *request = creation->request;
	const char *bundle = request->bundle ? request->bundle : ".";
	char *absolute = realpath(bundle, NULL);
	const char *path;
	int r;

	if (!absolute) {
		err_sys(err, "bundle %s", bundle);
		return err_path(err, bundle);
	}
	creation->bundle = arena_strdup(&creation->arena, absolute);
	free(absolute);
	path = request->config ? request->config
			       : path_join(&creation->arena, creation->bundle, "config.json");
	r = file_read_at(&creation->arena, AT_FDCWD, path, JSON_TEXT_MAX_BYTES,
		&creation->config_text, &creation->config_size, err);
	if (r == 0)
		r = oci_config_read(&creation->arena, creation->config_text, creation->config_size,
			&creation->config, err);
	if (r == 0)
		r = oci_config_check(creation->config, err);
	if (r < 0)
		return text_has_prefix(err->text, "open") ? r : err_while(err, "%s", path);
	return r;
}

/* Engines hand their own descriptors on; each has to be there (runc: --preserve-fds). */
static int check_preserved(const struct container_request *request, struct err *err)
{
	for (uint32_t i = 0; i < request->preserve_fds; i++)
		if (fcntl((int)(3 + i), F_GETFD) < 0)
			return err_fail(err, EBADF, "--preserve-fds %u: descriptor %u is not open",
				request->preserve_fds, 3 + i);
	return 0;
}

/* The terminal of a container in the foreground comes over a socket pair of our own. */
static int offer_console(struct creation *creation, struct err *err)
{
	int sockets[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) < 0)
		return err_sys(err, "socketpair");
	creation->own_console_fd = sockets[0];
	creation->console_fd = sockets[1];
	return 0;
}

static int check_terminal(struct creation *creation, struct err *err)
{
	const struct oci_process *process = creation->config->process;
	const struct container_request *request = creation->request;
	bool has_terminal = process && process->terminal;

	if (has_terminal && creation->offers_console)
		return offer_console(creation, err);
	if (has_terminal && !request->console_socket) {
		err_fail(err, EINVAL,
			"a terminal without --console-socket has nobody at its other end");
		return err_config(err, "/process/terminal");
	}
	if (!has_terminal && request->console_socket) {
		err_fail(err, EINVAL,
			"cannot use console socket: the process does not ask for a terminal");
		return err_config(err, "/process/terminal");
	}
	return 0;
}

/* Before the facts, which have to do with each mount. */
static void add_notify_socket(struct creation *creation)
{
	const struct container_request *request = creation->request;

	creation->notifies = notify_is_wanted(request->notify_socket, creation->config->process);
	if (creation->notifies)
		notify_add_mount(&creation->arena,
			path_join(&creation->arena, request->runtime->root, request->id),
			creation->config);
}

/* The user on the host who is the container's root; the group belongs to it (config-linux.md). */
static uid_t host_root_uid(const struct oci_config *config)
{
	for (size_t i = 0; i < config->platform.n_uid_mappings; i++)
		if (config->platform.uid_mappings[i].container_id == 0)
			return config->platform.uid_mappings[i].host_id;
	return 0;
}

static bool has_writable_cgroup_mount(const struct oci_config *config)
{
	for (size_t i = 0; i < config->n_mounts; i++) {
		const struct oci_mount *mount = &config->mounts[i];
		bool is_readonly = false;

		if (!text_equal(mount->type, "cgroup") && !text_equal(mount->type, "cgroup2"))
			continue;
		for (size_t k = 0; k < mount->n_options; k++)
			is_readonly |= text_equal(mount->options[k], "ro");
		if (!is_readonly)
			return true;
	}
	return false;
}

/* Without one the other strategy does the same. A plan that is only shown makes none. */
static void find_template(struct creation *creation)
{
	struct err failed = ERR_INIT;

	if (!creation->facts.has_template || creation->is_dry || creation->launch.template_fd >= 0)
		return;
	if (template_open(&creation->launch.template_fd, &failed) < 0)
		creation->facts.has_template = false;
}

/* As early as it is known that one is wanted. A plan that is only shown makes none. */
static void begin_network(struct creation *creation)
{
	const struct oci_config *config = creation->config;

	creation->makes_network = oci_config_has_new_namespace(config, OCI_NAMESPACE_NET) &&
				  !oci_config_namespace(config, OCI_NAMESPACE_USER) &&
				  capability_is_effective(CAPABILITY_SYS_ADMIN) &&
				  net_namespace_is_worth_it();
	if (creation->makes_network && !creation->is_dry)
		net_namespace_begin(&creation->launch.net);
}

static int plan_group(struct creation *creation, struct err *err)
{
	const struct oci_config *config = creation->config;
	const struct runtime *runtime = creation->request->runtime;
	int r;

	creation->cgroup_settings = (struct cgroup_settings){
		.resources = config->platform.resources,
		.is_rootless = runtime->is_rootless,
		.delegate = oci_config_has_new_namespace(config, OCI_NAMESPACE_CGROUP) &&
			    has_writable_cgroup_mount(config),
		.delegate_uid = host_root_uid(config),
	};
	if (runtime->cgroup_manager == CGROUP_MANAGER_DISABLED)
		return 0;
	r = cgroup_plan_paths(&creation->arena, &creation->facts.cgroups,
		config->platform.cgroups_path, creation->request->id, &creation->group, err);
	if (r == 0)
		r = cgroup_check_settings(&creation->group, &creation->cgroup_settings, err);
	if (r == 0 && cgroup_will_be_left_out(&creation->group, &creation->cgroup_settings))
		creation->group = (struct cgroup){ .kind = CGROUP_KIND_DISABLED };
	return r;
}

/* For the hooks that hull-init runs; nothing when there are none. */
static const char *hook_state(struct creation *creation, enum container_status status)
{
	const struct oci_hook_list *hooks = creation->config->hooks;

	if (!hooks[OCI_HOOK_CREATE_CONTAINER].n_hooks && !hooks[OCI_HOOK_START_CONTAINER].n_hooks)
		return NULL;
	return hooks_state_text(&creation->arena, &creation->record, status);
}

static int make_plan(struct creation *creation, struct err *err)
{
	const struct container_request *request = creation->request;
	struct planner_options options = {
		.id = request->id,
		.console_socket = request->console_socket,
		.is_console_given = creation->console_fd >= 0,
		.no_pivot = request->no_pivot,
		.no_new_keyring = request->no_new_keyring,
		.wait_for_start = creation->wait_for_start,
		.makes_network = creation->makes_network,
		.strategy = request->strategy,
		.listen_fds = request->listen_fds,
		.notify_socket = creation->notifies ? notify_container_socket() : NULL,
		.create_state = hook_state(creation, CONTAINER_STATUS_CREATING),
		.start_state = hook_state(creation, CONTAINER_STATUS_CREATED),
		.group = &creation->group,
	};
	struct seccomp_filter filter;
	int r = seccomp_compile(&creation->arena, creation->config->platform.seccomp,
		creation->config->annotations, creation->config->n_annotations, &filter, err);

	if (r < 0)
		return r;
	options.seccomp_filter = filter.program;
	options.seccomp_flags = filter.flags;
	options.seccomp_notify = filter.notify;
	return planner_make(&creation->arena, creation->config, &creation->facts, &options,
		&creation->launch.plan, err);
}

static void fill_record(struct creation *creation)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	creation->record = (struct record){
		.id = creation->request->id,
		.oci_version = creation->config->oci_version,
		.bundle = creation->bundle,
		.rootfs = creation->facts.root.path,
		.created = oci_time_text(&creation->arena, now),
		.annotations = creation->config->annotations,
		.n_annotations = creation->config->n_annotations,
		.resctrl = creation->resctrl,
		.has_hooks = hooks_have_later(creation->config),
		.has_no_keyring = creation->request->no_new_keyring,
	};
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

static int move_net_devices(struct creation *creation, struct err *err)
{
	return net_devices_move(&creation->arena, creation->config, creation->launch.pid,
		&creation->net_devices, err);
}

/* What hull-init waits for while it builds the container. */
static int synchronise(struct launch *launch, enum plan_sync point, int fd, struct err *err)
{
	switch (point) {
	case PLAN_SYNC_SECCOMP:
		return send_seccomp_listener(launch->context, fd, err);
	case PLAN_SYNC_NAMESPACES:
		return run_create_hooks(launch->context, err);
	case PLAN_SYNC_NETWORK:
		return move_net_devices(launch->context, err);
	}
	return 0;
}

int creation_prepare(struct creation *creation, struct err *err)
{
	int r;

	creation->launch.arena = &creation->arena;
	creation->launch.id = creation->request->id;
	creation->launch.sync = synchronise;
	creation->launch.preserved_fds = creation->request->preserve_fds;
	creation->launch.context = creation;
	creation->launch.is_traced = creation->request->trace_file != NULL;
	r = read_config(creation, err);
	if (r == 0)
		r = unsupported_check(creation, err);
	if (r == 0)
		r = check_preserved(creation->request, err);
	if (r == 0)
		r = check_terminal(creation, err);
	if (r < 0)
		return r;
	begin_network(creation);
	add_notify_socket(creation);
	r = facts_read(&creation->arena, creation->config, creation->bundle, &creation->facts, err);
	if (r == 0 && creation->notifies)
		notify_add_facts(creation->config, &creation->facts);
	if (r == 0)
		find_template(creation);
	if (r == 0)
		r = plan_group(creation, err);
	if (r == 0)
		r = resctrl_plan(&creation->arena, creation->config->platform.intel_rdt,
			creation->request->id, NULL, &creation->resctrl, err);
	if (r < 0)
		return r;
	fill_record(creation);
	r = make_plan(creation, err);
	trace_stage("prepare");
	return r;
}

/* ---- build ---- */

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
		r = cgroup_to_strings(&creation->arena, &creation->group, &cgroups,
			&creation->record.n_cgroups, err);
	if (r < 0)
		return r;
	creation->record.cgroups = cgroups;
	return record_create(creation->dir_fd, &creation->record, &creation->arena, err);
}

static int make_resctrl(struct creation *creation, struct err *err)
{
	int r;

	if (!creation->resctrl.dir)
		return 0;
	creation->has_resctrl = true; /* or a part of it */
	r = resctrl_make(&creation->resctrl, err);
	return r < 0 ? r : resctrl_limit(&creation->resctrl, err);
}

/* The process that the container begins with: a plan that forks has done so. */
static int enter_resctrl(struct creation *creation, struct err *err)
{
	return creation->resctrl.dir ? resctrl_add(&creation->resctrl, creation->launch.pid, err)
				     : 0;
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

static int make_group(struct creation *creation, struct err *err)
{
	int r = cgroup_make(&creation->group, &creation->cgroup_settings, err);

	creation->has_group = r == 0;
	return r;
}

static int open_slots(struct creation *creation, struct err *err)
{
	return launch_open_slots(
		&creation->launch, creation->dir_fd, TAKE_FD(creation->console_fd), err);
}

static int spawn_process(struct creation *creation, struct err *err)
{
	streams_hand_over(creation->config);
	return launch_spawn(&creation->launch, &creation->group, err);
}

static int limit_group(struct creation *creation, struct err *err)
{
	const struct cgroup_settings *settings = &creation->cgroup_settings;
	int r = cgroup_limit(&creation->group, settings, err);

	if (r < 0)
		return r;
	return cgroup_after_spawn(&creation->group, creation->launch.pid, settings, err);
}

static int wait_until_ready(struct creation *creation, struct err *err)
{
	return launch_until_ready(&creation->launch, err);
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
	pid_t pid = creation->launch.pid;
	int r = pid_file_write(&creation->arena, request->pid_file, pid, err);

	if (r == 0 && request->pidfd_socket)
		r = pidfd_send(request->pidfd_socket, creation->launch.pidfd, err);
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
	static const struct stage stages[] = {
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
	int r = run_stages(creation, stages, COUNT_OF(stages), err);

	if (r < 0)
		return r;
	if (creation->goes_ahead)
		return run_stages(creation, ahead, COUNT_OF(ahead), err);
	return run_stages(creation, in_turn, COUNT_OF(in_turn), err);
}

int creation_build(struct creation *creation, struct err *err)
{
	int r = build(creation, err);

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
	if (creation->dir_fd < 0)
		return;            /* somebody else's container, or none */
	if (creation->has_group) { /* a group that was refused is somebody else's */
		cgroup_kill_all(&creation->group, &ignored);
		cgroup_destroy(&creation->group, &ignored);
	}
	if (creation->has_resctrl) { /* also a group with a name, when it was made for this */
		creation->resctrl.is_ours = creation->resctrl.is_made;
		resctrl_remove(&creation->resctrl, &ignored);
	}
	record_remove_dir(
		creation->request->runtime, creation->request->id, creation->dir_fd, &ignored);
}
