/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/engine/known.h"

#include "cli/caller.h"
#include "core/container.h"

static const char *const programs[] = { "hull", "hull-oci" };

static void read_of(
	struct arena *arena, const char *program, struct container_known **known, size_t *n_known)
{
	const struct caller caller = caller_read(arena, program);
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
			ARENA_APPEND(arena, *known, *n_known) = (struct container_known){
				states[i].pid,
				{ program, states[i].id },
			};
}

void known_read(struct arena *arena, const struct container_known **ret, size_t *ret_n)
{
	struct container_known *known = NULL;
	size_t n_known = 0;

	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++)
		read_of(arena, programs[i], &known, &n_known);
	*ret = known;
	*ret_n = n_known;
}
