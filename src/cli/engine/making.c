/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/engine/making.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/file.h"
#include "base/text.h"
#include "cli/engine/image_store.h"
#include "engine/container/from_image.h"
#include "engine/container/namespaces.h"
#include "engine/container/networking.h"
#include "engine/container/stop.h"
#include "engine/container/userns.h"
#include "engine/container/volumes.h"
#include "engine/group/group.h"
#include "engine/usernet/usernet.h"

void making_done(struct making *making)
{
	containers_close(&making->container);
	store_close(&making->store);
}

int making_open(struct command_call *call, struct making *ret, struct err *err)
{
	int r = image_store_open(call, &ret->store, err);

	return r < 0 ? r : engine_init(call->arena, &ret->store, &ret->engine, err);
}

static int find_image(struct command_call *call, struct making *making, const char *name,
	struct container_settings *settings, struct image *image, struct err *err)
{
	int r = image_find_or_load(call->arena, &making->store, name, image, err);

	if (r < 0)
		return r;
	settings->image_id = image->id;
	settings->image_name = name;
	settings->manifest = image->descriptor.digest;
	return 0;
}

static void take_entrypoint(
	const struct container_options *options, struct container_settings *settings)
{
	const struct option_list *list = &options->entrypoint;

	if (list->n_items == 0 || list->items[list->n_items - 1][0] == '\0')
		return;
	settings->entrypoint = &list->items[list->n_items - 1];
	settings->n_entrypoint = 1;
}

static bool is_unset(const struct container_options *options, const char *variable)
{
	size_t length = strcspn(variable, "=");

	for (size_t i = 0; i < options->unsetenv.n_items; i++)
		if (strlen(options->unsetenv.items[i]) == length &&
			strncmp(options->unsetenv.items[i], variable, length) == 0)
			return true;
	return options->unsetenv_all;
}

/* What the command line sets stays. */
static void unset_variables(
	struct arena *arena, const struct container_options *options, struct image *image)
{
	struct oci_image_run *run = &image->config.run;
	const char **kept = ARENA_NEW_ARRAY(arena, run->n_env, const char *);
	size_t n = 0;

	for (size_t i = 0; i < run->n_env; i++)
		if (!is_unset(options, run->env[i]))
			kept[n++] = run->env[i];
	run->env = kept;
	run->n_env = n;
}

/* "linux", "linux/arm64", "linux/arm/v7" */
static int check_platform(const char *wanted, const struct image *image, struct err *err)
{
	const struct oci_image_config *config = &image->config;
	const char *const parts[] = { config->os, config->architecture, config->variant };
	const char *word = wanted;

	for (size_t i = 0; !text_is_empty(wanted) && *word; i++) {
		size_t length = strcspn(word, "/");
		const char *part = i < 3 && parts[i] ? parts[i] : "";

		if (strlen(part) != length || strncmp(part, word, length) != 0)
			return err_fail(err, EINVAL,
				"the image was made for %s/%s, not for --platform %s", config->os,
				config->architecture, wanted);
		word += length + (word[length] == '/');
	}
	return 0;
}

static int replace(
	struct arena *arena, const struct engine *engine, const char *name, struct err *err)
{
	AUTO_ENGINE_CONTAINER old = ENGINE_CONTAINER_INIT;
	struct err failed = ERR_INIT;
	int r = containers_open(arena, engine, name, &old, &failed);

	if (r == 0 && text_equal(old.settings.name, name)) /* and not a begin of its id */
		r = engine_remove(arena, engine, &old, "rm", &failed);
	if (r == 0 || r == -ENOENT)
		return 0;
	*err = failed;
	return err_while(err, "--replace");
}

static int choose_settings(struct command_call *call, struct making *making,
	struct container_settings *settings, int *volumes_fd, struct err *err)
{
	const struct container_options *options = call->options;
	bool has_image = !settings->rootfs;
	struct image image;
	int r = has_image ? find_image(call, making, call->args[0], settings, &image, err) : 0;

