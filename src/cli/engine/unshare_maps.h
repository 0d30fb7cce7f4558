/* SPDX-License-Identifier: Apache-2.0 */
/*
 * unshare_maps: id maps as `hull unshare` takes them.
 *
 * Layer 3, role command.
 */
#pragma once

#include "cli/option.h"
#include "core/id_map.h"

/* One of the two maps. */
struct unshare_map {
	bool has_single;
	uint32_t single; /* the number inside of the caller's own id */
	const struct option_list
		*ranges;         /* "auto", "subids", "all", INNER:OUTER:COUNT, OUTER,INNER,COUNT */
	uint32_t own;            /* outside */
	const char *names_path;  /* "/etc/passwd": where the options' names are found */
	const char *subids_path; /* "/etc/subuid" */
	const char *proc_name;   /* "uid_map" */
};

/*
 * Lines for the kernel. Where the caller's own id is inside of a range, the range leaves it out and
 * goes on behind it: 0 ← own, 1 … ← the user's further ids.
 */
int unshare_map_make(struct arena *arena, const struct unshare_map *map,
	struct oci_id_mapping **ret, size_t *ret_n, struct err *err);
