/* SPDX-License-Identifier: Apache-2.0 */
/*
 * unshare_options: `hull unshare` between its command line and what the core is asked for.
 *
 * Layer 3, role command.
 */
#pragma once

#include "cli/command.h"
#include "cli/engine/limits.h"
#include "core/unshare.h"

enum { UNSHARE_TYPES = 8 };

struct unshare_options {
	struct option_optional types[UNSHARE_TYPES]; /* as the rows of the table name them */
	bool fork, forward_signals, keep_caps, clear_env;
	struct option_optional kill_child, mount_proc, mount_binfmt;
	struct option_list load_interp;
	const char *map_user, *map_group;
	struct option_list map_users, map_groups;
	bool map_root_user, map_current_user, map_auto, map_subids;
	const char *propagation, *setgroups, *root, *wd, *owner, *whitelist_env, *veth;
	struct option_number setuid, setgid, monotonic, boottime;
	struct limits_options limits;
};

/* In the order of unshare_options.types: CLONE_NEW… */
extern const uint64_t unshare_types[UNSHARE_TYPES];

/* Everything that can be refused before anything is made is refused here. */
int unshare_request_make(struct command_call *call, struct unshare_request *ret, struct err *err);
