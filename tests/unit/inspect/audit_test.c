/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checks on a snapshot as one of a default container is gathered. Each case changes one thing of
 * it, and exactly the check that looks at that thing must notice.
 */
#include <errno.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/stat.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/text.h"
#include "inspect/audit/audit.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define BIT(number)   (UINT64_C(1) << (number))

#define DEFAULT_CAPABILITIES UINT64_C(0xa80425fb) /* Docker's */

/* A snapshot, and everything that it points to. */
struct record {
	struct arena arena;
	struct audit_snapshot snapshot;
	struct audit_process processes[2];
	struct audit_file files[5];
	struct audit_mount mounts[4];
	struct sock_filter refuse[1];
	struct seccomp_filter filters[1];
	struct audit_probe_result probe;
	struct audit_limit limits[1];
	struct audit_limit_level levels[2];
	struct audit_listener listener;
	struct audit_published published;
	struct audit_id_range range, other_range;
	struct audit_other_ids other;
	struct audit_user user;
};

static void record_namespaces(struct record *record)
{
	for (int kind = 0; kind < NAMESPACE_KIND_COUNT; kind++)
		record->snapshot.namespaces[kind] = (struct audit_namespace){
			.inode = 4026532000u + (unsigned)kind,
			.owner = 4026531837,
			.is_owner_related = true,
			.is_host = kind == NAMESPACE_KIND_USER || kind == NAMESPACE_KIND_TIME,
		};
}

static void record_processes(struct record *record)
{
	for (size_t i = 0; i < LENGTH(record->processes); i++) {
		record->processes[i] = (struct audit_process){
			.pid = (pid_t)(1000 + i),
			.inside = (pid_t)(1 + i),
			.name = "web",
			.permitted = DEFAULT_CAPABILITIES,
			.effective = DEFAULT_CAPABILITIES,
			.bounding = DEFAULT_CAPABILITIES,
			.seccomp_mode = 2,
			.n_filters = 1,
			.label = "",
		};
		record->processes[i].is_in_host_namespace[NAMESPACE_KIND_USER] = true;
		record->processes[i].is_in_host_namespace[NAMESPACE_KIND_TIME] = true;
	}
	record->snapshot.processes = record->processes;
	record->snapshot.n_processes = LENGTH(record->processes);
	record->refuse[0] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, 0x00050001);
	record->filters[0] = (struct seccomp_filter){ record->refuse, 1 };
	record->snapshot.filters = record->filters;
	record->snapshot.n_filters = 1;
}

static void record_files(struct record *record)
{
	record->files[0] = (struct audit_file){ 1000, AUDIT_PLACE_DESCRIPTOR, 0, "/dev/null",
		AUDIT_SIDE_HOST, S_IFCHR, 1, 3, 0 };
	record->files[1] = (struct audit_file){ 1000, AUDIT_PLACE_DESCRIPTOR, 1, "pipe:[17]",
		AUDIT_SIDE_NOWHERE, S_IFIFO, 0, 0, 0 };
	record->files[2] = (struct audit_file){ 1000, AUDIT_PLACE_CWD, 0, "/", AUDIT_SIDE_INSIDE,
		S_IFDIR, 0, 0, 0 };
	record->files[3] = (struct audit_file){ 1000, AUDIT_PLACE_ROOT, 0, "/", AUDIT_SIDE_INSIDE,
		S_IFDIR, 0, 0, 0 };
	record->files[4] = (struct audit_file){ 1000, AUDIT_PLACE_PROGRAM, 0, "/bin/web",
		AUDIT_SIDE_INSIDE, S_IFREG, 0, 0, 0 };
	record->snapshot.files = record->files;
	record->snapshot.n_files = LENGTH(record->files);
}

static struct audit_mount mount_of(uint64_t id, uint64_t parent, const char *mount_point,
	const char *options, const char *type, const char *host_path)
{
	return (struct audit_mount){
		.info = { .id = id,
			.parent_id = parent,
			.root = "/",
			.mount_point = mount_point,
			.options = options,
			.type = type,
			.source = "x",
			.super_options = "rw" },
		.type = S_IFDIR,
		.host_path = host_path,
	};
}

