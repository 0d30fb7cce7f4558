/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Role: the child between clone and exec. It is in its new namespaces, still with the host's root
 * and the caller's user.
 *
 * Direct: it runs in the caller's memory while the caller stands still, so it must not allocate,
 * block, or change anything but its own descriptors and its err. With a user namespace it has a
 * copy of the memory, because it has to wait for its id maps: an exec before they exist would drop
 * every capability (user_namespaces(7)).
 */
#include "core/spawn_child.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "sys/capability.h"
#include "sys/clone.h"
#include "sys/descriptors.h"
#include "sys/nsfs.h"

enum { SPAWN_MAX_CPUS = 1024 };

/* The cgroup of v2 whose directory is group_fd. */
static int enter_v2(int group_fd, struct err *err)
{
	AUTO_FD int procs = openat(group_fd, "cgroup.procs", O_WRONLY | O_CLOEXEC);

	if (procs < 0)
		return err_sys(err, "open cgroup.procs");
	if (write(procs, "0", 1) != 1)
		return err_sys(err, "write cgroup.procs");
	return 0;
}

static int enter_cgroups(const struct spawn_child *child, struct err *err)
{
	const struct cgroup_entry *entry = child->request->entry;
	int r = child->enters_fd >= 0 ? enter_v2(child->enters_fd, err) : 0;

	if (r < 0)
		return r;
	for (size_t i = 0; entry && i < entry->n_procs_fds; i++)
		if (write(entry->procs_fds[i], "0", 1) != 1)
			return err_sys(err, "write cgroup.procs");
	return 0;
}

/*
 * Joining a mount namespace that no process is in fails with EINVAL on some CPUs of Linux 6.18:
 * the others are tried.
 */
static int join_template(int template_fd, struct err *err)
{
	cpu_set_t allowed, one;
	int r = nsfs_join(template_fd, CLONE_NEWNS, err);

	if (r != -EINVAL || sched_getaffinity(0, sizeof(allowed), &allowed) < 0)
		return r;
	for (size_t cpu = 0; cpu < SPAWN_MAX_CPUS && r == -EINVAL; cpu++) {
		if (!CPU_ISSET(cpu, &allowed))
			continue;
		CPU_ZERO(&one);
		CPU_SET(cpu, &one);
		sched_setaffinity(0, sizeof(one), &one);
		r = nsfs_join(template_fd, CLONE_NEWNS, err);
	}
	sched_setaffinity(0, sizeof(allowed), &allowed);
	return r;
}

static int enter_template(const struct spawn_request *request, struct err *err)
{
	int r;

	if (!request->plan->use_template)
		return 0;
	r = join_template(request->template_fd, err);
	if (r < 0)
		return err_while(err, "template namespace");
	if (unshare(CLONE_NEWNS) < 0)
		return err_sys(err, "unshare the template namespace");
	return 0;
}

static int join_first(const struct spawn_request *request, struct err *err)
{
	const struct spawn_plan *plan = request->plan;

	for (size_t i = 0; i < plan->n_joins; i++) {
		int r = nsfs_join((int)request->fds[plan->joins[i].slot], plan->joins[i].type, err);

		if (r < 0)
			return r;
	}
	if (plan->kind == SPAWN_STAGED && unshare(CLONE_NEWUSER) < 0)
		return err_sys(err, "unshare a user namespace");
	return 0;
}

/* "the namespace is there" in one direction, "its maps are written" in the other. */
static int wait_for_maps(const struct spawn_child *child, struct err *err)
{
	char byte = 0;

	if (child->gate_fd < 0)
		return 0;
	close(child->gate_other_fd);
	if (write(child->gate_fd, &byte, 1) != 1 || read(child->gate_fd, &byte, 1) != 1)
		return err_fail(err, ECANCELED, "the caller is gone");
	return 0;
}

/* Offsets can be written until somebody is in the namespace: that is from the exec on. */
static int write_offsets(const char *offsets, struct err *err)
{
	AUTO_FD int fd = open("/proc/self/timens_offsets", O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(err, "open /proc/self/timens_offsets");
	if (write(fd, offsets, strlen(offsets)) != (ssize_t)strlen(offsets)) {
		err_sys(err, "write /proc/self/timens_offsets");
		return err_config(err, "/linux/timeOffsets");
	}
	return 0;
}

static int make_time_namespace(const struct spawn_request *request, struct err *err)
{
	const struct spawn_plan *plan = request->plan;
	int r = 0;

	if (!plan->time_offsets)
		return 0;
	if (unshare(CLONE_NEWTIME) < 0)
		return err_sys(err, "unshare a time namespace");
	if (plan->time_offsets[0] != '\0')
		r = write_offsets(plan->time_offsets, err);
	if (r < 0)
		return r;
	AUTO_FD int fd = open("/proc/self/ns/time_for_children", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(err, "open /proc/self/ns/time_for_children");
	if (dup2(fd, (int)request->fds[plan->time_slot]) < 0)
		return err_sys(err, "dup2 the time namespace");
	return 0;
}

/*
 * Takes on user 0 of the new user namespace. Where it has no user 0 the exec would drop all
 * capabilities: ambient ones survive it.
 */
static int become_root(const struct spawn_child *child, struct err *err)
{
	struct capability_sets sets;
	int r;

	if (child->gate_fd < 0)
		return 0;
	if (setgroups(0, NULL) < 0 && errno != EPERM)
		return err_sys(err, "setgroups");
	if (setresgid(0, 0, 0) < 0 && errno != EINVAL)
		return err_sys(err, "setresgid 0");
	if (setresuid(0, 0, 0) == 0)
		return 0;
	if (errno != EINVAL)
		return err_sys(err, "setresuid 0");
	r = capability_get(&sets, err);
	if (r < 0)
		return r;
	sets.inheritable = sets.permitted;
	r = capability_set(&sets, err);
	return r < 0 ? r : capability_set_ambient(sets.permitted, err);
}

/* Everything but the standard streams, the preserved ones and the plan's closes at the exec. */
static int choose_descriptors(const struct spawn_request *request, struct err *err)
{
	int r = descriptors_close_on_exec_from(3 + request->preserved_fds, err);

	for (size_t i = 0; r == 0 && i < request->n_fds; i++)
		if (request->fds[i] >= 0)
			r = fd_set_cloexec((int)request->fds[i], false, err);
	if (r == 0)
		r = fd_set_cloexec(request->image_fd, false, err);
	return r < 0 ? r : fd_set_cloexec(request->report_fd, false, err);
}

static int execute(const struct spawn_request *request, struct err *err)
{
	static const char *const no_environment[] = { NULL };
	char image[16], report[16];
	const char *const argv[] = { "hull-init", image, report, NULL };

	snprintf(image, sizeof(image), "%d", request->image_fd);
	snprintf(report, sizeof(report), "%d", request->report_fd);
	return descriptors_execute(request->program_fd, argv, no_environment, err);
}

int spawn_child_run(struct spawn_child *child)
{
	const struct spawn_request *request = child->request;
	struct err *err = &child->failed;
	int r;

	r = enter_cgroups(child, err);
	if (r == 0)
		r = join_first(request, err);
	if (r == 0)
		r = wait_for_maps(child, err);
	if (r == 0)
		r = make_time_namespace(request, err);
	if (r == 0) /* after the last look at the host's /proc */
		r = enter_template(request, err);
	if (r == 0)
		r = become_root(child, err);
	if (r == 0)
		r = choose_descriptors(request, err);
	if (r == 0)
		execute(request, err);
	return 1;
}
