/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/volume/volume.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/file.h"
#include "base/json.h"
#include "base/json_write.h"
#include "base/text.h"
#include "engine/image/unpacker.h"
#include "oci/state.h"
#include "sys/directory.h"

#define RECORD_NAME "volume.json"
#define DATA_NAME   "_data"
#define MARK_NAME   "filling"

enum {
	NAME_MAX_BYTES = 200,
	MADE_UP_BYTES = 32,
	RECORD_MAX_BYTES = 1024 * 1024,
	MAKE_TRIES = 10,
};

static const struct json_field label_row = JSON_STRING(struct oci_key_value, NULL, value);

static const struct json_field record_fields[] = {
	JSON_STRING(struct volume, "Name", name, .is_required = true),
	JSON_STRING(struct volume, "CreatedAt", created, .is_required = true),
	JSON_BOOL(struct volume, "Anonymous", is_anonymous),
	JSON_MAP(struct volume, "Labels", labels, n_labels, &label_row),
	{ .name = NULL },
};

int volume_check_name(const char *name, struct err *err)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789_.-";
	size_t length = strlen(name);

	if (length >= 1 && length <= NAME_MAX_BYTES && strspn(name, letters) == length &&
		!strchr("_.-", name[0]))
		return 0;
	return err_fail(err, EINVAL,
		"invalid volume name \"%s\": only a-z A-Z 0-9 _ . - are possible, the first a "
		"letter or digit",
		name);
}

const char *volume_directory(struct arena *arena, const struct store *store, const char *name)
{
	return arena_printf(arena, "%s/volumes/%s/" DATA_NAME, store->root, name);
}

const char *volume_source_of(
	struct arena *arena, const struct store *store, const struct container_mount *mount)
{
	if (text_equal(mount->type, "volume"))
		return volume_directory(arena, store, mount->source);
	return text_equal(mount->type, "bind") ? mount->source : NULL;
}

