/* SPDX-License-Identifier: Apache-2.0 */
/*
 * directory: the names in a directory, without memory of its own.
 *
 * Layer sys, role init (readdir(3) allocates). Source: getdents64(2).
 */
#pragma once

#include <stddef.h>

#include "base/err.h"

enum { DIRECTORY_BUFFER_BYTES = 4096 };

/* Begin with DIRECTORY_INIT(fd); fd is borrowed, opened for reading, and its offset moves. */
struct directory {
	int fd;
	size_t used, at; /* of buffer: what the kernel gave, what was handed out */
	_Alignas(8) char buffer[DIRECTORY_BUFFER_BYTES];
};

#define DIRECTORY_INIT(fd_) ((struct directory){ .fd = (fd_) })

/*
 * 1 and the next name but "." and "..", valid until the next call; 0 at the end. What is made or
 * removed meanwhile may or may not be seen.
 */
int directory_next(struct directory *directory, const char **ret_name, struct err *err);

/* Removes everything in it; needs no memory and one descriptor, however deep it is. */
int directory_empty(int directory_fd, struct err *err);
