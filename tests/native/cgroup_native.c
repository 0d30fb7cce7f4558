/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cgroup_native: the cgroup part against the kernel that runs here, v1, hybrid or v2, as root.
 *
 * Prints TAP; a test without its controller is skipped and says which one. Everything is made below
 * one group "hull-test-PID" in each hierarchy and removed again; only processes that were started
 * here are killed. On v1 hosts it tests v1; the virtual machine of the test suite has pure v2.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <linux/loop.h>
#include <poll.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/cgroup/cgroup.h"
#include "oci/config.h"
#include "sys/cgroupfs.h"
#include "sys/clone.h"

enum {
	MIB = 1024 * 1024,
	CHILDREN_MAX = 64,
	STATUS_REFUSED = 42, /* of a child: the kernel refused what the test wants refused */
};

static struct arena arena;
static struct cgroup_host host;
static char parent[64];
static int n_tests, n_failed;
static jmp_buf end_of_test;
static char skip_reason[256];
static pid_t children[CHILDREN_MAX];
static size_t n_children;
static struct cgroup made[CHILDREN_MAX];
static size_t n_made;

/* ---- words of the tests ---- */

__attribute__((noreturn, format(printf, 1, 2))) static void fail(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	printf("# ");
	vprintf(format, args);
	printf("\n");
	va_end(args);
	longjmp(end_of_test, 1);
}

