/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/container/volumes.h"

#include <errno.h>
#include <string.h>

#include "base/fd.h"
#include "base/path.h"
#include "base/text.h"
#include "base/warn.h"

/* ---- mounts that were not asked for by name ---- */

static bool is_taken(const struct container_settings *settings, const char *target)
{
	for (size_t i = 0; i < settings->n_mounts; i++)
		if (strcmp(settings->mounts[i].target, target) == 0)
			return true;
	return false;
}

/* A path of the image is data: it is cleaned, and found in the container's root only. */
static void add_of_image(
	struct arena *arena, struct container_settings *settings, const struct image *image)
{
	for (size_t i = 0; image && i < image->config.run.n_volumes; i++) {
		const char *target = path_join(arena, "/", image->config.run.volumes[i]);

		if (text_equal(target, "/") || is_taken(settings, target))
			continue;
		ARENA_APPEND(arena, settings->mounts,
			settings->n_mounts) = (struct container_mount){ .type = "volume",
			.target = target };
	}
}

static int read_mode(const char *text, const char *word, bool *ret_is_readonly, struct err *err)
{
	*ret_is_readonly = text_equal(word, "ro");
	if (*ret_is_readonly || !word || text_equal(word, "rw") || text_equal(word, "z") ||
		text_equal(word, "Z"))
		return 0;
	return err_fail(err, EINVAL, "--volumes-from %s: \"%s\" is neither ro nor rw", text, word);
}

static int add_of_container(struct arena *arena, const struct engine *engine,
	struct container_settings *settings, const char *text, struct err *err)
{
	const char *colon = strchr(text, ':');
	const char *name = colon ? arena_strndup(arena, text, (size_t)(colon - text)) : text;
	AUTO_ENGINE_CONTAINER other = ENGINE_CONTAINER_INIT;
	bool is_readonly;
	int r = read_mode(text, colon ? colon + 1 : NULL, &is_readonly, err);

	if (r == 0)
		r = containers_open(arena, engine, name, &other, err);
	if (r < 0)
		return err_while(err, "--volumes-from");
	for (size_t i = 0; i < other.settings.n_mounts; i++) {
		struct container_mount mount = other.settings.mounts[i];

		if (text_equal(mount.type, "tmpfs") || is_taken(settings, mount.target))
			continue;
		mount.is_readonly |= is_readonly;
		ARENA_APPEND(arena, settings->mounts, settings->n_mounts) = mount;
	}
	return 0;
}

/* source "": one without a name. */
static int make_one(struct arena *arena, const struct engine *engine, struct container_mount *mount,
	struct err *err)
{
	struct volume request = { .name = mount->source, .is_anonymous = !mount->source };
	struct volume volume;
	bool is_new;
	int r = volume_make(arena, engine->store, &request, &volume, &is_new, err);

	if (r == 0)
		mount->source = volume.name;
	return r;
}

int volumes_prepare(struct arena *arena, const struct engine *engine,
	struct container_settings *settings, const struct image *image, const char *const *from,
	size_t n_from, int *ret_lock_fd, struct err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < n_from; i++)
		r = add_of_container(arena, engine, settings, from[i], err);
	if (r < 0)
		return r;
	add_of_image(arena, settings, image);
	for (size_t i = 0; r == 0 && i < settings->n_mounts; i++) {
		if (!text_equal(settings->mounts[i].type, "volume"))
			continue;
		if (*ret_lock_fd < 0)
			r = store_use_volumes(engine->store, ret_lock_fd, err);
		if (r == 0)
			r = make_one(arena, engine, &settings->mounts[i], err);
	}
	return r;
}

/* ---- who uses them ---- */

static bool uses(const struct container_settings *settings, const char *name)
{
	for (size_t i = 0; i < settings->n_mounts; i++)
		if (text_equal(settings->mounts[i].type, "volume") &&
			text_equal(settings->mounts[i].source, name))
			return true;
	return false;
}

int volumes_find_users(struct arena *arena, const struct engine *engine, const char *name,
	const char ***ret_containers, size_t *ret_n, struct err *err)
{
	struct engine_container *containers;
	size_t n;
	int r = containers_list(arena, engine, &containers, &n, err);

	*ret_containers = NULL;
	*ret_n = 0;
	for (size_t i = 0; i < n; i++) {
		if (uses(&containers[i].settings, name))
			ARENA_APPEND(arena, *ret_containers, *ret_n) = containers[i].settings.name;
		containers_close(&containers[i]);
	}
	return r;
}

static int remove_unused(
	struct arena *arena, const struct engine *engine, const char *name, struct err *err)
{
	const char **users;
	size_t n;
	int r = volumes_find_users(arena, engine, name, &users, &n, err);

	if (r == 0 && n > 0) {
		err_fail(err, EBUSY, "volume %s is used by container %s%s", name, users[0],
			n > 1 ? " and others" : "");
		return err_hint(err, "remove the container first");
	}
	return r < 0 ? r : volume_remove(arena, engine->store, name, err);
}

int volumes_remove(
	struct arena *arena, const struct engine *engine, const char *name, struct err *err)
{
	AUTO_FD int lock_fd = -1;
	struct volume volume;
	int r = store_lock_volumes(engine->store, &lock_fd, err);

	if (r == 0)
		r = volume_open(arena, engine->store, name, &volume, err);
	return r < 0 ? r : remove_unused(arena, engine, name, err);
}

static void remove_if_anonymous(struct arena *arena, const struct engine *engine, const char *name)
{
	struct err problem = ERR_INIT;
	AUTO_FD int lock_fd = -1;
	struct volume volume;
	int r = store_lock_volumes(engine->store, &lock_fd, &problem);

	if (r == 0)
		r = volume_open(arena, engine->store, name, &volume, &problem);
	if (r == 0 && volume.is_anonymous)
		r = remove_unused(arena, engine, name, &problem);
	if (r < 0 && r != -ENOENT && r != -EBUSY) /* another one has it by --volumes-from */
		warn(&problem);
}

void volumes_remove_anonymous(
	struct arena *arena, const struct engine *engine, const struct container_settings *settings)
{
	for (size_t i = 0; i < settings->n_mounts; i++)
		if (text_equal(settings->mounts[i].type, "volume") && settings->mounts[i].source)
			remove_if_anonymous(arena, engine, settings->mounts[i].source);
}
