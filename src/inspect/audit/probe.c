/* SPDX-License-Identifier: Apache-2.0 */
#include "inspect/audit/probe.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/text.h"
#include "inspect/facts.h"
#include "sys/capability.h"
#include "sys/clone.h"
#include "sys/nsfs.h"
#include "sys/process.h"
#include "sys/seccomp.h"

struct probe {
	const struct audit_subject *subject;
	const struct audit_snapshot *snapshot;
	int user_fd, mount_fd, root_fd; /* user_fd: -1 for our own */
	uid_t uid;                      /* inside */
	uint64_t capabilities, bounding;
	/* shared with the probing process */
	struct shared {
		int r;
		struct err err;
		struct audit_probe_result result;
	} * shared;
};

static void probe_done(struct probe *probe)
{
	fd_close(probe->user_fd);
	fd_close(probe->mount_fd);
	fd_close(probe->root_fd);
}

/* ---- inside ---- */

static int join(const struct probe *probe, struct err *err)
{
	const struct audit_namespace *namespaces = probe->snapshot->namespaces;
	bool is_mount_first = namespaces[NAMESPACE_KIND_MNT].owner !=
			      namespaces[NAMESPACE_KIND_USER].inode;
	int r = 0;

	if (is_mount_first)
		r = nsfs_join(probe->mount_fd, CLONE_NEWNS, err);
	if (r == 0 && probe->user_fd >= 0)
		r = nsfs_join(probe->user_fd, CLONE_NEWUSER, err);
	if (r == 0 && !is_mount_first)
		r = nsfs_join(probe->mount_fd, CLONE_NEWNS, err);
	if (r < 0)
		return r;
	if (fchdir(probe->root_fd) < 0 || chroot(".") < 0 || chdir("/") < 0)
		return err_sys(
			err, "chroot to the root of process %d", probe->subject->target->pid);
	return 0;
}

/* The bounding set while there are rights for it, the ids, then what is left. */
static int become(const struct probe *probe, struct err *err)
{
	const struct capability_sets sets = { probe->capabilities, probe->capabilities, 0 };
	int r = capability_bound(probe->bounding, err);

	if (r < 0)
		return r;
	if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0)
		return err_sys(err, "prctl PR_SET_KEEPCAPS");
	/* a user namespace that an ordinary user made denies setgroups: then groups stay */
	if ((setgroups(0, NULL) < 0 && errno != EPERM) ||
		setresgid(probe->uid, probe->uid, probe->uid) < 0 ||
		setresuid(probe->uid, probe->uid, probe->uid) < 0)
		return err_sys(err, "setresuid %u", probe->uid);
	return capability_set(&sets, err);
}

static int take_filters(const struct probe *probe, struct err *err)
{
	int unused, r = 0;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return err_sys(err, "prctl PR_SET_NO_NEW_PRIVS");
	for (size_t i = 0; r == 0 && i < probe->snapshot->n_filters; i++)
		r = seccomp_install(probe->snapshot->filters[i].insns,
			probe->snapshot->filters[i].n_insns * sizeof(struct sock_filter), 0,
			&unused, err);
	return r;
}

static void work(const struct probe *probe)
{
	struct shared *shared = probe->shared;

	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	shared->r = join(probe, &shared->err);
	if (shared->r == 0)
		shared->r = become(probe, &shared->err);
	if (shared->r == 0)
		shared->r = take_filters(probe, &shared->err);
	if (shared->r < 0)
		return;
	probe_paths(&shared->result);
	probe_devices(&shared->result);
	shared->result.is_complete = true;
}

/* ---- outside ---- */

static int open_at(
	const struct probe *probe, const char *name, int flags, int *ret_fd, struct err *err)
{
	char path[48];

	text_format(path, sizeof(path), "%d/%s", probe->subject->target->pid, name);
	*ret_fd = openat(probe->subject->view->proc_fd, path, flags | O_CLOEXEC);
	return *ret_fd < 0 ? err_sys(err, "open /proc/%s", path) : 0;
}

static bool is_user_namespace_foreign(const struct probe *probe)
{
	const struct view_process *own = view_find_process(probe->subject->view, getpid());

	return own && own->namespaces[NAMESPACE_KIND_USER] !=
			      probe->subject->target->namespaces[NAMESPACE_KIND_USER];
}

static int prepare(struct probe *probe, struct err *err)
{
	const struct audit_process *process = probe->snapshot->processes;
	uid_t uid;
	int r = 0;

	if (probe->snapshot->n_processes == 0)
		return err_fail(err, ESRCH, "the target has ended");
	if (is_user_namespace_foreign(probe))
		r = open_at(probe, "ns/user", O_RDONLY, &probe->user_fd, err);
	if (r == 0)
		r = open_at(probe, "ns/mnt", O_RDONLY, &probe->mount_fd, err);
	if (r == 0)
		r = open_at(probe, "root", O_PATH, &probe->root_fd, err);
	probe->bounding = process->bounding;
	probe->capabilities = process->no_new_privileges ? process->permitted : process->bounding;
	if (process->no_new_privileges && process->uid != 0 &&
		facts_uid_inside(probe->subject->view, probe->subject->target, &uid))
		probe->uid = uid;
	return r;
}

static int wait_limited(int pidfd, struct err *err)
{
	struct pollfd poll_fd = { .fd = pidfd, .events = POLLIN };
	int status, r;

	while ((r = poll(&poll_fd, 1, PROBE_LIMIT_MSEC)) < 0 && errno == EINTR)
		;
	if (r == 0) {
		process_kill_and_reap(pidfd);
		return err_fail(err, ETIMEDOUT,
			"the probe did not end within %d seconds: a file inside makes it wait",
			PROBE_LIMIT_MSEC / 1000);
	}
	return process_wait(pidfd, &status, err);
}

static int run(struct probe *probe, struct err *err)
{
	const struct clone_how how = { .cgroup_fd = -1 };
	AUTO_FD int pidfd = -1;
	pid_t pid;
	int r = clone_copying_memory(&how, &pid, &pidfd, err);

	if (r < 0)
		return r;
	if (pid == 0) {
		work(probe);
		_exit(0);
	}
	r = wait_limited(pidfd, err);
	if (r < 0)
		return r;
	if (probe->shared->r < 0) {
		*err = probe->shared->err;
		return probe->shared->r;
	}
	if (!probe->shared->result.is_complete)
		return err_fail(err, EPERM, "the target's filter ended the probe");
	return 0;
}

void probe_run(const struct audit_subject *subject, struct audit_snapshot *snapshot)
{
	struct probe probe = { subject, snapshot, -1, -1, -1, .uid = 0 };
	struct err err = ERR_INIT;
	int r;

	/* as long as the program: the result is part of the snapshot */
	probe.shared = mmap(NULL, sizeof(*probe.shared), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (probe.shared == MAP_FAILED) {
		snapshot->probe_why = "no memory for the probe";
		return;
	}
	r = prepare(&probe, &err);
	if (r == 0)
		r = run(&probe, &err);
	if (r < 0)
		snapshot->probe_why = arena_strdup(snapshot->arena, err.text);
	else
		snapshot->probe = &probe.shared->result;
	probe_done(&probe);
}