static void record_mounts(struct record *record)
{
	record->mounts[0] = mount_of(1, 0, "/", "rw", "ext4", "/var/lib/c/rootfs");
	record->mounts[1] = mount_of(2, 1, "/proc", "rw,nosuid", "proc", NULL);
	record->mounts[2] = mount_of(3, 1, "/sys", "ro,nosuid", "sysfs", "/sys");
	record->mounts[3] = mount_of(4, 1, "/data", "rw", "ext4", "/srv/web/data");
	record->snapshot.mounts = record->mounts;
	record->snapshot.n_mounts = LENGTH(record->mounts);
}

static void record_inside(struct record *record)
{
	for (size_t i = 0; i < n_audit_probe_paths; i++)
		record->probe.paths[i] = (struct audit_probed){
			.is_tried = true,
			.error = audit_probe_paths[i].kind == AUDIT_PROBE_READ_ONLY ? EROFS : 0,
			.type = S_IFCHR,
			.major = 1,
			.minor = 3,
		};
	record->probe.nodes[0] = (struct audit_node){ "/dev/null", false, 1, 3, 0 };
	record->probe.n_nodes = 1;
	record->probe.is_complete = true;
	record->snapshot.probe = &record->probe;
	record->snapshot.device_rules = AUDIT_DEVICE_RULES_LIST;
	record->snapshot.device_list = "c *:* m\nb *:* m\nc 1:3 rwm\nc 136:* rwm";
}

static void record_rest(struct record *record)
{
	record->levels[0] = (struct audit_limit_level){ "/c", 1000 };
	record->levels[1] = (struct audit_limit_level){ "/", UINT64_MAX };
	record->limits[0] = (struct audit_limit){ .name = "memory",
		.unit = "bytes",
		.option = "--memory",
		.gain = "takes all",
		.levels = record->levels,
		.n_levels = 2 };
	record->snapshot.limits = record->limits;
	record->snapshot.n_limits = 1;
	record->snapshot.interfaces = "";
	record->listener = (struct audit_listener){ "tcp", "0.0.0.0", 22, false };
	record->range = (struct audit_id_range){ 0, 100000, 65536 };
	record->other_range = (struct audit_id_range){ 0, 165536, 65536 };
	record->other = (struct audit_other_ids){ "docker:other", &record->other_range, 1 };
	record->user = (struct audit_user){ 1000, "somebody" };
	record->snapshot.dmesg_restrict = record->snapshot.io_uring_disabled = 0;
	record->snapshot.bpf_disabled = 2;
	record->snapshot.perf_paranoid = 2;
	record->snapshot.legacy_tiocsti = 1;
	record->snapshot.max_user_namespaces = 1000;
}

static void record_default(struct record *record)
{
	memset(record, 0, sizeof(*record));
	record->snapshot.arena = &record->arena;
	record_namespaces(record);
	record_processes(record);
	record_files(record);
	record_mounts(record);
	record_inside(record);
	record_rest(record);
}

/* ---- one thing is different ---- */

static void share_pid(struct record *record)
{
	record->snapshot.namespaces[NAMESPACE_KIND_PID].is_host = true;
}

static void share_time(struct record *record)
{
	record->processes[1].bounding |= BIT(CAP_SYS_TIME);
}

static void be_owned_by_others(struct record *record)
{
	record->snapshot.namespaces[NAMESPACE_KIND_NET].is_owner_related = false;
}

static void stray(struct record *record)
{
	record->processes[1].is_in_host_namespace[NAMESPACE_KIND_MNT] = true;
}

static void get_capability(struct record *record)
{
	record->processes[1].permitted |= BIT(CAP_SYS_PTRACE);
}

static void get_unknown_capability(struct record *record)
{
	record->processes[0].bounding |= BIT(50);
}

static void inherit(struct record *record)
{
	record->processes[1].inheritable = BIT(CAP_CHOWN);
}

