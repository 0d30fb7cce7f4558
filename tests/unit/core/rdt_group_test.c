/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Planning, making, entering and removing groups of resctrl, on a recorded file tree in a temporary
 * directory. As the kernel does it, making a directory there fills it with files, and removing it
 * takes them along; the two calls are replaced below.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "core/rdt/internal.h"

#define ROOT_SCHEMATA "    MB:0=100;1=100\n    L3:0=7ff;1=7ff\n"

static struct arena arena;
static char top[64];
static int made_errno;       /* of the next mkdir; 0: it works */
static int schemata_pipe[2]; /* what is written into new groups */

static const char *at(const char *path)
{
	return arena_printf(&arena, "%s/%s", top, path);
}

static void put(const char *path, const char *content)
{
	FILE *file = fopen(at(path), "w");

	assert_non_null(file);
	fputs(content, file);
	fclose(file);
}

static const char *get(const char *path)
{
	FILE *file = fopen(at(path), "r");
	char *text = arena_alloc(&arena, 4096);

	assert_non_null(file);
	assert_true(fread(text, 1, 4095, file) < 4095);
	fclose(file);
	return text;
}

static bool exists(const char *path)
{
	return access(at(path), F_OK) == 0;
}

/* ---- the kernel ---- */

static void fill(const char *path)
{
	bool is_mon = strstr(path, "/mon_groups/") != NULL;
	const char *name = path + strlen(top) + 1;

	put(arena_printf(&arena, "%s/tasks", name), "");
	if (is_mon)
		return;
	mkdirat(AT_FDCWD, arena_printf(&arena, "%s/mon_groups", path), 0755);
	assert_int_equal(symlink(arena_printf(&arena, "/proc/self/fd/%d", schemata_pipe[1]),
				 arena_printf(&arena, "%s/schemata", path)),
		0);
}

int mkdir(const char *path, mode_t mode)
{
	if (made_errno) {
		errno = made_errno;
		made_errno = 0;
		return -1;
	}
	if (mkdirat(AT_FDCWD, path, mode) < 0)
		return -1;
	fill(path);
	return 0;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	return unlinkat(AT_FDCWD, path, type == FTW_DP ? AT_REMOVEDIR : 0);
}

int rmdir(const char *path)
{
	if (access(path, F_OK) < 0)
		return -1;
	return nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void make_group(const char *name, const char *schemata)
{
	assert_int_equal(mkdirat(AT_FDCWD, at(name), 0755), 0);
	assert_int_equal(
		mkdirat(AT_FDCWD, at(arena_printf(&arena, "%s/mon_groups", name)), 0755), 0);
	put(arena_printf(&arena, "%s/schemata", name), schemata);
	put(arena_printf(&arena, "%s/tasks", name), "");
}

static int set_up(void **state)
{
	static const char *const dirs[] = { "info", "info/L3", "info/MB", "info/L3_MON",
		"mon_groups", "mon_data" };

	made_errno = 0;
	snprintf(top, sizeof(top), "/tmp/hull-rdt-test-XXXXXX");
	if (!mkdtemp(top) || pipe2(schemata_pipe, O_CLOEXEC | O_NONBLOCK) < 0)
		return -1;
	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++)
		assert_int_equal(mkdirat(AT_FDCWD, at(dirs[i]), 0755), 0);
	put("schemata", ROOT_SCHEMATA);
	put("tasks", "");
	put("info/last_cmd_status", "ok\n");
	put("info/L3/cbm_mask", "7ff\n");
	put("info/L3/min_cbm_bits", "2\n");
	put("info/L3/num_closids", "16\n");
	put("info/MB/bandwidth_gran", "10\n");
	put("info/MB/delay_linear", "1\n");
	put("info/MB/min_bandwidth", "10\n");
	put("info/MB/num_closids", "8\n");
	return 0;
}

static int tear_down(void **state)
{
	int r = nftw(top, remove_one, 16, FTW_DEPTH | FTW_PHYS);

	close(schemata_pipe[0]);
	close(schemata_pipe[1]);
	arena_done(&arena);
	arena = ARENA_INIT;
	return r;
}

