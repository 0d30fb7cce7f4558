/* SPDX-License-Identifier: Apache-2.0 */
/* A mountinfo file from the input: no line leads the parser out of its buffer. */
#include "sys/mountinfo.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct range {
	const char *begin, *end; /* of the line, with its NUL */
};

static void check_within(const struct range *range, const char *text)
{
	if (text < range->begin || text >= range->end || text + strlen(text) >= range->end)
		abort();
}

static void check_strings(const struct mountinfo *mount, const struct range *range)
{
	check_within(range, mount->root);
	check_within(range, mount->mount_point);
	check_within(range, mount->options);
	check_within(range, mount->type);
	check_within(range, mount->source);
	check_within(range, mount->super_options);
	mountinfo_has_option(mount->options, "ro");
	mountinfo_has_option(mount->super_options, mount->source);
}

/* One line, in a buffer of its exact size. */
static void parse_line(const uint8_t *bytes, size_t size)
{
	char *line = malloc(size + 1);
	struct range range = { line, line + size + 1 };
	struct mountinfo mount;

	memcpy(line, bytes, size);
	line[size] = '\0';
	if (mountinfo_parse(line, &mount) == 0)
		check_strings(&mount, &range);
	free(line);
}

static int count(const struct mountinfo *mount, void *context, struct err *err)
{
	(void)mount;
	(void)err;
	++*(size_t *)context;
	return 0;
}

static void read_file(const uint8_t *bytes, size_t size)
{
	int fd = memfd_create("mountinfo", MFD_CLOEXEC);
	struct err err = ERR_INIT;
	size_t n = 0;
	int r;

	if (fd < 0 || write(fd, bytes, size) != (ssize_t)size || lseek(fd, 0, SEEK_SET) != 0)
		abort();
	r = mountinfo_read(fd, count, &n, &err);
	if (r != -err.code || n > size)
		abort();
	close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	size_t begin = 0;

	for (size_t i = 0; i <= size; i++) {
		if (i < size && bytes[i] != '\n')
			continue;
		parse_line(bytes + begin, i - begin);
		begin = i + 1;
	}
	read_file(bytes, size);
	return 0;
}
