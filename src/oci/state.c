/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/state.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/json_write.h"
#include "base/utc.h"

static void write_annotations(struct json_writer *writer, const struct oci_state *state)
{
	if (state->n_annotations == 0)
		return;
	json_write_object(writer, "annotations");
	for (size_t i = 0; i < state->n_annotations; i++)
		json_write_string(writer, state->annotation_keys[i], state->annotation_values[i]);
	json_write_end(writer);
}

static void write_if(struct json_writer *writer, const char *key, const char *value)
{
	if (value)
		json_write_string(writer, key, value);
}

static void write_state(
	struct json_writer *writer, const char *key, const struct oci_state *state, bool for_hook)
{
	json_write_object(writer, key);
	json_write_string(writer, "ociVersion", state->oci_version);
	json_write_string(writer, "id", state->id);
	json_write_i64(writer, "pid", state->pid);
	json_write_string(writer, "status", state->status);
	json_write_string(writer, "bundle", state->bundle);
	if (!for_hook) {
		write_if(writer, "rootfs", state->rootfs);
		write_if(writer, "created", state->created);
	}
	write_annotations(writer, state);
	if (!for_hook)
		write_if(writer, "owner", state->owner);
	json_write_end(writer);
}

const char *oci_state_text(struct arena *arena, const struct oci_state *state)
{
	struct json_writer writer = JSON_WRITER_INIT(arena, "  ");

	write_state(&writer, NULL, state, false);
	return json_write_text(&writer, NULL);
}

const char *oci_state_list_text(
	struct arena *arena, const struct oci_state *states, size_t n_states)
{
	struct json_writer writer = JSON_WRITER_INIT(arena, NULL);

	json_write_list(&writer, NULL);
	for (size_t i = 0; i < n_states; i++)
		write_state(&writer, NULL, &states[i], false);
	json_write_end(&writer);
	return json_write_text(&writer, NULL);
}

const char *oci_state_hook_text(struct arena *arena, const struct oci_state *state)
{
	struct json_writer writer = JSON_WRITER_INIT(arena, NULL);

	write_state(&writer, NULL, state, true);
	return json_write_text(&writer, NULL);
}

const char *oci_process_state_text(struct arena *arena, const struct oci_process_state *state)
{
	struct json_writer writer = JSON_WRITER_INIT(arena, NULL);

	json_write_object(&writer, NULL);
	json_write_string(&writer, "ociVersion", state->state->oci_version);
	json_write_strings(&writer, "fds", state->fd_names, state->n_fds);
	json_write_i64(&writer, "pid", state->pid);
	write_if(&writer, "metadata", state->metadata);
	write_state(&writer, "state", state->state, true);
	json_write_end(&writer);
	return json_write_text(&writer, NULL);
}

const char *oci_time_text(struct arena *arena, struct timespec time)
{
	char seconds[UTC_TEXT_BYTES], fraction[16];
	size_t length;

	utc_text(time.tv_sec, seconds);
	snprintf(fraction, sizeof(fraction), ".%09ld", time.tv_nsec);
	length = strlen(fraction);
	while (fraction[length - 1] == '0')
		length--;
	if (fraction[length - 1] == '.')
		length--;
	return arena_printf(arena, "%s%.*sZ", seconds, (int)length, fraction);
}
