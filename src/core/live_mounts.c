/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mounts that are brought to a running container, and taken away again.
 *
 * hull-init does both, from inside of the container's mount namespace (and user namespace, if there
 * is one), with a plan of its own (core/planner/live_mounts.c). It is in no control group of the
 * container and not in its pid namespace.
 */
#include <errno.h>
#include <string.h>

#include "base/path.h"
#include "base/text.h"
#include "core/container.h"
#include "core/launch.h"
#include "core/lookup_locked.h"
#include "core/mount_record.h"
#include "sys/mount_id.h"
#include "sys/process.h"

struct change {
	struct arena arena;
	struct container container;
	struct oci_config *config; /* the container's, with the mounts to add */
	bool is_bare;              /* they came as a list, not in an object */
	struct host_facts facts;
	struct mount_record record;
	struct planner_mounted *changing; /* to add, as they come; to remove, in that order */
	size_t n_changing, n_done;
};

static void change_done(struct change *change)
{
	lookup_done(&change->container);
	arena_done(&change->arena);
}

#define AUTO_CHANGE __attribute__((cleanup(change_done))) struct change

static bool has_type(const struct oci_config *config, const char *type)
{
	for (size_t i = 0; i < config->n_mounts; i++)
		if (text_equal(config->mounts[i].type, type))
			return true;
	return false;
}

/* Those of the container's first process that the file systems belong to. */
static void join(struct change *change)
{
	const struct {
		enum oci_namespace_type type;
		const char *name;
		bool is_needed;
	} kinds[] = {
		{ OCI_NAMESPACE_MNT, "mnt", true },
		{ OCI_NAMESPACE_USER, "user", true },
		{ OCI_NAMESPACE_NET, "net", has_type(change->config, "sysfs") },
		{ OCI_NAMESPACE_IPC, "ipc", has_type(change->config, "mqueue") },
	};
	struct oci_linux *platform = &change->config->platform;

	platform->namespaces = ARENA_NEW_ARRAY(
		&change->arena, OCI_NAMESPACE_COUNT, struct oci_namespace);
	platform->n_namespaces = 0;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (kinds[i].is_needed)
			platform->namespaces[platform->n_namespaces++] = (struct oci_namespace){
				.type = kinds[i].type,
				.path = arena_printf(&change->arena, "/proc/%d/ns/%s",
					change->container.record.pid, kinds[i].name),
			};
}

/* What the configuration says of the container's beginning does not count. */
static void forget_creation(struct oci_config *config)
{
	config->process = NULL;
	config->hostname = config->domainname = NULL;
	config->platform.n_net_devices = 0;
	config->platform.rootfs_propagation = OCI_PROPAGATION_UNSET;
	memset(config->hooks, 0, sizeof(config->hooks));
}

/* "/mounts/0/source" is "/0/source" of a list, in the text, too. */
static void correct_pointer(const struct change *change, struct err *err)
{
	const char *rest = text_after_prefix(err->config, "/mounts");

	if (!change->is_bare || !rest)
		return;
	if (text_has_prefix(err->text, "/mounts"))
		memmove(err->text, err->text + strlen("/mounts"),
			strlen(err->text + strlen("/mounts")) + 1);
	memmove(err->config, rest, strlen(rest) + 1);
}

static int open_running(struct change *change, const struct runtime *runtime, const char *id,
	const char *text, size_t size, struct err *err)
{
	enum container_status status;
	struct container *container = &change->container;
	int r = lookup_open_locked(&change->arena, runtime, id, container, err);

	if (r == 0)
		r = lookup_require_running(container, &status, err);
	if (r == 0)
		r = record_read_config(&change->arena, container->dir_fd, &change->config, err);
	if (r == 0)
		r = mount_record_read(&change->arena, container->dir_fd, &change->record, err);
	if (r == 0)
		r = oci_mounts_read(&change->arena, text, size, &change->config->mounts,
			&change->config->n_mounts, &change->is_bare, err);
	return r;
}

/* ---- a plan and its process ---- */

static int run_plan(struct change *change, struct launch *launch, struct err *err)
{
	const struct cgroup none = { .kind = CGROUP_KIND_DISABLED };
	int status;
	int r = launch_open_slots(launch, -1, -1, err);

	/* what was opened by number is the container's only if it is alive still */
	if (r == 0 && !lookup_is_alive(&change->container))
		r = err_fail(err, ESRCH, "container not running");
	if (r == 0)
		r = launch_spawn(launch, &none, err);
	if (r == 0)
		r = launch_until_ready(launch, err);
	r = launch_finish(launch, r, err);
	return r < 0 ? r : process_wait(launch->pidfd, &status, err);
}

static struct launch launch_for(struct change *change, launch_sync *synchronise)
{
	struct launch launch = LAUNCH_INIT;

	launch.arena = &change->arena;
	launch.id = change->container.id;
	launch.sync = synchronise;
	launch.context = change;
	return launch;
}

/* ---- remove ---- */