#define CHECK(condition)                                                     \
	do {                                                                 \
		if (!(condition))                                            \
			fail("line %d: not true: %s", __LINE__, #condition); \
	} while (0)

#define CHECK_OK(call)                                                                          \
	do {                                                                                    \
		struct err err = ERR_INIT;                                                      \
                                                                                                \
		if ((call) < 0)                                                                 \
			fail("line %d: %s: %s (%s; %s)", __LINE__, #call, err.text, err.config, \
				err.hint);                                                      \
	} while (0)

/* The call fails with this code and a text that has these words. */
#define CHECK_REFUSED(call, expected, words)                                                     \
	do {                                                                                     \
		struct err err = ERR_INIT;                                                       \
		int result = (call);                                                             \
                                                                                                 \
		if (result != -(expected) || err.code != (expected) || !strstr(err.text, words)) \
			fail("line %d: %s: %d: \"%s\"", __LINE__, #call, result, err.text);      \
	} while (0)

__attribute__((noreturn)) static void skip(const char *reason)
{
	snprintf(skip_reason, sizeof(skip_reason), "%s", reason);
	longjmp(end_of_test, 2);
}

static bool has_controller(enum cgroup_controller controller)
{
	for (size_t i = 0; i < host.n_hierarchies; i++) {
		const struct cgroup_hierarchy *hierarchy = &host.hierarchies[i];
		char text[4096], padded[4100], word[64];
		struct err err = ERR_INIT;

		if (!hierarchy->is_v2) {
			if (hierarchy->controllers & CGROUP_BIT(controller))
				return true;
			continue;
		}
		if (cgroupfs_read(
			    hierarchy->mount, "cgroup.controllers", text, sizeof(text), &err) < 0)
			continue;
		snprintf(padded, sizeof(padded), " %s ", text);
		snprintf(word, sizeof(word), " %s ", cgroup_controller_name(controller, true));
		if (strstr(padded, word))
			return true;
	}
	return false;
}

/* What a kernel without the controller was built without. */
static const char *const kernel_options[CGROUP_CONTROLLER_COUNT] = {
	[CGROUP_CONTROLLER_CPU] = "CONFIG_CGROUP_SCHED",
	[CGROUP_CONTROLLER_CPUACCT] = "CONFIG_CGROUP_CPUACCT",
	[CGROUP_CONTROLLER_CPUSET] = "CONFIG_CPUSETS",
	[CGROUP_CONTROLLER_MEMORY] = "CONFIG_MEMCG",
	[CGROUP_CONTROLLER_IO] = "CONFIG_BLK_CGROUP",
	[CGROUP_CONTROLLER_PIDS] = "CONFIG_CGROUP_PIDS",
	[CGROUP_CONTROLLER_DEVICES] = "CONFIG_CGROUP_DEVICE",
	[CGROUP_CONTROLLER_FREEZER] = "CONFIG_CGROUP_FREEZER",
	[CGROUP_CONTROLLER_HUGETLB] = "CONFIG_CGROUP_HUGETLB",
	[CGROUP_CONTROLLER_RDMA] = "CONFIG_CGROUP_RDMA",
	[CGROUP_CONTROLLER_NET_CLS] = "CONFIG_CGROUP_NET_CLASSID",
	[CGROUP_CONTROLLER_NET_PRIO] = "CONFIG_CGROUP_NET_PRIO",
	[CGROUP_CONTROLLER_PERF_EVENT] = "CONFIG_CGROUP_PERF",
	[CGROUP_CONTROLLER_MISC] = "CONFIG_CGROUP_MISC",
};

static void need(enum cgroup_controller controller)
{
	if (!has_controller(controller)) {
		snprintf(skip_reason, sizeof(skip_reason),
			"no controller %s in any mounted hierarchy (%s)",
			cgroup_controller_name(controller, host.kind == CGROUP_KIND_V2),
			kernel_options[controller]);
		longjmp(end_of_test, 2);
	}
}

/* A planned and probed group PARENT/name, remembered for the end of the test. */
static struct cgroup *plan(const char *name)
{
	struct cgroup *group = &made[n_made++];
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "/%s/%s", parent, name);
	CHECK_OK(cgroup_plan_paths(&arena, &host, path, "unused", group, &err));
	CHECK_OK(cgroup_probe(group, &err));
	return group;
}

static struct cgroup *make(const char *name, const struct oci_resources *resources)
{
	struct cgroup_settings settings = { .resources = resources };
	struct cgroup *group = plan(name);

	CHECK_OK(cgroup_check_settings(group, &settings, &err));
	CHECK_OK(cgroup_before_spawn(group, &settings, &err));
	return group;
}

static void after_spawn(struct cgroup *group, pid_t pid, const struct oci_resources *resources)
{
	struct cgroup_settings settings = { .resources = resources };

	CHECK_OK(cgroup_after_spawn(group, pid, &settings, &err));
}

static void enter_by_procs(const struct cgroup_entry *entry)
{
	for (size_t i = 0; i < entry->n_procs_fds; i++)
		if (write(entry->procs_fds[i], "0", 1) != 1)
			_exit(98);
}

/* A child that is in the group and runs work; it exits with what that returns. */
static pid_t spawn(const struct cgroup *group, int (*work)(void *context), void *context)
{
	AUTO_CGROUP_ENTRY entry = CGROUP_ENTRY_EMPTY;
	struct clone_how how = { .cgroup_fd = -1 };
	int pidfd = -1, inside[2];
	char byte = 0;
	pid_t pid = -1;

	CHECK(pipe2(inside, O_CLOEXEC) == 0);
	CHECK_OK(cgroup_open_entry(group, &entry, &err));
	how.cgroup_fd = entry.into_fd;
	CHECK_OK(clone_copying_memory(&how, &pid, &pidfd, &err));
	if (pid == 0) {
		enter_by_procs(&entry);
		if (write(inside[1], &byte, 1) != 1)
			_exit(98);
		close(inside[0]);
		close(inside[1]);
		_exit(work(context));
	}
	children[n_children++] = pid;
	close(pidfd);
	close(inside[1]);
	CHECK(read(inside[0], &byte, 1) == 1);
	close(inside[0]);
	return pid;
}

static int wait_for(pid_t pid)
{
	int status = -1;

	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	for (size_t i = 0; i < n_children; i++)
		if (children[i] == pid)
			children[i] = 0;
	return status;
}

static bool has_exited_with(int status, int expected)
{
	return WIFEXITED(status) && WEXITSTATUS(status) == expected;
}

static void pause_msec(long msec)
{
	struct timespec time = { msec / 1000, msec % 1000 * 1000000L };

	nanosleep(&time, NULL);
}

static int sleep_long(void *context)
{
	(void)context;
	for (;;)
		pause();
	return 0;
}

static const char *read_in(const struct cgroup *group, enum cgroup_controller controller,
	const char *v1_file, const char *v2_file)
{
	const struct cgroup_dir *dir = cgroup_find_dir(group, controller);
	char *text = arena_alloc(&arena, 4096);

	CHECK(dir);
	CHECK_OK(cgroupfs_read(dir->path, dir->is_v2 ? v2_file : v1_file, text, 4096, &err));
	return text;
}

static bool is_gone(const struct cgroup *group)
{
	for (size_t i = 0; i < group->n_dirs; i++)
		if (access(group->dirs[i].path, F_OK) == 0)
			return false;
	return true;
}

/* ---- entering and leaving ---- */

static int compare_own_groups(void *context)
{
	const struct cgroup *group = context;
	AUTO_ARENA own = ARENA_INIT;
	struct cgroup_host seen;
	struct err err = ERR_INIT;

	if (cgroup_host_read(&own, &seen, &err) < 0 || seen.n_hierarchies != group->n_dirs)
		return 1;
	for (size_t i = 0; i < group->n_dirs; i++) {
		const char *path = group->dirs[i].path + strlen(seen.hierarchies[i].mount);

		if (strcmp(path, seen.hierarchies[i].own) != 0)
			return 2;
	}
	return 0;
}

static void a_child_is_in_every_directory_from_its_first_moment(void)
{
	struct cgroup *group = make("enter", NULL);

	CHECK(has_exited_with(wait_for(spawn(group, compare_own_groups, group)), 0));
}

static void a_running_process_is_moved_into_every_directory(void)
{
	struct cgroup *group = make("move", NULL), none = { .kind = CGROUP_KIND_DISABLED };
	pid_t *pids, pid = spawn(&none, sleep_long, NULL);
	size_t n_pids;

	CHECK_OK(cgroup_add_process(group, pid, &err));
	for (size_t i = 0; i < group->n_dirs; i++) {
		struct cgroup one = {
			.kind = group->kind, .dirs = { group->dirs[i] }, .n_dirs = 1
		};

		CHECK_OK(cgroup_list_pids(&arena, &one, &pids, &n_pids, &err));
		CHECK(n_pids == 1 && pids[0] == pid);
	}
}

static void the_record_finds_the_group_again_and_removes_it(void)
{
	struct cgroup *group = make("record", NULL), again;
	const char **strings;
	size_t n_strings;

	CHECK_OK(cgroup_to_strings(&arena, group, &strings, &n_strings, &err));
	CHECK(n_strings == group->n_dirs);
	CHECK_OK(cgroup_from_strings(&arena, strings, n_strings, &again, &err));
	CHECK_OK(cgroup_destroy(&again, &err));
	CHECK(is_gone(group));
}

static void destroying_what_was_not_or_half_made_succeeds(void)
{
	struct cgroup *group = plan("half/made");

	CHECK_OK(cgroup_destroy(group, &err));
	CHECK_OK(cgroup_probe(group, &err));
	for (size_t i = 0; i < group->n_dirs; i += 2) {
		char above[PATH_MAX];

		snprintf(above, sizeof(above), "%s", group->dirs[i].path);
		*strrchr(above, '/') = '\0';
		CHECK(mkdir(above, 0755) == 0);
	}
	CHECK_OK(cgroup_destroy(group, &err));
	for (size_t i = 0; i < group->n_dirs; i++) {
		char above[PATH_MAX];

		snprintf(above, sizeof(above), "%s", group->dirs[i].path);
		*strrchr(above, '/') = '\0';
		CHECK(access(above, F_OK) < 0);
	}
}

static void parents_that_were_made_go_and_those_that_were_there_stay(void)
{
	struct cgroup *outer = make("outer", NULL), *inner = make("outer/a/b", NULL);

	CHECK(inner->dirs[0].n_made == 2);
	CHECK_OK(cgroup_destroy(inner, &err));
	CHECK(is_gone(inner));
	CHECK(!is_gone(outer));
	for (size_t i = 0; i < outer->n_dirs; i++) {
		char middle[PATH_MAX];

		snprintf(middle, sizeof(middle), "%s/a", outer->dirs[i].path);
		CHECK(access(middle, F_OK) < 0);
	}
}

static void a_shared_parent_goes_with_its_last_group(void)
{
	struct cgroup *first = make("shared/1", NULL), *second = make("shared/2", NULL);

	CHECK(first->dirs[0].n_made == 2 && second->dirs[0].n_made == 1);
	CHECK_OK(cgroup_destroy(second, &err));
	CHECK_OK(cgroup_destroy(first, &err));
	CHECK(is_gone(first) && is_gone(second));
}

static void an_existing_empty_group_is_used_and_not_removed(void)
{
	struct cgroup *owner = make("existing", NULL), *user = make("existing", NULL);

	CHECK(user->dirs[0].n_made == 0);
	CHECK_OK(cgroup_destroy(user, &err));
	CHECK(!is_gone(owner));
}

static void an_occupied_group_is_refused(void)
{
	struct cgroup *owner = make("occupied", NULL), *user;
	struct cgroup_settings settings = { .resources = NULL };

	spawn(owner, sleep_long, NULL);
	user = plan("occupied");
	CHECK_REFUSED(cgroup_before_spawn(user, &settings, &err), EBUSY,
		"container's cgroup is not empty: 1 process(es) found");
	CHECK(!is_gone(owner));
}

static int make_groups_inside(void *context)
{
	const struct cgroup *group = context;
	char path[PATH_MAX];

	for (size_t i = 0; i < group->n_dirs; i++) {
		snprintf(path, sizeof(path), "%s/inner", group->dirs[i].path);
		if (mkdir(path, 0755) < 0)
			return 1;
		snprintf(path, sizeof(path), "%s/inner/most", group->dirs[i].path);
		if (mkdir(path, 0755) < 0)
			return 1;
	}
	return 0;
}

static void groups_made_inside_are_removed_with_it(void)
{
	struct cgroup *group = make("nested", NULL);

	CHECK(has_exited_with(wait_for(spawn(group, make_groups_inside, group)), 0));
	CHECK_OK(cgroup_destroy(group, &err));
	CHECK(is_gone(group));
}

static void a_living_process_keeps_the_group_and_is_named(void)
{
	struct cgroup *group = make("living", NULL);
	char words[64];
	pid_t pid = spawn(group, sleep_long, NULL);

	snprintf(words, sizeof(words), "the first is %d", pid);
	CHECK_REFUSED(cgroup_destroy(group, &err), EBUSY, words);
	CHECK(!is_gone(group));
}

static void a_hundred_groups_leave_nothing(void)
{
	struct cgroup group;
	char path[128];

	for (int i = 0; i < 100; i++) {
		struct cgroup_settings settings = { .resources = NULL };

		snprintf(path, sizeof(path), "/%s/many/%d", parent, i);
		CHECK_OK(cgroup_plan_paths(&arena, &host, path, "x", &group, &err));
		CHECK_OK(cgroup_probe(&group, &err));
		CHECK_OK(cgroup_before_spawn(&group, &settings, &err));
		CHECK_OK(cgroup_destroy(&group, &err));
		CHECK(is_gone(&group));
	}
	snprintf(path, sizeof(path), "%s/%s/many", host.hierarchies[0].mount, parent);
	CHECK(access(path, F_OK) < 0);
}

/* ---- limits ---- */

static int use_memory(void *context)
{
	size_t size = *(size_t *)context;
	char *bytes = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (bytes == MAP_FAILED)
		return 1;
	for (size_t i = 0; i < size; i += 4096)
		bytes[i] = 1;
	return 0;
}

static void more_memory_than_the_limit_kills_and_is_heard_of(void)
{
	int64_t limit = 16 * MIB;
	struct oci_memory memory = { .limit = &limit, .swap = &limit };
	struct oci_resources resources = { .memory = &memory };
	size_t too_much = 64 * (size_t)MIB, enough = 4 * (size_t)MIB;
	AUTO_CGROUP_OOM oom = CGROUP_OOM_EMPTY;
	struct pollfd event;
	struct cgroup *group;
	uint64_t kills;
	int status;

	need(CGROUP_CONTROLLER_MEMORY);
	group = make("memory", &resources);
	CHECK_OK(cgroup_open_oom(group, &oom, &err));
	CHECK(has_exited_with(wait_for(spawn(group, use_memory, &enough)), 0));
	CHECK_OK(cgroup_read_oom(&oom, &kills, &err));
	CHECK(kills == 0);
	status = wait_for(spawn(group, use_memory, &too_much));
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	event = (struct pollfd){ .fd = oom.wait_fd, .events = oom.poll_events };
	CHECK(poll(&event, 1, 2000) == 1);
	CHECK_OK(cgroup_read_oom(&oom, &kills, &err));
	CHECK(kills == 1);
}

static void update_lifts_and_lowers_the_memory_limit(void)
{
	int64_t low = 32 * MIB, high = 512 * (int64_t)MIB, none = -1;
	struct oci_memory memory = { .limit = &low, .swap = &low };
	struct oci_resources resources = { .memory = &memory };
	struct cgroup_settings settings = { .resources = &resources };
	struct cgroup_stats stats;
	struct cgroup *group;

	need(CGROUP_CONTROLLER_MEMORY);
	group = make("memory-update", &resources);
	memory.limit = memory.swap = &high;
	CHECK_OK(cgroup_update(group, &settings, &err));
	CHECK_OK(cgroup_read_stats(&arena, group, &stats, &err));
	CHECK(stats.memory.usage.limit == (uint64_t)high);
	memory.limit = memory.swap = &low;
	CHECK_OK(cgroup_update(group, &settings, &err));
	CHECK_OK(cgroup_read_stats(&arena, group, &stats, &err));
	CHECK(stats.memory.usage.limit == (uint64_t)low);
	memory.limit = &none;
	memory.swap = NULL;
	CHECK_OK(cgroup_update(group, &settings, &err));
	CHECK_OK(cgroup_read_stats(&arena, group, &stats, &err));
	CHECK(stats.memory.usage.limit == UINT64_MAX && stats.memory.swap.limit == UINT64_MAX);
}

static int hold_memory(void *context)
{
	return use_memory(context) == 0 ? sleep_long(NULL) : 1;
}

static void a_memory_limit_below_the_usage_is_refused_where_the_config_asks_for_it(void)
{
	int64_t limit = 64 * (int64_t)MIB, low = 4 * MIB;
	bool check = true;
	struct oci_memory memory = { .limit = &limit, .swap = &limit };
	struct oci_resources resources = { .memory = &memory };
	struct cgroup_settings settings = { .resources = &resources };
	size_t used = 32 * (size_t)MIB;
	struct cgroup *group;
	struct err err = ERR_INIT;

	need(CGROUP_CONTROLLER_MEMORY);
	if (host.kind != CGROUP_KIND_V2)
		skip("v1 swaps out instead, if it can");
	group = make("memory-usage", &resources);
	spawn(group, hold_memory, &used);
	pause_msec(500);
	memory.limit = memory.swap = &low;
	memory.check_before_update = &check;
	CHECK(cgroup_update(group, &settings, &err) == -EBUSY);
	CHECK(strcmp(err.config, "/linux/resources/memory/limit") == 0);
}

/* Forks until it fails; the children wait for the parent's end. */
static int count_forks(void *context)
{
	int limit = *(int *)context, n_forks = 0, ends[2];

	if (pipe(ends) < 0)
		return 97;
	for (; n_forks < limit; n_forks++) {
		pid_t pid = fork();

		if (pid < 0 && errno == EAGAIN)
			return n_forks;
		if (pid < 0)
			return 96;
		if (pid == 0) {
			char byte;

			close(ends[1]);
			_exit(read(ends[0], &byte, 1) < 0);
		}
	}
	return n_forks;
}

static void more_processes_than_the_limit_cannot_be_forked(void)
{
	int64_t limit = 4;
	struct oci_pids pids = { .limit = &limit };
	struct oci_resources resources = { .pids = &pids };
	int tries = 20;
	struct cgroup *group;

	need(CGROUP_CONTROLLER_PIDS);
	group = make("pids", &resources);
	CHECK(has_exited_with(wait_for(spawn(group, count_forks, &tries)), 3));
	CHECK_OK(cgroup_kill_all(group, &err));
}

struct gate {
	int ends[2];
	int tries;
};

static int count_forks_behind_gate(void *context)
{
	struct gate *gate = context;
	char byte;

	close(gate->ends[1]);
	if (read(gate->ends[0], &byte, 1) < 0)
		return 95;
	return count_forks(&gate->tries);
}

static void a_process_limit_of_0_lets_the_first_process_live_alone(void)
{
	int64_t limit = 0;
	struct oci_pids pids = { .limit = &limit };
	struct oci_resources resources = { .pids = &pids };
	struct gate gate = { .tries = 5 };
	struct cgroup *group;
	pid_t pid;

	need(CGROUP_CONTROLLER_PIDS);
	CHECK(pipe(gate.ends) == 0);
	group = make("pids-0", &resources);
	pid = spawn(group, count_forks_behind_gate, &gate);
	after_spawn(group, pid, &resources);
	close(gate.ends[0]);
	close(gate.ends[1]);
	CHECK(has_exited_with(wait_for(pid), 0));
	CHECK(strcmp(read_in(group, CGROUP_CONTROLLER_PIDS, "pids.max", "pids.max"), "0") == 0);
}

static void two_groups_share_the_limit_of_their_parent(void)
{
	int64_t limit = 4;
	struct oci_pids pids = { .limit = &limit };
	struct oci_resources resources = { .pids = &pids };
	struct cgroup *outer, *first, *second;
	int tries = 20;

	need(CGROUP_CONTROLLER_PIDS);
	outer = make("pod", &resources);
	(void)outer;
	first = make("pod/1", NULL);
	second = make("pod/2", NULL);
	spawn(first, sleep_long, NULL);
	spawn(first, sleep_long, NULL);
	CHECK(has_exited_with(wait_for(spawn(second, count_forks, &tries)), 1));
	CHECK_OK(cgroup_kill_all(second, &err));
}

static double cpu_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static double wall_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Percent of one CPU that a busy process gets during a second. */
static int measure_share(void *context)
{
	double start = wall_seconds(), cpu = cpu_seconds();

	(void)context;
	while (wall_seconds() - start < 1)
		;
	return (int)((cpu_seconds() - cpu) / (wall_seconds() - start) * 100);
}

static void a_busy_process_gets_no_more_cpu_time_than_its_quota(void)
{
	int64_t quota = 20000;
	uint64_t period = 100000;
	struct oci_cpu cpu = { .quota = &quota, .period = &period };
	struct oci_resources resources = { .cpu = &cpu };
	struct cgroup_stats stats;
	struct cgroup *group;
	int status;

	need(CGROUP_CONTROLLER_CPU);
	group = make("quota", &resources);
	status = wait_for(spawn(group, measure_share, NULL));
	CHECK(WIFEXITED(status));
	if (WEXITSTATUS(status) > 35)
		fail("%d %% of a CPU with a quota of 20 %%", WEXITSTATUS(status));
	CHECK_OK(cgroup_read_stats(&arena, group, &stats, &err));
	CHECK(stats.cpu.periods > 0 && stats.cpu.throttled_periods > 0);
	CHECK(stats.cpu.throttled_nsec > 0);
}

static void quota_and_period_change_in_whichever_order_the_kernel_takes(void)
{
	static const struct {
		int64_t quota;
		uint64_t period;
		const char *v1, *v2;
	} steps[] = {
		{ 50000, 100000, "50000", "50000 100000" },
		{ 5000, 10000, "5000", "5000 10000" },
		{ 500000, 1000000, "500000", "500000 1000000" },
		{ 2000, 4000, "2000", "2000 4000" },
	};
	int64_t quota = 50000;
	uint64_t period = 100000;
	struct oci_cpu cpu = { .quota = &quota, .period = &period };
	struct oci_resources resources = { .cpu = &cpu };
	struct cgroup_settings settings = { .resources = &resources };
	struct cgroup *group;

	need(CGROUP_CONTROLLER_CPU);
	make("order", &resources);
	group = make("order/inner", &resources); /* the parent's share is one half as well */
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		quota = steps[i].quota;
		period = steps[i].period;
		CHECK_OK(cgroup_update(group, &settings, &err));
		CHECK(strcmp(read_in(group, CGROUP_CONTROLLER_CPU, "cpu.cfs_quota_us", "cpu.max"),
			      host.kind == CGROUP_KIND_V2 ? steps[i].v2 : steps[i].v1) == 0);
	}
}

