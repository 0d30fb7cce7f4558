/* SPDX-License-Identifier: Apache-2.0 */
/* The half of creation.h in which everything is read and decided, and nothing is changed. */
#include "core/creation.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

#include "base/file.h"
#include "base/json.h"
#include "base/path.h"
#include "base/text.h"
#include "core/creation_systemd.h"
#include "core/exec_process.h"
#include "core/hooks.h"
#include "core/seccomp/seccomp.h"
#include "core/template.h"
#include "core/trace.h"
#include "oci/annotations.h"
#include "oci/state.h"
#include "sys/capability.h"

static int read_config(struct creation *creation, struct err *err)
{
	const struct container_request *request = creation->request;
	const char *bundle = request->bundle ? request->bundle : ".";
	char absolute[PATH_MAX];
	const char *path;
	int r;

	if (!realpath(bundle, absolute)) {
		err_sys(err, "bundle %s", bundle);
		return err_path(err, bundle);
	}
	creation->bundle = arena_strdup(&creation->arena, absolute);
	path = request->config ? request->config
			       : path_join(&creation->arena, creation->bundle, "config.json");
	creation->config_text = request->config_text;
	creation->config_size = request->config_size;
	r = request->config_text
		    ? 0
		    : file_read_at(&creation->arena, AT_FDCWD, path, JSON_TEXT_MAX_BYTES,
			      &creation->config_text, &creation->config_size, err);
	if (r == 0)
		r = oci_config_read(&creation->arena, creation->config_text, creation->config_size,
			&creation->config, err);
	if (r == 0)
		r = oci_annotations_read(&creation->arena, creation->config, err);
	if (r == 0)
		r = oci_config_check(creation->config, err);
	if (r < 0)
		return text_has_prefix(err->text, "open") ? r : err_while(err, "%s", path);
	exec_process_warn(creation->config->process);
	return 0;
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
	creation->connects_late = creation->request->connect_network && !creation->makes_network &&
				  oci_config_has_new_namespace(config, OCI_NAMESPACE_NET);
	creation->launch.net.connect = creation->request->connect_network;
	creation->launch.net.connect_context = creation->request->network_context;
	if (creation->makes_network && !creation->is_dry)
		net_namespace_begin(&creation->launch.net);
}

static int plan_group(struct creation *creation, struct err *err)
{
	const struct oci_config *config = creation->config;
	const struct runtime *runtime = creation->request->runtime;
	const char *path = config->platform.cgroups_path;
	int r = 0;

	creation->cgroup_settings = (struct cgroup_settings){
		.resources = config->platform.resources,
		.is_rootless = runtime->is_rootless,
		.delegate = oci_config_has_new_namespace(config, OCI_NAMESPACE_CGROUP) &&
			    has_writable_cgroup_mount(config),
		.delegate_uid = host_root_uid(config),
	};
	if (runtime->cgroup_manager == CGROUP_MANAGER_DISABLED)
		return 0;
	if (runtime->cgroup_manager == CGROUP_MANAGER_SYSTEMD)
		r = creation_plan_systemd(creation, &path, err);
	if (r == 0)
		r = cgroup_plan_paths(&creation->arena, &creation->facts.cgroups, path,
			creation->request->id, &creation->group, err);
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
		.connects_network = creation->connects_late,
		.strategy = request->strategy,
		.listen_fds = request->listen_fds,
		.listen_names = request->listen_names,
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

const char *creation_pidfd_receiver(const struct creation *creation)
{
	return creation->request->pidfd_socket ? creation->request->pidfd_socket
					       : creation->config->extensions.pidfd_receiver;
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
		.rdt = creation->rdt,
		.systemd = creation_systemd_unit(creation),
		.has_hooks = hooks_have_later(creation->config),
		.has_no_keyring = creation->request->no_new_keyring,
	};
}

static int plan_rdt(struct creation *creation, struct err *err)
{
	const struct oci_intel_rdt *config = creation->config->platform.intel_rdt;
	int r = config ? rdt_host_read(&creation->arena, &creation->rdt_host, err) : 0;

	if (r < 0)
		return r;
	return rdt_plan(&creation->arena, &creation->rdt_host, config, creation->request->id,
		&creation->rdt, err);
}

int creation_prepare(struct creation *creation, struct err *err)
{
	int r;

	creation->launch.arena = &creation->arena;
	creation->launch.id = creation->request->id;
	creation->launch.sync = creation_synchronise;
	creation->launch.preserved_fds = creation->request->preserve_fds;
	creation->launch.context = creation;
	creation->launch.is_traced = creation->request->trace_file != NULL;
	r = read_config(creation, err);
	if (r == 0)
		r = check_preserved(creation->request, err);
	if (r == 0)
		r = check_terminal(creation, err);
	if (r == 0)
		r = creation_begin_systemd(creation, err);
	if (r < 0)
		return r;
	begin_network(creation);
	add_notify_socket(creation);
	r = facts_read(&creation->arena, creation->config, creation->bundle, &creation->facts, err);
	if (r == 0 && creation->request->root_tree)
		facts_use_root_tree(&creation->facts, *creation->request->root_tree);
	creation->facts.denies_setgroups |= creation->request->denies_setgroups;
	if (r == 0 && creation->notifies)
		notify_add_facts(creation->config, &creation->facts);
	if (r == 0)
		find_template(creation);
	if (r == 0)
		r = plan_group(creation, err);
	if (r == 0)
		r = plan_rdt(creation, err);
	if (r < 0)
		return r;
	fill_record(creation);
	r = make_plan(creation, err);
	trace_stage("prepare");
	return r;
}
