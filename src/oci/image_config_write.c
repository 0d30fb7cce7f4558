/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/image_config.h"

static void write_if(struct json_writer *writer, const char *key, const char *value)
{
	if (value)
		json_write_string(writer, key, value);
}

static void write_strings_if(
	struct json_writer *writer, const char *key, const char *const *values, size_t n)
{
	if (n > 0)
		json_write_strings(writer, key, values, n);
}

static void write_set_if(
	struct json_writer *writer, const char *key, const char *const *names, size_t n)
{
	if (n == 0)
		return;
	json_write_object(writer, key);
	for (size_t i = 0; i < n; i++) {
		json_write_object(writer, names[i]);
		json_write_end(writer);
	}
	json_write_end(writer);
}

static void write_healthcheck(struct json_writer *writer, const struct oci_healthcheck *check)
{
	const struct {
		const char *key;
		int64_t value;
	} numbers[] = {
		{ "Interval", check->interval },
		{ "Timeout", check->timeout },
		{ "StartPeriod", check->start_period },
		{ "StartInterval", check->start_interval },
		{ "Retries", check->retries },
	};

	json_write_object(writer, "Healthcheck");
	write_strings_if(writer, "Test", check->test, check->n_test);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (numbers[i].value != 0)
			json_write_i64(writer, numbers[i].key, numbers[i].value);
	json_write_end(writer);
}

void oci_image_run_write(
	struct json_writer *writer, const char *key, const struct oci_image_run *run)
{
	json_write_object(writer, key);
	write_if(writer, "User", run->user);
	write_set_if(writer, "ExposedPorts", run->exposed_ports, run->n_exposed_ports);
	write_strings_if(writer, "Env", run->env, run->n_env);
	write_strings_if(writer, "Entrypoint", run->entrypoint, run->n_entrypoint);
	write_strings_if(writer, "Cmd", run->cmd, run->n_cmd);
	write_set_if(writer, "Volumes", run->volumes, run->n_volumes);
	write_if(writer, "WorkingDir", run->working_dir);
	if (run->n_labels > 0) {
		json_write_object(writer, "Labels");
		for (size_t i = 0; i < run->n_labels; i++)
			json_write_string(writer, run->labels[i].key, run->labels[i].value);
		json_write_end(writer);
	}
	write_if(writer, "StopSignal", run->stop_signal);
	if (run->healthcheck)
		write_healthcheck(writer, run->healthcheck);
	write_strings_if(writer, "Shell", run->shell, run->n_shell);
	write_strings_if(writer, "OnBuild", run->on_build, run->n_on_build);
	json_write_end(writer);
}

static void write_history(struct json_writer *writer, const struct oci_history *history, size_t n)
{
	if (n == 0)
		return;
	json_write_list(writer, "history");
	for (size_t i = 0; i < n; i++) {
		json_write_object(writer, NULL);
		write_if(writer, "created", history[i].created);
		write_if(writer, "created_by", history[i].created_by);
		write_if(writer, "author", history[i].author);
		write_if(writer, "comment", history[i].comment);
		if (history[i].empty_layer)
			json_write_bool(writer, "empty_layer", true);
		json_write_end(writer);
	}
	json_write_end(writer);
}

const char *oci_image_config_text(
	struct arena *arena, const struct oci_image_config *config, size_t *ret_size)
{
	struct json_writer writer = JSON_WRITER_INIT(arena, NULL);

	json_write_object(&writer, NULL);
	write_if(&writer, "created", config->created);
	write_if(&writer, "author", config->author);
	json_write_string(&writer, "architecture", config->architecture);
	json_write_string(&writer, "os", config->os);
	write_if(&writer, "os.version", config->os_version);
	write_if(&writer, "variant", config->variant);
	oci_image_run_write(&writer, "config", &config->run);
	json_write_object(&writer, "rootfs");
	json_write_string(&writer, "type", "layers");
	json_write_strings(&writer, "diff_ids", config->diff_ids, config->n_diff_ids);
	json_write_end(&writer);
	write_history(&writer, config->history, config->n_history);
	json_write_end(&writer);
	return json_write_text(&writer, ret_size);
}