/* ---- what is tested ---- */

static struct rdt_host host(void)
{
	return (struct rdt_host){ .mount = top, .is_known = true };
}

static const char *written(void)
{
	char *text = arena_alloc(&arena, 4096);
	ssize_t n = read(schemata_pipe[0], text, 4095);

	assert_true(n >= 0 || errno == EAGAIN);
	return text;
}

static struct rdt_group *plan(const struct oci_intel_rdt *config)
{
	const struct rdt_host here = host();
	struct err err = ERR_INIT;
	struct rdt_group *group = NULL;

	if (rdt_plan(&arena, &here, config, "c1", &group, &err) < 0)
		fail_msg("%s", err.text);
	return group;
}

static struct rdt_made make(const struct rdt_group *group, const struct oci_intel_rdt *config)
{
	const struct rdt_host here = host();
	struct rdt_made made = { false, false };
	struct err err = ERR_INIT;

	if (rdt_make(&arena, &here, group, config, "c1", &made, &err) < 0)
		fail_msg("%s", err.text);
	return made;
}

static void assert_plan_is_refused(
	const struct oci_intel_rdt *config, int code, const char *field, const char *text)
{
	const struct rdt_host here = host();
	struct rdt_group *group = NULL;
	struct err err = ERR_INIT;

	assert_int_equal(rdt_plan(&arena, &here, config, "c1", &group, &err), -code);
	assert_string_equal(err.config, field);
	if (!strstr(err.text, text))
		fail_msg("\"%s\" is not in \"%s\"", text, err.text);
	assert_null(group);
}

static void assert_make_is_refused(const struct rdt_group *group,
	const struct oci_intel_rdt *config, int code, const char *field)
{
	const struct rdt_host here = host();
	struct rdt_made made = { false, false };
	struct err err = ERR_INIT;

	assert_int_equal(rdt_make(&arena, &here, group, config, "c1", &made, &err), -code);
	assert_string_equal(err.config, field);
	assert_false(made.group || made.mon_group);
}

/* ---- the host ---- */

static void no_configuration_is_no_group(void **state)
{
	struct rdt_group *group = NULL;
	const struct rdt_host none = { NULL, false, false };
	struct rdt_stats stats;
	struct err err = ERR_INIT;

	assert_int_equal(rdt_plan(&arena, &none, NULL, "c1", &group, &err), 0);
	assert_null(group);
	assert_int_equal(rdt_enter(&arena, NULL, "c1", 1, &err), 0);
	assert_int_equal(rdt_remove(&arena, NULL, "c1", &err), 0);
	assert_int_equal(rdt_read_stats(&arena, NULL, "c1", &stats, &err), 0);
	assert_false(stats.l3_info.is_present);
}

static void a_host_without_resctrl_is_refused_with_the_cause(void **state)
{
	const struct oci_intel_rdt config = { .clos_id = "/" };
	struct rdt_host none = { NULL, false, false };
	struct rdt_group *group = NULL;
	struct err err = ERR_INIT;

	assert_int_equal(rdt_plan(&arena, &none, &config, "c1", &group, &err), -ENOTSUP);
	assert_string_equal(err.config, "/linux/intelRdt");
	assert_non_null(strstr(err.text, "CONFIG_X86_CPU_RESCTRL"));
	none.is_known = true;
	assert_int_equal(rdt_plan(&arena, &none, &config, "c1", &group, &err), -ENOTSUP);
	assert_non_null(strstr(err.text, "no resctrl file system is mounted"));
	assert_non_null(strstr(err.hint, "mount -t resctrl"));
}