static void the_period_alone_keeps_the_quota(void)
{
	int64_t quota = 30000;
	uint64_t period = 60000;
	struct oci_cpu cpu = { .quota = &quota }, only_period = { .period = &period };
	struct oci_resources resources = { .cpu = &cpu };
	struct cgroup_settings settings = { .resources = &resources };
	struct cgroup *group;

	need(CGROUP_CONTROLLER_CPU);
	group = make("period", &resources);
	resources.cpu = &only_period;
	CHECK_OK(cgroup_update(group, &settings, &err));
	CHECK(strcmp(read_in(group, CGROUP_CONTROLLER_CPU, "cpu.cfs_quota_us", "cpu.max"),
		      host.kind == CGROUP_KIND_V2 ? "30000 60000" : "30000") == 0);
}

static void burst_follows_its_quota_up_and_down(void)
{
	int64_t quota = 20000;
	uint64_t burst = 10000;
	struct oci_cpu cpu = { .quota = &quota, .burst = &burst };
	struct oci_resources resources = { .cpu = &cpu };
	struct cgroup_settings settings = { .resources = &resources };
	struct cgroup *group;

	need(CGROUP_CONTROLLER_CPU);
	group = make("burst", &resources);
	quota = 80000;
	burst = 70000;
	CHECK_OK(cgroup_update(group, &settings, &err));
	quota = 20000;
	burst = 5000;
	CHECK_OK(cgroup_update(group, &settings, &err));
	CHECK(strcmp(read_in(group, CGROUP_CONTROLLER_CPU, "cpu.cfs_burst_us", "cpu.max.burst"),
		      "5000") == 0);
}

