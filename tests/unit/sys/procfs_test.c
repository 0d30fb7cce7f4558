/* SPDX-License-Identifier: Apache-2.0 */
#include "sys/procfs.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd.h"
#include "private_mounts.h"
#include "sys/beneath.h"
#include "sys/mount_api.h"

static void assert_path(const char *key, const char *path)
{
	char buffer[PROCFS_SYSCTL_PATH_BYTES] = "";

	assert_int_equal(procfs_sysctl_path(key, buffer), 0);
	assert_string_equal(buffer, path);
}

static void dots_separate_the_parts_of_a_key(void **state)
{
	assert_path("net.ipv4.ip_forward", "sys/net/ipv4/ip_forward");
	assert_path("kernel", "sys/kernel");
}

static void slashes_separate_where_the_first_is_one(void **state)
{
	assert_path("net/ipv4/ip_forward", "sys/net/ipv4/ip_forward");
	assert_path("net/ipv4/conf/eth0.100/mtu", "sys/net/ipv4/conf/eth0.100/mtu");
}

static void a_slash_stands_for_a_dot_where_dots_separate(void **state)
{
	assert_path("net.ipv4.conf.eth0/100.mtu", "sys/net/ipv4/conf/eth0.100/mtu");
}

static void keys_that_climb_or_hide_are_refused(void **state)
{
	static const char *const keys[] = {
		"",
		".",
		"/",
		"..",
		"a.",
		"a..b",
		".a",
		"/a",
		"a/",
		"a//b",
		"a/../b",
		"../b",
		"a/./b",
		"a.//.b",
		"a./.b",
		"kernel.a b",
		"kernel.a\nb",
		"kernel.\ta",
		"a\177",
	};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		char buffer[PROCFS_SYSCTL_PATH_BYTES] = "untouched";

		if (procfs_sysctl_path(keys[i], buffer) != -EINVAL)
			fail_msg("taken: \"%s\" as %s", keys[i], buffer);
		assert_string_equal(buffer, "untouched");
	}
}

static void a_key_as_long_as_the_buffer_fits_and_one_more_does_not(void **state)
{
	char key[PROCFS_SYSCTL_PATH_BYTES + 1];
	char buffer[PROCFS_SYSCTL_PATH_BYTES];
	size_t longest = PROCFS_SYSCTL_PATH_BYTES - 1 - strlen("sys/");

	memset(key, 'k', sizeof(key));
	key[longest] = '\0';
	assert_int_equal(procfs_sysctl_path(key, buffer), 0);
	assert_int_equal(strlen(buffer), PROCFS_SYSCTL_PATH_BYTES - 1);
	key[longest] = 'k';
	key[longest + 1] = '\0';
	assert_int_equal(procfs_sysctl_path(key, buffer), -ENAMETOOLONG);
}

static int open_handle(void **state)
{
	struct err err = ERR_INIT;
	int *handle = malloc(sizeof(*handle));

	*state = handle;
	return procfs_open(handle, &err);
}

static int open_handle_for_walk(void **state)
{
	beneath_force_walk(true);
	return open_handle(state);
}

static int close_handle(void **state)
{
	int *handle = *state;

	beneath_force_walk(false);
	close(*handle);
	free(handle);
	return 0;
}

static void self_is_the_calling_process(void **state)
{
	int proc = *(int *)*state;
	struct err err = ERR_INIT;
	char stat[512], own[32];

	snprintf(own, sizeof(own), "%d (", getpid());
	assert_true(procfs_read(proc, "self/stat", stat, sizeof(stat), &err) > 0);
	assert_memory_equal(stat, own, strlen(own));
	assert_true(procfs_read(proc, "thread-self/stat", stat, sizeof(stat), &err) > 0);
	assert_memory_equal(stat, own, strlen(own));
}

static void a_write_reaches_the_kernel(void **state)
{
	int proc = *(int *)*state;
	struct err err = ERR_INIT;
	char comm[64];

	assert_int_equal(procfs_write(proc, "self/comm", "renamed", &err), 0);
	assert_int_equal(procfs_read(proc, "self/comm", comm, sizeof(comm), &err), 8);
	assert_string_equal(comm, "renamed\n");
}

