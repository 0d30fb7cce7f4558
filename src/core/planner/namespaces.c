/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which namespaces are made by the clone, which are joined, and in what order.
 *
 * What a namespace's owner allows decides: one that the host's user namespace owns has to be joined
 * before a new user namespace is entered; one that a joined user namespace owns, after it; a new
 * one belongs to the user namespace the process is in when it is made.
 */
#include <errno.h>
#include <sched.h>

#include "core/planner/planner.h"
#include "sys/clone.h"

/* In the order of joining: the mount namespace last, for paths are resolved in it. */
static const struct {
	enum oci_namespace_type type;
	uint64_t flag;
} kinds[] = {
	{ OCI_NAMESPACE_NET, CLONE_NEWNET },
	{ OCI_NAMESPACE_IPC, CLONE_NEWIPC },
	{ OCI_NAMESPACE_UTS, CLONE_NEWUTS },
	{ OCI_NAMESPACE_CGROUP, CLONE_NEWCGROUP },
	{ OCI_NAMESPACE_TIME, CLONE_NEWTIME },
	{ OCI_NAMESPACE_PID, CLONE_NEWPID },
	{ OCI_NAMESPACE_MNT, CLONE_NEWNS },
};
enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

static const char *pointer_of(struct planner *planner, enum oci_namespace_type type)
{
	const struct oci_linux *platform = &planner->config->platform;

	for (size_t i = 0; i < platform->n_namespaces; i++)
		if (platform->namespaces[i].type == type)
			return planner_format(planner, "/linux/namespaces/%zu", i);
	return "/linux/namespaces";
}

static plan_slot_index add_slot(
	struct planner *planner, enum oci_namespace_type type, uint64_t flag)
{
	plan_slot_index index;
	struct slot *slot = planner_add_slot(planner, SLOT_NAMESPACE, &index);

	slot->path = oci_config_namespace(planner->config, type)->path;
	slot->namespace_type = flag;
	slot->config = planner_format(planner, "%s/path", pointer_of(planner, type));
	return index;
}

static void add_join(struct planner *planner, enum oci_namespace_type type, uint64_t flag)
{
	plan_slot_index index = add_slot(planner, type, flag);
	struct step *step = planner_add(
		planner, STEP_JOIN, planner_format(planner, "%s/path", pointer_of(planner, type)));

	if (type == OCI_NAMESPACE_PID)
		planner->pid_slot = index;
	step->join = (struct step_join){
		.type = flag,
		.slot = index,
		.path = oci_config_namespace(planner->config, type)->path,
	};
}

/* Joined for real: a path to the namespace that we are in changes nothing. */
static bool is_joined(const struct planner *planner, enum oci_namespace_type type)
{
	const struct namespace_facts *facts = &planner->facts->namespaces[type];

	return facts->is_joined && !facts->is_own;
}

static uint64_t new_flags(const struct planner *planner)
{
	uint64_t flags = 0;

	for (size_t i = 0; i < KINDS; i++)
		if (oci_config_has_new_namespace(planner->config, kinds[i].type))
			flags |= kinds[i].flag;
	return flags;
}

static bool joins_any(const struct planner *planner)
{
	for (size_t i = 0; i < KINDS; i++)
		if (is_joined(planner, kinds[i].type))
			return true;
	return false;
}

static void add_joins(struct planner *planner, bool foreign)
{
	for (size_t i = 0; i < KINDS; i++)
		if (is_joined(planner, kinds[i].type) &&
			planner->facts->namespaces[kinds[i].type].is_foreign == foreign)
			add_join(planner, kinds[i].type, kinds[i].flag);
}

static const char *time_offsets_text(struct planner *planner)
{
	const struct oci_time_offsets *offsets = planner->config->platform.time_offsets;
	const struct oci_time_offset none = { 0 };
	const struct oci_time_offset *monotonic = &none, *boottime = &none;

	if (offsets && offsets->monotonic)
		monotonic = offsets->monotonic;
	if (offsets && offsets->boottime)
		boottime = offsets->boottime;
	if (!offsets)
		return "";
	return planner_format(planner, "monotonic %lld %u\nboottime %lld %u\n",
		(long long)monotonic->secs, monotonic->nanosecs, (long long)boottime->secs,
		boottime->nanosecs);
}

/*
 * The child makes it and writes its offsets before the exec. Some kernels enter it with the exec
 * (seen: 6.18 does, 6.1 does not); where not, hull-init has to (time_namespaces(7)).
 */