static void be_unconfined(struct record *record)
{
	record->snapshot.lsm = "apparmor";
	record->processes[0].label = "docker-default (enforce)";
	record->processes[1].label = "unconfined";
}

static void lose_filter(struct record *record)
{
	record->processes[1].seccomp_mode = 0;
	record->processes[1].n_filters = 0;
}

static void have_fewer_filters(struct record *record)
{
	record->processes[0].n_filters = 2;
}

static void hold_directory(struct record *record)
{
	record->files[1] = (struct audit_file){ 1001, AUDIT_PLACE_DESCRIPTOR, 7, "/sys/fs/cgroup",
		AUDIT_SIDE_HOST, S_IFDIR, 0, 0, 0 };
}

static void hold_directory_as_stream(struct record *record)
{
	hold_directory(record);
	record->files[1].number = 0;
}

static void hold_detached(struct record *record)
{
	hold_directory(record);
	record->files[1].side = AUDIT_SIDE_NOWHERE;
}

static void hold_namespace(struct record *record)
{
	hold_directory(record);
	record->files[1].link = "mnt:[4026531840]";
	record->files[1].type = S_IFREG;
	record->files[1].side = AUDIT_SIDE_NOWHERE;
}

static void hold_process(struct record *record)
{
	hold_directory(record);
	record->files[1].link = "anon_inode:[pidfd]";
	record->files[1].side = AUDIT_SIDE_NOWHERE;
	record->files[1].foreign_pid = 1;
}

static void hold_terminal(struct record *record)
{
	record->files[0] = (struct audit_file){ 1000, AUDIT_PLACE_DESCRIPTOR, 0, "/dev/pts/3",
		AUDIT_SIDE_HOST, S_IFCHR, 136, 3, 0 };
	record->refuse[0].k = 0x7fff0000; /* SECCOMP_RET_ALLOW */
	record->snapshot.filters_why = "not read here";
}

static void stand_outside(struct record *record)
{
	record->files[2].side = AUDIT_SIDE_HOST;
}

static void run_foreign_program(struct record *record)
{
	record->files[4].side = AUDIT_SIDE_HOST;
}

static void have_host_root(struct record *record)
{
	record->snapshot.is_root_host = true;
}

static void mount_host(struct record *record)
{
	record->mounts[3].host_path = "/";
}

static void mount_above_secret(struct record *record)
{
	record->mounts[3].host_path = "/var";
}

static void mount_socket(struct record *record)
{
	record->mounts[3].host_path = "/run/docker.sock";
	record->mounts[3].type = S_IFSOCK;
}

static void mount_debugfs(struct record *record)
{
	record->mounts[3] = mount_of(4, 1, "/data", "ro", "debugfs", NULL);
}

static void write_sysfs(struct record *record)
{
	record->mounts[2].info.options = "rw";
}

static void mount_host_proc(struct record *record)
{
	record->mounts[1].host_path = "/proc";
}

static void share_mount(struct record *record)
{
	record->mounts[3].is_host_peer = true;
}

static void write_below_read_only(struct record *record)
{
	record->mounts[3].info.options = "ro";
	record->mounts[2] = mount_of(9, 4, "/data/below", "rw", "ext4", "/srv/web/data/below");
}

static size_t probe_index(const char *path)
{
	for (size_t i = 0; i < n_audit_probe_paths; i++)
		if (text_equal(audit_probe_paths[i].path, path))
			return i;
	fail_msg("%s is not tried", path);
	return 0;
}

static void unmask(struct record *record)
{
	struct audit_probed *probed = &record->probe.paths[probe_index("/proc/kcore")];

	probed->type = S_IFREG;
	probed->has_content = true;
}

static void allow_write(struct record *record)
{
	record->probe.paths[probe_index("/proc/sysrq-trigger")].error = 0;
}

static void show_addresses(struct record *record)
{
	record->probe.paths[probe_index("/proc/kallsyms")].has_content = true;
}

static void allow_device(struct record *record)
{
	record->snapshot.device_list = "c 1:3 rwm\nb 8:16 r";
}

static void allow_all_devices(struct record *record)
{
	record->snapshot.device_list = "a *:* rwm";
}

