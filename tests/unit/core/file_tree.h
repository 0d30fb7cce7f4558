/* SPDX-License-Identifier: Apache-2.0 */
/* Recorded trees of files, in a temporary directory of each test. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"

/* For the test at hand. */
static struct arena arena;
static char top[64];

static inline int set_up(void **state)
{
	snprintf(top, sizeof(top), "/tmp/hull-tree-test-XXXXXX");
	return mkdtemp(top) ? 0 : -1;
}

static inline int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	return remove(path);
}

static inline int tear_down(void **state)
{
	arena_done(&arena);
	arena = ARENA_INIT;
	return nftw(top, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static inline const char *at(const char *path)
{
	return arena_printf(&arena, "%s/%s", top, path);
}

static inline void put(const char *path, const char *content)
{
	const char *full = at(path);
	char above[PATH_MAX];
	FILE *file;

	snprintf(above, sizeof(above), "%s", full);
	for (char *slash = above + strlen(top) + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		mkdir(above, 0755);
		*slash = '/';
	}
	file = fopen(full, "w");
	assert_non_null(file);
	fputs(content, file);
	fclose(file);
}

static inline const char *get(const char *path)
{
	FILE *file = fopen(at(path), "r");
	char *text = arena_alloc(&arena, 4096);

	assert_non_null(file);
	assert_true(fread(text, 1, 4095, file) < 4095);
	fclose(file);
	return text;
}