static void add_time(struct planner *planner)
{
	const char *config = pointer_of(planner, OCI_NAMESPACE_TIME);
	struct spawn_plan *spawn = &planner->plan->spawn;
	struct step *step;

	spawn->time_offsets = time_offsets_text(planner);
	planner_add_slot(planner, SLOT_TIME, &spawn->time_slot)->config = config;
	step = planner_add(planner, STEP_JOIN, config);
	step->join = (struct step_join){
		.type = CLONE_NEWTIME,
		.slot = spawn->time_slot,
		.path = "new",
	};
}

/*
 * Whoever may trace in a pid namespace sees the root and the descriptors of those that come in. So
 * a process comes in as late as possible, with the container's root; a proc of the namespace is
 * mounted from outside, which a kernel before 6.17 cannot.
 */
static void add_fork(struct planner *planner, uint64_t flags)
{
	if (flags == 0 && planner->facts->has_proc_pidns) {
		planner->forks_late = true;
		return;
	}
	planner_enter_groups(planner);
	planner_add(planner, STEP_FORK, pointer_of(planner, OCI_NAMESPACE_PID))->fork.flags = flags;
}

static void add_unshare(struct planner *planner, uint64_t flags)
{
	if (flags)
		planner_add(planner, STEP_UNSHARE, "/linux/namespaces")->unshare.flags = flags;
}

void planner_join_network(struct planner *planner)
{
	planner_add(planner, STEP_JOIN, pointer_of(planner, OCI_NAMESPACE_NET))->join =
		(struct step_join){
			.type = CLONE_NEWNET,
			.slot = planner->network_slot,
			.path = "new",
		};
}

static void join_new_network(struct planner *planner)
{
	const char *config = pointer_of(planner, OCI_NAMESPACE_NET);
	struct slot *slot = planner_add_slot(planner, SLOT_NETWORK, &planner->network_slot);

	slot->config = config;
	slot->is_late = planner->plan->spawn.enters_late;
	planner->has_loopback = true;
	if (!slot->is_late)
		planner_join_network(planner);
}

static void join_at_once(struct planner *planner)
{
	plan_slot_index index;
	struct slot *slot = planner_add_slot(planner, SLOT_GIVEN, &index);

	slot->config = "/linux/namespaces";
	slot->given_fd = planner->facts->joined_process_fd;
	planner_add(planner, STEP_JOIN, "/linux/namespaces")->join = (struct step_join){
		.type = planner->facts->joined_at_once,
		.slot = index,
		.path = "of the process",
	};
}

/*
 * No user namespace but the caller's: the clone makes what is new, hull-init joins the rest. A
 * cgroup namespace has the cgroup as its root that its maker is in, so it is never made by the
 * clone, which happens in the caller's.
 */
static void plan_direct(struct planner *planner, uint64_t fresh)
{
	struct spawn_plan *spawn = &planner->plan->spawn;

	spawn->kind = SPAWN_DIRECT;
	if ((fresh & CLONE_NEWNET) && planner->options->makes_network) {
		join_new_network(planner);
		fresh &= ~(uint64_t)CLONE_NEWNET;
	}
	spawn->clone_flags = fresh & ~(uint64_t)(CLONE_NEWTIME | CLONE_NEWCGROUP);
	if (fresh & CLONE_NEWCGROUP)
		planner_enter_groups(planner);
	add_unshare(planner, fresh & CLONE_NEWCGROUP);
	if (planner->facts->joined_at_once) {
		join_at_once(planner);
	} else {
		add_joins(planner, false);
		add_joins(planner, true);
	}
	if (is_joined(planner, OCI_NAMESPACE_PID))
		add_fork(planner, 0);
}

static void set_maps(struct planner *planner)
{
	const struct oci_linux *platform = &planner->config->platform;
	struct spawn_plan *spawn = &planner->plan->spawn;

	spawn->uid_mappings = platform->uid_mappings;
	spawn->n_uid_mappings = platform->n_uid_mappings;
	spawn->gid_mappings = platform->gid_mappings;
	spawn->n_gid_mappings = platform->n_gid_mappings;
}

/* A new user namespace with new namespaces of its own: one clone makes them all. */
static void plan_mapped(struct planner *planner, uint64_t fresh)
{
	struct spawn_plan *spawn = &planner->plan->spawn;

	/* the root of its message queues belongs to who makes the ipc namespace: that has to be the
	   container's user 0, which hull-init is and the clone is not yet */
	uint64_t later = CLONE_NEWCGROUP | CLONE_NEWIPC;

	spawn->kind = SPAWN_MAPPED;
	spawn->clone_flags = CLONE_NEWUSER | (fresh & ~(CLONE_NEWTIME | later));
	set_maps(planner);
	add_unshare(planner, fresh & later);
}

