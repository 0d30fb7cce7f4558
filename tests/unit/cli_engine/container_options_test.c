/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/engine/container_options.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void processors_are_decimal_numbers(void **state)
{
	struct err err = ERR_INIT;
	int64_t nano;

	assert_int_equal(cpus_option_read("1.5", &nano, &err), 0);
	assert_int_equal(nano, 1500000000);
	assert_int_equal(cpus_option_read(".01", &nano, &err), 0);
	assert_int_equal(nano, 10000000);
	assert_int_equal(cpus_option_read("2", &nano, &err), 0);
	assert_int_equal(nano, 2000000000);
	assert_int_equal(cpus_option_read("0.001", &nano, &err), -EINVAL);
	assert_int_equal(cpus_option_read("-1", &nano, &err), -EINVAL);
	assert_int_equal(cpus_option_read("1.2.3", &nano, &err), -EINVAL);
	assert_int_equal(cpus_option_read("1e3", &nano, &err), -EINVAL);
	assert_int_equal(cpus_option_read("1.0000000001", &nano, &err), -EINVAL);
	assert_int_equal(cpus_option_read("99999999999", &nano, &err), -EINVAL);
}

static void devices_have_a_path_and_an_access(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct container_device device;
	struct err err = ERR_INIT;

	assert_int_equal(device_option_read(&arena, "/dev/a", &device, &err), 0);
	assert_string_equal(device.target, "/dev/a");
	assert_string_equal(device.permissions, "rwm");
	assert_int_equal(device_option_read(&arena, "/dev/a:r", &device, &err), 0);
	assert_string_equal(device.target, "/dev/a");
	assert_string_equal(device.permissions, "r");
	assert_int_equal(device_option_read(&arena, "/dev/a:/dev/b:rw", &device, &err), 0);
	assert_string_equal(device.target, "/dev/b");
	assert_string_equal(device.permissions, "rw");
	assert_int_equal(device_option_read(&arena, "dev/a", &device, &err), -EINVAL);
	assert_int_equal(device_option_read(&arena, "/dev/a:b", &device, &err), -EINVAL);
	assert_int_equal(device_option_read(&arena, "/dev/a:/b:x", &device, &err), -EINVAL);
	assert_int_equal(device_option_read(&arena, "/dev/a:/b:", &device, &err), -EINVAL);
}

static void limits_of_processes_are_soft_and_hard(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct container_ulimit limit;
	struct err err = ERR_INIT;

	assert_int_equal(ulimit_option_read(&arena, "nofile=1:2", &limit, &err), 0);
	assert_string_equal(limit.name, "nofile");
	assert_int_equal(limit.soft, 1);
	assert_int_equal(limit.hard, 2);
	assert_int_equal(ulimit_option_read(&arena, "core=-1", &limit, &err), 0);
	assert_int_equal(limit.soft, -1);
	assert_int_equal(limit.hard, -1);
	assert_int_equal(ulimit_option_read(&arena, "nofile", &limit, &err), -EINVAL);
	assert_int_equal(ulimit_option_read(&arena, "=1", &limit, &err), -EINVAL);
	assert_int_equal(ulimit_option_read(&arena, "nofile=1:", &limit, &err), -EINVAL);
	assert_int_equal(ulimit_option_read(&arena, "nofile=x", &limit, &err), -EINVAL);
}

