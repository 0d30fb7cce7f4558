/* SPDX-License-Identifier: Apache-2.0 */
/*
 * protocol: what a monitor and those who are attached say to each other.
 *
 * Layer 3, roles monitor and command. A SOCK_SEQPACKET socket; a packet is one byte that says what
 * it is, and up to PROTOCOL_DATA_BYTES of it. Both ends are hull's own and the socket is the
 * owner's only, but neither believes a size. What a container writes goes through as it is.
 */
#pragma once

enum {
	PROTOCOL_DATA_BYTES = 16384,
	PROTOCOL_PACKET_BYTES = 1 + PROTOCOL_DATA_BYTES,
};

enum protocol_kind {
	/* to the monitor */
	PROTOCOL_ATTACH = 'A', /* from now on send me what the container writes */
	PROTOCOL_INPUT = 'I',  /* for its standard input; no data: the end of it */
	PROTOCOL_SIZE = 'W',   /* struct winsize of the terminal */
	PROTOCOL_CLEANS =
		'P', /* I am going to remove what the container leaves; who started it is */
	PROTOCOL_ENDED = 'C', /* I have done so, you need not */

	/* from whoever starts the container, before it becomes the monitor */
	PROTOCOL_WARNING = 'N', /* struct err */
	PROTOCOL_FAILURE = 'F', /* struct err: nothing was started, nothing is left */

	/* from the monitor */
	PROTOCOL_STARTED = 'R', /* no data: it is there, and the container runs */
	PROTOCOL_OUTPUT = 'O',
	PROTOCOL_ERRORS = 'E', /* what it writes to standard error */
	PROTOCOL_EXIT = 'Q',   /* int32_t: exit status, 128 + n for signal n */
};

/* Exit status of `healthcheck run --scheduled`: the next check is after the start interval. */
enum { HEALTH_IS_STARTING = 2 };

/* The descriptors that a monitor begins with. Those that are not needed are closed. */
enum protocol_fd {
	PROTOCOL_FD_DIRECTORY = 3, /* of the container */
	PROTOCOL_FD_PROCESS = 4,   /* pidfd; the process is the monitor's child */
	PROTOCOL_FD_OUTPUT = 5,    /* its standard output, or its terminal */
	PROTOCOL_FD_ERRORS = 6,    /* its standard error; closed with a terminal */
	PROTOCOL_FD_INPUT = 7,     /* its standard input; closed with a terminal or without input */
	PROTOCOL_FD_CLIENT = 8,    /* who started it */
	PROTOCOL_FD_LISTEN = 9,    /* attach.sock */
	PROTOCOL_FD_KILLS = 10,    /* "oom_kill N"; closed without a memory controller */
	PROTOCOL_FD_COUNT = 11,
};
