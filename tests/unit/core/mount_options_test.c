/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/text.h"
#include "core/planner/mount_options.h"
#include "oci/features.h"
#include "sys/mount_api.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define ATIME           MOUNT_ATTR__ATIME

static struct arena arena;

static int tear_down(void **state)
{
	arena_done(&arena);
	arena = ARENA_INIT;
	return 0;
}

static struct mount_options read_typed(const char *type, const char **options, size_t n)
{
	const struct oci_mount mount = {
		.destination = "/x",
		.type = type,
		.options = options,
		.n_options = n,
	};
	struct mount_options ret;

	mount_options_read(&arena, &mount, &ret);
	return ret;
}

#define READ(...)                                            \
	read_typed("tmpfs", (const char *[]){ __VA_ARGS__ }, \
		COUNT_OF(((const char *[]){ __VA_ARGS__ })))

/* What each name means when it stands alone. */
static const struct row {
	const char *name;
	struct mount_options meaning;
} rows[] = {
	{ "async", { 0 } },
	{ "atime", { .attr_clear = ATIME } },
	{ "bind", { .is_bind = true } },
	{ "defaults", { 0 } },
	{ "dev", { .attr_clear = MOUNT_ATTR_NODEV } },
	{ "diratime", { .attr_clear = MOUNT_ATTR_NODIRATIME } },
	{ "dirsync", { .data = "dirsync" } },
	{ "exec", { .attr_clear = MOUNT_ATTR_NOEXEC } },
	{ "idmap", { .idmap = true } },
	{ "iversion", { 0 } },
	{ "lazytime", { .data = "lazytime" } },
	{ "loud", { 0 } },
	{ "mand", { 0 } },
	{ "noatime", { .attr_set = MOUNT_ATTR_NOATIME, .attr_clear = ATIME } },
	{ "nodev", { .attr_set = MOUNT_ATTR_NODEV } },
	{ "nodiratime", { .attr_set = MOUNT_ATTR_NODIRATIME } },
	{ "noexec", { .attr_set = MOUNT_ATTR_NOEXEC } },
	{ "noiversion", { 0 } },
	{ "nolazytime", { 0 } },
	{ "nomand", { 0 } },
	{ "norelatime", { .attr_set = MOUNT_ATTR_STRICTATIME, .attr_clear = ATIME } },
	{ "nostrictatime", { .attr_clear = ATIME } },
	{ "nosuid", { .attr_set = MOUNT_ATTR_NOSUID } },
	{ "nosymfollow", { .attr_set = MOUNT_ATTR_NOSYMFOLLOW } },
	{ "private", { .propagation = MS_PRIVATE } },
	{ "ratime", { .rec_clear = ATIME } },
	{ "rbind", { .is_bind = true, .is_recursive = true } },
	{ "rdev", { .rec_clear = MOUNT_ATTR_NODEV } },
	{ "rdiratime", { .rec_clear = MOUNT_ATTR_NODIRATIME } },
	{ "relatime", { .attr_clear = ATIME } },
	{ "remount", { 0 } },
	{ "rexec", { .rec_clear = MOUNT_ATTR_NOEXEC } },
	{ "ridmap", { .idmap = true, .idmap_recursive = true } },
	{ "rnoatime", { .rec_set = MOUNT_ATTR_NOATIME, .rec_clear = ATIME } },
	{ "rnodev", { .rec_set = MOUNT_ATTR_NODEV } },
	{ "rnodiratime", { .rec_set = MOUNT_ATTR_NODIRATIME } },
	{ "rnoexec", { .rec_set = MOUNT_ATTR_NOEXEC } },
	{ "rnorelatime", { .rec_set = MOUNT_ATTR_STRICTATIME, .rec_clear = ATIME } },
	{ "rnostrictatime", { .rec_clear = ATIME } },
	{ "rnosuid", { .rec_set = MOUNT_ATTR_NOSUID } },
	{ "rnosymfollow", { .rec_set = MOUNT_ATTR_NOSYMFOLLOW } },
	{ "ro", { .attr_set = MOUNT_ATTR_RDONLY } },
	{ "rprivate", { .propagation = MS_PRIVATE | MS_REC } },
	{ "rrelatime", { .rec_clear = ATIME } },
	{ "rro", { .rec_set = MOUNT_ATTR_RDONLY } },
	{ "rrw", { .rec_clear = MOUNT_ATTR_RDONLY } },
	{ "rshared", { .propagation = MS_SHARED | MS_REC } },
	{ "rslave", { .propagation = MS_SLAVE | MS_REC } },
	{ "rstrictatime", { .rec_set = MOUNT_ATTR_STRICTATIME, .rec_clear = ATIME } },
	{ "rsuid", { .rec_clear = MOUNT_ATTR_NOSUID } },
	{ "rsymfollow", { .rec_clear = MOUNT_ATTR_NOSYMFOLLOW } },
	{ "runbindable", { .propagation = MS_UNBINDABLE | MS_REC } },
	{ "rw", { .attr_clear = MOUNT_ATTR_RDONLY } },
	{ "shared", { .propagation = MS_SHARED } },
	{ "silent", { 0 } },
	{ "slave", { .propagation = MS_SLAVE } },
	{ "strictatime", { .attr_set = MOUNT_ATTR_STRICTATIME, .attr_clear = ATIME } },
	{ "suid", { .attr_clear = MOUNT_ATTR_NOSUID } },
	{ "symfollow", { .attr_clear = MOUNT_ATTR_NOSYMFOLLOW } },
	{ "sync", { .data = "sync" } },
	{ "tmpcopyup", { .copy_up = true } },
	{ "unbindable", { .propagation = MS_UNBINDABLE } },
	/* not the specification's: crun's */
	{ "copy-symlink", { .copy_symlink = true } },
	{ "dest-nofollow", { .target_no_follow = true } },
	{ "src-nofollow", { .source_no_follow = true } },
};

