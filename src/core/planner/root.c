/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The root file system and how it becomes "/".
 *
 * Strategy copy: a copy of the host's mount namespace, the root mounted on its own path,
 * pivot_root. Strategy template: a namespace of one empty mount, the root over "/", chroot; nothing
 * of the host to unmount. Template needs everything of the host as a descriptor, so it is for
 * privileged callers without a user namespace and without hooks that look at the host's files from
 * inside.
 */
#include <errno.h>
#include <string.h>
#include <sys/mount.h>

#include "base/text.h"
#include "core/planner/planner.h"
#include "sys/mount_api.h"

static bool has_hooks(const struct planner *planner)
{
	const struct oci_hook_list *hooks = planner->config->hooks;

	return hooks[OCI_HOOK_PRESTART].n_hooks || hooks[OCI_HOOK_CREATE_RUNTIME].n_hooks ||
	       hooks[OCI_HOOK_CREATE_CONTAINER].n_hooks;
}

static bool binds_namespaces(const struct planner *planner)
{
	for (size_t i = 0; i < planner->config->n_mounts; i++)
		if (planner->facts->sources[i].has_namespaces)
			return true;
	return planner->facts->root.has_namespaces;
}

/* Why the template strategy cannot be used; NULL: it can. */
static const char *template_obstacle(struct planner *planner)
{
	if (!planner->new_mount)
		return "there is no new mount namespace";
	if (planner->new_user || planner->joined_user)
		return "the kernel grants proc and sysfs in a user namespace only beside the "
		       "host's";
	if (!planner->facts->is_privileged)
		return "it needs CAP_SYS_ADMIN";
	if (planner->facts->lacking_mount_call)
		return planner_format(
			planner, "%s is not to be had here", planner->facts->lacking_mount_call);
	if (has_hooks(planner))
		return "prestart, createRuntime and createContainer hooks need the host's files";
	if (planner->options->no_pivot)
		return "--no-pivot is a way out of the other strategy";
	if (binds_namespaces(planner))
		return "a directory is bound below which mount namespaces are pinned: hull-init "
		       "has to copy it from mounts that have none of them";
	if (!planner->facts->has_template)
		return "the host has no pinned namespace to start from";
	return NULL;
}

static int choose_strategy(struct planner *planner, struct err *err)
{
	const char *wanted = planner->options->strategy;
	const char *obstacle = template_obstacle(planner);

	if (wanted && !text_equal(wanted, "copy") && !text_equal(wanted, "template"))
		return err_fail(err, EINVAL, "strategy %s is unknown: copy or template", wanted);
	if (text_equal(wanted, "template") && obstacle)
		return err_fail(
			err, ENOTSUP, "the template strategy is not possible: %s", obstacle);
	planner->plan->spawn.use_template = !obstacle && !text_equal(wanted, "copy");
	return 0;
}

static int check_root(const struct planner *planner, struct err *err)
{
	const struct path_facts *root = &planner->facts->root;

	if (!root->exists) {
		err_sys_code(err, root->open_errno, "root filesystem %s", root->path);
		err_path(err, root->path);
		return err_config(err, "/root/path");
	}
	if (!root->is_directory) {
		err_fail(err, ENOTDIR, "root filesystem %s: not a directory", root->path);
		err_path(err, root->path);
		return err_config(err, "/root/path");
	}
	return 0;
}

/* Of the copied mounts only slaves can be had, because the copy itself must not be shared. */
static int check_propagation(const struct planner *planner, struct err *err)
{
	enum oci_propagation wanted = planner->config->platform.rootfs_propagation;
	const char *lacking = planner->facts->lacking_mount_call;

	if (!lacking || !planner->new_mount || planner->new_user || planner->joined_user ||
		(wanted != OCI_PROPAGATION_SHARED && wanted != OCI_PROPAGATION_RSHARED))
		return 0;
	err_fail(err, ENOTSUP, "mounts cannot stay shared with the host's without %s", lacking);
	return err_config(err, "/linux/rootfsPropagation");
}

/* Of the host's mounts, or, in a user namespace made shared as a whole, of the copied ones. */
static bool becomes_peer(const struct planner *planner, const struct path_facts *root)
{
	enum oci_propagation wanted = planner->config->platform.rootfs_propagation;

	return planner_propagation_of(planner, root) == 0 || wanted == OCI_PROPAGATION_RSHARED ||
	       (wanted == OCI_PROPAGATION_SHARED && root->is_on_root_mount);
}