	if (r == 0 && has_image)
		r = check_platform(options->platform, &image, err);
	if (r < 0)
		return r;
	if (has_image)
		unset_variables(call->arena, options, &image);
	settings->cmd = call->args + has_image;
	settings->n_cmd = call->n_args - has_image;
	take_entrypoint(options, settings);
	r = settings_take_image(call->arena, settings, has_image ? &image : NULL,
		options->entrypoint.n_items > 0, err);
	if (r == 0)
		r = usernet_settle(&making->store, settings, err);
	networking_choose_default(call->arena, &making->store, settings);
	settings_fill(settings);
	if (r == 0 && options->replace)
		r = replace(call->arena, &making->engine, settings->name, err);
	if (r == 0)
		r = volumes_prepare(call->arena, &making->engine, settings,
			has_image ? &image : NULL, options->volumes_from.items,
			options->volumes_from.n_items, volumes_fd, err);
	return r;
}

static int write_cidfile(const char *path, const char *id, struct err *err)
{
	int r = text_is_empty(path)
			? 0
			: file_create(AT_FDCWD, path, id, CONTAINER_ID_LENGTH, 0644, err);

	return r < 0 ? err_while(err, "--cidfile") : 0;
}

static int check_cidfile(const char *path, struct err *err)
{
	if (text_is_empty(path) || access(path, F_OK) < 0)
		return 0;
	return err_fail(err, EEXIST, "--cidfile %s: the file exists", path);
}

/* Nothing stays of a container that could not be made. */
static void undo(struct command_call *call, struct making *making,
	const struct container_settings *settings, int *volumes_fd)
{
	struct err ignored = ERR_INIT;

	if (making->container.dir_fd >= 0)
		containers_remove(call->arena, &making->engine, &making->container, &ignored);
	fd_replace(volumes_fd, -1); /* removing needs the lock for itself */
	if (making->store.root_fd >= 0)
		volumes_remove_anonymous(call->arena, &making->engine, settings);
}

/* Its control group lies in that of the group. */
static int take_group(struct command_call *call, const struct making *making,
	struct container_settings *settings, struct err *err)
{
	struct group group;
	int r;

	if (!settings->group)
		return 0;
	if (settings->cgroup_parent)
		return err_fail(err, EINVAL, "--group and --cgroup-parent exclude each other");
	r = group_read(call->arena, &making->engine, settings->group, &group, err);
	if (r == 0)
		settings->cgroup_parent = group.path;
	return r;
}

static int make(struct command_call *call, struct making *ret, struct container_settings *settings,
	int *volumes_fd, struct err *err)
{
	const struct container_options *options = call->options;
	AUTO_FD int use_fd = -1; /* the image stays until it is pinned */
	int r = making_open(call, ret, err);

	if (r == 0)
		r = userns_settle(call->arena, &ret->engine, settings, err);
	if (r == 0)
		r = namespaces_settle(call->arena, &ret->engine, settings, err);
	if (r == 0)
		r = take_group(call, ret, settings, err);
	if (r == 0)
		r = store_use(&ret->store, &use_fd, err);
	if (r == 0)
		r = choose_settings(call, ret, settings, volumes_fd, err);
	if (r == 0)
		r = containers_make(call->arena, &ret->engine, settings, &ret->container, err);
	if (r == 0 && settings->manifest)
		r = store_pin(&ret->store, ret->container.id, settings->manifest, err);
	return r < 0 ? r : write_cidfile(options->cidfile, ret->container.id, err);
}

int making_make(struct command_call *call, struct making *ret, struct err *err)
{
	const struct container_options *options = call->options;
	struct container_settings settings;
	AUTO_FD int volumes_fd = -1; /* no volume goes before the settings tell of its use */
	int r = container_options_read(call->arena, options, &settings, err);

	if (r == 0 && options->replace && !settings.name)
		r = err_fail(err, EINVAL, "--replace needs a --name");
	if (r == 0)
		r = check_cidfile(options->cidfile, err);
	if (r < 0)
		return r;
	r = make(call, ret, &settings, &volumes_fd, err);
	if (r < 0)
		undo(call, ret, &settings, &volumes_fd);
	return r;
}
