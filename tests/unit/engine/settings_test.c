/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/container/settings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const char *words[] = { "a", "b c", "" };
static struct oci_key_value pairs[] = { { "k", "v" }, { "", "x" } };
static const char *options[] = { "size=1m" };
static struct container_mount mounts[] = {
	{ .type = "bind", .source = "/s", .target = "/t", .is_readonly = true },
	{ .type = "tmpfs", .target = "/u", .options = options, .n_options = 1 },
};
static struct container_device devices[] = { { "/dev/a", "/dev/b", "rw" } };
static struct container_ulimit ulimits[] = { { "nofile", 1, -1 } };
static struct container_rate rates[] = { { "/dev/a", 7 } };

static const uint64_t none = 0;
static const uint32_t umask_027 = 027;
static struct oci_key_value unified[] = { { "pids.max", "max" } };

static const struct container_settings full = {
	.id = "0123",
	.name = "name",
	.created = "2026-01-02T03:04:05Z",
	.image_id = "sha256:1",
	.image_name = "busybox",
	.manifest = "sha256:2",
	.hostname = "host",
	.user = "1:2",
	.open_stdin = true,
	.tty = true,
	.env = words,
	.n_env = 3,
	.cmd = words,
	.n_cmd = 2,
	.entrypoint = words,
	.n_entrypoint = 1,
	.labels = pairs,
	.n_labels = 2,
	.stop_timeout = -1,
	.auto_remove = true,
	.init = true,
	.mounts = mounts,
	.n_mounts = 2,
	.devices = devices,
	.n_devices = 1,
	.ulimits = ulimits,
	.n_ulimits = 1,
	.network_mode = "host",
	.resources = { .memory = 1,
		.nano_cpus = 1500000000,
		.pids_limit = -1,
		.memory_swappiness = &none,
		.cpu_rt_runtime = 9,
		.weight_devices = { rates, 1 },
		.throttle[OCI_THROTTLE_WRITE_IOPS] = { rates, 1 },
		.unified = unified,
		.n_unified = 1 },
	.umask = &umask_027,
	.log_driver = "json-file",
	.log_max_size = -1,
	.log_max_files = 3,
};

static void what_is_written_is_read_again(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct container_settings read;
	struct err err = ERR_INIT;
	size_t length, again_length;
	const char *text = settings_text(&arena, &full, &length), *again;

	if (settings_read(&arena, text, length, &read, &err) < 0)
		fail_msg("%s", err.text);
	again = settings_text(&arena, &read, &again_length);
	assert_string_equal(text, again);
	assert_int_equal(length, again_length);
	assert_string_equal(read.mounts[1].options[0], "size=1m");
	assert_int_equal(read.resources.throttle[OCI_THROTTLE_WRITE_IOPS].rates[0].rate, 7);
	assert_int_equal(read.resources.weight_devices.rates[0].rate, 7);
	assert_int_equal(*read.resources.memory_swappiness, 0);
	assert_int_equal(read.resources.cpu_rt_runtime, 9);
	assert_string_equal(read.resources.unified[0].value, "max");
	assert_int_equal(*read.umask, 027);
	assert_int_equal(read.ulimits[0].hard, -1);
	assert_string_equal(read.labels[1].value, "x");
	assert_null(read.domainname);
}

static void settings_that_are_none_are_refused(void **state)
{
	static const char *const texts[] = {
		"", "{}", "[]", "{\"Id\":\"x\",\"Name\":1}",
		"{\"Id\":\"x\",\"Name\":\"n\",\"Created\":\"c\",\"HostConfig\":{\"Mounts\":[{}]}}"
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		AUTO_ARENA arena = ARENA_INIT;
		struct container_settings read;
		struct err err = ERR_INIT;

		assert_true(settings_read(&arena, texts[i], strlen(texts[i]), &read, &err) < 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read_again),
		cmocka_unit_test(settings_that_are_none_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