static void mounts_are_read_word_by_word(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct container_mount mount = { 0 };
	struct err err = ERR_INIT;

	assert_int_equal(volume_option_read(&arena, "/tmp:/t:ro,rslave", &mount, &err), 0);
	assert_true(mount.is_readonly);
	assert_string_equal(mount.options[0], "rslave");
	mount = (struct container_mount){ 0 };
	assert_int_equal(mount_option_read(&arena, "type=tmpfs,dst=/t,tmpfs-size=1m,tmpfs-mode=700",
				 &mount, &err),
		0);
	assert_string_equal(mount.options[0], "size=1048576");
	assert_string_equal(mount.options[1], "mode=700");
	mount = (struct container_mount){ 0 };
	assert_int_equal(
		mount_option_read(&arena, "type=bind,src=/tmp,target=/t,readonly", &mount, &err),
		0);
	assert_true(mount.is_readonly);
	mount = (struct container_mount){ 0 };
	assert_int_equal(volume_option_read(&arena, "data.1:/t/../v:nocopy", &mount, &err), 0);
	assert_string_equal(mount.type, "volume");
	assert_string_equal(mount.source, "data.1");
	assert_string_equal(mount.target, "/v");
	assert_string_equal(mount.options[0], "nocopy");
	mount = (struct container_mount){ 0 };
	assert_int_equal(volume_option_read(&arena, "/v", &mount, &err), 0);
	assert_string_equal(mount.type, "volume");
	assert_null(mount.source);
	mount = (struct container_mount){ 0 };
	assert_int_equal(
		mount_option_read(&arena, "source=data,target=/t,volume-nocopy", &mount, &err), 0);
	assert_string_equal(mount.type, "volume");
	assert_string_equal(mount.options[0], "nocopy");
	mount = (struct container_mount){ 0 };
	assert_int_equal(tmpfs_option_read(&arena, "/t:size=1m,exec", &mount, &err), 0);
	assert_int_equal(mount.n_options, 2);
}

static void mounts_that_are_none_are_refused(void **state)
{
	static const char *const volumes[] = { "x", "na me:/t", "/tmp:t", "/tmp:/", "/", ":/t",
		"/tmp:/t:odd", "" };
	static const char *const words[] = { "", "type=bind,target=/t", "type=odd,target=/t",
		"type=bind,source=/tmp", "type=tmpfs,source=/x,target=/t",
		"type=bind,source=/tmp,target=/t,readonly=maybe", "target=/t,source=/tmp",
		"type=tmpfs,target=/t,tmpfs-mode=9" };

	for (size_t i = 0; i < sizeof(volumes) / sizeof(volumes[0]); i++) {
		AUTO_ARENA arena = ARENA_INIT;
		struct container_mount mount = { 0 };
		struct err err = ERR_INIT;

		assert_int_equal(volume_option_read(&arena, volumes[i], &mount, &err), -EINVAL);
	}
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		AUTO_ARENA arena = ARENA_INIT;
		struct container_mount mount = { 0 };
		struct err err = ERR_INIT;

		assert_int_equal(mount_option_read(&arena, words[i], &mount, &err), -EINVAL);
	}
}

static void rates_are_of_a_device(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct container_rate rate = { 0 };
	struct err err = ERR_INIT;

	assert_int_equal(rate_option_read(&arena, "x", "/dev/sda:1m", true, &rate, &err), 0);
	assert_string_equal(rate.path, "/dev/sda");
	assert_int_equal(rate.rate, 1 << 20);
	assert_int_equal(rate_option_read(&arena, "x", "/dev/sda:9", false, &rate, &err), 0);
	assert_int_equal(rate.rate, 9);
	assert_int_equal(rate_option_read(&arena, "x", "/dev/sda:1m", false, &rate, &err), -EINVAL);
	assert_int_equal(rate_option_read(&arena, "x", "/dev/sda", true, &rate, &err), -EINVAL);
}

static void settings_come_of_options(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct container_options options = { .memory = "64m", .cpus = "2", .memory_swap = "-1" };
	struct container_settings settings;
	struct err err = ERR_INIT;

	assert_int_equal(container_options_read(&arena, &options, &settings, &err), 0);
	assert_int_equal(settings.resources.memory, 64 << 20);
	assert_int_equal(settings.resources.memory_swap, -1);
	assert_int_equal(settings.resources.nano_cpus, 2000000000);
	options.memory_swap = "1m";
	assert_int_equal(container_options_read(&arena, &options, &settings, &err), -EINVAL);
	options.memory_swap = NULL;
	options.cpu_quota = (struct option_number){ .is_given = true, .value = 5 };
	assert_int_equal(container_options_read(&arena, &options, &settings, &err), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(processors_are_decimal_numbers),
		cmocka_unit_test(devices_have_a_path_and_an_access),
		cmocka_unit_test(limits_of_processes_are_soft_and_hard),
		cmocka_unit_test(mounts_are_read_word_by_word),
		cmocka_unit_test(mounts_that_are_none_are_refused),
		cmocka_unit_test(rates_are_of_a_device),
		cmocka_unit_test(settings_come_of_options),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