static void assert_options(const char *name, struct mount_options a, struct mount_options b)
{
	if (!text_equal(a.data, b.data))
		fail_msg("%s leaves '%s', not '%s'", name, a.data ? a.data : "nothing",
			b.data ? b.data : "nothing");
	if (a.is_bind != b.is_bind || a.is_recursive != b.is_recursive || a.copy_up != b.copy_up ||
		a.copy_symlink != b.copy_symlink || a.source_no_follow != b.source_no_follow ||
		a.target_no_follow != b.target_no_follow || a.idmap != b.idmap ||
		a.idmap_recursive != b.idmap_recursive)
		fail_msg("%s has another meaning", name);
	if (a.attr_set != b.attr_set || a.attr_clear != b.attr_clear || a.rec_set != b.rec_set ||
		a.rec_clear != b.rec_clear || a.propagation != b.propagation)
		fail_msg("%s has other bits", name);
}

static void every_name_means_what_it_says(void **state)
{
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		assert_options(rows[i].name, READ(rows[i].name), rows[i].meaning);
}

static void every_name_that_features_promises_is_tested_here(void **state)
{
	size_t n = 0;

	for (; oci_mount_option_names[n]; n++) {
		size_t i = 0;

		while (i < COUNT_OF(rows) && !text_equal(rows[i].name, oci_mount_option_names[n]))
			i++;
		if (i == COUNT_OF(rows))
			fail_msg("%s has no row", oci_mount_option_names[n]);
	}
	assert_int_equal(n, 62);
}

static void what_is_not_known_is_for_the_file_system(void **state)
{
	assert_string_equal(
		READ("size=64k", "nosuid", "mode=755", "acl").data, "size=64k,mode=755,acl");
	assert_null(READ("nosuid").data);
	assert_string_equal(READ("RO").data, "RO");
}

static void the_last_of_two_opposites_wins(void **state)
{
	struct mount_options options = READ("ro", "rw");

	assert_int_equal(options.attr_set, 0);
	assert_int_equal(options.attr_clear, MOUNT_ATTR_RDONLY);
	options = READ("rw", "ro");
	assert_int_equal(options.attr_set, MOUNT_ATTR_RDONLY);
	assert_int_equal(options.attr_clear, 0);
	options = READ("rrw", "rro");
	assert_int_equal(options.rec_set, MOUNT_ATTR_RDONLY);
	assert_int_equal(options.rec_clear, 0);
	assert_int_equal(READ("shared", "rslave").propagation, MS_SLAVE | MS_REC);
}

static void access_times_exclude_each_other(void **state)
{
	struct mount_options options = READ("noatime", "strictatime", "nodiratime");

	assert_int_equal(options.attr_set, MOUNT_ATTR_STRICTATIME | MOUNT_ATTR_NODIRATIME);
	assert_int_equal(options.attr_clear, ATIME);
	assert_int_equal(READ("strictatime", "relatime").attr_set, 0);
	assert_int_equal(READ("noatime", "atime").attr_set, 0);
}

static void a_mount_and_what_lies_below_it_are_told_apart(void **state)
{
	struct mount_options options = READ("ro", "rnosuid", "rdev");

	assert_int_equal(options.attr_set, MOUNT_ATTR_RDONLY);
	assert_int_equal(options.attr_clear, 0);
	assert_int_equal(options.rec_set, MOUNT_ATTR_NOSUID);
	assert_int_equal(options.rec_clear, MOUNT_ATTR_NODEV);
}

static void the_type_alone_makes_a_bind(void **state)
{
	assert_true(read_typed("bind", NULL, 0).is_bind);
	assert_false(read_typed("bind", NULL, 0).is_recursive);
	assert_true(read_typed("rbind", NULL, 0).is_bind);
	assert_true(read_typed("rbind", NULL, 0).is_recursive);
	assert_false(read_typed(NULL, NULL, 0).is_bind);
	assert_false(read_typed("tmpfs", NULL, 0).is_bind);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(every_name_means_what_it_says, tear_down),
		cmocka_unit_test_teardown(
			every_name_that_features_promises_is_tested_here, tear_down),
		cmocka_unit_test_teardown(what_is_not_known_is_for_the_file_system, tear_down),
		cmocka_unit_test_teardown(the_last_of_two_opposites_wins, tear_down),
		cmocka_unit_test_teardown(access_times_exclude_each_other, tear_down),
		cmocka_unit_test_teardown(a_mount_and_what_lies_below_it_are_told_apart, tear_down),
		cmocka_unit_test_teardown(the_type_alone_makes_a_bind, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
