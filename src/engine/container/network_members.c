/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/container/network_members.h"

#include <errno.h>
#include <string.h>
#include <sys/file.h>

#include "base/text.h"
#include "engine/firewall/gate.h"
#include "engine/network/addresses.h"

static bool is_running(const struct engine_state *state)
{
	return state->status == ENGINE_STATUS_RUNNING || state->status == ENGINE_STATUS_PAUSED;
}

/* ---- reading ---- */

static bool find_endpoint(struct arena *arena, const struct engine_container *container,
	const struct network *network, struct endpoint *ret)
{
	struct err ignored = ERR_INIT; /* it is about to be written, or to go */
	struct endpoint_list list;

	if (endpoints_read(arena, container->dir_fd, &list, &ignored) < 0)
		return false;
	for (size_t i = 0; i < list.n_endpoints; i++)
		if (text_equal(list.endpoints[i].network_id, network->id)) {
			*ret = list.endpoints[i];
			return true;
		}
	return false;
}

static bool is_listed(const struct network_member *members, size_t n, const char *id)
{
	for (size_t i = 0; i < n; i++)
		if (text_equal(members[i].id, id))
			return true;
	return false;
}

int network_members_list(struct arena *arena, const struct engine *engine,
	const struct network_place *place, struct network_member **ret, size_t *ret_n,
	struct err *err)
{
	struct network_address *addresses;
	struct network_member *members = NULL;
	size_t n_addresses, n = 0;
	int r = addresses_list(arena, place, &addresses, &n_addresses, err);

	for (size_t i = 0; r == 0 && i < n_addresses; i++) {
		AUTO_ENGINE_CONTAINER container = ENGINE_CONTAINER_INIT;
		struct network_member member = { .id = addresses[i].owner };
		struct err ignored = ERR_INIT; /* it is gone */

		if (is_listed(members, n, member.id) ||
			containers_open_id(arena, engine, member.id, &container, &ignored) < 0 ||
			!find_endpoint(arena, &container, &place->network, &member.endpoint))
			continue;
		member.name = container.settings.name ? container.settings.name : "";
		ARENA_APPEND(arena, members, n) = member;
	}
	*ret = members;
	*ret_n = n;
	return r;
}

/* ---- reclaiming ---- */

static void release_all(struct arena *arena, const struct network_place *place, const char *id)
{
	struct err ignored = ERR_INIT; /* then there is nothing */
	struct network_address *addresses;
	size_t n;

	if (addresses_list(arena, place, &addresses, &n, &ignored) < 0)
		return;
	for (size_t i = 0; i < n; i++)
		if (text_equal(addresses[i].owner, id))
			addresses_release(place, &addresses[i].address, id);
}

int network_members_reclaim(struct arena *arena, const struct engine *engine,
	const struct network_place *place, const char *id, bool *ret_is_used, struct err *err)
{
	AUTO_ENGINE_CONTAINER container = ENGINE_CONTAINER_INIT;
	struct err problem = ERR_INIT;
	struct engine_state state;
	int r = containers_open_id(arena, engine, id, &container, &problem);

	*ret_is_used = false;
	if (r == -ENOENT) {
		release_all(arena, place, id);
		return 0;
	}
	if (r < 0) {
		*err = problem;
		return r;
	}
	*ret_is_used = true;
	if (flock(container.dir_fd, LOCK_EX | LOCK_NB) < 0)
		return 0; /* somebody starts it, or cleans up behind it */
	r = containers_state(arena, engine, &container, &state, err);
	if (r < 0 || is_running(&state))
		return r;
	r = containers_clean(engine, &container, err);
	if (r < 0)
		return r;
	release_all(arena, place, id);
	*ret_is_used = false;
	return 0;
}

/* ---- removing ---- */

struct removal {
	struct arena *arena;
	const struct engine *engine;
	const struct network_place *place;
};

/* Asked while nobody else can join. */
static int check_unused(void *context, struct err *err)
{
	const struct removal *removal = context;
	struct network_address *addresses;
	size_t n;
	int r = addresses_list(removal->arena, removal->place, &addresses, &n, err);

	for (size_t i = 0; r == 0 && i < n; i++) {
		bool is_used;

		r = network_members_reclaim(removal->arena, removal->engine, removal->place,
			addresses[i].owner, &is_used, err);
		if (r == 0 && is_used) {
			err_fail(err, EBUSY, "network %s: container %.12s is in it",
				removal->place->network.name, addresses[i].owner);
			return err_hint(err, "stop it, or `hull network disconnect` it");
		}
	}
	return r;
}

int network_members_remove(struct arena *arena, const struct engine *engine,
	struct network_place *place, struct err *err)
{
	struct removal removal = { arena, engine, place };
	int r = networks_remove(engine->store, place, check_unused, &removal, err);

	return r < 0 ? r : gate_close(arena, engine->store, &place->network, err);
}