static void shares_become_weight_and_idle_groups_have_none(void)
{
	uint64_t shares = 1024;
	int64_t idle = 1, busy = 0;
	struct oci_cpu cpu = { .shares = &shares };
	struct oci_resources resources = { .cpu = &cpu };
	struct cgroup_settings settings = { .resources = &resources };
	struct cgroup *group;

	need(CGROUP_CONTROLLER_CPU);
	group = make("shares", &resources);
	CHECK(strcmp(read_in(group, CGROUP_CONTROLLER_CPU, "cpu.shares", "cpu.weight"),
		      host.kind == CGROUP_KIND_V2 ? "100" : "1024") == 0);
	cpu.idle = &idle;
	CHECK_OK(cgroup_update(group, &settings, &err));
	CHECK(strcmp(read_in(group, CGROUP_CONTROLLER_CPU, "cpu.idle", "cpu.idle"), "1") == 0);
	cpu.idle = &busy;
	shares = 2048;
	CHECK_OK(cgroup_update(group, &settings, &err));
	CHECK(strcmp(read_in(group, CGROUP_CONTROLLER_CPU, "cpu.shares", "cpu.weight"),
		      host.kind == CGROUP_KIND_V2 ? "174" : "2048") == 0);
}

static void a_quota_above_the_parents_is_explained_on_v1(void)
{
	int64_t half = 50000, whole = 100000;
	struct oci_cpu cpu = { .quota = &half };
	struct oci_resources resources = { .cpu = &cpu };
	struct cgroup_settings settings = { .resources = &resources };
	struct err err = ERR_INIT;
	struct cgroup *group;

	need(CGROUP_CONTROLLER_CPU);
	if (host.kind == CGROUP_KIND_V2)
		skip("v2 takes it: the parent's quota holds anyway");
	make("above", &resources);
	cpu.quota = &whole;
	group = plan("above/inner");
	CHECK(cgroup_before_spawn(group, &settings, &err) == -EINVAL);
	CHECK(strcmp(err.config, "/linux/resources/cpu/quota") == 0);
	CHECK(strstr(err.hint, "the parent group has"));
	CHECK(strstr(err.path, "cpu.cfs_quota_us"));
	CHECK(is_gone(group));
}

static int count_cpus(void *context)
{
	cpu_set_t set;

	(void)context;
	return sched_getaffinity(0, sizeof(set), &set) < 0 ? 99 : CPU_COUNT(&set);
}

static void only_the_listed_cpus_are_there(void)
{
	struct oci_cpu cpu = { .cpus = "0", .mems = "0" };
	struct oci_resources resources = { .cpu = &cpu };
	struct cgroup *group;

	need(CGROUP_CONTROLLER_CPUSET);
	group = make("cpuset/deep/down", &resources);
	CHECK(has_exited_with(wait_for(spawn(group, count_cpus, NULL)), 1));
}

static void a_cpu_that_is_not_there_is_refused_with_its_field(void)
{
	struct oci_cpu cpu = { .cpus = "0-9999" };
	struct oci_resources resources = { .cpu = &cpu };
	struct cgroup_settings settings = { .resources = &resources };
	struct err err = ERR_INIT;
	struct cgroup *group;

	need(CGROUP_CONTROLLER_CPUSET);
	group = plan("cpuset-bad");
	CHECK(cgroup_before_spawn(group, &settings, &err) < 0);
	CHECK(strcmp(err.config, "/linux/resources/cpu/cpus") == 0);
	CHECK(is_gone(group));
}

static void v2_files_are_written_by_their_own_names(void)
{
	struct oci_key_value files[] = { { "memory.high", "67108864" }, { "pids.max", "77" } };
	struct oci_resources resources = { .unified = files, .n_unified = 2 };
	struct cgroup_settings settings = { .resources = &resources };
	struct cgroup *group;

	need(CGROUP_CONTROLLER_MEMORY);
	need(CGROUP_CONTROLLER_PIDS);
	if (host.kind != CGROUP_KIND_V2) {
		group = plan("unified");
		CHECK_REFUSED(cgroup_check_settings(group, &settings, &err), ENOTSUP,
			"the host has cgroup v1");
		return;
	}
	group = make("unified", &resources);
	CHECK(strcmp(read_in(group, CGROUP_CONTROLLER_MEMORY, "", "memory.high"), "67108864") == 0);
	CHECK(strcmp(read_in(group, CGROUP_CONTROLLER_PIDS, "", "pids.max"), "77") == 0);
}

static void an_unknown_v2_file_is_an_error_that_names_it(void)
{
	struct oci_key_value file = { "nonsense.max", "1" };
	struct oci_resources resources = { .unified = &file, .n_unified = 1 };
	struct cgroup_settings settings = { .resources = &resources };
	struct err err = ERR_INIT;
	struct cgroup *group;

	if (host.kind != CGROUP_KIND_V2)
		skip("v2 only");
	group = plan("unified-bad");
	CHECK(cgroup_before_spawn(group, &settings, &err) == -ENOTSUP);
	CHECK(strcmp(err.config, "/linux/resources/unified/nonsense.max") == 0);
	CHECK(strstr(err.text, "\"nonsense\" is not available"));
	CHECK(is_gone(group));
}

