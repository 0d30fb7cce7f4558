/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/container/from_image.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const char *image_env[] = { "PATH=/bin", "A=image" };
static const char *image_cmd[] = { "serve" };
static const char *image_entrypoint[] = { "/entry", "-x" };
static struct oci_key_value image_labels[] = { { "a", "image" }, { "b", "image" } };

static struct image some_image(void)
{
	struct image image = { 0 };

	image.config.run = (struct oci_image_run){
		.user = "www",
		.env = image_env,
		.n_env = 2,
		.cmd = image_cmd,
		.n_cmd = 1,
		.entrypoint = image_entrypoint,
		.n_entrypoint = 2,
		.working_dir = "/srv",
		.labels = image_labels,
		.n_labels = 2,
		.stop_signal = "SIGQUIT",
	};
	return image;
}

static void what_was_asked_goes_ahead_of_the_image(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	const char *env[] = { "B=b", "A=asked", "PATH" };
	const struct oci_key_value asked = { "a", "asked" };
	struct container_settings settings = {
		.user = "1",
		.env = env,
		.n_env = 3,
	};
	struct image image = some_image();
	struct err err = ERR_INIT;

	ARENA_APPEND(&arena, settings.labels, settings.n_labels) = asked;
	assert_int_equal(settings_take_image(&arena, &settings, &image, false, &err), 0);
	assert_string_equal(settings.user, "1");
	assert_string_equal(settings.working_dir, "/srv");
	assert_string_equal(settings.stop_signal, "SIGQUIT");
	/* a name without a value takes the image's away */
	assert_int_equal(settings.n_env, 2);
	assert_string_equal(settings.env[0], "A=asked");
	assert_string_equal(settings.env[1], "B=b");
	assert_int_equal(settings.n_labels, 2);
	assert_string_equal(settings.labels[0].value, "asked");
	assert_string_equal(settings.labels[1].value, "image");
	assert_int_equal(settings.n_entrypoint, 2);
	assert_string_equal(settings.cmd[0], "serve");
}

static void an_entry_point_that_was_asked_for_is_without_the_images_command(void **state)
{
	AUTO_ARENA arena = ARENA_INIT;
	const char *entrypoint[] = { "sh" }, *cmd[] = { "x" };
	struct container_settings settings = { .entrypoint = entrypoint, .n_entrypoint = 1 };
	struct container_settings none = { 0 }, other = { .cmd = cmd, .n_cmd = 1 };
	struct image image = some_image();
	struct err err = ERR_INIT;

	assert_int_equal(settings_take_image(&arena, &settings, &image, true, &err), 0);
	assert_int_equal(settings.n_entrypoint, 1);
	assert_int_equal(settings.n_cmd, 0);
	assert_int_equal(settings_take_image(&arena, &none, &image, true, &err), -EINVAL);
	assert_int_equal(settings_take_image(&arena, &other, &image, false, &err), 0);
	assert_int_equal(other.n_entrypoint, 2);
	assert_string_equal(other.cmd[0], "x");
}

static void what_nobody_says_has_docker_s_defaults(void **state)
{
	struct container_settings settings = { 0 };

	settings_fill(&settings);
	assert_string_equal(settings.working_dir, "/");
	assert_string_equal(settings.stop_signal, "SIGTERM");
	assert_int_equal(settings.stop_timeout, 10);
	assert_int_equal(settings.shm_size, 64 << 20);
	assert_string_equal(settings.network_mode, "none");
	assert_int_equal(settings.log_max_size, 10 << 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_asked_goes_ahead_of_the_image),
		cmocka_unit_test(an_entry_point_that_was_asked_for_is_without_the_images_command),
		cmocka_unit_test(what_nobody_says_has_docker_s_defaults),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
