/* SPDX-License-Identifier: Apache-2.0 */
/*
 * userns: which user namespace a container gets (--userns, --uidmap, --gidmap), decided at each
 * start.
 *
 * Layer 3, role caller.
 *
 *     root            host (the default): none · private, auto[:size=N]: one with a range of ids
 *                     of its own · maps: as given
 *     ordinary user   host, private: one in which 0 is the user and 1 … are the sub-ids
 *     both            container:ID: that container's
 */
#pragma once

#include "engine/container/containers.h"

struct userns {
	struct id_maps maps; /* n_uids 0: there is none, but the caller's */
	const char *path;    /* /proc/PID/ns/user of another container's; NULL: a new one */
	bool has_one_id;     /* only 0 is mapped; no groups can be set */
	bool maps_layers;    /* the layers' ids are not those of the container: they are mapped */
};

/* Pure: the text of --userns is one of the above, for who asks. */
int userns_check_mode(const char *mode, bool is_root, struct err *err);

/* Pure: "INSIDE:OUTSIDE[:COUNT]". */
int userns_parse_map(
	const char *option, const char *text, struct oci_id_mapping *ret, struct err *err);

/* Everything that can be refused before there is a container; a name becomes an id. */
int userns_settle(struct arena *arena, const struct engine *engine,
	struct container_settings *settings, struct err *err);

int userns_find(struct arena *arena, const struct engine *engine,
	const struct engine_container *container, struct userns *ret, struct err *err);

/* What is outside for 0 inside. */
uint32_t userns_root_uid(const struct userns *userns);
uint32_t userns_root_gid(const struct userns *userns);

bool userns_has_uid(const struct userns *userns, uint32_t uid);
bool userns_has_gid(const struct userns *userns, uint32_t gid);
