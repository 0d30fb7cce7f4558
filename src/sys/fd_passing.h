/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fd_passing: descriptors over sockets (unix(7), SCM_RIGHTS), and sockets by path.
 *
 * Layer sys, roles caller and init.
 */
#pragma once

#include <stddef.h>
#include <sys/types.h>

#include "base/err.h"

/* Sends one descriptor with text (at least one byte) as the data beside it. All of the text is
 * sent; of a stream the descriptor comes with its beginning. */
int fd_pass(int socket_fd, int fd, const void *text, size_t size, struct err *err);

/* Receives one descriptor (close-on-exec); the data is dropped. ECONNRESET: the other end closed.
 */
int fd_receive(int socket_fd, int *ret_fd, struct err *err);

/*
 * One datagram of up to size bytes and, if one came with it, its descriptor (close-on-exec), else
 * -1; with ret_fd NULL none is accepted. Returns the number of bytes; 0 at the end.
 */
ssize_t fd_receive_message(int socket_fd, void *bytes, size_t size, int *ret_fd, struct err *err);

enum { FD_PASS_MAX = 128 };

/* One datagram with up to FD_PASS_MAX descriptors. EPIPE: the other end is closed. */
int fd_pass_all(int socket_fd, const int *fds, size_t n_fds, const void *bytes, size_t size,
	struct err *err);

/* Its other end: fds has room for FD_PASS_MAX. The number of bytes; 0 at the end. */
ssize_t fd_receive_all(
	int socket_fd, void *bytes, size_t size, int *fds, size_t *ret_n_fds, struct err *err);

/* A connection to a listening socket at path, of any length (through /proc/self/fd). */
int socket_connect(const char *path, int type, int *ret_fd, struct err *err);

/* The same with the socket's directory given by descriptor. */
int socket_connect_at(int dir_fd, const char *name, int type, int *ret_fd, struct err *err);

/* A socket with the name in the directory, for whoever sends to it; EADDRINUSE as below. */
int socket_bind_at(int dir_fd, const char *name, int type, int *ret_fd, struct err *err);

/* A listening socket called name in the directory; EADDRINUSE when something has that name. */
int socket_listen_at(int dir_fd, const char *name, int type, int *ret_fd, struct err *err);
