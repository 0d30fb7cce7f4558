/* SPDX-License-Identifier: Apache-2.0 */
/* The mounts of the configuration, in its order. */
#include <errno.h>
#include <string.h>

#include "base/path.h"
#include "base/text.h"
#include "core/planner/mount_options.h"
#include "core/planner/planner.h"
#include "sys/mount_api.h"

struct mount_job {
	size_t index;
	const struct oci_mount *mount;
	const char *config; /* /mounts/N */
	const char *target; /* cleaned, absolute */
	bool is_over_proc;  /* on a file of procfs that may be covered */
	struct mount_options options;
};

static int refuse_source(struct planner *planner, const struct mount_job *job,
	const struct path_facts *source, struct err *err)
{
	(void)planner;
	err_sys_code(err, source->open_errno, "mount source %s", source->path);
	err_path(err, source->path);
	return err_config(err, "%s/source", job->config);
}

static int check_idmap(const struct planner *planner, const struct mount_job *job, struct err *err)
{
	bool wants = job->options.idmap || job->mount->n_uid_mappings;

	if (!wants)
		return 0;
	if (!job->options.is_bind) {
		err_fail(err, EINVAL, "mount %s: ids can be mapped on bind mounts only",
			job->mount->destination);
		return err_config(err, "%s/uidMappings", job->config);
	}
	if (!planner->facts->is_privileged) {
		err_fail(err, EPERM, "mount %s: idmapped mounts need CAP_SYS_ADMIN on the host",
			job->mount->destination);
		return err_config(err, "%s/uidMappings", job->config);
	}
	if (planner->facts->lacking_mount_call) {
		err_fail(err, ENOTSUP, "mount %s: ids of a mount cannot be mapped without %s",
			job->mount->destination, planner->facts->lacking_mount_call);
		err_hint(err, "an older kernel, or the seccomp filter of a container around "
			      "hull-oci, lacks it");
		return err_config(err, "%s/uidMappings", job->config);
	}
	if (!job->mount->n_uid_mappings && !planner->config->platform.n_uid_mappings) {
		err_fail(err, EINVAL,
			"mount %s: idmap needs uidMappings and gidMappings, of the mount or of the "
			"container",
			job->mount->destination);
		return err_config(err, "%s/options", job->config);
	}
	return 0;
}

static void set_idmap(struct planner *planner, const struct mount_job *job, plan_slot_index index)
{
	const struct oci_linux *platform = &planner->config->platform;
	struct slot *slot = &planner->plan->slots[index];

	if (!job->options.idmap && !job->mount->n_uid_mappings)
		return;
	slot->uid_mappings = job->mount->n_uid_mappings ? job->mount->uid_mappings
							: platform->uid_mappings;
	slot->n_uid_mappings = job->mount->n_uid_mappings ? job->mount->n_uid_mappings
							  : platform->n_uid_mappings;
	slot->gid_mappings = job->mount->n_uid_mappings ? job->mount->gid_mappings
							: platform->gid_mappings;
	slot->n_gid_mappings = job->mount->n_uid_mappings ? job->mount->n_gid_mappings
							  : platform->n_gid_mappings;
	slot->is_idmap_recursive = job->options.idmap_recursive;
}

static void set_common(const struct mount_job *job, struct step_mount *mount)
{
	const struct mount_options *options = &job->options;

	*mount = (struct step_mount){
		.source = { .slot = PLAN_NO_SLOT },
		.target = job->target,
		.attr_set = options->attr_set,
		.attr_clear = options->attr_clear,
		.rec_set = options->rec_set,
		.rec_clear = options->rec_clear,
		.propagation = options->propagation,
	};
	if (options->copy_up)
		mount->flags |= PLAN_MOUNT_COPY_UP;
	if (options->target_no_follow)
		mount->flags |= PLAN_MOUNT_NO_FOLLOW;
	if (job->is_over_proc)
		mount->flags |= PLAN_MOUNT_OVER_PROC;
}

static bool wants_idmap(const struct mount_job *job)
{
	return job->options.idmap || job->mount->n_uid_mappings > 0;
}

/* Only the caller has the right to map a mount's ids: as if nobody else could reach the source. */
static const struct path_facts *for_idmap(struct planner *planner, const struct path_facts *source)
{
	struct path_facts *facts = ARENA_NEW(planner->arena, struct path_facts);

	*facts = *source;
	facts->is_out_of_reach = true;
	return facts;
}

