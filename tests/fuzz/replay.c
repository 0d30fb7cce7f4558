/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a fuzz target once for each file of a corpus directory: a plain test, in TAP. */
#include <dirent.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static int is_input(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* An exact copy on the heap: a read past the end is seen by the sanitizer. */
static uint8_t *read_input(int dir_fd, const char *name, size_t *ret_size)
{
	int fd = openat(dir_fd, name, O_RDONLY | O_CLOEXEC);
	uint8_t *bytes = NULL;
	struct stat st;

	if (fd < 0)
		return NULL;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		bytes = malloc((size_t)st.st_size);
	if (bytes && read(fd, bytes, (size_t)st.st_size) != st.st_size) {
		free(bytes);
		bytes = NULL;
	}
	if (bytes)
		*ret_size = (size_t)st.st_size;
	close(fd);
	return bytes;
}

static int replay_input(int dir_fd, const char *name, int number)
{
	size_t size;
	uint8_t *bytes = read_input(dir_fd, name, &size);

	if (!bytes) {
		printf("not ok %d - %s cannot be read\n", number, name);
		return -1;
	}
	LLVMFuzzerTestOneInput(bytes, size);
	free(bytes);
	printf("ok %d - %s\n", number, name);
	return 0;
}

int main(int argc, char **argv)
{
	struct dirent **inputs;
	int dir_fd = argc == 2 ? open(argv[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	int n_inputs = dir_fd < 0 ? -1 : scandir(argv[1], &inputs, is_input, alphasort);
	int n_failed = 0;

	if (n_inputs <= 0) {
		fprintf(stderr, "usage: %s CORPUS, a directory with at least one input\n", argv[0]);
		return 2;
	}
	printf("1..%d\n", n_inputs);
	setvbuf(stdout, NULL, _IOLBF, 0); /* what ran is known when an input kills the program */
	for (int i = 0; i < n_inputs; i++) {
		if (replay_input(dir_fd, inputs[i]->d_name, i + 1) < 0)
			n_failed++;
		free(inputs[i]);
	}
	free(inputs);
	close(dir_fd);
	return n_failed > 0;
}
