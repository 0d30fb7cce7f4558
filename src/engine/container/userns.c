/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/container/userns.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/parse.h"
#include "base/text.h"
#include "engine/container/id_range.h"
#include "sys/capability.h"

#define CONTAINER_PREFIX "container:"
#define SIZE_PREFIX      "auto:size="

/* The container that "container:NAME" names; NULL: it is another mode. */
static const char *other_of(const char *mode)
{
	const char *name = mode ? text_after_prefix(mode, CONTAINER_PREFIX) : NULL;

	return text_is_empty(name) ? NULL : name;
}

static int parse_auto_size(const char *mode, uint32_t *ret, struct err *err)
{
	const char *number = mode ? text_after_prefix(mode, SIZE_PREFIX) : NULL;
	uint64_t size = ID_RANGE_SIZE;

	if (number && (parse_u64(number, &size) < 0 || size == 0 || size > ID_RANGE_SIZE))
		return err_fail(err, EINVAL, "--userns %s: a size from 1 to %d is expected", mode,
			ID_RANGE_SIZE);
	*ret = (uint32_t)size;
	return 0;
}

static bool is_auto(const char *mode)
{
	return text_equal(mode, "auto") || text_has_prefix(mode, SIZE_PREFIX);
}

int userns_check_mode(const char *mode, bool is_root, struct err *err)
{
	uint32_t size;

	if (text_is_empty(mode) || text_equal(mode, "host") || text_equal(mode, "private"))
		return 0;
	if (other_of(mode))
		return 0;
	if (!is_auto(mode)) {
		err_fail(err, EINVAL, "--userns %s: not known", mode);
		return err_hint(err, "host, private, auto, auto:size=N or container:NAME");
	}
	if (!is_root) {
		err_fail(err, EPERM, "--userns %s: only root can map the ids of an image's layers",
			mode);
		return err_hint(err, "an ordinary user's containers are in a user namespace of "
				     "their own anyway");
	}
	return parse_auto_size(mode, &size, err);
}

int userns_parse_map(
	const char *option, const char *text, struct oci_id_mapping *ret, struct err *err)
{
	uint64_t numbers[3] = { 0, 0, 1 };
	const char *at = text;
	int n = 0;

	for (; n < 3 && at; n++) {
		size_t length = strcspn(at, ":");

		if (parse_u64_n(at, length, &numbers[n]) < 0 || numbers[n] > UINT32_MAX)
			break;
		at = at[length] == ':' ? at + length + 1 : NULL;
	}
	if (at || n < 2 || numbers[2] == 0 || numbers[0] + numbers[2] > UINT32_MAX ||
		numbers[1] + numbers[2] > UINT32_MAX)
		return err_fail(err, EINVAL, "--%s %s: not INSIDE:OUTSIDE[:COUNT]", option, text);
	*ret = (struct oci_id_mapping){ (uint32_t)numbers[0], (uint32_t)numbers[1],
		(uint32_t)numbers[2] };
	return 0;
}

static const struct oci_id_mapping *find(
	const struct oci_id_mapping *mappings, size_t n, uint32_t id)
{
	for (size_t i = 0; i < n; i++)
		if (id >= mappings[i].container_id &&
			id - mappings[i].container_id < mappings[i].size)
			return &mappings[i];
	return NULL;
}

static int read_maps(struct arena *arena, const char *option, const char *const *texts, size_t n,
	const struct oci_id_mapping **ret, size_t *ret_n, struct err *err)
{
	struct oci_id_mapping *mappings = ARENA_NEW_ARRAY(arena, n, struct oci_id_mapping);
	int r = 0;

	for (size_t i = 0; r == 0 && i < n; i++)
		r = userns_parse_map(option, texts[i], &mappings[i], err);
	if (r == 0 && !find(mappings, n, 0))
		r = err_fail(
			err, EINVAL, "--%s: 0, the container's root, has to be mapped", option);
	*ret = mappings;
	*ret_n = n;
	return r;
}

/* One of the two maps stands for both. */
static int use_given_maps(struct arena *arena, const struct container_settings *settings,
	struct userns *ret, struct err *err)
{
	bool has_uids = settings->n_uid_maps > 0, has_gids = settings->n_gid_maps > 0;
	const char **uids = has_uids ? settings->uid_maps : settings->gid_maps;
	const char **gids = has_gids ? settings->gid_maps : settings->uid_maps;
	int r = read_maps(arena, "uidmap", uids,
		has_uids ? settings->n_uid_maps : settings->n_gid_maps, &ret->maps.uids,
		&ret->maps.n_uids, err);

	if (r == 0)
		r = read_maps(arena, "gidmap", gids,
			has_gids ? settings->n_gid_maps : settings->n_uid_maps, &ret->maps.gids,
			&ret->maps.n_gids, err);
	ret->maps_layers = true;
	return r;
}