static int cross_out(struct launch *launch, enum plan_sync point, int fd, struct err *err)
{
	struct change *change = launch->context;

	(void)fd;
	if (point != PLAN_SYNC_UNMOUNTED || change->n_done == change->n_changing)
		return err_fail(err, EPROTO, "hull-init waits for what was not planned");
	return mount_record_remove(
		&change->record, change->changing[change->n_done++].mount_id, err);
}

static int unmount_all(struct change *change, struct err *err)
{
	__attribute__((cleanup(launch_done))) struct launch launch = launch_for(change, cross_out);
	int r;

	change->n_done = 0;
	r = planner_make_unmounts(&change->arena, change->config, &change->facts, change->changing,
		change->n_changing, &launch.plan, err);
	return r < 0 ? r : run_plan(change, &launch, err);
}

static bool is_chosen(const struct change *change, uint64_t mount_id)
{
	for (size_t i = 0; i < change->n_changing; i++)
		if (change->changing[i].mount_id == mount_id)
			return true;
	return false;
}

/* The last one that came there, if there are several. */
static int choose(struct change *change, size_t index, struct err *err)
{
	const char *wanted = path_join(
		&change->arena, "/", change->config->mounts[index].destination);
	const struct mount_record *record = &change->record;

	for (size_t i = record->n_mounts; i-- > 0;)
		if (text_equal(record->mounts[i].destination, wanted) &&
			!is_chosen(change, record->mounts[i].mount_id)) {
			change->changing[change->n_changing++] = record->mounts[i];
			return 0;
		}
	err_fail(err, ENOENT, "%s: nothing was added there by \"mounts add\"", wanted);
	err_path(err, wanted);
	return err_config(err, "/mounts/%zu/destination", index);
}

static int choose_all(struct change *change, struct err *err)
{
	change->changing = ARENA_NEW_ARRAY(
		&change->arena, change->config->n_mounts, struct planner_mounted);
	for (size_t i = 0; i < change->config->n_mounts; i++) {
		int r = choose(change, i, err);

		if (r < 0)
			return r;
	}
	return 0;
}

int container_remove_mounts(const struct runtime *runtime, const char *id, const char *text,
	size_t size, struct err *err)
{
	AUTO_CHANGE change = { .container = CONTAINER_INIT };
	int r = open_running(&change, runtime, id, text, size, err);

	if (r < 0)
		return r;
	r = choose_all(&change, err);
	if (r == 0 && change.n_changing > 0) {
		forget_creation(change.config);
		change.config->n_mounts = 0;
		join(&change);
		facts_read_for_exec(change.config, -1, &change.facts);
		r = unmount_all(&change, err);
	}
	if (r < 0)
		correct_pointer(&change, err);
	return r;
}

/* ---- add ---- */

static int write_down(struct launch *launch, enum plan_sync point, int fd, struct err *err)
{
	struct change *change = launch->context;
	const char *destination;
	uint64_t id;

	if (point != PLAN_SYNC_MOUNT || fd < 0 || change->n_changing == change->config->n_mounts)
		return err_fail(err, EPROTO, "hull-init waits for what was not planned");
	if (mount_id_get(fd, &id) < 0)
		return err_sys(err, "statx of the new mount");
	destination = path_join(
		&change->arena, "/", change->config->mounts[change->n_changing].destination);
	change->changing[change->n_changing++] = (struct planner_mounted){ destination, id };
	return mount_record_add(&change->record, destination, id, err);
}

/* The last first, one by one: the one that failed may be there or not. */
static void undo(struct change *change)
{
	struct planner_mounted *added = change->changing;

	for (size_t i = change->n_changing; i-- > 0;) {
		struct err ignored = ERR_INIT; /* the first error is the one to tell */

		change->changing = &added[i];
		change->n_changing = 1;
		unmount_all(change, &ignored);
		mount_record_remove(&change->record, added[i].mount_id, &ignored);
	}
}

static int mount_all(struct change *change, struct err *err)
{
	__attribute__((cleanup(launch_done))) struct launch launch = launch_for(change, write_down);
	int r = planner_make_mounts(
		&change->arena, change->config, &change->facts, &launch.plan, err);

	change->changing = ARENA_NEW_ARRAY(
		&change->arena, change->config->n_mounts, struct planner_mounted);
	return r < 0 ? r : run_plan(change, &launch, err);
}

int container_add_mounts(const struct runtime *runtime, const char *id, const char *text,
	size_t size, struct err *err)
{
	AUTO_CHANGE change = { .container = CONTAINER_INIT };
	int r = open_running(&change, runtime, id, text, size, err);

	if (r == 0)
		r = oci_mounts_check(change.config, err);
	if (r == 0 && change.config->n_mounts > 0) {
		forget_creation(change.config);
		join(&change);
		facts_read_for_mounts(&change.arena, change.config, change.container.record.bundle,
			&change.facts);
		r = mount_all(&change, err);
		if (r < 0 && change.n_changing > 0)
			undo(&change);
	}
	if (r < 0)
		correct_pointer(&change, err);
	return r;
}
