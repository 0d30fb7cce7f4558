/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/container/disk_use.h"

#include <ftw.h>
#include <stddef.h>
#include <sys/stat.h>

enum {
	DESCRIPTORS_MAX = 16,
	BLOCK_BYTES = 512, /* of st_blocks */
};

static uint64_t sum; /* nftw(3) has no place for a context */

static int add(const char *path, const struct stat *st, int type, struct FTW *where)
{
	(void)path;
	(void)where;
	if (type != FTW_NS && st->st_nlink > 0)
		sum += (uint64_t)st->st_blocks * BLOCK_BYTES /
		       (S_ISDIR(st->st_mode) ? 1 : (uint64_t)st->st_nlink);
	return 0;
}

uint64_t disk_use(const char *path)
{
	sum = 0;
	nftw(path, add, DESCRIPTORS_MAX, FTW_PHYS | FTW_MOUNT);
	return sum;
}