/* Made with the first volume; not there: no volumes. */
static int open_volumes(const struct store *store, bool make, int *ret_fd, struct err *err)
{
	if (make && mkdirat(store->root_fd, "volumes", 0700) < 0 && errno != EEXIST)
		return err_sys(err, "mkdir volumes");
	*ret_fd = openat(
		store->root_fd, "volumes", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return *ret_fd < 0 ? err_sys(err, "open volumes") : 0;
}

static int read_record(
	struct arena *arena, int volumes_fd, const char *name, struct volume *ret, struct err *err)
{
	struct json_reader reader = JSON_READER_INIT(arena, NULL);
	const char *path = arena_printf(arena, "%s/" RECORD_NAME, name);
	const struct json_value *value;
	const char *text;
	size_t length;
	int r = file_read_at(arena, volumes_fd, path, RECORD_MAX_BYTES, &text, &length, err);

	*ret = (struct volume){ 0 };
	if (r == 0)
		r = json_parse(arena, text, length, &value, err);
	if (r == 0)
		r = json_read_object(&reader, value, record_fields, ret, err);
	return r < 0 ? err_while(err, "volume %s", name) : 0;
}

int volume_open(struct arena *arena, const struct store *store, const char *name,
	struct volume *ret, struct err *err)
{
	struct err problem = ERR_INIT;
	AUTO_FD int fd = -1;
	int r = volume_check_name(name, err);

	if (r < 0)
		return r;
	r = open_volumes(store, false, &fd, &problem);
	if (r == 0)
		r = read_record(arena, fd, name, ret, &problem);
	if (r == -ENOENT) {
		err_fail(err, ENOENT, "no such volume: %s", name);
		return err_hint(err, "`hull volume ls` lists them");
	}
	if (r < 0) {
		*err = problem;
		return r;
	}
	ret->name = arena_strdup(arena, name);
	ret->directory = volume_directory(arena, store, name);
	return 0;
}

/* ---- making ---- */

static int make_up_name(struct arena *arena, const char **ret, struct err *err)
{
	uint8_t bytes[MADE_UP_BYTES];
	char *text = arena_alloc(arena, 2 * MADE_UP_BYTES + 1);

	if (getrandom(bytes, sizeof(bytes), 0) != sizeof(bytes))
		return err_sys(err, "getrandom");
	for (size_t i = 0; i < sizeof(bytes); i++)
		snprintf(text + 2 * i, 3, "%02x", bytes[i]);
	*ret = text;
	return 0;
}

static int write_record(
	struct arena *arena, int dir_fd, const struct volume *volume, struct err *err)
{
	struct json_writer writer = JSON_WRITER_INIT(arena, NULL);
	const char *text;
	size_t length;

	json_write_object(&writer, NULL);
	json_write_string(&writer, "Name", volume->name);
	json_write_string(&writer, "CreatedAt", volume->created);
	json_write_bool(&writer, "Anonymous", volume->is_anonymous);
	json_write_object(&writer, "Labels");
	for (size_t i = 0; i < volume->n_labels; i++)
		json_write_string(&writer, volume->labels[i].key, volume->labels[i].value);
	json_write_end(&writer);
	json_write_end(&writer);
	text = json_write_text(&writer, &length);
	return file_create(dir_fd, RECORD_NAME, text, length, 0600, err);
}

/* 1: there is one already. */
static int make_in_stage(struct arena *arena, const struct store_stage *stage, int volumes_fd,
	const struct volume *volume, struct err *err)
{
	AUTO_FD int fd = -1;
	int r;

	if (mkdirat(stage->fd, "v", 0700) < 0)
		return err_sys(err, "mkdir");
	fd = openat(stage->fd, "v", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return err_sys(err, "open");
	if (mkdirat(fd, DATA_NAME, 0755) < 0 || fchmodat(fd, DATA_NAME, 0755, 0) < 0)
		return err_sys(err, "mkdir " DATA_NAME);
	r = write_record(arena, fd, volume, err);
	if (r < 0)
		return r;
	/* never over one that is there: that is not empty */
	if (renameat(stage->fd, "v", volumes_fd, volume->name) == 0)
		return 0;
	return errno == EEXIST || errno == ENOTEMPTY
		       ? 1
		       : err_sys(err, "rename to volumes/%s", volume->name);
}

int volume_make(struct arena *arena, const struct store *store, const struct volume *request,
	struct volume *ret, bool *ret_is_new, struct err *err)
{
	struct store_stage stage = STORE_STAGE_INIT;
	struct volume volume = *request;
	struct err missing = ERR_INIT;
	AUTO_FD int volumes_fd = -1;
	struct timespec now;
	int r = volume.name ? volume_check_name(volume.name, err)
			    : make_up_name(arena, &volume.name, err);

	*ret_is_new = false;
	if (r < 0)
		return r;
	if (volume_open(arena, store, volume.name, ret, &missing) == 0)
		return 0;
	clock_gettime(CLOCK_REALTIME, &now);
	volume.created = oci_time_text(arena, now);
	volume.directory = volume_directory(arena, store, volume.name);
	r = open_volumes(store, true, &volumes_fd, err);
	if (r == 0)
		r = store_make_stage(arena, store, &stage, err);
	if (r == 0)
		r = make_in_stage(arena, &stage, volumes_fd, &volume, err);
	store_remove_stage(store, &stage);
	if (r < 0)
		return err_while(err, "volume %s", volume.name);
	*ret_is_new = r == 0;
	*ret = volume;
	return r == 1 ? volume_open(arena, store, volume.name, ret, err) : 0;
}

/* ---- all of them, and their end ---- */

static int by_name(const void *a, const void *b)
{
	const struct volume *first = a, *second = b;

	return strcmp(first->name, second->name);
}

int volume_list(struct arena *arena, const struct store *store, struct volume **ret, size_t *ret_n,
	struct err *err)
{
	struct err problem = ERR_INIT;
	struct volume *all = NULL;
	AUTO_FD int fd = -1;
	const char *name;
	size_t n = 0;
	int r = open_volumes(store, false, &fd, &problem);

	*ret = NULL;
	*ret_n = 0;
	if (r == -ENOENT)
		return 0;
	if (r < 0) {
		*err = problem;
		return r;
	}
	struct directory directory = DIRECTORY_INIT(fd);
	while ((r = directory_next(&directory, &name, err)) == 1) {
		struct err ignored = ERR_INIT; /* removed meanwhile */
		struct volume volume;

		if (volume_open(arena, store, name, &volume, &ignored) == 0)
			ARENA_APPEND(arena, all, n) = volume;
	}
	if (n > 1)
		qsort(all, n, sizeof(*all), by_name);
	*ret = all;
	*ret_n = n;
	return r;
}

int volume_remove(struct arena *arena, const struct store *store, const char *name, struct err *err)
{
	struct store_stage stage = STORE_STAGE_INIT;
	AUTO_FD int fd = -1;
	int r = open_volumes(store, false, &fd, err);

	if (r == 0)
		r = store_make_stage(arena, store, &stage, err);
	if (r == 0 && renameat(fd, name, stage.fd, "v") < 0)
		r = err_sys(err, "rename volumes/%s", name);
	store_remove_stage(store, &stage);
	return r < 0 ? err_while(err, "remove volume %s", name) : 0;
}

/* ---- the mark ---- */

static const char *mark_path(char path[NAME_MAX_BYTES + 32], const char *name)
{
	text_format(path, NAME_MAX_BYTES + 32, "volumes/%s/" MARK_NAME, name);
	return path;
}

int volume_mark(const struct store *store, const char *name, bool is_filling, struct err *err)
{
	char path[NAME_MAX_BYTES + 32];

	if (is_filling) {
		AUTO_FD int fd = openat(store->root_fd, mark_path(path, name),
			O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

		return fd < 0 ? err_sys(err, "create %s", path) : 0;
	}
	if (unlinkat(store->root_fd, mark_path(path, name), 0) < 0 && errno != ENOENT)
		return err_sys(err, "unlink %s", path);
	return 0;
}

bool volume_has_mark(const struct store *store, const char *name)
{
	char path[NAME_MAX_BYTES + 32];

	return faccessat(store->root_fd, mark_path(path, name), F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

/* By hull-unpack: files of other ids may be in it. */
int volume_empty(const struct store *store, const char *name, struct err *err)
{
	AUTO_ARENA arena = ARENA_INIT;
	const struct unpacker_request request = {
		.mode = "remove",
		.directory = volume_directory(&arena, store, name),
		.in_fd = -1,
		.out_fd = -1,
	};

	return unpacker_run(store, &request, NULL, err);
}