/* Of a user namespace of its own, whose ids are nobody's. */
static void allow_all_devices_to_nobody(struct record *record)
{
	allow_all_devices(record);
	record->snapshot.namespaces[NAMESPACE_KIND_USER].is_host = false;
	for (size_t i = 0; i < LENGTH(record->processes); i++)
		record->processes[i].is_in_host_namespace[NAMESPACE_KIND_USER] = false;
	record->snapshot.uid_ranges = &record->range;
	record->snapshot.n_uid_ranges = 1;
}

static void have_no_rules(struct record *record)
{
	record->snapshot.device_rules = AUDIT_DEVICE_RULES_NONE;
}

static void have_node(struct record *record)
{
	record->probe.nodes[0] = (struct audit_node){ "/dev/tun", false, 10, 200, -1 };
	record->snapshot.device_list = "c 10:200 rw";
}

static void map_host_root(struct record *record)
{
	record->snapshot.namespaces[NAMESPACE_KIND_USER].is_host = false;
	for (size_t i = 0; i < LENGTH(record->processes); i++)
		record->processes[i].is_in_host_namespace[NAMESPACE_KIND_USER] = false;
	record->snapshot.uid_ranges = &record->range;
	record->snapshot.n_uid_ranges = 1;
	record->snapshot.host_users = &record->user;
	record->snapshot.n_host_users = 1;
	record->user.uid = 100001;
}

static void map_as_another(struct record *record)
{
	map_host_root(record);
	record->user.uid = 1000;
	record->snapshot.others = &record->other;
	record->snapshot.n_others = 1;
	record->other_range.outside = 165535;
}

static void publish(struct record *record)
{
	record->published = (struct audit_published){ NULL, 8080, "10.88.0.2", 80 };
	record->snapshot.published = &record->published;
	record->snapshot.n_published = 1;
	record->snapshot.interfaces = "eth0";
}

static void publish_here_only(struct record *record)
{
	publish(record);
	record->published.host_address = "127.0.0.1";
}

static void share_network(struct record *record)
{
	record->snapshot.namespaces[NAMESPACE_KIND_NET].is_host = true;
}

/* checks: which must not hold, separated by spaces; "" for none */
static const struct {
	void (*change)(struct record *record);
	const char *checks;
} cases[] = {
	{ share_pid, "namespace/pid" },
	{ share_time, "namespace/user namespace/time capabilities" },
	{ be_owned_by_others, "namespace/net" },
	{ stray, "namespace/mnt" },
	{ get_capability, "namespace/user capabilities" },
	{ get_unknown_capability, "namespace/user capabilities" },
	{ inherit, "capabilities/inheritable" },
	{ be_unconfined, "lsm" },
	{ lose_filter, "seccomp" },
	{ have_fewer_filters, "seccomp" },
	{ hold_directory, "descriptors" },
	{ hold_directory_as_stream, "descriptors" },
	{ hold_detached, "descriptors" },
	{ hold_namespace, "descriptors" },
	{ hold_process, "descriptors" },
	{ hold_terminal, "terminal" },
	{ stand_outside, "cwd" },
	{ run_foreign_program, "program" },
	{ have_host_root, "root" },
	{ mount_host, "mounts/host" },
	{ mount_above_secret, "mounts/host" },
	{ mount_socket, "mounts/sockets" },
	{ mount_debugfs, "mounts/kernel" },
	{ write_sysfs, "mounts/kernel" },
	{ mount_host_proc, "mounts/namespaced" },
	{ share_mount, "mounts/propagation" },
	{ write_below_read_only, "mounts/read-only" },
	{ unmask, "masks" },
	{ allow_write, "read-only" },
	{ show_addresses, "kernel-addresses" },
	{ allow_device, "devices/rules" },
	{ allow_all_devices, "devices/rules" },
	{ allow_all_devices_to_nobody, "" },
	{ have_no_rules, "devices/rules" },
	{ have_node, "devices/nodes" },
	{ map_host_root, "ids" },
	{ map_as_another, "ids" },
	{ publish, "network/published" },
	{ publish_here_only, "" },
	{ share_network, "namespace/net network/host network/published" },
};

