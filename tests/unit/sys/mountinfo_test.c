/* SPDX-License-Identifier: Apache-2.0 */
#include "sys/mountinfo.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fd.h"

static char line[MOUNTINFO_LINE_BYTES];

static int parse(const char *text, struct mountinfo *ret)
{
	snprintf(line, sizeof(line), "%s", text);
	return mountinfo_parse(line, ret);
}

static void a_usual_line_is_read(void **state)
{
	struct mountinfo mount;

	assert_int_equal(parse("36 35 98:0 /mnt1 /mnt2 rw,noatime shared:7 master:1 - ext3 "
			       "/dev/root rw,errors=continue",
				 &mount),
		0);
	assert_int_equal(mount.id, 36);
	assert_int_equal(mount.parent_id, 35);
	assert_int_equal(mount.major, 98);
	assert_int_equal(mount.minor, 0);
	assert_string_equal(mount.root, "/mnt1");
	assert_string_equal(mount.mount_point, "/mnt2");
	assert_string_equal(mount.options, "rw,noatime");
	assert_int_equal(mount.peer_group, 7);
	assert_int_equal(mount.master_group, 1);
	assert_false(mount.is_unbindable);
	assert_string_equal(mount.type, "ext3");
	assert_string_equal(mount.source, "/dev/root");
	assert_string_equal(mount.super_options, "rw,errors=continue");
}

static void optional_fields_may_be_missing_or_unknown(void **state)
{
	struct mountinfo mount;

	assert_int_equal(parse("1 0 0:1 / / rw - rootfs none rw", &mount), 0);
	assert_int_equal(mount.peer_group, 0);
	assert_int_equal(mount.master_group, 0);
	assert_int_equal(
		parse("1 0 0:1 / / rw unbindable propagate_from:3 later:x - rootfs none rw",
			&mount),
		0);
	assert_true(mount.is_unbindable);
	assert_string_equal(mount.type, "rootfs");
}

static void escapes_are_undone(void **state)
{
	struct mountinfo mount;

	assert_int_equal(
		parse("1 0 0:1 /a\\040b /c\\011d\\134e\\012 rw - tm\\043 x\\040y rw,z=\\040",
			&mount),
		0);
	assert_string_equal(mount.root, "/a b");
	assert_string_equal(mount.mount_point, "/c\td\\e\n");
	assert_string_equal(mount.type, "tm#");
	assert_string_equal(mount.source, "x y");
	assert_string_equal(mount.super_options, "rw,z=\\040");
}

static void what_only_looks_like_an_escape_stays(void **state)
{
	struct mountinfo mount;

	assert_int_equal(parse("1 0 0:1 / /a\\04 rw - t \\000\\499\\777\\ rw", &mount), 0);
	assert_string_equal(mount.mount_point, "/a\\04");
	assert_string_equal(mount.source, "\\000\\499\\777\\");
}

static void a_source_may_be_empty(void **state)
{
	struct mountinfo mount;

	assert_int_equal(parse("1 0 0:1 / / rw - tmpfs  rw,size=1k", &mount), 0);
	assert_string_equal(mount.source, "");
	assert_string_equal(mount.super_options, "rw,size=1k");
}

static void spaces_may_be_in_the_last_field(void **state)
{
	struct mountinfo mount;

	assert_int_equal(parse("1 0 0:1 / / rw - fuse x rw,a b - c", &mount), 0);
	assert_string_equal(mount.super_options, "rw,a b - c");
}

static void a_hyphen_before_the_separator_is_a_name(void **state)
{
	struct mountinfo mount;

	assert_int_equal(parse("1 0 0:1 - - rw - tmpfs - rw", &mount), 0);
	assert_string_equal(mount.root, "-");
	assert_string_equal(mount.mount_point, "-");
	assert_string_equal(mount.source, "-");
}

static void malformed_lines_are_refused(void **state)
{
	static const char *const lines[] = {
		"",
		" ",
		"-",
		"1",
		"1 0",
		"1 0 0:1",
		"1 0 0:1 / /",
		"1 0 0:1 / / rw",
		"1 0 0:1 / / rw -",
		"1 0 0:1 / / rw - tmpfs",
		"1 0 0:1 / / rw - tmpfs none",
		"1 0 0:1 / / rw tmpfs none rw",
		"x 0 0:1 / / rw - t s rw",
		"-1 0 0:1 / / rw - t s rw",
		"1 0 01 / / rw - t s rw",
		"1 0 0: / / rw - t s rw",
		"1 0 :1 / / rw - t s rw",
		"1 0 4294967296:1 / / rw - t s rw",
		"1 0 0:1 / / rw shared: - t s rw",
		"1 0 0:1 / / rw shared:x - t s rw",
		"1 0 0:1 / / rw master:-1 - t s rw",
		"1 0 0:1 /  rw - t s rw",
		"18446744073709551616 0 0:1 / / rw - t s rw",
		"1 0 0:1 / / rw -  s rw",
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct mountinfo mount = { .id = 77 };

		if (parse(lines[i], &mount) != -EINVAL)
			fail_msg("taken: %s", lines[i]);
		assert_int_equal(mount.id, 77);
	}
}

