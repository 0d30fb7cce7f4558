/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/engine/container_inspect.h"

#include "base/text.h"
#include "cli/engine/explain_text.h"
#include "cli/engine/network_settings.h"
#include "engine/container/health.h"
#include "engine/container/start_record.h"
#include "engine/volume/volume.h"

static void write_text(struct json_writer *writer, const char *key, const char *text)
{
	json_write_string(writer, key, text ? text : "");
}

static void write_state(struct arena *arena, struct json_writer *writer,
	const struct engine_container *container, const struct engine_state *state)
{
	struct err ignored = ERR_INIT; /* not configured, or never started */
	struct health_state health;
	struct failure_record failure;
	struct err none = ERR_INIT;
	bool is_paused = state->status == ENGINE_STATUS_PAUSED;
	bool is_restarting = state->status == ENGINE_STATUS_RESTARTING;

	json_write_object(writer, "State");
	json_write_string(writer, "Status", engine_status_name(state->status));
	json_write_bool(writer, "Running",
		is_paused || is_restarting || state->status == ENGINE_STATUS_RUNNING);
	json_write_bool(writer, "Paused", is_paused);
	json_write_bool(writer, "Restarting", is_restarting);
	json_write_bool(writer, "OOMKilled", state->oom_killed);
	json_write_bool(writer, "Dead", state->status == ENGINE_STATUS_DEAD);
	json_write_i64(writer, "Pid", state->pid);
	json_write_i64(writer, "ExitCode", state->exit_code);
	json_write_string(writer, "Reason", explain_end(arena, container, state));
	json_write_string(writer, "Error",
		failure_record_read(arena, container->dir_fd, &failure, &none) == 0 ? failure.text
										    : "");
	/* what Docker says of a time that was not */
	json_write_string(writer, "StartedAt",
		state->started_at ? state->started_at : "0001-01-01T00:00:00Z");
	json_write_string(writer, "FinishedAt",
		state->finished_at ? state->finished_at : "0001-01-01T00:00:00Z");
	if (health_read(arena, container, &health, &ignored) == 0)
		health_write_json(writer, "Health", &health);
	json_write_end(writer);
}

/* The program, and what stands behind it. */
static void write_command(struct json_writer *writer, const struct container_settings *settings)
{
	size_t n = settings->n_entrypoint + settings->n_cmd;

	for (size_t i = 0; i < n; i++) {
		const char *word = i < settings->n_entrypoint
					   ? settings->entrypoint[i]
					   : settings->cmd[i - settings->n_entrypoint];

		json_write_string(writer, i == 0 ? "Path" : NULL, word);
		if (i == 0)
			json_write_list(writer, "Args");
	}
	if (n == 0)
		json_write_list(writer, "Args");
	json_write_end(writer);
}

static void write_mounts(struct arena *arena, const struct store *store, struct json_writer *writer,
	const struct container_settings *settings)
{
	json_write_list(writer, "Mounts");
	for (size_t i = 0; i < settings->n_mounts; i++) {
		const struct container_mount *mount = &settings->mounts[i];

		json_write_object(writer, NULL);
		write_text(writer, "Type", mount->type);
		if (text_equal(mount->type, "volume")) {
			write_text(writer, "Name", mount->source);
			json_write_string(writer, "Driver", "local");
		}
		write_text(writer, "Source", volume_source_of(arena, store, mount));
		write_text(writer, "Destination", mount->target);
		json_write_strings(writer, "Options", mount->options, mount->n_options);
		json_write_bool(writer, "RW", !mount->is_readonly);
		json_write_end(writer);
	}
	json_write_end(writer);
}

static void write_paths(
	struct arena *arena, struct json_writer *writer, const struct engine_container *container)
{
	static const struct {
		const char *key, *name;
	} paths[] = {
		{ "ResolvConfPath", "resolv.conf" },
		{ "HostnamePath", "hostname" },
		{ "HostsPath", "hosts" },
		{ "LogPath", "log.json" },
	};

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		json_write_string(writer, paths[i].key,
			arena_printf(arena, "%s/%s", container->directory, paths[i].name));
}

void container_inspect_write(struct arena *arena, const struct store *store,
	struct json_writer *writer, const struct engine_container *container,
	const struct engine_state *state)
{
	const struct container_settings *settings = &container->settings;

	json_write_object(writer, NULL);
	json_write_string(writer, "Id", container->id);
	write_text(writer, "Created", settings->created);
	write_command(writer, settings);
	write_state(arena, writer, container, state);
	write_text(writer, "Image", settings->image_id);
	write_paths(arena, writer, container);
	json_write_string(
		writer, "Name", arena_printf(arena, "/%s", settings->name ? settings->name : ""));
	json_write_i64(writer, "RestartCount", restart_record_read(arena, container->dir_fd).count);
	json_write_string(writer, "Driver", "overlay");
	json_write_string(writer, "Platform", "linux");
	write_mounts(arena, store, writer, settings);
	network_settings_write(arena, store, writer, container);
	settings_write_config(writer, settings);
	settings_write_host_config(writer, settings);
	json_write_end(writer);
}