static const char *not_holding(struct record *record)
{
	struct audit_results results = { .arena = &record->arena };
	const char *names = "", *last = "";

	audit_check(&record->snapshot, &results);
	assert_true(results.n_items > 25);
	for (size_t i = 0; i < results.n_items; i++) {
		const struct audit_result *result = &results.items[i];

		assert_true(result->check[0] && result->detail[0]);
		assert_non_null(result->gain);
		assert_non_null(result->closes);
		if (result->outcome != AUDIT_DOES_NOT_HOLD || text_equal(result->check, last))
			continue;
		last = result->check;
		names = arena_printf(
			&record->arena, "%s%s%s", names, names[0] ? " " : "", result->check);
	}
	return names;
}

static void a_default_container_holds(void **state)
{
	struct record record;

	record_default(&record);
	assert_string_equal(not_holding(&record), "");
	arena_done(&record.arena);
}

static void each_hole_is_found_by_its_check_and_no_other(void **state)
{
	for (size_t i = 0; i < LENGTH(cases); i++) {
		struct record record;
		const char *found;

		record_default(&record);
		cases[i].change(&record);
		found = not_holding(&record);
		if (!text_equal(found, cases[i].checks))
			fail_msg("case %zu: expected \"%s\", found \"%s\"", i, cases[i].checks,
				found);
		arena_done(&record.arena);
	}
}

static enum audit_outcome outcome_of(struct record *record, const char *check)
{
	struct audit_results results = { .arena = &record->arena };

	audit_check(&record->snapshot, &results);
	for (size_t i = 0; i < results.n_items; i++)
		if (text_equal(results.items[i].check, check))
			return results.items[i].outcome;
	fail_msg("there is no check %s", check);
	return AUDIT_OUTCOME_COUNT;
}

static void what_could_not_be_read_was_not_tried(void **state)
{
	static const char *const checks[] = { "namespace/ipc", "seccomp", "system-calls", "keys",
		"mounts", "masks", "read-only", "kernel-addresses", "devices/nodes",
		"devices/rules", "limits/memory", "network", "descriptors" };
	struct record record;

	record_default(&record);
	record.snapshot.namespaces[NAMESPACE_KIND_IPC].inode = 0;
	record.snapshot.filters_why = record.snapshot.mounts_why = record.snapshot.probe_why =
		record.snapshot.devices_why = record.snapshot.network_why = record.limits[0].why =
			"it may not be read";
	record.snapshot.n_files_hidden = 1;
	for (size_t i = 0; i < LENGTH(checks); i++)
		if (outcome_of(&record, checks[i]) != AUDIT_NOT_TRIED)
			fail_msg("%s was tried", checks[i]);
	assert_string_equal(not_holding(&record), "");
	arena_done(&record.arena);
}

static void a_target_without_processes_is_no_container_that_holds(void **state)
{
	struct record record;

	record_default(&record);
	record.snapshot.n_processes = record.snapshot.n_files = 0;
	assert_int_equal(outcome_of(&record, "capabilities"), AUDIT_NOT_TRIED);
	assert_int_equal(outcome_of(&record, "seccomp"), AUDIT_NOT_TRIED);
	assert_int_equal(outcome_of(&record, "descriptors"), AUDIT_NOT_TRIED);
	arena_done(&record.arena);
}

/* With no_new_privs what a process does not have it does not come to. */
static void the_bounding_set_counts_only_where_privileges_can_be_gained(void **state)
{
	struct record record;

	record_default(&record);
	record.processes[0].bounding = record.processes[1].bounding = UINT64_MAX;
	assert_int_equal(outcome_of(&record, "capabilities"), AUDIT_DOES_NOT_HOLD);
	record.processes[0].no_new_privileges = record.processes[1].no_new_privileges = true;
	assert_int_equal(outcome_of(&record, "capabilities"), AUDIT_HOLDS);
	arena_done(&record.arena);
}