static void a_resource_that_the_machine_lacks_is_refused_with_its_field(void **state)
{
	const struct oci_intel_rdt cache = { .l3_cache_schema = "L3:0=f" };
	const struct oci_intel_rdt bandwidth = { .mem_bw_schema = "MB:0=20" };

	put("schemata", "MB:0=100\n");
	assert_plan_is_refused(&cache, ENOTSUP, RDT_CONFIG "/l3CacheSchema", "L3 cache");
	plan(&bandwidth);
	put("schemata", "L3:0=7ff\n");
	assert_plan_is_refused(&bandwidth, ENOTSUP, RDT_CONFIG "/memBwSchema", "memory bandwidth");
	plan(&cache);
	put("schemata", "L3CODE:0=7ff\nL3DATA:0=7ff\n");
	plan(&cache);
	put("schemata", "SMBA:0=100\n");
	assert_plan_is_refused(&bandwidth, ENOTSUP, RDT_CONFIG "/memBwSchema", "memory bandwidth");
}

/* ---- which group ---- */

static void without_clos_id_the_group_has_the_containers_id_and_goes_with_it(void **state)
{
	const struct oci_intel_rdt config = { .clos_id = NULL };
	struct rdt_group *group = plan(&config);
	struct err err = ERR_INIT;
	struct rdt_made made;

	assert_string_equal(group->clos_id, "c1");
	assert_true(group->is_own);
	assert_false(exists("c1"));
	made = make(group, &config);
	assert_true(made.group);
	assert_true(exists("c1"));
	assert_string_equal(written(), "");
	assert_int_equal(rdt_remove(&arena, group, "c1", &err), 0);
	assert_false(exists("c1"));
	assert_int_equal(rdt_remove(&arena, group, "c1", &err), 0);
}

static void a_group_with_the_containers_id_that_was_there_is_refused_and_stays(void **state)
{
	const struct oci_intel_rdt config = { .clos_id = NULL };

	make_group("c1", "L3:0=f\n");
	assert_plan_is_refused(&config, EEXIST, RDT_CONFIG, "there already");
	assert_true(exists("c1"));
}

static void a_clos_id_with_schemata_is_made_and_stays(void **state)
{
	const struct oci_intel_rdt config = {
		.clos_id = "gold",
		.l3_cache_schema = "L3:0=7f0",
		.mem_bw_schema = "MB:0=20",
		.schemata = (const char *[]){ "L3:1=1f" },
		.n_schemata = 1,
	};
	struct rdt_group *group = plan(&config);
	struct err err = ERR_INIT;

	assert_false(group->is_own);
	assert_true(make(group, &config).group);
	assert_string_equal(written(), "L3:0=7f0\nMB:0=20\nL3:1=1f\n");
	assert_int_equal(rdt_remove(&arena, group, "c1", &err), 0);
	assert_true(exists("gold"));
}

static void a_clos_id_alone_has_to_be_there(void **state)
{
	const struct oci_intel_rdt config = { .clos_id = "gold" };
	struct err err = ERR_INIT;
	struct rdt_group *group;

	assert_plan_is_refused(&config, ENOENT, RDT_CONFIG "/closID", "there is no group");
	make_group("gold", "L3:0=f\n");
	group = plan(&config);
	assert_false(make(group, &config).group);
	assert_string_equal(get("gold/schemata"), "L3:0=f\n");
	assert_int_equal(rdt_remove(&arena, group, "c1", &err), 0);
	assert_true(exists("gold"));
}

static void a_group_that_is_there_and_equal_is_joined_unchanged(void **state)
{
	const struct oci_intel_rdt config = {
		.clos_id = "gold",
		.l3_cache_schema = "L3:0=0x7F0",
		.mem_bw_schema = "MB:0=25",
		.schemata = (const char *[]){ "L3:1=1f" },
		.n_schemata = 1,
	};
	const char *schemata = "    MB:0= 30;1= 70\n    L3:0=7f0;1=01f\n";
	struct rdt_made made;

	make_group("gold", schemata);
	made = make(plan(&config), &config);
	assert_false(made.group);
	assert_string_equal(get("gold/schemata"), schemata);
}

