/* SPDX-License-Identifier: Apache-2.0 */
/*
 * attach: the terminal or streams of a command, and a container.
 *
 * Layer 3, role command. Copies between the own standard streams and a monitor until the container
 * ends or the user leaves by the detach keys. Standard output and error are written, nothing else
 * is printed.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "engine/container/containers.h"

enum { DETACH_KEYS_MAX = 16 };

struct attach_request {
	const struct engine *engine;
	const char *id;
	bool has_input;    /* the own standard input goes to the container */
	bool has_terminal; /* the container has one: the own is made raw, and its size told */
	bool hands_signals_on;
	bool has_detach_keys;
	char detach_keys[DETACH_KEYS_MAX]; /* with terminal and input; array of n_detach_keys */
	size_t n_detach_keys;
};

struct attach_end {
	bool has_detached; /* else it has ended, with that status */
	int status;        /* 128 + n for signal n */
};

/* "ctrl-p,ctrl-q", "a,b": single characters and ctrl-X. */
int detach_keys_parse(const char *text, char ret[DETACH_KEYS_MAX], size_t *ret_n, struct err *err);

/* To the monitor's socket, attached or (is_attached false) only to hear of the end. ENOENT,
 * ECONNREFUSED: there is none. */
int attach_connect(
	const struct engine_container *container, bool is_attached, int *ret_fd, struct err *err);

/* fd is a connection of an attached client. EPIPE: the monitor died. */
int attach_serve(
	int fd, const struct attach_request *request, struct attach_end *ret, struct err *err);

/* Waits for the end on a connection of attach_connect(); EPIPE as above, ETIMEDOUT (msec < 0: for
 * ever). */
int attach_wait(int fd, int64_t timeout_msec, int *ret_status, struct err *err);

/* This client is going to remove what the container leaves, as the one that started it is; and: it
 * has done so. If it dies in between the monitor does it. */
void attach_tell_cleans(int fd);
void attach_tell_ended(int fd);