static void a_limit_below_a_group_with_processes_says_what_to_do(void)
{
	int64_t limit = 16 * MIB;
	struct oci_memory memory = { .limit = &limit };
	struct oci_resources resources = { .memory = &memory };
	struct cgroup_settings settings = { .resources = &resources };
	struct err err = ERR_INIT;
	struct cgroup *outer, *group;

	need(CGROUP_CONTROLLER_MEMORY);
	if (host.kind != CGROUP_KIND_V2)
		skip("v1 has no such rule");
	outer = make("inner-processes", NULL);
	spawn(outer, sleep_long, NULL);
	group = plan("inner-processes/c");
	CHECK(cgroup_before_spawn(group, &settings, &err) == -EBUSY);
	CHECK(strcmp(err.config, "/linux/resources/memory/limit") == 0);
	CHECK(strstr(err.text, "processes itself") && strstr(err.text, "\"memory\""));
	CHECK(is_gone(group));
}

/* ---- block devices ---- */

struct disk {
	char path[64];
	int fd;
	dev_t number;
};

/* A loop device on a file that has no name any more; it goes when its descriptor is closed. */
static void open_disk(struct disk *disk, size_t size)
{
	char name[] = "/var/tmp/hull-test-XXXXXX";
	struct loop_info64 info = { .lo_flags = LO_FLAGS_AUTOCLEAR };
	int control = open("/dev/loop-control", O_RDWR | O_CLOEXEC);
	int file = mkostemp(name, O_CLOEXEC);
	int number = control < 0 ? -1 : ioctl(control, LOOP_CTL_GET_FREE);
	struct stat st;

	unlink(name);
	CHECK(file >= 0 && ftruncate(file, (off_t)size) == 0);
	close(control);
	if (number < 0) {
		close(file);
		skip("no loop devices here");
	}
	snprintf(disk->path, sizeof(disk->path), "/dev/loop%d", number);
	disk->fd = open(disk->path, O_RDWR | O_CLOEXEC);
	if (disk->fd < 0 || ioctl(disk->fd, LOOP_SET_FD, file) < 0 ||
		ioctl(disk->fd, LOOP_SET_STATUS64, &info) < 0) {
		close(disk->fd);
		close(file);
		skip("no free loop device here");
	}
	close(file);
	CHECK(fstat(disk->fd, &st) == 0);
	disk->number = st.st_rdev;
}

enum { DIRECT_BYTES = 256 * 1024, DIRECT_READS = 8 };

