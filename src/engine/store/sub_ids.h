/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sub_ids: the ids that an ordinary user may map (subuid(5), subgid(5)).
 *
 * Layer 3, role caller.
 */
#pragma once

#include <stdbool.h>

#include "base/arena.h"
#include "core/id_map.h"

/*
 * Id 0 is the user, 1 and up are its subordinate ids. Where it has none, or newuidmap(1) is not
 * there to map them, id 0 is all there is: *ret_is_one. Mappings live in arena.
 */
void sub_ids_map(struct arena *arena, struct id_maps *ret, bool *ret_is_one);

/*
 * Pure: the ranges that the text of /etc/subuid gives to the user, by name (NULL: unknown) or
 * number, as mappings from id 1 on. Lines of another form are skipped.
 */
void sub_ids_parse(struct arena *arena, const char *text, const char *name, uid_t uid,
	struct oci_id_mapping **ret, size_t *ret_n);