static void a_group_that_is_there_and_differs_is_refused_with_the_field(void **state)
{
	struct oci_intel_rdt config = { .clos_id = "gold", .l3_cache_schema = "L3:0=f" };

	make_group("gold", "MB:0=30;1=70\nL3:0=7f0;1=1f\n");
	assert_plan_is_refused(&config, EEXIST, RDT_CONFIG "/l3CacheSchema", "has L3:0=7f0, not f");
	config.l3_cache_schema = "L3:0=7f0";
	config.mem_bw_schema = "MB:1=60";
	assert_plan_is_refused(&config, EEXIST, RDT_CONFIG "/memBwSchema", "has MB:1=70, not 60");
	config.mem_bw_schema = NULL;
	config.schemata = (const char *[]){ "L3:1=1f", "L3:2=1" };
	config.n_schemata = 2;
	assert_plan_is_refused(&config, EEXIST, RDT_CONFIG "/schemata/1", "has no L3:2=");
	config.schemata = (const char *[]){ "L2:0=1" };
	config.n_schemata = 1;
	assert_plan_is_refused(&config, EEXIST, RDT_CONFIG "/schemata/0", "has no L2:0=");
}

static void a_later_field_decides_what_a_group_that_is_there_has_to_have(void **state)
{
	const struct oci_intel_rdt config = {
		.clos_id = "gold",
		.l3_cache_schema = "L3:0=f",
		.schemata = (const char *[]){ "L3:0=7f0" },
		.n_schemata = 1,
	};

	make_group("gold", "L3:0=7f0\n");
	plan(&config);
}

static void bandwidth_in_megabytes_is_not_rounded(void **state)
{
	const struct oci_intel_rdt config = { .clos_id = "gold", .mem_bw_schema = "MB:0=25" };
	struct rdt_host here = host();
	struct rdt_group *group;
	struct err err = ERR_INIT;

	make_group("gold", "MB:0=25\n");
	assert_plan_is_refused(&config, EEXIST, RDT_CONFIG "/memBwSchema", "has MB:0=25, not 25");
	here.is_mbps = true;
	assert_int_equal(rdt_plan(&arena, &here, &config, "c1", &group, &err), 0);
}

static void the_default_group_is_joined_and_never_changed(void **state)
{
	struct oci_intel_rdt config = { .clos_id = "/" };
	struct rdt_group *group = plan(&config);
	struct err err = ERR_INIT;

	assert_false(make(group, &config).group);
	assert_int_equal(rdt_enter(&arena, group, "c1", 4711, &err), 0);
	assert_string_equal(get("tasks"), "4711");
	assert_int_equal(rdt_remove(&arena, group, "c1", &err), 0);
	assert_true(exists("schemata"));
	config.l3_cache_schema = "L3:0=7ff";
	plan(&config);
	config.l3_cache_schema = "L3:0=f";
	assert_plan_is_refused(&config, EEXIST, RDT_CONFIG "/l3CacheSchema", "has L3:0=7ff, not f");
	assert_int_equal(rdt_check_write(&arena, group, &config, &err), -EPERM);
	assert_string_equal(get("schemata"), ROOT_SCHEMATA);
}

static void names_that_are_not_those_of_groups_are_refused(void **state)
{
	static const char *const names[] = { ".", "..", "info", "mon_data", "mon_groups", "a/b",
		"/a", "a\nb", "a\tb" };
	const struct rdt_host here = host();
	const struct oci_intel_rdt unnamed = { .clos_id = NULL };
	struct err err = ERR_INIT;
	struct rdt_group *group;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const struct oci_intel_rdt config = { .clos_id = names[i] };

		assert_plan_is_refused(&config, EINVAL, RDT_CONFIG "/closID", "cannot be the name");
	}
	assert_int_equal(rdt_plan(&arena, &here, &unnamed, "info", &group, &err), -EINVAL);
	assert_non_null(strstr(err.hint, "closID"));
	assert_true(rdt_is_group_name("a.b c"));
	assert_false(rdt_is_group_name(""));
}

/* ---- processes, monitoring ---- */

