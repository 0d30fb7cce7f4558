/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kernel_text: the forms in which the kernel writes a group's files.
 */
#include "core/cgroup/internal.h"

#include <fcntl.h>
#include <string.h>

#include "base/fd.h"
#include "base/parse.h"

bool cgroup_text_find(const char *text, const char *key, uint64_t *ret)
{
	size_t key_length = strlen(key);

	while (*text) {
		size_t length = strcspn(text, "\n");

		if (length > key_length && text[key_length] == ' ' &&
			memcmp(text, key, key_length) == 0)
			return parse_u64_n(text + key_length + 1, length - key_length - 1, ret) ==
			       0;
		text += length + (text[length] == '\n');
	}
	return false;
}

int cgroup_text_read(
	struct arena *arena, const char *dir, const char *file, const char **ret, struct err *err)
{
	AUTO_FD int fd = -1;
	size_t size = 8192, used = 0;
	char *text = arena_alloc(arena, size);
	int r = cgroupfs_open(dir, file, O_RDONLY, &fd, err);

	if (r < 0)
		return r;
	for (;;) {
		ssize_t length = fd_read_up_to(fd, text + used, size - 1 - used, err);
		char *larger;

		if (length < 0)
			return err_while(err, "%s/%s", dir, file);
		used += (size_t)length;
		if (used < size - 1)
			break;
		larger = arena_alloc(arena, size * 4);
		memcpy(larger, text, used);
		text = larger;
		size *= 4;
	}
	while (used > 0 && text[used - 1] == '\n')
		used--;
	text[used] = '\0';
	*ret = text;
	return 0;
}
