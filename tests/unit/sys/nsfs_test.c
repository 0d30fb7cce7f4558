/* SPDX-License-Identifier: Apache-2.0 */
#include "sys/nsfs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <errno.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "sys/clone.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static const struct {
	uint64_t type;
	const char *name, *path;
} kinds[] = {
	{ CLONE_NEWNS, "mnt", "/proc/self/ns/mnt" },
	{ CLONE_NEWPID, "pid", "/proc/self/ns/pid" },
	{ CLONE_NEWNET, "net", "/proc/self/ns/net" },
	{ CLONE_NEWIPC, "ipc", "/proc/self/ns/ipc" },
	{ CLONE_NEWUTS, "uts", "/proc/self/ns/uts" },
	{ CLONE_NEWUSER, "user", "/proc/self/ns/user" },
	{ CLONE_NEWCGROUP, "cgroup", "/proc/self/ns/cgroup" },
	{ CLONE_NEWTIME, "time", "/proc/self/ns/time" },
};

static void every_type_has_the_name_that_proc_has(void **state)
{
	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		assert_string_equal(nsfs_name(kinds[i].type), kinds[i].name);
	assert_null(nsfs_name(0));
	assert_null(nsfs_name(CLONE_NEWNET | CLONE_NEWPID));
}

static void a_namespace_is_opened_by_its_type_only(void **state)
{
	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		uint64_t other = kinds[(i + 1) % COUNT_OF(kinds)].type;
		struct err err = ERR_INIT;
		AUTO_FD int fd = -1;

		assert_int_equal(nsfs_open(kinds[i].path, kinds[i].type, &fd, &err), 0);
		assert_true(fd >= 0);
		fd_replace(&fd, -1);
		assert_int_equal(nsfs_open(kinds[i].path, other, &fd, &err), -EINVAL);
		assert_non_null(strstr(err.text, kinds[i].name));
		assert_string_equal(err.path, kinds[i].path);
		assert_int_equal(fd, -1);
	}
}

static void other_files_are_no_namespaces(void **state)
{
	static const char *const paths[] = { "/dev/null", "/proc/self/status", "/", "/proc" };
	struct err err = ERR_INIT;
	int fd = -1;

	for (size_t i = 0; i < COUNT_OF(paths); i++)
		assert_int_equal(nsfs_open(paths[i], CLONE_NEWNET, &fd, &err), -EINVAL);
	assert_int_equal(nsfs_open("/nowhere", CLONE_NEWNET, &fd, &err), -ENOENT);
	assert_int_equal(fd, -1);
}

static void a_namespace_is_one_whatever_path_leads_to_it(void **state)
{
	struct err err = ERR_INIT;
	struct nsfs_id a, b, other;
	AUTO_FD int first = -1;
	AUTO_FD int second = -1;
	AUTO_FD int third = -1;

	assert_int_equal(nsfs_open("/proc/self/ns/net", CLONE_NEWNET, &first, &err), 0);
	assert_int_equal(nsfs_open("/proc/thread-self/ns/net", CLONE_NEWNET, &second, &err), 0);
	assert_int_equal(nsfs_open("/proc/self/ns/uts", CLONE_NEWUTS, &third, &err), 0);
	assert_int_equal(nsfs_id_of(first, &a, &err), 0);
	assert_int_equal(nsfs_id_of(second, &b, &err), 0);
	assert_int_equal(nsfs_id_of(third, &other, &err), 0);
	assert_true(nsfs_id_equal(a, b));
	assert_false(nsfs_id_equal(a, other));
}

static void joining_says_which_namespace_it_was(void **state)
{
	struct err err = ERR_INIT;

	assert_int_equal(nsfs_join(-1, CLONE_NEWNET, &err), -EBADF);
	assert_string_equal(err.text, "setns net namespace: bad file descriptor");
}

static void links_are_parsed_strictly(void **state)
{
	static const char *const bad[] = { "", "net", "net:", "net:[", "net:[]", "net:[1",
		"net:[1]x", "net:[-1]", "net:[ 1]", "nets:[1]", "socket:[1]", "/net:[1]",
		"net:[99999999999999999999999]" };
	uint64_t type = 7, inode = 7;

	for (size_t i = 0; i < COUNT_OF(bad); i++)
		assert_int_equal(nsfs_parse_link(bad[i], &type, &inode), -EINVAL);
	assert_int_equal(type, 7);
	assert_int_equal(nsfs_parse_link("net:[4026531840]", &type, &inode), 0);
	assert_int_equal(type, CLONE_NEWNET);
	assert_int_equal(inode, 4026531840);
}

static void type_owner_and_parent_are_asked_of_the_kernel(void **state)
{
	struct err err = ERR_INIT;
	uint64_t type;
	uid_t uid;

	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		AUTO_FD int fd = -1, parent = -1;

		assert_int_equal(nsfs_open(kinds[i].path, kinds[i].type, &fd, &err), 0);
		assert_true(nsfs_is_namespace(fd));
		assert_int_equal(nsfs_type(fd, &type, &err), 0);
		assert_int_equal(type, kinds[i].type);
		/* the caller's own pid and user namespaces: what is above is outside; others have
		 * none */
		assert_true(nsfs_open_parent(fd, &parent, &err) == -EPERM ||
			    (kinds[i].type != CLONE_NEWPID && kinds[i].type != CLONE_NEWUSER));
		if (kinds[i].type == CLONE_NEWUSER)
			assert_int_equal(nsfs_owner_uid(fd, &uid, &err), 0);
		else
			assert_int_equal(nsfs_owner_uid(fd, &uid, &err), -EINVAL);
	}
	assert_false(nsfs_is_namespace(STDERR_FILENO));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_type_has_the_name_that_proc_has),
		cmocka_unit_test(a_namespace_is_opened_by_its_type_only),
		cmocka_unit_test(other_files_are_no_namespaces),
		cmocka_unit_test(a_namespace_is_one_whatever_path_leads_to_it),
		cmocka_unit_test(joining_says_which_namespace_it_was),
		cmocka_unit_test(links_are_parsed_strictly),
		cmocka_unit_test(type_owner_and_parent_are_asked_of_the_kernel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
