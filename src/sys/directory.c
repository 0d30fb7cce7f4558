/* SPDX-License-Identifier: Apache-2.0 */
#include "sys/directory.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The kernel's struct linux_dirent64. */
struct directory_entry {
	uint64_t inode;
	int64_t offset;
	uint16_t length;
	uint8_t type;
	char name[];
};

static int fill(struct directory *directory, struct err *err)
{
	long n = syscall(
		SYS_getdents64, directory->fd, directory->buffer, sizeof(directory->buffer));

	if (n < 0)
		return err_sys(err, "getdents64");
	directory->used = (size_t)n;
	directory->at = 0;
	return n > 0;
}

int directory_next(struct directory *directory, const char **ret_name, struct err *err)
{
	for (;;) {
		const struct directory_entry *entry;

		if (directory->at == directory->used) {
			int r = fill(directory, err);

			if (r <= 0)
				return r;
		}
		entry = (const void *)(directory->buffer + directory->at);
		directory->at += entry->length;
		if (strcmp(entry->name, ".") == 0 || strcmp(entry->name, "..") == 0)
			continue;
		*ret_name = entry->name;
		return 1;
	}
}