static void the_process_enters_its_group(void **state)
{
	const struct oci_intel_rdt config = { .clos_id = NULL };
	struct rdt_group *group = plan(&config);
	struct err err = ERR_INIT;

	make(group, &config);
	assert_int_equal(rdt_enter(&arena, group, "c1", 4711, &err), 0);
	assert_string_equal(get("c1/tasks"), "4711");
	assert_string_equal(get("tasks"), "");
}

static void monitoring_has_a_group_of_its_own_that_always_goes(void **state)
{
	const struct oci_intel_rdt config = { .clos_id = "gold", .enable_monitoring = true };
	struct err err = ERR_INIT;
	struct rdt_group *group;

	make_group("gold", "L3:0=f\n");
	group = plan(&config);
	assert_true(make(group, &config).mon_group);
	assert_int_equal(rdt_enter(&arena, group, "c1", 4711, &err), 0);
	assert_string_equal(get("gold/tasks"), "4711");
	assert_string_equal(get("gold/mon_groups/c1/tasks"), "4711");
	assert_int_equal(rdt_remove(&arena, group, "c1", &err), 0);
	assert_false(exists("gold/mon_groups/c1"));
	assert_true(exists("gold"));
}

static void monitoring_in_the_default_group_and_in_ones_own(void **state)
{
	struct oci_intel_rdt config = { .clos_id = "/", .enable_monitoring = true };
	struct err err = ERR_INIT;
	struct rdt_group *group = plan(&config);

	make(group, &config);
	assert_true(exists("mon_groups/c1"));
	assert_int_equal(rdt_remove(&arena, group, "c1", &err), 0);
	assert_false(exists("mon_groups/c1"));
	config.clos_id = NULL;
	group = plan(&config);
	make(group, &config);
	assert_true(exists("c1/mon_groups/c1"));
	assert_int_equal(rdt_remove(&arena, group, "c1", &err), 0);
	assert_false(exists("c1"));
}

static void monitoring_that_cannot_be_had_is_refused_and_undone(void **state)
{
	const struct oci_intel_rdt config = { .clos_id = "gold", .enable_monitoring = true };
	struct rdt_group *group;

	make_group("gold", "L3:0=f\n");
	group = plan(&config);
	made_errno = ENOSPC;
	assert_make_is_refused(group, &config, ENOSPC, RDT_CONFIG "/enableMonitoring");
	mkdirat(AT_FDCWD, at("gold/mon_groups/c1"), 0755);
	assert_plan_is_refused(&config, EEXIST, RDT_CONFIG "/enableMonitoring", "is there already");
	assert_int_equal(rmdir(at("mon_groups")), 0);
	assert_plan_is_refused(&config, ENOTSUP, RDT_CONFIG "/enableMonitoring", "no monitoring");
}

/* ---- failures ---- */

static void a_group_without_a_free_class_is_refused(void **state)
{
	const struct oci_intel_rdt config = { .clos_id = NULL };
	struct rdt_group *group = plan(&config);

	made_errno = ENOSPC;
	assert_make_is_refused(group, &config, ENOSPC, RDT_CONFIG);
	assert_false(exists("c1"));
}

static void a_group_that_came_between_is_not_taken_for_ones_own(void **state)
{
	const struct oci_intel_rdt config = { .clos_id = NULL };
	struct rdt_group *group = plan(&config);

	make_group("c1", "L3:0=f\n");
	assert_make_is_refused(group, &config, EEXIST, RDT_CONFIG);
	assert_true(exists("c1"));
}

static void a_clos_id_that_came_between_is_compared(void **state)
{
	const struct oci_intel_rdt config = { .clos_id = "gold", .l3_cache_schema = "L3:0=f" };
	struct rdt_group *group = plan(&config);

	make_group("gold", "L3:0=7f0\n");
	assert_make_is_refused(group, &config, EEXIST, RDT_CONFIG "/l3CacheSchema");
	assert_true(exists("gold"));
	assert_string_equal(get("gold/schemata"), "L3:0=7f0\n");
}

