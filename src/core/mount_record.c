/* SPDX-License-Identifier: Apache-2.0 */
#include "core/mount_record.h"

#include <errno.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/json_write.h"

#define MOUNT_RECORD_FILE "mounts.json"

static const struct json_field mounted_fields[] = {
	JSON_STRING(struct planner_mounted, "destination", destination, .is_required = true),
	JSON_U64(struct planner_mounted, "mount", mount_id, .is_required = true),
	{ .name = NULL },
};
static const struct json_field mounted_element = {
	.type = JSON_FIELD_OBJECT,
	.nested = mounted_fields,
};
static const struct json_field mounts_row = JSON_ARRAY(
	struct mount_record, NULL, mounts, n_mounts, &mounted_element);

int mount_record_read(struct arena *arena, int dir_fd, struct mount_record *ret, struct err *err)
{
	struct mount_record record = { .arena = arena, .dir_fd = dir_fd };
	struct json_reader reader = JSON_READER_INIT(arena, NULL);
	const struct json_value *document;
	struct err problem = ERR_INIT;
	const char *text;
	size_t length;
	int r = file_read_at(
		arena, dir_fd, MOUNT_RECORD_FILE, JSON_TEXT_MAX_BYTES, &text, &length, &problem);

	if (r == 0)
		r = json_parse(arena, text, length, &document, &problem);
	if (r == 0)
		r = json_read_value(&reader, document, &mounts_row, &record, &problem);
	if (r < 0 && r != -ENOENT) {
		*err = problem;
		return err_while(err, "the container's added mounts");
	}
	*ret = record;
	return 0;
}

static int write_record(const struct mount_record *record, struct err *err)
{
	struct json_writer writer = JSON_WRITER_INIT(record->arena, "  ");
	const char *text;
	size_t length;

	json_write_list(&writer, NULL);
	for (size_t i = 0; i < record->n_mounts; i++) {
		json_write_object(&writer, NULL);
		json_write_string(&writer, "destination", record->mounts[i].destination);
		json_write_u64(&writer, "mount", record->mounts[i].mount_id);
		json_write_end(&writer);
	}
	json_write_end(&writer);
	text = json_write_text(&writer, &length);
	return file_replace(record->dir_fd, MOUNT_RECORD_FILE, text, length, 0600, err);
}

int mount_record_add(
	struct mount_record *record, const char *destination, uint64_t mount_id, struct err *err)
{
	struct planner_mounted *mounts = ARENA_NEW_ARRAY(
		record->arena, record->n_mounts + 1, struct planner_mounted);

	if (record->n_mounts)
		memcpy(mounts, record->mounts, record->n_mounts * sizeof(*mounts));
	mounts[record->n_mounts++] = (struct planner_mounted){ destination, mount_id };
	record->mounts = mounts;
	return write_record(record, err);
}

int mount_record_remove(struct mount_record *record, uint64_t mount_id, struct err *err)
{
	size_t n = 0;

	for (size_t i = 0; i < record->n_mounts; i++)
		if (record->mounts[i].mount_id != mount_id)
			record->mounts[n++] = record->mounts[i];
	record->n_mounts = n;
	return write_record(record, err);
}
