/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mount_options: the strings of mounts[].options as what they mean. Pure.
 *
 * Layer 2. The names are those of runc, crun and mount(8).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "oci/config.h"

struct mount_options {
	bool is_bind, is_recursive; /* bind, rbind */
	bool copy_up, copy_symlink, source_no_follow, target_no_follow;
	bool idmap, idmap_recursive;
	uint64_t attr_set, attr_clear; /* MOUNT_ATTR_… */
	uint64_t rec_set, rec_clear;
	uint64_t propagation; /* MS_… (| MS_REC); 0: none given */
	const char *data;     /* what is left, for the file system; NULL: nothing */
};

/* Cannot fail: what is not known here is for the file system to judge. */
void mount_options_read(
	struct arena *arena, const struct oci_mount *mount, struct mount_options *ret);
