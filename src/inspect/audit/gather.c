/* SPDX-License-Identifier: Apache-2.0 */
#include "inspect/audit/gather.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/file.h"
#include "base/parse.h"
#include "base/text.h"
#include "inspect/audit/probe.h"
#include "inspect/facts.h"
#include "seccomp/foreign.h"
#include "sys/process.h"
#include "sys/system_calls.h"

enum { LINE_MAX_BYTES = 4096 };

/* ---- namespaces ---- */

/* The first process that this user may see could be the target itself: of the machine's, or the
 * outer container's, only number 1 counts. */
bool gather_is_host_namespace(const struct view *view, enum namespace_kind kind, uint64_t inode)
{
	const struct view_process *first = view_find_process(view, 1);
	const struct view_process *own = view_find_process(view, getpid());

	return (first && first->namespaces[kind] == inode) ||
	       (own && own->namespaces[kind] == inode);
}

static bool is_at_or_above(const struct view *view, uint64_t above, uint64_t inode)
{
	while (inode != 0 && inode != above) {
		const struct view_namespace *namespace = view_find(view, inode);

		inode = namespace ? namespace->parent : 0;
	}
	return inode != 0;
}

bool gather_is_related(const struct view *view, uint64_t a, uint64_t b)
{
	return is_at_or_above(view, a, b) || is_at_or_above(view, b, a);
}

/* It could be seen, and was not. */
static bool is_lost(const struct view_process *process, enum namespace_kind kind)
{
	return process && !process->is_hidden && process->namespaces[kind] == 0;
}

void gather_namespaces(const struct audit_subject *subject, struct audit_snapshot *snapshot)
{
	const struct view *view = subject->view;
	const struct view_process *first = view_find_process(view, 1);
	const struct view_process *own = view_find_process(view, getpid());
	uint64_t user = subject->target->namespaces[NAMESPACE_KIND_USER];

	for (int kind = 0; kind < NAMESPACE_KIND_COUNT; kind++) {
		/* without ours nobody can say that it is another */
		bool is_comparable = own && own->namespaces[kind] != 0 && !is_lost(first, kind);
		uint64_t inode = is_comparable ? subject->target->namespaces[kind] : 0;
		const struct view_namespace *namespace = view_find(view, inode);
		uint64_t owner = namespace ? namespace->owner : 0;

		snapshot->namespaces[kind] = (struct audit_namespace){
			.inode = inode,
			.is_host = inode != 0 && gather_is_host_namespace(view, kind, inode),
			.owner = owner,
			.is_owner_related = owner == 0 || gather_is_related(view, owner, user),
		};
	}
	snapshot->is_host_process = snapshot->namespaces[NAMESPACE_KIND_MNT].is_host &&
				    snapshot->namespaces[NAMESPACE_KIND_PID].is_host;
}

/* ---- the host ---- */

/* The first line of a small file of the kernel's, which says that it has no or another size. */
static const char *read_line(struct arena *arena, int dir_fd, const char *path)
{
	struct err ignored = ERR_INIT; /* not there, or not for this user */
	const char *text;
	size_t length;

	AUTO_FD int fd = openat(dir_fd, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || file_read_fd(arena, fd, path, LINE_MAX_BYTES, &text, &length, &ignored) < 0)
		return "";
	return arena_strndup(arena, text, strcspn(text, "\n"));
}

static int64_t read_sysctl(const struct audit_subject *subject, const char *path)
{
	int64_t value;

	if (parse_i64(read_line(subject->view->arena, subject->view->proc_fd, path), &value) < 0)
		return -1;
	return value;
}

static void gather_host(const struct audit_subject *subject, struct audit_snapshot *snapshot)
{
	static const struct {
		const char *path;
		size_t offset;
	} sysctls[] = {
		{ "sys/kernel/dmesg_restrict", offsetof(struct audit_snapshot, dmesg_restrict) },
		{ "sys/kernel/unprivileged_bpf_disabled",
			offsetof(struct audit_snapshot, bpf_disabled) },
		{ "sys/kernel/perf_event_paranoid",
			offsetof(struct audit_snapshot, perf_paranoid) },
		{ "sys/kernel/io_uring_disabled",
			offsetof(struct audit_snapshot, io_uring_disabled) },
		{ "sys/dev/tty/legacy_tiocsti", offsetof(struct audit_snapshot, legacy_tiocsti) },
		{ "sys/user/max_user_namespaces",
			offsetof(struct audit_snapshot, max_user_namespaces) },
	};

	for (size_t i = 0; i < sizeof(sysctls) / sizeof(sysctls[0]); i++)
		*(int64_t *)((char *)snapshot + sysctls[i].offset) = read_sysctl(
			subject, sysctls[i].path);
	if (text_equal(
		    read_line(snapshot->arena, AT_FDCWD, "/sys/module/apparmor/parameters/enabled"),
		    "Y"))
		snapshot->lsm = "apparmor";
	else if (access("/sys/fs/selinux/enforce", F_OK) == 0)
		snapshot->lsm = "selinux";
	snapshot->has_i386 = system_calls_have_i386();
	snapshot->has_x32 = system_calls_have_x32();
}

/* ---- filters ---- */

static int check_filters_read(const struct audit_snapshot *snapshot, struct err *err)
{
	int r = 0;

	if (snapshot->n_filters == 0)
		return err_fail(err, EIO, "the kernel shows none of them");
	for (size_t i = 0; r == 0 && i < snapshot->n_filters; i++)
		r = seccomp_foreign_check(
			snapshot->filters[i].insns, snapshot->filters[i].n_insns, err);
	return r;
}

static void gather_filters(const struct audit_subject *subject, struct audit_snapshot *snapshot)
{
	struct err err = ERR_INIT;

	if (snapshot->n_processes == 0 || snapshot->processes[0].n_filters == 0)
		return;
	if (!subject->may_stop)
		snapshot->filters_why = "the target is not to be stopped (--no-stop)";
	else if (seccomp_read_filters(snapshot->arena, subject->target->pid, &snapshot->filters,
			 &snapshot->n_filters, &err) < 0)
		snapshot->filters_why = arena_strdup(snapshot->arena, err.text);
	else if (check_filters_read(snapshot, &err) < 0)
		snapshot->filters_why = arena_strdup(snapshot->arena, err.text);
}

/* ---- all of it ---- */

int audit_gather(const struct audit_subject *subject, struct audit_snapshot *ret, struct err *err)
{
	pid_t pid = subject->target->pid;
	struct process_stat stat;
	int r = process_stat_read(pid, &stat, err);

	if (r < 0)
		return r;
	gather_namespaces(subject, ret);
	gather_host(subject, ret);
	gather_processes(subject, ret);
	gather_filters(subject, ret);
	gather_files(subject, ret);
	gather_mounts(subject, ret);
	gather_network(subject, ret);
	gather_published(subject, ret);
	gather_ids(subject, ret);
	if (subject->may_probe)
		probe_run(subject, ret);
	else
		ret->probe_why = "nothing is to be tried from inside (--no-probe)";
	if (!process_is_alive(pid, stat.start_time))
		return err_fail(err, ESRCH, "process %d has ended", pid);
	return 0;
}