static void without_a_filter_what_needs_a_capability_is_still_refused(void **state)
{
	struct record record;

	record_default(&record);
	record.snapshot.n_filters = 0;
	record.processes[0].seccomp_mode = record.processes[1].seccomp_mode = 0;
	assert_int_equal(outcome_of(&record, "system-calls/modules"), AUDIT_HOLDS);
	assert_int_equal(outcome_of(&record, "system-calls/mounts"), AUDIT_DOES_NOT_HOLD);
	record.snapshot.max_user_namespaces = 0;
	assert_int_equal(outcome_of(&record, "system-calls/mounts"), AUDIT_HOLDS);
	assert_int_equal(outcome_of(&record, "system-calls/user-namespaces"), AUDIT_HOLDS);
	assert_int_equal(outcome_of(&record, "system-calls/log"), AUDIT_DOES_NOT_HOLD);
	record.snapshot.dmesg_restrict = 1;
	assert_int_equal(outcome_of(&record, "system-calls/log"), AUDIT_HOLDS);
	arena_done(&record.arena);
}

static void the_least_limit_above_is_the_one(void **state)
{
	struct record record;
	struct audit_results results = { .arena = &record.arena };

	record_default(&record);
	record.levels[1].value = 500;
	audit_check(&record.snapshot, &results);
	for (size_t i = 0; i < results.n_items; i++)
		if (text_equal(results.items[i].check, "limits/memory"))
			assert_string_equal(
				results.items[i].detail, "500 bytes, the least of 2 groups, in /");
	record.levels[0].value = record.levels[1].value = UINT64_MAX;
	assert_int_equal(outcome_of(&record, "limits/memory"), AUDIT_NOT_TRIED);
	arena_done(&record.arena);
}

static void an_ordinary_users_own_id_is_no_hole(void **state)
{
	struct record record;

	record_default(&record);
	map_host_root(&record);
	record.snapshot.has_owner_uid = true;
	record.snapshot.owner_uid = record.user.uid;
	assert_int_equal(outcome_of(&record, "ids"), AUDIT_HOLDS);
	record.snapshot.n_host_users = 0;
	assert_int_equal(outcome_of(&record, "ids"), AUDIT_NOT_TRIED);
	arena_done(&record.arena);
}

/* What failed for a reason of its own says nothing about the container. */
static void an_error_is_not_a_refusal(void **state)
{
	struct record record;

	record_default(&record);
	record.probe.paths[probe_index("/proc/kcore")].error = EIO;
	record.probe.paths[probe_index("/proc/sysrq-trigger")].error = ENOMEM;
	record.probe.are_nodes_cut_off = true;
	record.mounts[3].type = 0;
	record.snapshot.n_processes_hidden = 1;
	assert_int_equal(outcome_of(&record, "masks"), AUDIT_NOT_TRIED);
	assert_int_equal(outcome_of(&record, "read-only"), AUDIT_NOT_TRIED);
	assert_int_equal(outcome_of(&record, "devices/nodes"), AUDIT_NOT_TRIED);
	assert_int_equal(outcome_of(&record, "mounts/sockets"), AUDIT_NOT_TRIED);
	assert_int_equal(outcome_of(&record, "capabilities"), AUDIT_NOT_TRIED);
	assert_int_equal(outcome_of(&record, "seccomp"), AUDIT_NOT_TRIED);
	assert_string_equal(not_holding(&record), "");
	arena_done(&record.arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_default_container_holds),
		cmocka_unit_test(each_hole_is_found_by_its_check_and_no_other),
		cmocka_unit_test(what_could_not_be_read_was_not_tried),
		cmocka_unit_test(a_target_without_processes_is_no_container_that_holds),
		cmocka_unit_test(the_bounding_set_counts_only_where_privileges_can_be_gained),
		cmocka_unit_test(without_a_filter_what_needs_a_capability_is_still_refused),
		cmocka_unit_test(the_least_limit_above_is_the_one),
		cmocka_unit_test(an_ordinary_users_own_id_is_no_hole),
		cmocka_unit_test(an_error_is_not_a_refusal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