/* copy-symlink, and there is one: another link that says the same, and no mount. */
static void add_link(struct planner *planner, const struct mount_job *job, const char *link)
{
	struct step_mount *mount = &planner_add(planner, STEP_MOUNT, job->config)->mount;

	mount->source = (struct plan_source){ .slot = PLAN_NO_SLOT, .path = link };
	mount->target = job->target;
	mount->flags = PLAN_MOUNT_SYMLINK;
}

static int check_link_options(const struct mount_job *job, struct err *err)
{
	const struct mount_options *options = &job->options;

	if (!options->copy_symlink || !(options->source_no_follow || options->target_no_follow))
		return 0;
	err_fail(err, EINVAL, "mount %s: a link cannot be copied and mounted: copy-symlink and %s",
		job->mount->destination,
		options->source_no_follow ? "src-nofollow" : "dest-nofollow");
	return err_config(err, "%s/options", job->config);
}

static int add_bind(struct planner *planner, const struct mount_job *job, struct err *err)
{
	const struct path_facts *source = &planner->facts->sources[job->index];
	struct step_mount mount;
	struct step *step;
	int r;

	if (!source->exists)
		return refuse_source(planner, job, source, err);
	if (job->options.copy_symlink && source->link) {
		add_link(planner, job, source->link);
		return 0;
	}
	r = planner_check_reach(
		planner, source, planner_format(planner, "%s/source", job->config), err);
	if (r < 0)
		return r;
	set_common(job, &mount);
	mount.flags |= PLAN_MOUNT_BIND;
	if (job->options.is_recursive)
		mount.flags |= PLAN_MOUNT_RECURSIVE;
	if (!source->is_directory)
		mount.flags |= PLAN_MOUNT_FILE;
	if (wants_idmap(job))
		source = for_idmap(planner, source);
	planner_set_source(planner, source, job->options.is_recursive,
		planner_format(planner, "%s/source", job->config), &mount.source);
	if (mount.source.slot >= 0)
		set_idmap(planner, job, mount.source.slot);
	mount.base_propagation = planner_base_propagation(planner, &mount.source, source);
	step = planner_add(planner, STEP_MOUNT, job->config);
	step->mount = mount;
	return 0;
}

/* Where the file system itself is read-only, mount(8) and runc show it so too. */
static const char *superblock_options(struct planner *planner, const struct mount_job *job)
{
	const struct mount_options *options = &job->options;
	const char *label = planner->config->platform.mount_label;
	const char *context = planner->config->extensions.mount_context;
	const char *data = options->data;
	bool is_kernels = text_equal(job->mount->type, "proc") ||
			  text_equal(job->mount->type, "sysfs");

	if (label && !is_kernels)
		data = planner_format(planner, "%s%s%s=\"%s\"", data ? data : "", data ? "," : "",
			context ? context : "context", label);
	return data;
}

/* The others may show, or use, the network namespace in which they are mounted. */
static bool is_without_network(const char *type)
{
	static const char *const types[] = { "proc", "tmpfs", "devpts", "mqueue" };

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (text_equal(type, types[i]))
			return true;
	return false;
}

/* A sysfs belongs to a network namespace: with the host's, a user namespace is refused one. */
static bool needs_host_sysfs(const struct planner *planner, const struct oci_mount *mount)
{
	return text_equal(mount->type, "sysfs") && !planner->is_live &&
	       (planner->new_user || planner->joined_user) &&
	       !oci_config_has_new_namespace(planner->config, OCI_NAMESPACE_NET);
}

bool planner_belongs_to_namespaces(const char *type)
{
	static const char *const types[] = { "proc", "sysfs", "tmpfs", "devpts", "mqueue", "cgroup",
		"cgroup2", "ramfs" };

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (text_equal(type, types[i]))
			return true;
	return false;
}

static void add_fs_slot(
	struct planner *planner, const struct mount_job *job, struct step_mount *mount)
{
	struct slot *slot = planner_add_slot(planner, SLOT_NEW_FS, &mount->source.slot);

	slot->config = job->config;
	slot->path = job->target;
	slot->fs_type = mount->type;
	slot->fs_device = mount->device_name;
	slot->fs_data = mount->data;
	slot->fs_attributes = mount->attr_set;
}