/* It was never among the host's mounts: nobody's peer. */
static void use_given_tree(struct planner *planner, struct plan_source *source)
{
	struct slot *slot;

	*source = (struct plan_source){ .path = planner->facts->root.path };
	slot = planner_add_slot(planner, SLOT_GIVEN, &source->slot);
	slot->given_fd = planner->facts->root_tree_fd;
	slot->config = "/root/path";
}

static void add_root_mount(struct planner *planner)
{
	const struct path_facts *root = &planner->facts->root;
	bool use_template = planner->plan->spawn.use_template;
	struct plan_source source;
	struct step *step;

	if (!use_template) /* the host must never see what is mounted in the copy */
		planner_add(planner, STEP_PROPAGATION, "/linux/rootfsPropagation")->propagation =
			(struct step_propagation){
				.flags = MS_SLAVE | MS_REC,
				.has_old_calls = planner->facts->lacking_mount_call != NULL,
			};
	if (planner->facts->has_root_tree)
		use_given_tree(planner, &source);
	else
		planner_set_source(planner, root, true, "/root/path", &source);
	step = planner_add(planner, STEP_ROOT, "/root/path");
	step->root = (struct step_root){
		.source = source,
		.target = use_template || root->is_out_of_reach || planner->facts->has_root_tree
				  ? NULL
				  : root->path,
		.base_propagation = planner_base_propagation(planner, &source, root),
		.is_peer = !planner->facts->has_root_tree && becomes_peer(planner, root),
	};
}

static void add_enter(struct planner *planner)
{
	enum plan_enter method = PLAN_ENTER_PIVOT;

	if (planner->plan->spawn.use_template || !planner->new_mount)
		method = PLAN_ENTER_CHROOT;
	else if (planner->options->no_pivot)
		method = PLAN_ENTER_MOVE;
	planner_add(planner, STEP_ENTER_ROOT, "/root/path")->enter_root.method = method;
}

static uint64_t root_propagation(enum oci_propagation propagation)
{
	static const uint64_t flags[] = {
		[OCI_PROPAGATION_UNSET] = 0,
		[OCI_PROPAGATION_SHARED] = MS_SHARED,
		[OCI_PROPAGATION_RSHARED] = MS_SHARED | MS_REC,
		[OCI_PROPAGATION_SLAVE] = MS_SLAVE,
		[OCI_PROPAGATION_RSLAVE] = MS_SLAVE | MS_REC,
		/* the root was made private before, where it was a peer; runc leaves it at that */
		[OCI_PROPAGATION_PRIVATE] = 0,
		[OCI_PROPAGATION_RPRIVATE] = 0,
		[OCI_PROPAGATION_UNBINDABLE] = MS_UNBINDABLE,
		[OCI_PROPAGATION_RUNBINDABLE] = MS_UNBINDABLE | MS_REC,
	};

	return flags[propagation];
}

static void add_readonly_dev(struct planner *planner)
{
	const struct oci_config *config = planner->config;

	for (size_t i = 0; i < planner->plan->n_steps; i++) {
		const struct step *mount = &planner->plan->steps[i];
		struct step *step;

		/* devices were made in it first */
		if (mount->kind != STEP_MOUNT || !text_equal(mount->mount.target, "/dev") ||
			!(mount->mount.flags & PLAN_MOUNT_LATE_READONLY))
			continue;
		step = planner_add(planner, STEP_ROOT_ATTRIBUTES, mount->config);
		step->root_attributes.path = "/dev";
		step->root_attributes.attr_set = MOUNT_ATTR_RDONLY;
	}
	if (!config->root->readonly && !root_propagation(config->platform.rootfs_propagation))
		return;
	planner_add(planner, STEP_ROOT_ATTRIBUTES,
		config->root->readonly ? "/root/readonly" : "/linux/rootfsPropagation")
		->root_attributes = (struct step_root_attributes){
		.attr_set = config->root->readonly ? MOUNT_ATTR_RDONLY : 0,
		.propagation = root_propagation(config->platform.rootfs_propagation),
	};
}

static void add_hidden_paths(struct planner *planner)
{
	const struct oci_linux *platform = &planner->config->platform;
	const char *label = platform->mount_label;

	for (size_t i = 0; i < platform->n_readonly_paths; i++)
		planner_add(planner, STEP_READONLY_PATH,
			planner_format(planner, "/linux/readonlyPaths/%zu", i))
			->path.path = platform->readonly_paths[i];
	for (size_t i = 0; i < platform->n_masked_paths; i++)
		planner_add(
			planner, STEP_MASK, planner_format(planner, "/linux/maskedPaths/%zu", i))
			->mask = (struct step_mask){
			.path = platform->masked_paths[i],
			.label = label ? planner_format(planner, "context=\"%s\"", label) : NULL,
		};
}