static void a_refused_write_is_named(void **state)
{
	int proc = *(int *)*state;
	struct err err = ERR_INIT;

	assert_int_equal(procfs_write(proc, "self/oom_score_adj", "much", &err), -EINVAL);
	assert_string_equal(err.text, "write to /proc/self/oom_score_adj: invalid argument");
}

static void a_file_larger_than_the_buffer_is_refused(void **state)
{
	int proc = *(int *)*state;
	struct err err = ERR_INIT;
	char buffer[16];

	assert_int_equal(procfs_read(proc, "self/status", buffer, sizeof(buffer), &err), -EFBIG);
}

static void links_and_climbing_paths_are_refused(void **state)
{
	static const struct {
		const char *path;
		int code;
	} cases[] = {
		{ "", EINVAL },
		{ "/self/stat", EINVAL },
		{ "..", EINVAL },
		{ "self/../1/stat", EINVAL },
		{ "mounts", ELOOP },
		{ "net/dev", ELOOP },
		{ "self/exe", ELOOP },
		{ "self/root/etc/passwd", ELOOP },
		{ "self/fd/0", ELOOP },
		{ "self/nothing", ENOENT },
	};
	int proc = *(int *)*state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct err err = ERR_INIT;
		int fd = -1;
		int r = procfs_open_file(proc, cases[i].path, O_RDONLY, &fd, &err);

		if (r != -cases[i].code)
			fail_msg("\"%s\" gives %d", cases[i].path, r);
		assert_int_equal(fd, -1);
	}
}

static void a_missing_file_is_named_as_it_was_asked_for(void **state)
{
	int proc = *(int *)*state;
	struct err err = ERR_INIT;
	int fd = -1;

	assert_int_equal(procfs_open_file(proc, "self/nothing", O_RDONLY, &fd, &err), -ENOENT);
	assert_string_equal(err.text, "open /proc/self/nothing: no such file or directory");
}

static void a_link_is_not_even_held(void **state)
{
	int proc = *(int *)*state;
	struct err err = ERR_INIT;
	int fd = -1;

	assert_int_equal(procfs_open_file(proc, "mounts", O_PATH, &fd, &err), -ELOOP);
	assert_int_equal(procfs_open_file(proc, "self/exe", O_PATH, &fd, &err), -ELOOP);
	assert_int_equal(procfs_open_file(proc, "version", O_PATH, &fd, &err), 0);
	close(fd);
}

static void nothing_can_be_created(void **state)
{
	int proc = *(int *)*state;
	struct err err = ERR_INIT;
	int fd = -1;

	assert_int_equal(procfs_open_file(proc, "new", O_CREAT | O_WRONLY, &fd, &err), -EINVAL);
}

static void put(const char *type, const char *place)
{
	struct err err = ERR_INIT;
	AUTO_FD int tree = -1;
	AUTO_FD int target = open(place, O_PATH | O_CLOEXEC);

	if (mount_new_fs(type, type, NULL, 0, &tree, &err) < 0 ||
		mount_attach(tree, target, &err) < 0)
		fail_msg("%s", err.text);
}

/* Mounts source's file over place, as an attacker with a shared mount would. */
static void bind(const char *source, const char *place)
{
	struct err err = ERR_INIT;
	AUTO_FD int tree = -1;
	AUTO_FD int target = open(place, O_PATH | O_CLOEXEC);

	if (mount_clone_tree(AT_FDCWD, source, false, &tree, &err) < 0 ||
		mount_attach(tree, target, &err) < 0)
		fail_msg("%s", err.text);
}

static void take_away(const char *place)
{
	struct err err = ERR_INIT;

	assert_int_equal(mount_detach(place, &err), 0);
}

static void a_handle_does_not_see_what_is_mounted_on_proc(void **state)
{
	struct err err = ERR_INIT;
	AUTO_FD int proc = -1;
	char before[64], after[64];

	NEEDS_PRIVATE_MOUNTS();
	assert_int_equal(procfs_open(&proc, &err), 0);
	assert_true(procfs_read(proc, "sys/kernel/hostname", before, sizeof(before), &err) > 0);
	bind("/dev/null", "/proc/sys/kernel/hostname");
	assert_int_equal(procfs_read(proc, "sys/kernel/hostname", after, sizeof(after), &err),
		(int)strlen(before));
	take_away("/proc/sys/kernel/hostname");
	assert_string_equal(before, after);
}