static void schemata_that_the_kernel_refuses_leave_nothing(void **state)
{
	const struct oci_intel_rdt config = { .clos_id = "gold", .mem_bw_schema = "MB:0=20" };
	struct rdt_group *group = plan(&config);
	const struct rdt_host here = host();
	struct rdt_made made = { false, false };
	struct err err = ERR_INIT;

	put("info/last_cmd_status", "MB value 20 out of range [30,100]\n");
	signal(SIGPIPE, SIG_IGN);
	close(schemata_pipe[0]);
	assert_int_equal(rdt_make(&arena, &here, group, &config, "c1", &made, &err), -EPIPE);
	schemata_pipe[0] = open("/dev/null", O_RDONLY | O_CLOEXEC);
	assert_string_equal(err.config, RDT_CONFIG "/memBwSchema");
	assert_string_equal(err.hint, "the kernel says: MB value 20 out of range [30,100]");
	assert_non_null(strstr(err.text, "write \"MB:0=20\" to "));
	assert_false(exists("gold"));
	assert_false(made.group);
}

static void undoing_leaves_a_group_that_others_have_entered(void **state)
{
	const struct oci_intel_rdt config = {
		.clos_id = "gold",
		.mem_bw_schema = "MB:0=20",
		.enable_monitoring = true,
	};
	struct rdt_group *group = plan(&config);
	struct rdt_made made = make(group, &config);

	put("gold/tasks", "99\n");
	rdt_undo(&arena, group, "c1", &made);
	assert_false(exists("gold/mon_groups/c1"));
	assert_true(exists("gold"));
	put("gold/tasks", "");
	rdt_undo(&arena, group, "c1", &made);
	assert_false(exists("gold"));
}

