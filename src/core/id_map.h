/* SPDX-License-Identifier: Apache-2.0 */
/*
 * id_map: the user and group ids of a user namespace (user_namespaces(7)).
 *
 * Layer 2, role caller. A privileged caller writes the maps itself; an ordinary user's single id of
 * its own too; anything else goes through newuidmap(1) and newgidmap(1), which know /etc/subuid.
 */
#pragma once

#include <stddef.h>
#include <sys/types.h>

#include "base/err.h"
#include "oci/config.h"

struct id_maps {
	const struct oci_id_mapping *uids, *gids;
	size_t n_uids, n_gids;
};

/* Gives the new user namespace of process pid its maps; can be done once. */
int id_map_write(pid_t pid, const struct id_maps *maps, struct err *err);

/* A user namespace with these maps that no process is in, to map a mount's ids by. */
int id_map_open_namespace(const struct id_maps *maps, int *ret_fd, struct err *err);
