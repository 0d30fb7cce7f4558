/* SPDX-License-Identifier: Apache-2.0 */
/*
 * path: paths as text. Layer 0, roles caller and command. No file is looked at here.
 */
#pragma once

#include "base/arena.h"

/*
 * The shortest form by the letters alone: no "//", "/./" or "a/..", no slash at the end; ".." above
 * "/" is dropped, and an absolute path stays absolute. "" becomes ".".
 */
const char *path_clean(struct arena *arena, const char *path);

/* path, or directory/path when it is relative; cleaned. */
const char *path_join(struct arena *arena, const char *directory, const char *path);

/* Behind the last slash; path must not end in one. */
const char *path_base(const char *path);