static void a_file_mounted_on_the_handle_is_refused(void **state)
{
	struct err err = ERR_INIT;
	AUTO_FD int plain = -1;
	int fd = -1;

	NEEDS_PRIVATE_MOUNTS();
	/* What procfs_open() falls back to: a mount that others can mount on. */
	plain = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	bind("/dev/null", "/proc/sys/kernel/hostname");
	assert_int_equal(
		procfs_open_file(plain, "sys/kernel/hostname", O_WRONLY, &fd, &err), -EXDEV);
	assert_string_equal(
		err.text, "something is mounted on /proc/sys/kernel/hostname or above it");
	take_away("/proc/sys/kernel/hostname");
	/* A file of procfs over another one: the magic is right, the mount is not. */
	bind("/proc/version", "/proc/sys/kernel/hostname");
	assert_int_equal(
		procfs_open_file(plain, "sys/kernel/hostname", O_RDONLY, &fd, &err), -EXDEV);
	beneath_force_walk(true);
	assert_int_equal(
		procfs_open_file(plain, "sys/kernel/hostname", O_RDONLY, &fd, &err), -EXDEV);
	beneath_force_walk(false);
	take_away("/proc/sys/kernel/hostname");
	assert_int_equal(procfs_open_file(plain, "sys/kernel/hostname", O_RDONLY, &fd, &err), 0);
	close(fd);
}

static void give_up_rights(void)
{
	if (setresgid(65534, 65534, 65534) < 0 || setresuid(65534, 65534, 65534) < 0)
		_exit(99);
}

/* As an ordinary user, who gets no procfs of his own. Exits with the errno. */
static int open_in_child_without_rights(void)
{
	pid_t child = fork();
	int status;

	if (child == 0) {
		struct err err = ERR_INIT;
		char text[32];
		int proc = -1;

		give_up_rights();
		if (procfs_open(&proc, &err) < 0)
			_exit(err.code);
		_exit(procfs_read(proc, "self/comm", text, sizeof(text), &err) > 0 ? 0 : err.code);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void a_false_proc_is_refused(void **state)
{
	NEEDS_PRIVATE_MOUNTS();
	assert_int_equal(open_in_child_without_rights(), 0);
	put("tmpfs", "/proc");
	assert_int_equal(open_in_child_without_rights(), EXDEV);
	take_away("/proc");
	bind("/proc/sys", "/proc");
	assert_int_equal(open_in_child_without_rights(), EXDEV);
	take_away("/proc");
}

#define BOTH_WAYS(name)                                                         \
	{ #name " (openat2)", name, open_handle, close_handle, NULL },          \
	{                                                                       \
#name " (walk)", name, open_handle_for_walk, close_handle, NULL \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dots_separate_the_parts_of_a_key),
		cmocka_unit_test(slashes_separate_where_the_first_is_one),
		cmocka_unit_test(a_slash_stands_for_a_dot_where_dots_separate),
		cmocka_unit_test(keys_that_climb_or_hide_are_refused),
		cmocka_unit_test(a_key_as_long_as_the_buffer_fits_and_one_more_does_not),
		BOTH_WAYS(self_is_the_calling_process),
		BOTH_WAYS(a_write_reaches_the_kernel),
		BOTH_WAYS(a_refused_write_is_named),
		BOTH_WAYS(a_file_larger_than_the_buffer_is_refused),
		BOTH_WAYS(links_and_climbing_paths_are_refused),
		BOTH_WAYS(a_missing_file_is_named_as_it_was_asked_for),
		BOTH_WAYS(a_link_is_not_even_held),
		BOTH_WAYS(nothing_can_be_created),
		cmocka_unit_test(a_handle_does_not_see_what_is_mounted_on_proc),
		cmocka_unit_test(a_file_mounted_on_the_handle_is_refused),
		cmocka_unit_test(a_false_proc_is_refused),
	};

	return cmocka_run_group_tests(tests, private_mounts_enter, NULL);
}