static int make_file(const char *text, size_t size)
{
	int fd = memfd_create("mountinfo", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, size), (ssize_t)size);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

static int count(const struct mountinfo *mount, void *context, struct err *err)
{
	++*(int *)context;
	return 0;
}

static int stop_at_proc(const struct mountinfo *mount, void *context, struct err *err)
{
	++*(int *)context;
	return strcmp(mount->type, "proc") == 0;
}

static void every_line_is_visited_until_one_says_stop(void **state)
{
	static const char text[] = "1 0 0:1 / / rw - ext4 a rw\n"
				   "2 1 0:2 / /proc rw - proc b rw\n"
				   "3 1 0:3 / /sys rw - sysfs c rw\n";
	struct err err = ERR_INIT;
	AUTO_FD int fd = make_file(text, sizeof(text) - 1);
	int n = 0;

	assert_int_equal(mountinfo_read(fd, count, &n, &err), 0);
	assert_int_equal(n, 3);
	n = 0;
	lseek(fd, 0, SEEK_SET);
	assert_int_equal(mountinfo_read(fd, stop_at_proc, &n, &err), 1);
	assert_int_equal(n, 2);
}

static void lines_across_the_buffers_end_are_read(void **state)
{
	enum { LINES = 5000 };
	static const char one[] = "1 0 0:1 / /some/where/below rw,nosuid - tmpfs none rw\n";
	size_t size = LINES * (sizeof(one) - 1);
	char *text = malloc(size);
	struct err err = ERR_INIT;
	int n = 0;

	for (int i = 0; i < LINES; i++)
		memcpy(text + (size_t)i * (sizeof(one) - 1), one, sizeof(one) - 1);
	{
		AUTO_FD int fd = make_file(text, size);

		assert_int_equal(mountinfo_read(fd, count, &n, &err), 0);
	}
	assert_int_equal(n, LINES);
	free(text);
}

static void a_bad_line_is_named_by_its_number(void **state)
{
	static const char bad[] = "1 0 0:1 / / rw - ext4 a rw\nnonsense\n";
	static const char cut[] = "1 0 0:1 / / rw - ext4 a rw\n2 0 0:1 / / rw - e";
	struct err err = ERR_INIT;
	int n = 0;
	int fd = make_file(bad, sizeof(bad) - 1);

	assert_int_equal(mountinfo_read(fd, count, &n, &err), -EPROTO);
	assert_string_equal(err.text, "mountinfo: line 2 is malformed");
	close(fd);
	fd = make_file(cut, sizeof(cut) - 1);
	assert_int_equal(mountinfo_read(fd, count, &n, &err), -EPROTO);
	assert_string_equal(err.text, "mountinfo: line 2 has no end");
	close(fd);
}

static void an_endless_line_is_refused(void **state)
{
	size_t size = MOUNTINFO_LINE_BYTES + 10;
	char *text = malloc(size);
	struct err err = ERR_INIT;
	int n = 0;
	int fd;

	memset(text, 'x', size);
	fd = make_file(text, size);
	assert_int_equal(mountinfo_read(fd, count, &n, &err), -EPROTO);
	assert_string_equal(err.text, "mountinfo: line 1 is longer than 65536 bytes");
	close(fd);
	free(text);
}

static int find_root(const struct mountinfo *mount, void *context, struct err *err)
{
	return strcmp(mount->mount_point, "/proc") == 0 && strcmp(mount->type, "proc") == 0;
}

static void the_own_mounts_can_be_read(void **state)
{
	struct err err = ERR_INIT;
	AUTO_FD int fd = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);

	assert_int_equal(mountinfo_read(fd, find_root, NULL, &err), 1);
}

static void options_are_found_by_whole_names(void **state)
{
	assert_true(mountinfo_has_option("rw,nosuid,mode=755", "nosuid"));
	assert_true(mountinfo_has_option("rw,nosuid,mode=755", "rw"));
	assert_true(mountinfo_has_option("rw,nosuid,mode=755", "mode"));
	assert_false(mountinfo_has_option("rw,nosuid,mode=755", "suid"));
	assert_false(mountinfo_has_option("rw,nosuid,mode=755", "nos"));
	assert_false(mountinfo_has_option("rw,nosuid,mode=755", "755"));
	assert_false(mountinfo_has_option("", "rw"));
	assert_false(mountinfo_has_option(",,", ""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_usual_line_is_read),
		cmocka_unit_test(optional_fields_may_be_missing_or_unknown),
		cmocka_unit_test(escapes_are_undone),
		cmocka_unit_test(what_only_looks_like_an_escape_stays),
		cmocka_unit_test(a_source_may_be_empty),
		cmocka_unit_test(spaces_may_be_in_the_last_field),
		cmocka_unit_test(a_hyphen_before_the_separator_is_a_name),
		cmocka_unit_test(malformed_lines_are_refused),
		cmocka_unit_test(every_line_is_visited_until_one_says_stop),
		cmocka_unit_test(lines_across_the_buffers_end_are_read),
		cmocka_unit_test(a_bad_line_is_named_by_its_number),
		cmocka_unit_test(an_endless_line_is_refused),
		cmocka_unit_test(the_own_mounts_can_be_read),
		cmocka_unit_test(options_are_found_by_whole_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
