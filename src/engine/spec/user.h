/* SPDX-License-Identifier: Apache-2.0 */
/*
 * user: who "USER[:GROUP]" is in a container's root file system.
 *
 * Layer 3, role caller. /etc/passwd and /etc/group belong to the image: they are found beneath the
 * root, read as data, and nothing of the host is asked. Numbers are parsed strictly
 * (CVE-2026-30892: a number that wraps around is another user).
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

struct spec_user {
	uint32_t uid, gid;
	uint32_t *groups; /* further ones */
	size_t n_groups;
};

/*
 * text NULL or "": root. A name that is not there is ENOENT; a number need not be there. group_add:
 * names or numbers, added.
 */
int user_resolve(struct arena *arena, int root_fd, const char *text, const char *const *group_add,
	size_t n_group_add, struct spec_user *ret, struct err *err);