static int add_new_fs(struct planner *planner, const struct mount_job *job, struct err *err)
{
	const struct oci_mount *oci = job->mount;
	struct step_mount mount;
	struct step *step;

	if (text_is_empty(oci->type)) {
		err_fail(err, EINVAL,
			"mount %s: it has neither a type nor the option bind or rbind",
			oci->destination);
		return err_config(err, "%s/type", job->config);
	}
	set_common(job, &mount);
	mount.type = oci->type;
	mount.device_name = text_is_empty(oci->source) ? oci->type : oci->source;
	mount.data = superblock_options(planner, job);
	if (!is_without_network(oci->type))
		planner_enter_groups(planner);
	if (text_equal(oci->type, "proc") || text_equal(oci->type, "sysfs"))
		mount.flags |= PLAN_MOUNT_PROC;
	if (text_equal(oci->type, "proc") && planner->forks_late) {
		mount.flags |= PLAN_MOUNT_OF_PIDNS;
		mount.source.slot = planner->pid_slot;
	}
	if (needs_host_sysfs(planner, oci)) {
		mount.flags |= PLAN_MOUNT_SUBSTITUTE;
		mount.source.path = "/sys";
	}
	if (text_equal(mount.target, "/dev") && !planner->is_live &&
		(mount.attr_set & MOUNT_ATTR_RDONLY)) {
		mount.attr_set &= ~(uint64_t)MOUNT_ATTR_RDONLY;
		mount.flags |= PLAN_MOUNT_LATE_READONLY;
	}
	if ((planner->plan->spawn.use_template || planner->is_live) &&
		!planner_belongs_to_namespaces(oci->type))
		add_fs_slot(planner, job, &mount);
	step = planner_add(planner, STEP_MOUNT, job->config);
	step->mount = mount;
	return 0;
}

/*
 * What may lie over /proc: a proc, the host's /proc as a whole, and these files of it (those that
 * runc allows), or writes to it would reach something else (CVE-2019-16884, CVE-2025-52881). The
 * same is checked again by hull-init on what the path leads to.
 */
static int check_over_proc(struct planner *planner, struct mount_job *job, struct err *err)
{
	static const char *const allowed[] = {
		"/proc/cpuinfo",
		"/proc/diskstats",
		"/proc/loadavg",
		"/proc/meminfo",
		"/proc/net/dev",
		"/proc/slabinfo",
		"/proc/stat",
		"/proc/swaps",
		"/proc/sys/crypto/fips_enabled",
		"/proc/sys/kernel/ns_last_pid",
		"/proc/uptime",
	};
	const struct path_facts *source = &planner->facts->sources[job->index];
	const char *rest = text_after_prefix(job->target, "/proc");

	if (!rest || (*rest != '\0' && *rest != '/'))
		return 0;
	if (*rest == '\0' && text_equal(job->mount->type, "proc"))
		return 0;
	for (size_t i = 0; i < sizeof(allowed) / sizeof(allowed[0]); i++)
		if (text_equal(job->target, allowed[i])) {
			job->is_over_proc = true;
			return 0;
		}
	if (*rest == '\0' && job->options.is_bind && text_equal(source->path, "/proc"))
		return 0;
	err_fail(err, EINVAL, "mount on %s is refused: it cannot be mounted inside /proc",
		job->target);
	return err_config(err, "%s/destination", job->config);
}

static int add_mount(struct planner *planner, size_t index, struct err *err)
{
	struct mount_job job = {
		.index = index,
		.mount = &planner->config->mounts[index],
		.config = planner_format(planner, "/mounts/%zu", index),
	};
	int r;

	job.target = path_join(planner->arena, "/", job.mount->destination);
	mount_options_read(planner->arena, job.mount, &job.options);
	r = check_idmap(planner, &job, err);
	if (r == 0)
		r = check_link_options(&job, err);
	if (r == 0)
		r = check_over_proc(planner, &job, err);
	if (r < 0)
		return r;
	if (job.options.is_bind)
		return add_bind(planner, &job, err);
	if (text_equal(job.mount->type, "cgroup"))
		return planner_add_cgroup_mount(planner, index, err);
	return add_new_fs(planner, &job, err);
}

int planner_add_mounts(struct planner *planner, struct err *err)
{
	for (size_t i = 0; i < planner->config->n_mounts; i++) {
		int r = add_mount(planner, i, err);

		if (r < 0)
			return r;
		planner_add_usual_devices(planner, i + 1);
	}
	return 0;
}