static void add_sysctls(struct planner *planner)
{
	const struct oci_linux *platform = &planner->config->platform;

	for (size_t i = 0; i < platform->n_sysctl; i++) {
		const struct oci_key_value *sysctl = &platform->sysctl[i];

		planner_add(planner, STEP_SYSCTL,
			planner_format(planner, "/linux/sysctl/%s", sysctl->key))
			->sysctl = (struct step_sysctl){
			.key = sysctl->key,
			.value = sysctl->value,
		};
	}
}

static void add_sync(struct planner *planner)
{
	const struct oci_hook_list *hooks = planner->config->hooks;

	/* the hooks see the devices inside */
	if (planner->config->platform.n_net_devices || planner->options->connects_network)
		planner_add(planner, STEP_SYNC, "/linux/netDevices")->sync.point =
			PLAN_SYNC_NETWORK;
	if (hooks[OCI_HOOK_PRESTART].n_hooks || hooks[OCI_HOOK_CREATE_RUNTIME].n_hooks)
		planner_add(planner, STEP_SYNC, "/hooks")->sync.point = PLAN_SYNC_NAMESPACES;
}

/* is_mounted: on /dev/console; for a container's first process. */
void planner_add_console(struct planner *planner, bool is_mounted)
{
	const struct oci_process *process = planner->config->process;
	const struct planner_options *options = planner->options;
	struct step *step;

	if (!process || !process->terminal)
		return;
	if (options->console_socket || options->is_console_given) {
		struct slot *slot = planner_add_slot(
			planner, SLOT_CONSOLE_SOCKET, &planner->plan->console_slot);

		slot->path = options->console_socket;
		slot->config = "/process/terminal";
	}
	step = planner_add(planner, STEP_CONSOLE, "/process/terminal");
	step->console = (struct step_console){
		.socket = planner->plan->console_slot,
		.uid = process->user.uid,
		.mount = is_mounted,
	};
	if (process->console_size) {
		step->console.width = process->console_size->width;
		step->console.height = process->console_size->height;
	}
}

/* Without a mount namespace of its own a container can have a root, but no mounts. */
static int add_host_root(struct planner *planner, struct err *err)
{
	const struct oci_config *config = planner->config;
	const char *field = config->n_mounts                    ? "/mounts"
			    : config->platform.n_masked_paths   ? "/linux/maskedPaths"
			    : config->platform.n_readonly_paths ? "/linux/readonlyPaths"
			    : config->root->readonly            ? "/root/readonly"
								: NULL;
	const struct oci_namespace *mount = oci_config_namespace(config, OCI_NAMESPACE_MNT);

	if (field && !(mount && mount->path)) {
		err_fail(err, EINVAL,
			"%s needs a mount namespace of the container: it would change the host's "
			"mounts",
			field + 1);
		err_hint(err, "add {\"type\": \"mount\"} to linux.namespaces");
		return err_config(err, "%s", field);
	}
	if (field && planner->facts->lacking_mount_call) {
		err_fail(err, ENOTSUP,
			"%s: in a mount namespace that others are in, mounts cannot be made safely "
			"without %s",
			field + 1, planner->facts->lacking_mount_call);
		return err_config(err, "%s", field);
	}
	planner_add(planner, STEP_OPEN_ROOT, "/root/path")->path.path = planner->facts->root.path;
	return 0;
}

int planner_add_root(struct planner *planner, struct err *err)
{
	int r = choose_strategy(planner, err);

	if (r == 0)
		r = check_root(planner, err);
	if (r == 0)
		r = planner_check_reach(planner, &planner->facts->root, "/root/path", err);
	if (r == 0)
		r = check_propagation(planner, err);
	if (r < 0)
		return r;
	if (planner->new_mount)
		add_root_mount(planner);
	else
		r = add_host_root(planner, err);
	if (r == 0)
		r = planner_add_mounts(planner, err);
	planner_enter_groups(planner); /* which say what devices may be made */
	if (r == 0)
		r = planner_add_devices(planner, err);
	if (r < 0)
		return r;
	add_sysctls(planner);
	add_sync(planner);
	r = planner_add_hooks(planner, OCI_HOOK_CREATE_CONTAINER, err);
	if (r < 0)
		return r;
	add_enter(planner);
	return 0;
}

int planner_add_isolation(struct planner *planner, struct err *err)
{
	const struct oci_process *process = planner->config->process;

	(void)err;
	planner_add_session(planner);
	planner_add_console(planner, planner->new_mount);
	if (process && process->cwd)
		planner_add(planner, STEP_CWD, "/process/cwd")->cwd.path = process->cwd;
	add_hidden_paths(planner);
	add_readonly_dev(planner);
	return 0;
}