/* Tenths of a second for 2 MiB past the page cache. */
static int measure_reading(void *context)
{
	const struct disk *disk = context;
	double start = wall_seconds();
	int fd = open(disk->path, O_RDONLY | O_DIRECT | O_CLOEXEC);
	void *buffer = mmap(
		NULL, DIRECT_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (fd < 0 || buffer == MAP_FAILED)
		return 250;
	for (int i = 0; i < DIRECT_READS; i++)
		if (pread(fd, buffer, DIRECT_BYTES, (off_t)i * DIRECT_BYTES) != DIRECT_BYTES)
			return 251;
	return (int)((wall_seconds() - start) * 10);
}

static void a_throttled_disk_is_read_at_its_rate_until_that_is_lifted(void)
{
	struct oci_device_rule all_devices = { .allow = true,
		.access = OCI_DEVICE_READ | OCI_DEVICE_WRITE | OCI_DEVICE_MKNOD };
	struct oci_throttle_device slow = { .rate = MIB };
	struct oci_block_io io = { .throttle = { [OCI_THROTTLE_READ_BPS] = { &slow, 1 } } };
	struct oci_resources resources = {
		.block_io = &io, .devices = &all_devices, .n_devices = 1
	};
	struct cgroup *group;
	struct disk disk;
	int throttled, free_again;
	struct cgroup_settings settings = { .resources = &resources };

	need(CGROUP_CONTROLLER_IO);
	open_disk(&disk, 2 * MIB);
	slow.major = major(disk.number);
	slow.minor = minor(disk.number);
	group = make("throttle", &resources);
	throttled = wait_for(spawn(group, measure_reading, &disk));
	slow.rate = 0;
	CHECK_OK(cgroup_update(group, &settings, &err));
	free_again = wait_for(spawn(group, measure_reading, &disk));
	close(disk.fd);
	CHECK(WIFEXITED(throttled) && WIFEXITED(free_again));
	if (WEXITSTATUS(throttled) < 10 || WEXITSTATUS(throttled) > 60)
		fail("2 MiB at 1 MiB/s took %d tenths of a second", WEXITSTATUS(throttled));
	if (WEXITSTATUS(free_again) >= 10)
		fail("without limit 2 MiB took %d tenths", WEXITSTATUS(free_again));
}

static bool has_file(
	const struct cgroup *group, enum cgroup_controller controller, const char *file)
{
	const struct cgroup_dir *dir = cgroup_find_dir(group, controller);

	return dir && cgroupfs_has(dir->path, file);
}

static void block_io_has_a_weight(void)
{
	uint16_t weight = 300;
	struct oci_block_io io = { .weight = &weight };
	struct oci_resources none = { .n_devices = 0 }, resources = { .block_io = &io };
	struct cgroup_settings settings = { .resources = &resources };
	struct cgroup *group;
	const char *v1 = "blkio.weight", *v2 = "io.bfq.weight";

	need(CGROUP_CONTROLLER_IO);
	group = make("weight", &none);
	if (!has_file(group, CGROUP_CONTROLLER_IO, v1))
		v1 = "blkio.bfq.weight";
	if (!has_file(group, CGROUP_CONTROLLER_IO, v2))
		v2 = "io.weight";
	if (!has_file(group, CGROUP_CONTROLLER_IO, host.kind == CGROUP_KIND_V2 ? v2 : v1))
		skip("no weights of block I/O (CONFIG_BFQ_GROUP_IOSCHED, "
		     "CONFIG_BLK_CGROUP_IOCOST)");
	CHECK_OK(cgroup_update(group, &settings, &err));
	if (strcmp(v2, "io.weight") == 0 && host.kind == CGROUP_KIND_V2)
		CHECK(strstr(read_in(group, CGROUP_CONTROLLER_IO, v1, v2), "2930"));
	else
		CHECK(strstr(read_in(group, CGROUP_CONTROLLER_IO, v1, v2), "300"));
}

static void a_disk_that_is_not_there_is_named(void)
{
	struct oci_throttle_device none = { .major = 4095, .minor = 7, .rate = 1 };
	struct oci_block_io io = { .throttle = { [OCI_THROTTLE_WRITE_IOPS] = { &none, 1 } } };
	struct oci_resources resources = { .block_io = &io };
	struct cgroup_settings settings = { .resources = &resources };
	struct err err = ERR_INIT;
	struct cgroup *group;

	need(CGROUP_CONTROLLER_IO);
	group = plan("no-disk");
	CHECK(cgroup_before_spawn(group, &settings, &err) == -ENODEV);
	CHECK(strcmp(err.config, "/linux/resources/blockIO/throttleWriteIOPSDevice/0") == 0);
	CHECK(strstr(err.text, "4095:7") && strstr(err.hint, "no such block device"));
	CHECK(is_gone(group));
}

/* ---- huge pages, RDMA ---- */

static void huge_pages_are_limited_with_their_reservations(void)
{
	struct oci_hugepage_limit limit = { "2MB", 4 * MIB };
	struct oci_resources resources = { .hugepage_limits = &limit, .n_hugepage_limits = 1 };
	struct cgroup *group;

	need(CGROUP_CONTROLLER_HUGETLB);
	if (access("/sys/kernel/mm/hugepages/hugepages-2048kB", F_OK) < 0)
		skip("no huge pages of 2 MB (CONFIG_HUGETLB_PAGE)");
	group = make("huge", &resources);
	CHECK(strcmp(read_in(group, CGROUP_CONTROLLER_HUGETLB, "hugetlb.2MB.limit_in_bytes",
			     "hugetlb.2MB.max"),
		      "4194304") == 0);
	CHECK(strcmp(read_in(group, CGROUP_CONTROLLER_HUGETLB, "hugetlb.2MB.rsvd.limit_in_bytes",
			     "hugetlb.2MB.rsvd.max"),
		      "4194304") == 0);
}

static void rdma_objects_are_limited(void)
{
	uint32_t handles = 3;
	struct oci_rdma rdma = { .hca_handles = &handles };
	struct oci_resources resources = { .rdma = &rdma, .n_rdma = 1 };
	struct cgroup *group;
	struct dirent *entry;
	DIR *devices;

	need(CGROUP_CONTROLLER_RDMA);
	devices = opendir("/sys/class/infiniband");
	while (devices && (entry = readdir(devices)))
		if (entry->d_name[0] != '.')
			rdma.device = arena_strdup(&arena, entry->d_name);
	if (devices)
		closedir(devices);
	if (!rdma.device)
		skip("no RDMA device (CONFIG_RDMA_RXE makes one of a network interface)");
	group = make("rdma", &resources);
	CHECK(strstr(
		read_in(group, CGROUP_CONTROLLER_RDMA, "rdma.max", "rdma.max"), "hca_handle=3"));
}

/* ---- devices ---- */

static int try_device(unsigned major_number, unsigned minor_number, int flags)
{
	char path[64];
	int fd, saved;

	snprintf(path, sizeof(path), "/dev/hull-test-%d", (int)getpid());
	if (mknod(path, S_IFCHR | 0600, makedev(major_number, minor_number)) < 0)
		return errno == EPERM ? STATUS_REFUSED : 90;
	fd = open(path, flags);
	saved = errno;
	unlink(path);
	if (fd >= 0)
		close(fd);
	return fd >= 0 ? 0 : saved == EPERM ? STATUS_REFUSED : 91;
}

struct device {
	unsigned major, minor;
	int flags;
};

static int use_device(void *context)
{
	const struct device *device = context;

	return try_device(device->major, device->minor, device->flags);
}

static int result_of(
	const struct cgroup *group, unsigned major_number, unsigned minor_number, int flags)
{
	struct device device = { major_number, minor_number, flags };
	int status = wait_for(spawn(group, use_device, &device));

	CHECK(WIFEXITED(status));
	return WEXITSTATUS(status);
}

enum { MEM = 1, NULL_MINOR = 3, PORT_KMSG = 11 };

static void only_the_usual_devices_can_be_used_without_rules(void)
{
	struct cgroup *group;

	if (host.kind == CGROUP_KIND_V1)
		need(CGROUP_CONTROLLER_DEVICES);
	group = make("devices", NULL);
	CHECK(result_of(group, MEM, NULL_MINOR, O_RDWR) == 0);
	CHECK(result_of(group, MEM, PORT_KMSG, O_RDONLY) == STATUS_REFUSED);
	CHECK(result_of(group, MEM, PORT_KMSG, O_WRONLY) == STATUS_REFUSED);
}

static void a_rule_gives_the_access_it_names_and_no_other(void)
{
	int64_t major_number = MEM, minor_number = PORT_KMSG;
	struct oci_device_rule rules[] = {
		{ .allow = false, .access = OCI_DEVICE_READ | OCI_DEVICE_WRITE | OCI_DEVICE_MKNOD },
		{ .allow = true,
			.type = OCI_DEVICE_RULE_CHAR,
			.major = &major_number,
			.minor = &minor_number,
			.access = OCI_DEVICE_WRITE },
	};
	struct oci_resources resources = { .devices = rules, .n_devices = 2 };
	struct cgroup *group;

	if (host.kind == CGROUP_KIND_V1)
		need(CGROUP_CONTROLLER_DEVICES);
	group = make("devices-rule", &resources);
	CHECK(result_of(group, MEM, PORT_KMSG, O_WRONLY) == 0);
	CHECK(result_of(group, MEM, PORT_KMSG, O_RDONLY) == STATUS_REFUSED);
	CHECK(result_of(group, MEM, PORT_KMSG, O_RDWR) == STATUS_REFUSED);
}

static void everything_may_be_allowed_and_update_takes_it_back(void)
{
	struct oci_device_rule rule = { .allow = true,
		.access = OCI_DEVICE_READ | OCI_DEVICE_WRITE | OCI_DEVICE_MKNOD };
	struct oci_resources resources = { .devices = &rule, .n_devices = 1 };
	struct cgroup_settings settings = { .resources = &resources };
	struct cgroup *group;

	if (host.kind == CGROUP_KIND_V1)
		need(CGROUP_CONTROLLER_DEVICES);
	group = make("devices-all", &resources);
	CHECK(result_of(group, MEM, PORT_KMSG, O_RDONLY) == 0);
	rule.allow = false;
	CHECK_OK(cgroup_update(group, &settings, &err));
	CHECK(result_of(group, MEM, PORT_KMSG, O_RDONLY) == STATUS_REFUSED);
	rule.allow = true;
	CHECK_OK(cgroup_update(group, &settings, &err));
	CHECK(result_of(group, MEM, PORT_KMSG, O_RDONLY) == 0);
}

static void a_usual_device_that_the_parent_denies_is_left_out(void)
{
	struct cgroup *outer, *group;
	struct err err = ERR_INIT;

	if (host.kind == CGROUP_KIND_V2)
		skip("v2 asks the parent's program as well");
	need(CGROUP_CONTROLLER_DEVICES);
	outer = make("devices-parent", NULL);
	CHECK(cgroupfs_write(cgroup_find_dir(outer, CGROUP_CONTROLLER_DEVICES)->path,
		      "devices.deny", "c *:* m", &err) == 0);
	group = make("devices-parent/inner", NULL);
	CHECK(result_of(group, MEM, PORT_KMSG, O_RDONLY) == STATUS_REFUSED);
	CHECK(result_of(group, MEM, NULL_MINOR, O_RDWR) == 0);
}

static void no_limit_lifts_what_an_existing_group_had(void)
{
	int64_t limit = 4, none = -1;
	struct oci_pids pids = { .limit = &limit };
	struct oci_resources resources = { .pids = &pids };
	struct cgroup *group;

	need(CGROUP_CONTROLLER_PIDS);
	make("lifted", &resources);
	pids.limit = &none;
	group = make("lifted", &resources);
	CHECK(strcmp(read_in(group, CGROUP_CONTROLLER_PIDS, "pids.max", "pids.max"), "max") == 0);
}

/* ---- freezing and killing ---- */

static int count_up(void *context)
{
	volatile unsigned long *counter = context;

	for (;;) {
		++*counter;
		pause_msec(1);
	}
	return 0;
}

static void need_freezer(void)
{
	if (host.kind == CGROUP_KIND_V1)
		need(CGROUP_CONTROLLER_FREEZER);
}

static void a_frozen_group_stands_still_until_it_is_thawed(void)
{
	volatile unsigned long *counter = mmap(
		NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	unsigned long before;
	struct err problem = ERR_INIT;
	struct cgroup *group;

	need_freezer();
	group = make("freeze", NULL);
	spawn(group, count_up, (void *)counter);
	pause_msec(50);
	CHECK(*counter > 0);
	CHECK(cgroup_is_frozen(group, &problem) == 0);
	CHECK_OK(cgroup_set_frozen(group, true, &err));
	CHECK(cgroup_is_frozen(group, &problem) == 1);
	before = *counter;
	pause_msec(50);
	CHECK(*counter == before);
	CHECK_OK(cgroup_set_frozen(group, false, &err));
	CHECK(cgroup_is_frozen(group, &problem) == 0);
	pause_msec(100);
	CHECK(*counter > before);
}

static void a_group_below_a_frozen_one_is_refused(void)
{
	struct cgroup_settings settings = { .resources = NULL };
	struct cgroup *outer, *inner;

	need_freezer();
	outer = make("frozen", NULL);
	CHECK_OK(cgroup_set_frozen(outer, true, &err));
	inner = plan("frozen/inner");
	CHECK_REFUSED(cgroup_before_spawn(inner, &settings, &err), EBUSY,
		"container's cgroup unexpectedly frozen");
	CHECK(is_gone(inner));
	CHECK_OK(cgroup_set_frozen(outer, false, &err));
}

/* A tree of processes, one of them in a group inside, that ignore what can be ignored. */
static int make_family(void *context)
{
	struct cgroup *group = context;

	signal(SIGTERM, SIG_IGN);
	if (make_groups_inside(group) != 0)
		return 1;
	for (int i = 0; i < 3; i++)
		if (fork() == 0) {
			if (i == 0)
				for (size_t j = 0; j < group->n_dirs; j++) {
					struct err err = ERR_INIT;
					char dir[PATH_MAX];

					snprintf(dir, sizeof(dir), "%s/inner/most",
						group->dirs[j].path);
					cgroupfs_write(dir, "cpuset.cpus", "0", &err);
					cgroupfs_write(dir, "cpuset.mems", "0", &err);
					cgroupfs_write(dir, "cgroup.procs", "0", &err);
				}
			if (i == 1 && fork() == 0)
				setsid();
			sleep_long(NULL);
		}
	return sleep_long(NULL);
}

static void kill_family(bool is_frozen)
{
	struct cgroup *group = make(is_frozen ? "kill-frozen" : "kill", NULL);
	size_t n_pids;
	pid_t *pids, pid = spawn(group, make_family, group);

	pause_msec(200);
	CHECK_OK(cgroup_list_pids(&arena, group, &pids, &n_pids, &err));
	CHECK(n_pids == 5);
	if (is_frozen)
		CHECK_OK(cgroup_set_frozen(group, true, &err));
	CHECK_OK(cgroup_kill_all(group, &err));
	CHECK(WTERMSIG(wait_for(pid)) == SIGKILL);
	CHECK_OK(cgroup_list_pids(&arena, group, &pids, &n_pids, &err));
	CHECK(n_pids == 0);
	CHECK_OK(cgroup_destroy(group, &err));
	CHECK(is_gone(group));
}

static void every_process_of_the_tree_is_killed(void)
{
	kill_family(false);
}

static void every_process_of_a_frozen_tree_is_killed(void)
{
	need_freezer();
	kill_family(true);
}

static int fork_and_fork(void *context)
{
	(void)context;
	for (;;) {
		pid_t pid = fork();

		if (pid == 0)
			continue; /* the child goes on, its parent ends */
		if (pid > 0)
			_exit(0);
	}
}

static void a_process_that_forks_away_all_the_time_is_killed(void)
{
	struct cgroup *group = make("fork-away", NULL);
	size_t n_pids;
	pid_t *pids;

	wait_for(spawn(group, fork_and_fork, NULL));
	CHECK_OK(cgroup_kill_all(group, &err));
	CHECK_OK(cgroup_list_pids(&arena, group, &pids, &n_pids, &err));
	CHECK(n_pids == 0);
	CHECK_OK(cgroup_destroy(group, &err));
}

static void a_signal_reaches_each_process_once(void)
{
	struct cgroup *group = make("signal", NULL);
	pid_t first = spawn(group, sleep_long, NULL), second = spawn(group, sleep_long, NULL);

	CHECK_OK(cgroup_signal_all(group, SIGUSR1, &err));
	CHECK(WTERMSIG(wait_for(first)) == SIGUSR1);
	CHECK(WTERMSIG(wait_for(second)) == SIGUSR1);
	CHECK_REFUSED(cgroup_signal_all(group, SIGUSR1, &err), ESRCH, "no such process");
}

/* ---- the rest ---- */

static int work_a_little(void *context)
{
	size_t size = 8 * (size_t)MIB;
	double start = wall_seconds();

	(void)context;
	while (wall_seconds() - start < 0.1)
		;
	return use_memory(&size) == 0 ? sleep_long(NULL) : 1;
}

static void statistics_show_what_a_process_uses(void)
{
	struct cgroup *group = make("stats", NULL);
	struct cgroup_stats stats;

	spawn(group, work_a_little, NULL);
	pause_msec(600);
	CHECK_OK(cgroup_read_stats(&arena, group, &stats, &err));
	if (host.kind == CGROUP_KIND_V2 || has_controller(CGROUP_CONTROLLER_CPUACCT))
		CHECK(stats.cpu.total_nsec > 10000000);
	if (has_controller(CGROUP_CONTROLLER_MEMORY))
		CHECK(stats.memory.usage.usage > 4 * MIB && stats.memory.n_raw > 10);
	if (has_controller(CGROUP_CONTROLLER_PIDS))
		CHECK(stats.pids.current == 1 && stats.pids.limit == 0);
}

static void only_the_delegated_files_change_their_owner(void)
{
	struct cgroup_settings settings = { .delegate = true, .delegate_uid = 4242 };
	struct cgroup *group = make("delegate", NULL);
	struct stat st;
	char path[PATH_MAX];

	CHECK_OK(cgroup_after_spawn(group, 0, &settings, &err));
	CHECK(stat(group->dirs[0].path, &st) == 0);
	CHECK(st.st_uid == (host.kind == CGROUP_KIND_V2 ? 4242 : 0));
	if (host.kind != CGROUP_KIND_V2)
		return;
	snprintf(path, sizeof(path), "%s/cgroup.procs", group->dirs[0].path);
	CHECK(stat(path, &st) == 0 && st.st_uid == 4242);
	snprintf(path, sizeof(path), "%s/cgroup.subtree_control", group->dirs[0].path);
	CHECK(stat(path, &st) == 0 && st.st_uid == 4242);
	snprintf(path, sizeof(path), "%s/cgroup.max.depth", group->dirs[0].path);
	CHECK(stat(path, &st) == 0 && st.st_uid == 0);
}

static int make_without_rights(void *context)
{
	struct cgroup_settings settings = { .is_rootless = true };
	struct cgroup *group = context;
	int64_t limit = 10;
	struct oci_pids pids = { .limit = &limit };
	struct oci_resources resources = { .pids = &pids };
	struct cgroup limited = *group;
	struct err err = ERR_INIT;

	if (setgroups(0, NULL) < 0 || setgid(65534) < 0 || setuid(65534) < 0)
		return 1;
	if (cgroup_before_spawn(group, &settings, &err) < 0 || group->n_dirs != 0 || err.code != 0)
		return 2;
	settings.resources = &resources;
	if (cgroup_before_spawn(&limited, &settings, &err) != -EACCES)
		return 3;
	return strstr(err.text, "permission denied") ? 0 : 4;
}

static void an_ordinary_user_has_no_group_and_an_error_only_for_limits(void)
{
	struct cgroup none = { .kind = CGROUP_KIND_DISABLED };
	struct cgroup *group = plan("rootless");

	CHECK(has_exited_with(wait_for(spawn(&none, make_without_rights, group)), 0));
	CHECK(is_gone(group));
}

static void a_sub_group_is_entered(void)
{
	struct cgroup *group = make("exec", NULL), sub;
	pid_t *pids, pid;
	size_t n_pids;

	CHECK(has_exited_with(wait_for(spawn(group, make_groups_inside, group)), 0));
	if (has_controller(CGROUP_CONTROLLER_CPUSET) && host.kind == CGROUP_KIND_V1)
		CHECK_OK(cgroup_sub_group(&arena, group, "freezer:/inner", &sub, &err));
	else
		CHECK_OK(cgroup_sub_group(&arena, group, "inner", &sub, &err));
	pid = spawn(&sub, sleep_long, NULL);
	CHECK_OK(cgroup_list_pids(&arena, &sub, &pids, &n_pids, &err));
	CHECK(n_pids == 1 && pids[0] == pid);
	CHECK_REFUSED(cgroup_sub_group(&arena, group, "../x", &sub, &err), EINVAL, "\"..\"");
}

static int move_inside(void *context)
{
	const struct cgroup *group = context;
	char path[PATH_MAX];
	struct err err = ERR_INIT;

	snprintf(path, sizeof(path), "%s/init", group->dirs[0].path);
	if (mkdir(path, 0755) < 0 || cgroupfs_write(path, "cgroup.procs", "0", &err) < 0 ||
		cgroupfs_write(group->dirs[0].path, "cgroup.subtree_control", "+memory", &err) < 0)
		return 1;
	return sleep_long(NULL);
}

static void a_group_that_hands_controllers_down_is_entered_beside_its_first_process(void)
{
	AUTO_CGROUP_ENTRY entry = CGROUP_ENTRY_EMPTY;
	struct cgroup *group, inside;
	pid_t *pids, first, pid, copy;
	size_t n_pids;
	int pidfd;

	need(CGROUP_CONTROLLER_MEMORY);
	if (host.kind != CGROUP_KIND_V2)
		skip("v1 has no such rule");
	group = make("systemd-inside", NULL);
	first = spawn(group, move_inside, group);
	pause_msec(300);
	CHECK_OK(cgroup_open_entry(group, &entry, &err));
	CHECK_REFUSED(clone_copying_memory(&(struct clone_how){ .cgroup_fd = entry.into_fd }, &copy,
			      &pidfd, &err),
		EBUSY, "busy");
	CHECK_REFUSED(cgroup_add_process(group, getpid(), &err), EBUSY, "busy");
	CHECK_OK(cgroup_group_of_process(&arena, group, first, &inside, &err));
	pid = spawn(&inside, sleep_long, NULL);
	CHECK_OK(cgroup_list_pids(&arena, &inside, &pids, &n_pids, &err));
	CHECK(n_pids == 2 && pids[0] == first && pids[1] == pid);
	CHECK_REFUSED(cgroup_group_of_process(&arena, group, getpid(), &inside, &err), ESRCH,
		"is not in the cgroup");
}

/* ---- running ---- */

#define TEST(name)          \
	{                   \
#name, name \
	}

static const struct {
	const char *name;
	void (*run)(void);
} tests[] = {
	TEST(a_child_is_in_every_directory_from_its_first_moment),
	TEST(a_running_process_is_moved_into_every_directory),
	TEST(the_record_finds_the_group_again_and_removes_it),
	TEST(destroying_what_was_not_or_half_made_succeeds),
	TEST(parents_that_were_made_go_and_those_that_were_there_stay),
	TEST(a_shared_parent_goes_with_its_last_group),
	TEST(an_existing_empty_group_is_used_and_not_removed),
	TEST(an_occupied_group_is_refused),
	TEST(groups_made_inside_are_removed_with_it),
	TEST(a_living_process_keeps_the_group_and_is_named),
	TEST(a_hundred_groups_leave_nothing),
	TEST(more_memory_than_the_limit_kills_and_is_heard_of),
	TEST(update_lifts_and_lowers_the_memory_limit),
	TEST(a_memory_limit_below_the_usage_is_refused_where_the_config_asks_for_it),
	TEST(more_processes_than_the_limit_cannot_be_forked),
	TEST(a_process_limit_of_0_lets_the_first_process_live_alone),
	TEST(two_groups_share_the_limit_of_their_parent),
	TEST(a_busy_process_gets_no_more_cpu_time_than_its_quota),
	TEST(quota_and_period_change_in_whichever_order_the_kernel_takes),
	TEST(the_period_alone_keeps_the_quota),
	TEST(burst_follows_its_quota_up_and_down),
	TEST(shares_become_weight_and_idle_groups_have_none),
	TEST(a_quota_above_the_parents_is_explained_on_v1),
	TEST(only_the_listed_cpus_are_there),
	TEST(a_cpu_that_is_not_there_is_refused_with_its_field),
	TEST(v2_files_are_written_by_their_own_names),
	TEST(an_unknown_v2_file_is_an_error_that_names_it),
	TEST(a_limit_below_a_group_with_processes_says_what_to_do),
	TEST(a_throttled_disk_is_read_at_its_rate_until_that_is_lifted),
	TEST(block_io_has_a_weight),
	TEST(a_disk_that_is_not_there_is_named),
	TEST(huge_pages_are_limited_with_their_reservations),
	TEST(rdma_objects_are_limited),
	TEST(only_the_usual_devices_can_be_used_without_rules),
	TEST(a_rule_gives_the_access_it_names_and_no_other),
	TEST(everything_may_be_allowed_and_update_takes_it_back),
	TEST(a_usual_device_that_the_parent_denies_is_left_out),
	TEST(no_limit_lifts_what_an_existing_group_had),
	TEST(a_frozen_group_stands_still_until_it_is_thawed),
	TEST(a_group_below_a_frozen_one_is_refused),
	TEST(every_process_of_the_tree_is_killed),
	TEST(every_process_of_a_frozen_tree_is_killed),
	TEST(a_process_that_forks_away_all_the_time_is_killed),
	TEST(a_signal_reaches_each_process_once),
	TEST(statistics_show_what_a_process_uses),
	TEST(only_the_delegated_files_change_their_owner),
	TEST(an_ordinary_user_has_no_group_and_an_error_only_for_limits),
	TEST(a_sub_group_is_entered),
	TEST(a_group_that_hands_controllers_down_is_entered_beside_its_first_process),
};

static void kill_children(void)
{
	for (size_t i = 0; i < n_children; i++)
		if (children[i] > 0) {
			kill(children[i], SIGKILL);
			waitpid(children[i], NULL, 0);
		}
	n_children = 0;
}

/* Children of children are in the groups alone. */
static bool remove_groups(void)
{
	bool is_clean = true;

	for (size_t i = 0; i < n_made; i++) {
		struct err err = ERR_INIT;

		cgroup_set_frozen(&made[i], false, &err);
		cgroup_kill_all(&made[i], &err);
	}
	kill_children();
	while (n_made > 0) {
		struct err err = ERR_INIT;

		if (cgroup_destroy(&made[--n_made], &err) < 0) {
			printf("# %s\n", err.text);
			is_clean = false;
		}
		if (made[n_made].dirs[0].n_made > 0 && !is_gone(&made[n_made]))
			is_clean = false;
	}
	return is_clean;
}

static void run(const char *name, void (*test)(void))
{
	int result = setjmp(end_of_test);

	if (result == 0)
		test();
	if (!remove_groups() && result == 0) {
		printf("# groups are left\n");
		result = 1;
	}
	n_tests++;
	n_failed += result == 1;
	printf("%s %d - %s%s%s\n", result == 1 ? "not ok" : "ok", n_tests, name,
		result == 2 ? " # skip " : "", result == 2 ? skip_reason : "");
	fflush(stdout);
}

/* The group around all tests. */
static int make_parent(struct cgroup *ret)
{
	struct oci_device_rule all_devices = { .allow = true,
		.access = OCI_DEVICE_READ | OCI_DEVICE_WRITE | OCI_DEVICE_MKNOD };
	struct oci_resources resources = { .devices = &all_devices, .n_devices = 1 };
	struct cgroup_settings settings = { .resources = &resources };
	struct err err = ERR_INIT;
	char path[80];

	snprintf(path, sizeof(path), "/%s", parent);
	if (cgroup_plan_paths(&arena, &host, path, "x", ret, &err) < 0 ||
		cgroup_probe(ret, &err) < 0 || cgroup_before_spawn(ret, &settings, &err) < 0) {
		printf("not ok 1 - %s\n", err.text);
		return -1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	static const char *const kinds[] = { "disabled", "v1", "v2" };
	struct err err = ERR_INIT;
	struct cgroup top;

	if (cgroup_host_read(&arena, &host, &err) < 0 || host.kind == CGROUP_KIND_DISABLED) {
		printf("1..0 # skip no cgroups here: %s\n", err.text);
		return 0;
	}
	if (geteuid() != 0) {
		printf("1..0 # skip root only\n");
		return 0;
	}
	snprintf(parent, sizeof(parent), "hull-test-%d", (int)getpid());
	printf("# cgroup %s\n", kinds[host.kind]);
	if (make_parent(&top) < 0)
		return 1;
	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
		if (argc < 2 || strstr(tests[i].name, argv[1]))
			run(tests[i].name, tests[i].run);
	if (cgroup_destroy(&top, &err) < 0) {
		printf("not ok %d - %s\n", ++n_tests, err.text);
		n_failed++;
	}
	printf("1..%d\n", n_tests);
	arena_done(&arena);
	return n_failed > 0;
}
