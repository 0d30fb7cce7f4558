/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/engine/known.h"

#include <unistd.h>

#include "cli/caller.h"
#include "engine/container/containers.h"

struct knowledge {
	struct container_known *known;
	size_t n;
};

static void read_of_oci(struct arena *arena, struct knowledge *knowledge)
{
	const struct caller caller = caller_read(arena, "hull-oci");
	struct err ignored = ERR_INIT; /* nothing there, or not for this user */
	struct container_state *states = NULL;
	struct runtime runtime = { 0 };
	struct root_dir root;
	size_t n_states = 0;

	if (caller_choose_root(&caller, arena, NULL, &root, &ignored) < 0)
		return;
	runtime.root = root.path;
	if (container_list(arena, &runtime, &states, &n_states, &ignored) < 0)
		return;
	for (size_t i = 0; i < n_states; i++)
		if (states[i].pid > 0)
			ARENA_APPEND(
				arena, knowledge->known, knowledge->n) = (struct container_known){
				states[i].pid,
				{ "hull-oci", states[i].id },
			};
}

static void read_of_store(
	struct arena *arena, const struct store *store, struct knowledge *knowledge)
{
	struct err ignored = ERR_INIT; /* what cannot be read is not known */
	struct engine_container *containers;
	struct engine engine;
	size_t n = 0;

	if (engine_init(arena, store, &engine, &ignored) < 0)
		return;
	(void)containers_list(arena, &engine, &containers, &n, &ignored);
	for (size_t i = 0; i < n; i++) {
		struct engine_state state;

		if (containers_state(arena, &engine, &containers[i], &state, &ignored) == 0 &&
			state.pid > 0)
			ARENA_APPEND(
				arena, knowledge->known, knowledge->n) = (struct container_known){
				state.pid,
				{ "hull", containers[i].settings.name },
			};
		containers_close(&containers[i]);
	}
}

/* A store that is not there is not made for a look. */
static void read_of_hull(struct arena *arena, const char *root, struct knowledge *knowledge)
{
	AUTO_STORE store = STORE_INIT;
	struct err ignored = ERR_INIT;

	if (!root && store_default_root(arena, &root, &ignored) < 0)
		return;
	if (access(arena_printf(arena, "%s/containers", root), R_OK) == 0 &&
		store_open(arena, root, &store, &ignored) == 0)
		read_of_store(arena, &store, knowledge);
}

void known_read(
	struct arena *arena, const char *root, const struct container_known **ret, size_t *ret_n)
{
	struct knowledge knowledge = { 0 };

	read_of_hull(arena, root, &knowledge);
	read_of_oci(arena, &knowledge);
	*ret = knowledge.known;
	*ret_n = knowledge.n;
}
