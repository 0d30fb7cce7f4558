/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fd: file descriptors that are owned by a scope, and whole reads and writes.
 *
 * Layer 0, every process role. An owned descriptor is declared AUTO_FD with -1 as the empty value
 * and given away with TAKE_FD.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <unistd.h>

#include "base/err.h"

/* Closes unless empty; keeps errno. */
void fd_close(int fd);

static inline void fd_close_auto(int *fd)
{
	fd_close(*fd);
}

static inline int fd_take(int *fd)
{
	int taken = *fd;

	*fd = -1;
	return taken;
}

#define AUTO_FD     __attribute__((cleanup(fd_close_auto)))
#define TAKE_FD(fd) fd_take(&(fd))

/* Closes what *slot held and puts fd there. */
static inline void fd_replace(int *slot, int fd)
{
	fd_close(*slot);
	*slot = fd;
}

/* Writes all bytes, over EINTR and short writes. */
int fd_write_all(int fd, const void *bytes, size_t size, struct err *err);

/* Reads until end of file or until buffer is full; returns the number of bytes (≤ size). */
ssize_t fd_read_up_to(int fd, void *buffer, size_t size, struct err *err);

/* FD_CLOEXEC on or off. */
int fd_set_cloexec(int fd, bool on, struct err *err);
