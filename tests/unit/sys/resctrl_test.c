/* SPDX-License-Identifier: Apache-2.0 */
#include "sys/resctrl.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fd.h"

#define ROOT_LINE "22 1 0:2 / / rw - ext4 /dev/vda rw\n"

static int find(const char *text, struct resctrl_mount *ret)
{
	AUTO_FD int fd = memfd_create("mountinfo", MFD_CLOEXEC);
	struct err err = ERR_INIT;

	assert_true(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	return resctrl_find_mount(fd, ret, &err);
}

static void the_mount_is_found_wherever_it_is(void **state)
{
	struct resctrl_mount mount;

	assert_int_equal(
		find(ROOT_LINE "30 22 0:9 / /mnt/a\\040b rw shared:7 - resctrl resctrl rw\n",
			&mount),
		1);
	assert_string_equal(mount.path, "/mnt/a b");
	assert_false(mount.is_mbps);
}

static void no_mount_is_none(void **state)
{
	struct resctrl_mount mount;

	assert_int_equal(find(ROOT_LINE, &mount), 0);
	assert_int_equal(find("", &mount), 0);
	assert_int_equal(
		find(ROOT_LINE "30 22 0:9 / /sys/fs/resctrl rw - tmpfs resctrl rw\n", &mount), 0);
	assert_int_equal(find("nonsense\n", &mount), -EPROTO);
}

static void a_bind_mount_of_a_group_is_not_the_file_system(void **state)
{
	struct resctrl_mount mount;

	assert_int_equal(find(ROOT_LINE "30 22 0:9 / /sys/fs/resctrl rw - resctrl resctrl rw\n"
					"31 22 0:9 /gold /mnt rw - resctrl resctrl rw\n",
				 &mount),
		1);
	assert_string_equal(mount.path, "/sys/fs/resctrl");
}

static void bandwidth_in_megabytes_is_an_option_of_the_mount(void **state)
{
	struct resctrl_mount mount;

	assert_int_equal(
		find(ROOT_LINE "30 22 0:9 / /r rw - resctrl resctrl rw,cdp,mba_MBps\n", &mount), 1);
	assert_true(mount.is_mbps);
}

static void the_kernel_is_asked_by_the_whole_name(void **state)
{
	assert_true(resctrl_is_known("nodev\tsysfs\nnodev\tresctrl\n\text4\n"));
	assert_true(resctrl_is_known("nodev\tresctrl"));
	assert_false(resctrl_is_known("nodev\tresctrl2\nnodev\tmyresctrl\n"));
	assert_false(resctrl_is_known(""));
	assert_false(resctrl_is_known("resctrl\n"));
}

static void what_the_kernel_says_of_a_failure_is_the_hint(void **state)
{
	char top[] = "/tmp/hull-resctrl-XXXXXX", path[64], info[64], status[80];
	struct err err = ERR_INIT, quiet = ERR_INIT;
	FILE *file;

	assert_non_null(mkdtemp(top));
	snprintf(path, sizeof(path), "%s/schemata", top);
	snprintf(info, sizeof(info), "%s/info", top);
	snprintf(status, sizeof(status), "%s/last_cmd_status", info);
	assert_int_equal(symlink("/dev/full", path), 0);
	assert_int_equal(mkdir(info, 0755), 0);
	assert_non_null(file = fopen(status, "w"));
	fputs("Mask 5 has non-consecutive 1-bits\n", file);
	fclose(file);
	assert_int_equal(resctrl_write(top, top, "schemata", "L3:0=5\n", &err), -ENOSPC);
	assert_string_equal(err.hint, "the kernel says: Mask 5 has non-consecutive 1-bits");
	assert_string_equal(err.path, path);
	assert_non_null(file = fopen(status, "w"));
	fputs("ok\n", file);
	fclose(file);
	assert_int_equal(resctrl_write(top, top, "schemata", "L3:0=5\n", &quiet), -ENOSPC);
	assert_string_equal(quiet.hint, "");
	unlink(status);
	rmdir(info);
	unlink(path);
	rmdir(top);
}

static void the_lock_is_had_by_one(void **state)
{
	char top[] = "/tmp/hull-resctrl-XXXXXX";
	struct err err = ERR_INIT;
	int first = -1, second = -1;

	assert_non_null(mkdtemp(top));
	assert_int_equal(resctrl_lock(top, &first, &err), 0);
	assert_int_equal(resctrl_lock(top, &second, &err), -EBUSY);
	assert_int_equal(second, -1);
	close(first);
	assert_int_equal(resctrl_lock(top, &second, &err), 0);
	close(second);
	rmdir(top);
	assert_int_equal(resctrl_lock(top, &second, &err), -ENOENT);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_mount_is_found_wherever_it_is),
		cmocka_unit_test(no_mount_is_none),
		cmocka_unit_test(a_bind_mount_of_a_group_is_not_the_file_system),
		cmocka_unit_test(bandwidth_in_megabytes_is_an_option_of_the_mount),
		cmocka_unit_test(the_kernel_is_asked_by_the_whole_name),
		cmocka_unit_test(what_the_kernel_says_of_a_failure_is_the_hint),
		cmocka_unit_test(the_lock_is_had_by_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