static int use_range(struct arena *arena, const struct engine *engine,
	const struct container_settings *settings, struct userns *ret, struct err *err)
{
	struct oci_id_mapping *mapping = ARENA_NEW(arena, struct oci_id_mapping);
	int r = parse_auto_size(settings->userns_mode, &mapping->size, err);

	if (r == 0)
		r = id_range_take(arena, engine->store, settings->id, &mapping->host_id, err);
	ret->maps = (struct id_maps){ mapping, mapping, 1, 1 };
	ret->maps_layers = true;
	return r;
}

/* Its own when it runs; the ids are those that it began with. */
static int use_other(struct arena *arena, const struct engine *engine, const char *id,
	struct userns *ret, struct err *err)
{
	AUTO_ENGINE_CONTAINER other = ENGINE_CONTAINER_INIT;
	struct engine_state state;
	int r = containers_open(arena, engine, id, &other, err);

	if (r == 0)
		r = containers_state(arena, engine, &other, &state, err);
	if (r < 0)
		return r;
	if (state.pid == 0)
		return err_fail(err, ESRCH, "container %s is not running", other.settings.name);
	if (other_of(other.settings.userns_mode))
		return err_fail(err, EINVAL,
			"container %s is itself in another one's user namespace",
			other.settings.name);
	r = userns_find(arena, engine, &other, ret, err);
	if (r == 0 && ret->maps.n_uids > 0)
		ret->path = arena_printf(arena, "/proc/%d/ns/user", state.pid);
	return r;
}

static int check_maps(struct arena *arena, const struct container_settings *settings, bool is_root,
	struct err *err)
{
	struct userns userns = { 0 };
	const char *mode = settings->userns_mode;

	if (settings->n_uid_maps + settings->n_gid_maps == 0)
		return 0;
	if (!is_root)
		return err_fail(err, EPERM,
			"--uidmap and --gidmap: only root can map the ids of an image's layers");
	if (!text_is_empty(mode) && !text_equal(mode, "private"))
		return err_fail(err, EINVAL,
			"--userns %s and --uidmap or --gidmap exclude each other", mode);
	return use_given_maps(arena, settings, &userns, err);
}

int userns_settle(struct arena *arena, const struct engine *engine,
	struct container_settings *settings, struct err *err)
{
	const bool is_root = !engine->store->has_user_namespace;
	const char *other = other_of(settings->userns_mode);
	AUTO_ENGINE_CONTAINER container = ENGINE_CONTAINER_INIT;
	int r = userns_check_mode(settings->userns_mode, is_root, err);

	if (r == 0)
		r = check_maps(arena, settings, is_root, err);
	if (r < 0 || !other)
		return r;
	r = containers_open(arena, engine, other, &container, err);
	if (r == 0)
		settings->userns_mode = arena_printf(arena, CONTAINER_PREFIX "%s", container.id);
	return r < 0 ? err_while(err, "--userns") : 0;
}

static void use_store_maps(const struct store *store, struct userns *ret)
{
	ret->maps = store->maps;
	ret->has_one_id = store->has_one_id;
}

int userns_find(struct arena *arena, const struct engine *engine,
	const struct engine_container *container, struct userns *ret, struct err *err)
{
	const struct container_settings *settings = &container->settings;
	const struct store *store = engine->store;
	const char *mode = settings->userns_mode;
	const char *other = other_of(mode);
	int r = userns_check_mode(mode, !store->has_user_namespace, err);

	*ret = (struct userns){ 0 };
	if (r == 0 && other)
		r = use_other(arena, engine, other, ret, err);
	else if (r == 0 && store->has_user_namespace)
		use_store_maps(store, ret);
	else if (r == 0 && settings->n_uid_maps + settings->n_gid_maps > 0)
		r = use_given_maps(arena, settings, ret, err);
	else if (r == 0 && !text_is_empty(mode) && !text_equal(mode, "host"))
		r = use_range(arena, engine, settings, ret, err);
	return r < 0 ? err_while(err, "user namespace") : 0;
}

uint32_t userns_root_uid(const struct userns *userns)
{
	const struct oci_id_mapping *mapping = find(userns->maps.uids, userns->maps.n_uids, 0);

	return mapping ? mapping->host_id - mapping->container_id : geteuid();
}

uint32_t userns_root_gid(const struct userns *userns)
{
	const struct oci_id_mapping *mapping = find(userns->maps.gids, userns->maps.n_gids, 0);

	return mapping ? mapping->host_id - mapping->container_id : getegid();
}

bool userns_has_uid(const struct userns *userns, uint32_t uid)
{
	return userns->maps.n_uids == 0 || find(userns->maps.uids, userns->maps.n_uids, uid);
}

bool userns_has_gid(const struct userns *userns, uint32_t gid)
{
	return userns->maps.n_gids == 0 || find(userns->maps.gids, userns->maps.n_gids, gid);
}