/* The host's namespaces first, then the new user namespace, then what it shall own. */
static void plan_staged(struct planner *planner, uint64_t fresh)
{
	struct spawn_plan *spawn = &planner->plan->spawn;
	uint64_t later = fresh & ~(uint64_t)(CLONE_NEWTIME | CLONE_NEWPID);

	spawn->kind = SPAWN_STAGED;
	set_maps(planner);
	for (size_t i = 0; i < KINDS; i++) {
		struct spawn_join join;

		if (!is_joined(planner, kinds[i].type))
			continue;
		join.type = kinds[i].flag;
		join.slot = add_slot(planner, kinds[i].type, kinds[i].flag);
		if (kinds[i].type == OCI_NAMESPACE_PID)
			planner->pid_slot = join.slot;
		ARENA_APPEND(planner->arena, spawn->joins, spawn->n_joins) = join;
	}
	add_unshare(planner, later);
	if ((fresh & CLONE_NEWPID) || is_joined(planner, OCI_NAMESPACE_PID))
		add_fork(planner, fresh & CLONE_NEWPID);
}

/* A user namespace that is there: its namespaces can be joined only inside, the host's only
 * outside. */
static void plan_joined_user(struct planner *planner, uint64_t fresh)
{
	struct spawn_plan *spawn = &planner->plan->spawn;
	uint64_t later = fresh & ~(uint64_t)(CLONE_NEWTIME | CLONE_NEWPID);

	spawn->kind = SPAWN_DIRECT;
	add_joins(planner, false);
	add_join(planner, OCI_NAMESPACE_USER, CLONE_NEWUSER);
	planner_add(planner, STEP_BECOME_ROOT, pointer_of(planner, OCI_NAMESPACE_USER));
	add_joins(planner, true);
	add_unshare(planner, later);
	if ((fresh & CLONE_NEWPID) || is_joined(planner, OCI_NAMESPACE_PID))
		add_fork(planner, fresh & CLONE_NEWPID);
}

static int check(const struct planner *planner, uint64_t fresh, struct err *err)
{
	if (!planner->facts->is_privileged && !planner->new_user && !planner->joined_user &&
		fresh) {
		err_fail(err, EPERM,
			"namespaces without a user namespace need CAP_SYS_ADMIN, which this user "
			"has not");
		err_hint(err, "add a user namespace (see spec --rootless), or run as root");
		return err_config(err, "/linux/namespaces");
	}
	if (planner->joined_user && (fresh & CLONE_NEWTIME)) {
		err_fail(err, ENOTSUP,
			"a new time namespace in a joined user namespace is not supported");
		return err_config(err, "/linux/namespaces");
	}
	return 0;
}

void planner_add_session(struct planner *planner)
{
	if (planner->forks_late)
		planner_add(planner, STEP_FORK, pointer_of(planner, OCI_NAMESPACE_PID));
	planner_add(planner, STEP_SESSION, "");
}

static int check_net_devices(const struct planner *planner, struct err *err)
{
	if (planner->config->platform.n_net_devices == 0)
		return 0;
	if (!planner->facts->is_privileged)
		err_fail(err, EPERM,
			"moving network devices needs CAP_SYS_ADMIN, which this user has not");
	else if (planner->facts->namespaces[OCI_NAMESPACE_NET].is_own)
		err_fail(err, EINVAL,
			"network devices need a network namespace of the container's own: this "
			"one is the caller's");
	else
		return 0;
	return err_config(err, "/linux/netDevices");
}

int planner_add_namespaces(struct planner *planner, struct err *err)
{
	uint64_t fresh = new_flags(planner);
	const struct oci_config *config = planner->config;
	int r = check(planner, fresh, err);

	if (r == 0)
		r = check_net_devices(planner, err);
	if (r < 0)
		return r;
	if (fresh & CLONE_NEWTIME)
		add_time(planner);
	if (planner->joined_user)
		plan_joined_user(planner, fresh);
	else if (!planner->new_user)
		plan_direct(planner, fresh);
	else if (joins_any(planner))
		plan_staged(planner, fresh);
	else
		plan_mapped(planner, fresh);
	if ((fresh & CLONE_NEWNET) && !planner->has_loopback)
		planner_add(planner, STEP_LOOPBACK, pointer_of(planner, OCI_NAMESPACE_NET));
	if (config->hostname)
		planner_add(planner, STEP_HOSTNAME, "/hostname")->name.name = config->hostname;
	if (config->domainname)
		planner_add(planner, STEP_DOMAINNAME, "/domainname")->name.name =
			config->domainname;
	return 0;
}
