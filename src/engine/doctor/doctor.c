/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/doctor/doctor.h"

#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/file.h"
#include "core/cgroup/cgroup.h"
#include "core/subids.h"
#include "engine/image/helper_program.h"
#include "sys/seccomp.h"

enum {
	FILE_MAX_BYTES = 65536,
	LITTLE_SPACE_BYTES = 1024 * 1024 * 1024,
};

const char *doctor_verdict_name(enum doctor_verdict verdict)
{
	static const char *const names[DOCTOR_VERDICT_COUNT] = {
		[DOCTOR_VERDICT_OK] = "ok",
		[DOCTOR_VERDICT_NOTE] = "note",
		[DOCTOR_VERDICT_PROBLEM] = "problem",
	};

	return names[verdict];
}

void doctor_add(struct arena *arena, struct doctor_report *report, enum doctor_verdict verdict,
	const char *topic, const char *text, const char *advice)
{
	ARENA_APPEND(arena, report->findings, report->n_findings) = (struct doctor_finding){
		.verdict = verdict,
		.topic = topic,
		.text = text,
		.advice = advice,
	};
}

static void examine_kernel(struct arena *arena, struct doctor_report *report)
{
	struct utsname name;

	if (uname(&name) < 0)
		return;
	doctor_add(arena, report, DOCTOR_VERDICT_OK, "kernel",
		arena_printf(arena, "Linux %s, %s", name.release, name.machine), NULL);
}

static void examine_namespaces(struct arena *arena, struct doctor_report *report)
{
	static const char *const kinds[] = { "cgroup", "ipc", "mnt", "net", "pid", "user", "uts" };
	const char *missing = "";

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (access(arena_printf(arena, "/proc/self/ns/%s", kinds[i]), F_OK) < 0)
			missing = arena_printf(arena, "%s %s", missing, kinds[i]);
	}
	if (missing[0])
		doctor_add(arena, report, DOCTOR_VERDICT_PROBLEM, "namespaces",
			arena_printf(arena, "the kernel has not all kinds; missing:%s", missing),
			"a kernel with CONFIG_NAMESPACES and its parts");
	else
		doctor_add(arena, report, DOCTOR_VERDICT_OK, "namespaces", "all kinds", NULL);
}

static void examine_cgroups(struct arena *arena, struct doctor_report *report)
{
	struct err failure = ERR_INIT;
	struct cgroup_host host = { .kind = CGROUP_KIND_DISABLED };

	if (cgroup_host_read(arena, &host, &failure) < 0 || host.kind == CGROUP_KIND_DISABLED)
		doctor_add(arena, report, DOCTOR_VERDICT_PROBLEM, "cgroups",
			failure.text[0] ? arena_strdup(arena, failure.text)
					: "nothing is mounted: containers have no limits",
			"mount -t cgroup2 none /sys/fs/cgroup");
	else if (host.kind == CGROUP_KIND_V1)
		doctor_add(arena, report, DOCTOR_VERDICT_OK, "cgroups",
			"version 1, a hierarchy for each controller", NULL);
	else
		doctor_add(arena, report, DOCTOR_VERDICT_OK, "cgroups", "version 2", NULL);
}

static bool does_file_say(struct arena *arena, const char *path, const char *word)
{
	struct err ignored = ERR_INIT; /* then it says nothing */
	const char *text;
	size_t length;
	AUTO_FD int fd = open(path, O_RDONLY | O_CLOEXEC);

	return fd >= 0 &&
	       file_read_fd(arena, fd, path, FILE_MAX_BYTES, &text, &length, &ignored) == 0 &&
	       strstr(text, word);
}

static void examine_overlay(struct arena *arena, struct doctor_report *report)
{
	if (does_file_say(arena, "/proc/filesystems", "\toverlay\n"))
		doctor_add(arena, report, DOCTOR_VERDICT_OK, "overlay", "the kernel has it", NULL);
	else
		doctor_add(arena, report, DOCTOR_VERDICT_PROBLEM, "overlay",
			"the kernel has no overlay file system: images cannot be used",
			"modprobe overlay");
}

static void examine_seccomp(struct arena *arena, struct doctor_report *report)
{
	if (seccomp_kernel_has_action(SECCOMP_RET_KILL_PROCESS))
		doctor_add(arena, report, DOCTOR_VERDICT_OK, "seccomp", "filters of system calls",
			NULL);
	else
		doctor_add(arena, report, DOCTOR_VERDICT_PROBLEM, "seccomp",
			"the kernel filters no system calls: containers run with "
			"--security-opt seccomp=unconfined only",
			"a kernel with CONFIG_SECCOMP_FILTER");
}

static void examine_store(
	struct arena *arena, const struct engine *engine, struct doctor_report *report)
{
	struct statvfs space;
	unsigned long long free_bytes;

	if (fstatvfs(engine->store->root_fd, &space) < 0)
		return;
	free_bytes = (unsigned long long)space.f_bavail * space.f_frsize;
	doctor_add(arena, report,
		free_bytes < LITTLE_SPACE_BYTES ? DOCTOR_VERDICT_NOTE : DOCTOR_VERDICT_OK, "store",
		arena_printf(arena, "%s, %llu MB free", engine->store->root, free_bytes / 1000000),
		free_bytes < LITTLE_SPACE_BYTES ? "hull rmi images that nobody needs" : NULL);
}

static void examine_programs(struct arena *arena, struct doctor_report *report)
{
	static const char *const names[] = { "hull-forward", "hull-monitor", "hull-reaper",
		"hull-unpack" };
	char path[PATH_MAX];
	const char *missing = "";

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct err ignored = ERR_INIT; /* it is named below */

		if (helper_program_find(names[i], path, &ignored) < 0)
			missing = arena_printf(arena, "%s %s", missing, names[i]);
	}
	if (missing[0])
		doctor_add(arena, report, DOCTOR_VERDICT_PROBLEM, "programs",
			arena_printf(arena, "not found:%s", missing),
			"install hull again, as a whole");
	else
		doctor_add(
			arena, report, DOCTOR_VERDICT_OK, "programs", "hull's own are there", NULL);
}

static void examine_sub_ids(struct arena *arena, struct doctor_report *report)
{
	struct err failure = ERR_INIT;
	struct subids ids;

	if (getuid() == 0)
		return;
	if (subids_read(arena, "/etc/subuid", getuid(), &ids, &failure) < 0)
		doctor_add(arena, report, DOCTOR_VERDICT_NOTE, "ids",
			arena_printf(arena, "%s: containers have one user only", failure.text),
			failure.hint[0] ? arena_strdup(arena, failure.hint) : NULL);
	else
		doctor_add(arena, report, DOCTOR_VERDICT_OK, "ids",
			arena_printf(arena, "%u subordinate ones", ids.count), NULL);
}

void doctor_examine(struct arena *arena, const struct engine *engine, struct doctor_report *ret)
{
	*ret = (struct doctor_report){ 0 };
	examine_kernel(arena, ret);
	examine_namespaces(arena, ret);
	examine_cgroups(arena, ret);
	examine_overlay(arena, ret);
	examine_seccomp(arena, ret);
	examine_store(arena, engine, ret);
	examine_programs(arena, ret);
	examine_sub_ids(arena, ret);
	doctor_examine_network(arena, engine, ret);
}
