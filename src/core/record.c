/* SPDX-License-Identifier: Apache-2.0 */
#include "core/record.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/file.h"
#include "base/json.h"
#include "base/json_write.h"
#include "base/path.h"
#include "base/text.h"
#include "oci/annotations.h"

#define RECORD_FILE   "state.json"
#define RECORD_CONFIG "config.json"

enum {
	RECORD_LOCK_TRIES = 100,
	RECORD_LOCK_PAUSE_NSEC = 10 * 1000 * 1000,
};

static const struct json_field annotation_row = JSON_STRING(struct oci_key_value, NULL, value);

static const struct json_field rdt_fields[] = {
	JSON_STRING(struct rdt_group, "mount", mount, .is_required = true),
	JSON_STRING(struct rdt_group, "closID", clos_id, .is_required = true),
	JSON_BOOL(struct rdt_group, "own", is_own),
	JSON_BOOL(struct rdt_group, "monitored", is_monitored),
	{ .name = NULL },
};

static const struct json_field systemd_fields[] = {
	JSON_STRING(struct systemd_unit, "unit", name, .is_required = true),
	JSON_BOOL(struct systemd_unit, "user", is_user),
	{ .name = NULL },
};

static const struct json_field record_fields[] = {
	JSON_STRING(struct record, "id", id, .is_required = true),
	JSON_STRING(struct record, "ociVersion", oci_version, .is_required = true),
	JSON_STRING(struct record, "bundle", bundle, .is_required = true),
	JSON_STRING(struct record, "rootfs", rootfs, .is_required = true),
	JSON_STRING(struct record, "created", created, .is_required = true),
	JSON_I32(struct record, "pid", pid, .is_required = true),
	JSON_U64(struct record, "startTime", start_time, .is_required = true),
	JSON_STRINGS(struct record, "cgroups", cgroups, n_cgroups),
	JSON_OBJECT_POINTER(struct record, "intelRdt", rdt, rdt_fields),
	JSON_OBJECT_POINTER(struct record, "systemd", systemd, systemd_fields),
	JSON_BOOL(struct record, "hooks", has_hooks),
	JSON_BOOL(struct record, "noNewKeyring", has_no_keyring),
	JSON_MAP(struct record, "annotations", annotations, n_annotations, &annotation_row),
	{ .name = NULL },
};

/* Each missing directory of the path; the last one is ours alone. */
static int make_root(const char *root, struct err *err)
{
	char path[4096];
	size_t length = strlen(root);

	if (length >= sizeof(path))
		return err_fail(err, ENAMETOOLONG, "the root directory's path is too long");
	if (mkdir(root, 0700) == 0 || errno == EEXIST)
		return 0;
	if (errno != ENOENT)
		return err_sys(err, "mkdir %s", root);
	memcpy(path, root, length + 1);
	for (size_t i = 1; i < length; i++) {
		if (path[i] != '/')
			continue;
		path[i] = '\0';
		if (mkdir(path, 0711) < 0 && errno != EEXIST)
			return err_sys(err, "mkdir %s", path);
		path[i] = '/';
	}
	if (mkdir(root, 0700) < 0 && errno != EEXIST)
		return err_sys(err, "mkdir %s", root);
	return 0;
}

int record_open_root(const struct runtime *runtime, int *ret_fd, struct err *err)
{
	int fd = open(runtime->root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0) {
		err_sys(err, "open %s", runtime->root);
		return err_path(err, runtime->root);
	}
	*ret_fd = fd;
	return 0;
}

