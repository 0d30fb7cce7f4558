/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/container/containers.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "engine/container/names.h"
#include "engine/container/namespaces.h"
#include "engine/events/events.h"
#include "oci/state.h"
#include "sys/directory.h"

enum {
	ID_BYTES = CONTAINER_ID_LENGTH / 2,
	LOCK_TRIES = 1000,
	LOCK_PAUSE_NSEC = 10 * 1000 * 1000,
	SHORT_ID_LENGTH = 12,
};

void containers_close(struct engine_container *container)
{
	fd_replace(&container->dir_fd, -1);
}

static int open_containers(const struct engine *engine, int *ret_fd, struct err *err)
{
	int root_fd = engine->store->root_fd;

	*ret_fd = openat(root_fd, "containers", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (*ret_fd < 0 && errno == ENOENT) {
		if (mkdirat(root_fd, "containers", 0700) < 0 && errno != EEXIST)
			return err_sys(err, "mkdir containers");
		*ret_fd = openat(
			root_fd, "containers", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	}
	return *ret_fd < 0 ? err_sys(err, "open containers") : 0;
}

static int make_id(struct arena *arena, const char **ret, struct err *err)
{
	uint8_t bytes[ID_BYTES];
	char *text = arena_alloc(arena, CONTAINER_ID_LENGTH + 1);

	if (getrandom(bytes, sizeof(bytes), 0) != sizeof(bytes))
		return err_sys(err, "getrandom");
	for (size_t i = 0; i < sizeof(bytes); i++)
		snprintf(text + 2 * i, 3, "%02x", bytes[i]);
	*ret = text;
	return 0;
}

static void set_directory(
	struct arena *arena, const struct engine *engine, struct engine_container *container)
{
	container->directory = arena_printf(
		arena, "%s/containers/%s", engine->store->root, container->id);
}

static int make_directory(struct arena *arena, const struct engine *engine,
	struct engine_container *ret, struct err *err)
{
	AUTO_FD int containers_fd = -1;
	int r = open_containers(engine, &containers_fd, err);

	if (r < 0)
		return r;
	if (mkdirat(containers_fd, ret->id, 0700) < 0)
		return err_sys(err, "mkdir containers/%s", ret->id);
	ret->dir_fd = openat(
		containers_fd, ret->id, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (ret->dir_fd < 0)
		return err_sys(err, "open containers/%s", ret->id);
	set_directory(arena, engine, ret);
	return containers_lock(ret, err);
}

static int take_name(struct arena *arena, const struct engine *engine,
	struct container_settings *settings, struct err *err)
{
	enum { TRIES = 20 };
	struct err problem = ERR_INIT;
	int r = -EEXIST;

	if (settings->name) {
		r = name_check(settings->name, err);
		return r < 0 ? r
			     : name_take(arena, engine->store, settings->name, settings->id, err);
	}
	for (int i = 0; r == -EEXIST && i < TRIES; i++) {
		settings->name = name_make_up(arena);
		problem = ERR_INIT;
		r = name_take(arena, engine->store, settings->name, settings->id, &problem);
	}
	if (r == -EEXIST) { /* nearly all are in use */
		settings->name = arena_printf(arena, "c%.*s", SHORT_ID_LENGTH, settings->id);
		return name_take(arena, engine->store, settings->name, settings->id, err);
	}
	if (r < 0)
		*err = problem;
	return r;
}

int containers_write_settings(
	struct arena *arena, const struct engine_container *container, struct err *err)
{
	size_t length;
	const char *text = settings_text(arena, &container->settings, &length);

	return file_replace(container->dir_fd, SETTINGS_NAME, text, length, 0600, err);
}

int containers_make(struct arena *arena, const struct engine *engine,
	struct container_settings *settings, struct engine_container *ret, struct err *err)
{
	struct engine_container container = ENGINE_CONTAINER_INIT;
	struct err ignored = ERR_INIT;
	struct timespec now;
	int r = make_id(arena, &settings->id, err);

	clock_gettime(CLOCK_REALTIME, &now);
	settings->created = oci_time_text(arena, now);
	container.id = settings->id;
	if (r == 0 && text_is_empty(settings->hostname) &&
		!text_equal(settings->uts_mode, "host") &&
		!namespaces_is_joined(settings->uts_mode))
		settings->hostname = arena_strndup(arena, settings->id, SHORT_ID_LENGTH);
	if (r == 0)
		r = make_directory(arena, engine, &container, err);
	if (r == 0)
		r = take_name(arena, engine, settings, err);
	container.settings = *settings;
	if (r == 0)
		r = containers_write_settings(arena, &container, err);
	if (r < 0) {
		if (container.dir_fd >= 0)
			containers_remove(arena, engine, &container, &ignored);
		containers_close(&container);
		return r;
	}
	event_write_container(arena, engine->store, &container, "create", NULL, 0);
	*ret = container;
	return 0;
}

int containers_read_settings(
	struct arena *arena, struct engine_container *container, struct err *err)
{
	const char *text;
	size_t length;
	int r = file_read_at(
		arena, container->dir_fd, SETTINGS_NAME, JSON_TEXT_MAX_BYTES, &text, &length, err);

	return r < 0 ? r : settings_read(arena, text, length, &container->settings, err);
}

/* A directory whose settings cannot be read is a container, too: one that can be removed. */
int containers_open_id(struct arena *arena, const struct engine *engine, const char *id,
	struct engine_container *ret, struct err *err)
{
	struct engine_container container = ENGINE_CONTAINER_INIT;
	struct err ignored = ERR_INIT;
	AUTO_FD int containers_fd = -1;
	int r = open_containers(engine, &containers_fd, err);

	if (r < 0)
		return r;
	container.dir_fd = openat(
		containers_fd, id, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (container.dir_fd < 0)
		return errno == ENOENT ? err_fail(err, ENOENT, "no such container: %s", id)
				       : err_sys(err, "open containers/%s", id);
	container.id = arena_strdup(arena, id);
	set_directory(arena, engine, &container);
	if (containers_read_settings(arena, &container, &ignored) < 0)
		container.settings = (struct container_settings){ 0 };
	*ret = container;
	return 0;
}

static bool is_begin_of_id(const char *text)
{
	size_t length = strlen(text);

	return length > 0 && length <= CONTAINER_ID_LENGTH &&
	       strspn(text, "0123456789abcdef") == length;
}

/* The one id that begins so; NULL: none. */
static int find_by_begin(struct arena *arena, const struct engine *engine, const char *text,
	const char **ret, struct err *err)
{
	const char *name;
	AUTO_FD int fd = -1;
	int r = open_containers(engine, &fd, err);

	*ret = NULL;
	if (r < 0)
		return r;
	struct directory directory = DIRECTORY_INIT(fd);
	while ((r = directory_next(&directory, &name, err)) == 1) {
		if (strncmp(name, text, strlen(text)) != 0)
			continue;
		if (*ret)
			return err_fail(err, EINVAL,
				"several containers have an id that begins with %s", text);
		*ret = arena_strdup(arena, name);
	}
	return r;
}

int containers_open(struct arena *arena, const struct engine *engine, const char *text,
	struct engine_container *ret, struct err *err)
{
	const char *id = name_owner(arena, engine->store, text[0] == '/' ? text + 1 : text);
	int r = 0;

	if (!id && is_begin_of_id(text))
		r = find_by_begin(arena, engine, text, &id, err);
	if (r < 0)
		return r;
	if (!id) {
		err_fail(err, ENOENT, "no such container: %s", text);
		return err_hint(err, "`hull ps -a` lists them");
	}
	return containers_open_id(arena, engine, id, ret, err);
}

/* Whether the directory that we have locked is still the container's. */
static int check_there(const struct engine_container *container, struct err *err)
{
	struct stat st;

	if (fstat(container->dir_fd, &st) < 0)
		return err_sys(err, "fstat %s", container->directory);
	if (st.st_nlink == 0 || access(container->directory, F_OK) < 0)
		return err_fail(err, ENOENT, "no such container: %s", container->id);
	return 0;
}

int containers_lock(const struct engine_container *container, struct err *err)
{
	const struct timespec pause = { .tv_nsec = LOCK_PAUSE_NSEC };

	for (int i = 0; i < LOCK_TRIES; i++) {
		if (flock(container->dir_fd, LOCK_EX | LOCK_NB) == 0)
			return check_there(container, err);
		if (errno != EWOULDBLOCK && errno != EINTR)
			return err_sys(err, "flock %s", container->directory);
		nanosleep(&pause, NULL);
	}
	return err_fail(
		err, EBUSY, "container %s: another command is working on it", container->id);
}

static int by_creation(const void *a, const void *b)
{
	const struct engine_container *first = a, *second = b;
	const char *of_first = first->settings.created, *of_second = second->settings.created;

	if (!of_first || !of_second)
		return (of_second != NULL) - (of_first != NULL);
	return strcmp(of_second, of_first);
}

int containers_list(struct arena *arena, const struct engine *engine, struct engine_container **ret,
	size_t *ret_n, struct err *err)
{
	struct engine_container *all = NULL;
	const char *name;
	size_t n = 0;
	AUTO_FD int fd = -1;
	int r = open_containers(engine, &fd, err);

	*ret = NULL;
	*ret_n = 0;
	if (r < 0)
		return r;
	struct directory directory = DIRECTORY_INIT(fd);
	while ((r = directory_next(&directory, &name, err)) == 1) {
		struct engine_container container;
		struct err ignored = ERR_INIT; /* removed meanwhile */

		if (strlen(name) == CONTAINER_ID_LENGTH &&
			containers_open_id(arena, engine, name, &container, &ignored) == 0)
			ARENA_APPEND(arena, all, n) = container;
	}
	if (n > 1)
		qsort(all, n, sizeof(*all), by_creation);
	*ret = all;
	*ret_n = n;
	return r;
}

int containers_rename(struct arena *arena, const struct engine *engine,
	struct engine_container *container, const char *name, struct err *err)
{
	const char *old = container->settings.name;
	const struct oci_key_value attribute = { "oldName", old };
	int r = name_check(name, err);

	if (r == 0)
		r = name_take(arena, engine->store, name, container->id, err);
	if (r < 0)
		return r;
	container->settings.name = name;
	r = containers_write_settings(arena, container, err);
	name_release(arena, engine->store, r == 0 ? old : name, container->id);
	if (r == 0) {
		event_tail_write(arena, container);
		event_write_container(arena, engine->store, container, "rename", &attribute, 1);
	}
	return r;
}
