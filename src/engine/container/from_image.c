/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/container/from_image.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "engine/firewall/binding.h"

enum {
	STOP_TIMEOUT_SEC = 10,
	SHM_BYTES = 64 * 1024 * 1024,
	LOG_FILE_BYTES = 10 * 1024 * 1024,
	LOG_FILES = 3,
};

static bool is_same_name(const char *a, const char *b)
{
	size_t length = strcspn(a, "=");

	return strcspn(b, "=") == length && strncmp(a, b, length) == 0;
}

/* The image's variables in front, each with the value that was asked for, if one was. */
static void merge_env(
	struct arena *arena, struct container_settings *settings, const struct oci_image_run *run)
{
	size_t n_asked = settings->n_env, n = 0;
	const char **asked = settings->env;
	const char **env = ARENA_NEW_ARRAY(arena, run->n_env + n_asked, const char *);

	for (size_t i = 0; i < run->n_env; i++)
		env[n++] = run->env[i];
	for (size_t i = 0; i < n_asked; i++) {
		size_t at = 0;

		while (at < n && !is_same_name(env[at], asked[i]))
			at++;
		env[at] = asked[i];
		n += at == n;
	}
	/* "NAME" without a value: not even the image's */
	settings->n_env = 0;
	for (size_t i = 0; i < n; i++)
		if (strchr(env[i], '='))
			env[settings->n_env++] = env[i];
	settings->env = env;
}

static void merge_labels(
	struct arena *arena, struct container_settings *settings, const struct oci_image_run *run)
{
	for (size_t i = 0; i < run->n_labels; i++) {
		bool is_asked = false;

		for (size_t k = 0; k < settings->n_labels; k++)
			is_asked |= strcmp(settings->labels[k].key, run->labels[i].key) == 0;
		if (!is_asked)
			ARENA_APPEND(arena, settings->labels, settings->n_labels) = run->labels[i];
	}
}

/* Those that are no ports are nobody's business. */
static void merge_exposed_ports(
	struct arena *arena, struct container_settings *settings, const struct oci_image_run *run)
{
	for (size_t i = 0; i < run->n_exposed_ports; i++) {
		struct err ignored = ERR_INIT;

		binding_read_exposed(arena, run->exposed_ports[i], &settings->exposed_ports,
			&settings->n_exposed_ports, &ignored);
	}
}

static void take_command(
	struct container_settings *settings, const struct oci_image_run *run, bool has_entrypoint)
{
	if (settings->n_cmd == 0 && !has_entrypoint) {
		settings->cmd = run->cmd;
		settings->n_cmd = run->n_cmd;
	}
	if (!has_entrypoint) {
		settings->entrypoint = run->entrypoint;
		settings->n_entrypoint = run->n_entrypoint;
	}
}

static void take_number(int64_t *asked, int64_t of_image)
{
	if (*asked == 0)
		*asked = of_image;
}

/* One that was asked for in parts has the rest of the image. */
static void take_health(
	struct container_healthcheck *health, const struct oci_healthcheck *of_image)
{
	if (!of_image || (health->n_test > 0 && strcmp(health->test[0], "NONE") == 0))
		return;
	if (health->n_test == 0) {
		health->test = of_image->test;
		health->n_test = of_image->n_test;
	}
	take_number(&health->interval, of_image->interval);
	take_number(&health->timeout, of_image->timeout);
	take_number(&health->start_period, of_image->start_period);
	take_number(&health->start_interval, of_image->start_interval);
	take_number(&health->retries, of_image->retries);
}

int settings_take_image(struct arena *arena, struct container_settings *settings,
	const struct image *image, bool has_entrypoint, struct err *err)
{
	static const struct oci_image_run nothing;
	const struct oci_image_run *run = image ? &image->config.run : &nothing;

	take_command(settings, run, has_entrypoint);
	if (settings->n_cmd + settings->n_entrypoint == 0) {
		err_fail(err, EINVAL, "no command specified: the image has none either");
		return err_hint(err, "put it behind the image's name");
	}
	merge_env(arena, settings, run);
	merge_labels(arena, settings, run);
	take_health(&settings->health, run->healthcheck);
	merge_exposed_ports(arena, settings, run);
	if (text_is_empty(settings->user))
		settings->user = run->user;
	if (text_is_empty(settings->working_dir))
		settings->working_dir = run->working_dir;
	if (text_is_empty(settings->stop_signal))
		settings->stop_signal = run->stop_signal;
	return 0;
}

void settings_fill(struct container_settings *settings)
{
	if (text_is_empty(settings->working_dir))
		settings->working_dir = "/";
	if (text_is_empty(settings->stop_signal))
		settings->stop_signal = "SIGTERM";
	if (settings->stop_timeout == 0)
		settings->stop_timeout = STOP_TIMEOUT_SEC;
	if (settings->shm_size == 0)
		settings->shm_size = SHM_BYTES;
	if (!settings->restart_policy)
		settings->restart_policy = "no";
	if (!settings->network_mode)
		settings->network_mode = "none";
	if (!settings->log_driver)
		settings->log_driver = "json-file";
	if (settings->log_max_size == 0)
		settings->log_max_size = LOG_FILE_BYTES;
	if (settings->log_max_files == 0)
		settings->log_max_files = LOG_FILES;
}