int record_create_dir(
	const struct runtime *runtime, const char *id, int *ret_dir_fd, struct err *err)
{
	AUTO_FD int root = -1;
	int r = make_root(runtime->root, err);

	if (r == 0)
		r = record_open_root(runtime, &root, err);
	if (r < 0)
		return r;
	if (mkdirat(root, id, 0700) < 0) {
		if (errno == EEXIST)
			return err_fail(
				err, EEXIST, "container with given ID already exists: %s", id);
		err_sys(err, "mkdir %s/%s", runtime->root, id);
		return err_path(err, runtime->root);
	}
	AUTO_FD int dir = openat(root, id, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (dir < 0)
		return err_sys(err, "open %s/%s", runtime->root, id);
	r = record_lock(dir, err);
	if (r == 0)
		*ret_dir_fd = TAKE_FD(dir);
	return r;
}

int record_open_dir(const struct runtime *runtime, const char *id, int *ret_dir_fd, struct err *err)
{
	AUTO_FD int root = -1;
	struct err ignored = ERR_INIT;
	int fd;

	if (record_open_root(runtime, &root, &ignored) == -ENOENT)
		return err_fail(err, ENOENT, "container does not exist: %s", id);
	if (root < 0) {
		*err = ignored;
		return -err->code;
	}
	fd = openat(root, id, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return err_fail(err, ENOENT, "container does not exist: %s", id);
	if (fd < 0)
		return err_sys(err, "open %s/%s", runtime->root, id);
	*ret_dir_fd = fd;
	return 0;
}

int record_lock(int dir_fd, struct err *err)
{
	const struct timespec pause = { .tv_nsec = RECORD_LOCK_PAUSE_NSEC };

	for (int i = 0; i < RECORD_LOCK_TRIES; i++) {
		if (flock(dir_fd, LOCK_EX | LOCK_NB) == 0)
			return 0;
		if (errno != EWOULDBLOCK && errno != EINTR)
			return err_sys(err, "flock the container's directory");
		nanosleep(&pause, NULL);
	}
	return err_fail(err, EBUSY, "another command is working on the container");
}

static void write_rdt(struct json_writer *writer, const struct rdt_group *group)
{
	json_write_object(writer, "intelRdt");
	json_write_string(writer, "mount", group->mount);
	json_write_string(writer, "closID", group->clos_id);
	json_write_bool(writer, "own", group->is_own);
	json_write_bool(writer, "monitored", group->is_monitored);
	json_write_end(writer);
}

static void write_systemd(struct json_writer *writer, const struct systemd_unit *unit)
{
	json_write_object(writer, "systemd");
	json_write_string(writer, "unit", unit->name);
	json_write_bool(writer, "user", unit->is_user);
	json_write_end(writer);
}

static const char *record_text(struct arena *arena, const struct record *record, size_t *ret_length)
{
	struct json_writer writer = JSON_WRITER_INIT(arena, "  ");

	json_write_object(&writer, NULL);
	json_write_string(&writer, "ociVersion", record->oci_version);
	json_write_string(&writer, "id", record->id);
	json_write_i64(&writer, "pid", record->pid);
	json_write_u64(&writer, "startTime", record->start_time);
	json_write_string(&writer, "bundle", record->bundle);
	json_write_string(&writer, "rootfs", record->rootfs);
	json_write_string(&writer, "created", record->created);
	json_write_strings(&writer, "cgroups", record->cgroups, record->n_cgroups);
	if (record->rdt)
		write_rdt(&writer, record->rdt);
	if (record->systemd)
		write_systemd(&writer, record->systemd);
	if (record->has_hooks)
		json_write_bool(&writer, "hooks", true);
	if (record->has_no_keyring)
		json_write_bool(&writer, "noNewKeyring", true);
	json_write_object(&writer, "annotations");
	for (size_t i = 0; i < record->n_annotations; i++)
		json_write_string(
			&writer, record->annotations[i].key, record->annotations[i].value);
	json_write_end(&writer);
	json_write_end(&writer);
	return json_write_text(&writer, ret_length);
}

int record_create(int dir_fd, const struct record *record, struct arena *arena, struct err *err)
{
	size_t length;
	const char *text = record_text(arena, record, &length);

	return file_create(dir_fd, RECORD_FILE, text, length, 0600, err);
}

int record_write(int dir_fd, const struct record *record, struct arena *arena, struct err *err)
{
	size_t length;
	const char *text = record_text(arena, record, &length);

	return file_replace(dir_fd, RECORD_FILE, text, length, 0600, err);
}

int record_write_config(int dir_fd, const char *bytes, size_t size, struct err *err)
{
	return file_create(dir_fd, RECORD_CONFIG, bytes, size, 0600, err);
}

int record_read(struct arena *arena, int dir_fd, struct record *ret, struct err *err)
{
	struct json_reader reader = JSON_READER_INIT(arena, NULL);
	const struct json_value *value;
	struct record record = { 0 };
	const char *text;
	size_t length;
	int r;

	r = file_read_at(arena, dir_fd, RECORD_FILE, JSON_TEXT_MAX_BYTES, &text, &length, err);
	if (r == -ENOENT)
		return err_fail(err, ENODATA, "the container's creation was interrupted");
	if (r == 0 && (length == 0 || text[length - 1] != '}'))
		return err_fail(err, ENODATA, "the container's creation was interrupted");
	if (r == 0)
		r = json_parse(arena, text, length, &value, err);
	if (r == 0)
		r = json_read_object(&reader, value, record_fields, &record, err);
	if (r < 0)
		return err_while(err, "state record");
	*ret = record;
	return 0;
}

int record_read_config(struct arena *arena, int dir_fd, struct oci_config **ret, struct err *err)
{
	struct oci_config *config;
	const char *text;
	size_t length;
	int r = file_read_at(
		arena, dir_fd, RECORD_CONFIG, JSON_TEXT_MAX_BYTES, &text, &length, err);

	if (r == 0)
		r = oci_config_read(arena, text, length, &config, err);
	if (r == 0)
		r = oci_annotations_read(arena, config, err);
	if (r == 0)
		*ret = config;
	return r < 0 ? err_while(err, "the container's configuration") : 0;
}

/* inner/name, which stands two below top: removed, or moved up there when it is a directory. */
static int remove_or_lift(int top, int inner, const char *name, struct err *err)
{
	char lifted[32];

	if (unlinkat(inner, name, 0) == 0 || errno == ENOENT)
		return 0;
	if (errno != EISDIR)
		return err_sys(err, "unlink %s", name);
	for (unsigned i = 0;; i++) { /* a name that is free */
		text_format(lifted, sizeof(lifted), "lifted-%u", i);
		if (renameat(inner, name, top, lifted) == 0)
			return 0;
		if (errno != ENOTEMPTY && errno != EEXIST && errno != ENOTDIR)
			return err_sys(err, "rename %s", name);
	}
}

static DIR *open_listing(int dir_fd, const char *name)
{
	int fd = openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	if (!dir)
		fd_close(fd);
	return dir;
}

/* NULL at the end. */
static const char *next_name(DIR *dir)
{
	struct dirent *entry;

	while ((entry = readdir(dir)))
		if (!text_equal(entry->d_name, ".") && !text_equal(entry->d_name, ".."))
			return entry->d_name;
	return NULL;
}

static int remove_entry(int top, const char *name, struct err *err)
{
	const char *inner_name;
	DIR *dir;
	int r = 0;

	if (unlinkat(top, name, 0) == 0 || errno == ENOENT)
		return 0;
	if (errno != EISDIR)
		return err_sys(err, "unlink %s", name);
	dir = open_listing(top, name);
	if (!dir)
		return err_sys(err, "open %s", name);
	while (r == 0 && (inner_name = next_name(dir)))
		r = remove_or_lift(top, dirfd(dir), inner_name, err);
	closedir(dir);
	if (r == 0 && unlinkat(top, name, AT_REMOVEDIR) < 0 && errno != ENOENT)
		r = err_sys(err, "rmdir %s", name);
	return r;
}

/*
 * Temporary files of a writer that died, and what a privileged container put beside its socket,
 * however deep: directories are moved up until there is none. Each round sees what the one before
 * has moved.
 */
static int remove_all(int dir_fd, struct err *err)
{
	bool is_empty = false;
	int r = 0;

	while (r == 0 && !is_empty) {
		DIR *dir = open_listing(dir_fd, ".");
		const char *name;

		if (!dir)
			return err_sys(err, "open the container's directory");
		is_empty = true;
		while (r == 0 && (name = next_name(dir))) {
			r = remove_entry(dir_fd, name, err);
			is_empty = false;
		}
		closedir(dir);
	}
	return r;
}

int record_remove_dir(const struct runtime *runtime, const char *id, int dir_fd, struct err *err)
{
	static const char *const ours[] = { RECORD_START_SOCKET, RECORD_CONFIG, RECORD_FILE };
	AUTO_FD int root = -1;
	int r = record_open_root(runtime, &root, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		if (unlinkat(dir_fd, ours[i], 0) < 0 && errno != ENOENT)
			return err_sys(err, "unlink %s", ours[i]);
	if (unlinkat(root, id, AT_REMOVEDIR) == 0 || errno == ENOENT)
		return 0;
	if (errno != ENOTEMPTY)
		return err_sys(err, "rmdir %s/%s", runtime->root, id);
	r = remove_all(dir_fd, err);
	if (r == 0 && unlinkat(root, id, AT_REMOVEDIR) < 0 && errno != ENOENT)
		r = err_sys(err, "rmdir %s/%s", runtime->root, id);
	return r;
}