static void a_locked_resctrl_is_waited_for_and_then_refused(void **state)
{
	const struct oci_intel_rdt config = { .clos_id = NULL };
	struct rdt_group *group = plan(&config);
	int fd = open(top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	assert_int_equal(flock(fd, LOCK_EX), 0);
	assert_make_is_refused(group, &config, EBUSY, RDT_CONFIG);
	close(fd);
	assert_false(exists("c1"));
}

/* ---- later ---- */

static void an_update_writes_the_given_lines(void **state)
{
	const struct oci_intel_rdt made_of = { .clos_id = NULL };
	const struct oci_intel_rdt change = {
		.l3_cache_schema = "L3:0=3",
		.mem_bw_schema = "MB:0=50",
	};
	struct rdt_group *group = plan(&made_of);
	struct err err = ERR_INIT;

	make(group, &made_of);
	assert_int_equal(rdt_check_write(&arena, group, &change, &err), 0);
	assert_int_equal(rdt_write_schemata(&arena, group, &change, &err), 0);
	assert_string_equal(written(), "L3:0=3\nMB:0=50\n");
	put("schemata", "L3:0=7ff\n");
	assert_int_equal(rdt_check_write(&arena, group, &change, &err), -ENOTSUP);
	assert_string_equal(err.config, RDT_CONFIG "/memBwSchema");
}

static void all_threads_of_a_process_enter(void **state)
{
	const struct oci_intel_rdt config = { .clos_id = NULL };
	struct rdt_group *group = plan(&config);
	pid_t gone_too[] = { 0x7ffffff0, getpid() };
	struct err err = ERR_INIT;

	make(group, &config);
	assert_int_equal(rdt_enter_all(&arena, group, "c1", gone_too, 2, &err), 0);
	assert_string_equal(get("c1/tasks"), arena_printf(&arena, "%d", (int)getpid()));
}

static void a_damaged_record_is_refused(void **state)
{
	static const struct {
		bool is_good;
		struct rdt_group group;
	} cases[] = {
		{ true, { "/sys/fs/resctrl", "c1", true, true } },
		{ true, { "/sys/fs/resctrl", "gold", false, true } },
		{ true, { "/sys/fs/resctrl", "/", false, false } },
		{ false, { "/sys/fs/resctrl", "gold", true, false } },
		{ false, { "/sys/fs/resctrl", "/", true, false } },
		{ false, { "/sys/fs/resctrl", "../c1", false, false } },
		{ false, { "/sys/fs/resctrl", "", false, false } },
		{ false, { "resctrl", "c1", true, false } },
		{ false, { "", "c1", true, false } },
		{ false, { "/sys/../fs", "c1", true, false } },
		{ false, { "/sys/..", "c1", true, false } },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct err err = ERR_INIT;

		assert_int_equal(rdt_check_record(&cases[i].group, "c1", &err),
			cases[i].is_good ? 0 : -EINVAL);
	}
}

/* ---- statistics ---- */

static void put_domain(const char *group, const char *domain, const char *total, const char *local,
	const char *occupancy)
{
	const char *dir = arena_printf(&arena, "%s/mon_data/%s", group, domain);

	mkdirat(AT_FDCWD, at(arena_printf(&arena, "%s/mon_data", group)), 0755);
	mkdirat(AT_FDCWD, at(dir), 0755);
	put(arena_printf(&arena, "%s/mbm_total_bytes", dir), total);
	put(arena_printf(&arena, "%s/mbm_local_bytes", dir), local);
	put(arena_printf(&arena, "%s/llc_occupancy", dir), occupancy);
}

static struct rdt_stats stats_of(const struct rdt_group *group)
{
	struct rdt_stats stats;
	struct err err = ERR_INIT;

	if (rdt_read_stats(&arena, group, "c1", &stats, &err) < 0)
		fail_msg("%s", err.text);
	return stats;
}

static void statistics_tell_what_there_is_and_what_the_group_has(void **state)
{
	const struct rdt_group group = { top, "gold", false, false };
	struct rdt_stats stats;

	make_group("gold", "    MB:0= 20\n    L3:0=7f0\n");
	stats = stats_of(&group);
	assert_true(stats.l3_info.is_present);
	assert_string_equal(stats.l3_info.cbm_mask, "7ff");
	assert_int_equal(stats.l3_info.min_cbm_bits, 2);
	assert_int_equal(stats.l3_info.num_closids, 16);
	assert_true(stats.mem_bw_info.is_present);
	assert_int_equal(stats.mem_bw_info.bandwidth_gran, 10);
	assert_int_equal(stats.mem_bw_info.delay_linear, 1);
	assert_int_equal(stats.mem_bw_info.min_bandwidth, 10);
	assert_int_equal(stats.mem_bw_info.num_closids, 8);
	assert_string_equal(stats.l3_schema_root, "L3:0=7ff;1=7ff");
	assert_string_equal(stats.l3_schema, "L3:0=7f0");
	assert_string_equal(stats.mem_bw_schema_root, "MB:0=100;1=100");
	assert_string_equal(stats.mem_bw_schema, "MB:0= 20");
}

static void monitoring_counts_by_cache_in_their_order(void **state)
{
	const struct rdt_group group = { top, "c1", true, false };
	struct rdt_stats stats;

	make_group("c1", "L3:0=f\n");
	put_domain("c1", "mon_L3_100", "5\n", "6\n", "7\n");
	put_domain("c1", "mon_L3_01", "Unavailable\n", "4\n", "Error\n");
	put_domain("c1", "mon_L3_00", "1\n", "2\n", "3\n");
	put_domain("c1", "mon_PERF_PKG_00", "9\n", "9\n", "9\n");
	stats = stats_of(&group);
	assert_int_equal(stats.n_mem_bw, 3);
	assert_int_equal(stats.n_llc_occupancy, 3);
	assert_int_equal(stats.mem_bw[0].total_bytes, 1);
	assert_int_equal(stats.mem_bw[0].local_bytes, 2);
	assert_int_equal(stats.llc_occupancy[0], 3);
	assert_int_equal(stats.mem_bw[1].total_bytes, 0);
	assert_int_equal(stats.mem_bw[1].local_bytes, 4);
	assert_int_equal(stats.llc_occupancy[1], 0);
	assert_int_equal(stats.llc_occupancy[2], 7);
}

static void a_shared_group_counts_only_through_its_monitoring_group(void **state)
{
	struct rdt_group group = { top, "gold", false, false };

	make_group("gold", "L3:0=f\n");
	put_domain("gold", "mon_L3_00", "100\n", "100\n", "100\n");
	assert_int_equal(stats_of(&group).n_mem_bw, 0);
	group.is_monitored = true;
	mkdirat(AT_FDCWD, at("gold/mon_groups/c1"), 0755);
	put_domain("gold/mon_groups/c1", "mon_L3_00", "1\n", "2\n", "3\n");
	assert_int_equal(stats_of(&group).n_mem_bw, 1);
	assert_int_equal(stats_of(&group).mem_bw[0].total_bytes, 1);
}

static void a_resctrl_that_was_unmounted_since_has_no_statistics(void **state)
{
	const struct rdt_group group = { at("gone"), "c1", true, true };
	struct rdt_stats stats = stats_of(&group);

	assert_false(stats.l3_info.is_present);
	assert_null(stats.l3_schema);
	assert_int_equal(stats.n_mem_bw, 0);
}

static void a_machine_with_little_has_few_statistics(void **state)
{
	const struct rdt_group group = { top, "/", false, false };
	struct rdt_stats stats;

	assert_int_equal(rmdir(at("info/L3")), 0);
	assert_int_equal(rmdir(at("info/MB")), 0);
	put("schemata", "L2:0=f\n");
	stats = stats_of(&group);
	assert_false(stats.l3_info.is_present);
	assert_false(stats.mem_bw_info.is_present);
	assert_null(stats.l3_schema);
	assert_null(stats.mem_bw_schema_root);
	assert_int_equal(stats.n_llc_occupancy, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(no_configuration_is_no_group),
		TEST(a_host_without_resctrl_is_refused_with_the_cause),
		TEST(a_resource_that_the_machine_lacks_is_refused_with_its_field),
		TEST(without_clos_id_the_group_has_the_containers_id_and_goes_with_it),
		TEST(a_group_with_the_containers_id_that_was_there_is_refused_and_stays),
		TEST(a_clos_id_with_schemata_is_made_and_stays),
		TEST(a_clos_id_alone_has_to_be_there),
		TEST(a_group_that_is_there_and_equal_is_joined_unchanged),
		TEST(a_group_that_is_there_and_differs_is_refused_with_the_field),
		TEST(a_later_field_decides_what_a_group_that_is_there_has_to_have),
		TEST(bandwidth_in_megabytes_is_not_rounded),
		TEST(the_default_group_is_joined_and_never_changed),
		TEST(names_that_are_not_those_of_groups_are_refused),
		TEST(the_process_enters_its_group),
		TEST(monitoring_has_a_group_of_its_own_that_always_goes),
		TEST(monitoring_in_the_default_group_and_in_ones_own),
		TEST(monitoring_that_cannot_be_had_is_refused_and_undone),
		TEST(a_group_without_a_free_class_is_refused),
		TEST(a_group_that_came_between_is_not_taken_for_ones_own),
		TEST(a_clos_id_that_came_between_is_compared),
		TEST(schemata_that_the_kernel_refuses_leave_nothing),
		TEST(undoing_leaves_a_group_that_others_have_entered),
		TEST(a_locked_resctrl_is_waited_for_and_then_refused),
		TEST(an_update_writes_the_given_lines),
		TEST(all_threads_of_a_process_enter),
		TEST(a_damaged_record_is_refused),
		TEST(statistics_tell_what_there_is_and_what_the_group_has),
		TEST(monitoring_counts_by_cache_in_their_order),
		TEST(a_shared_group_counts_only_through_its_monitoring_group),
		TEST(a_resctrl_that_was_unmounted_since_has_no_statistics),
		TEST(a_machine_with_little_has_few_statistics),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
