/* SPDX-License-Identifier: Apache-2.0 */
/*
 * monitor: hull-monitor, the small process that stays with a container.
 *
 * Role monitor: parent of the container's first process, in the host's namespaces, in a session of
 * its own. It copies what the container writes into its log and to those who are attached, their
 * input to the container, waits for its end, writes down how it ended, and has what is left
 * removed. It allocates no memory, reads no configuration, and believes nothing that it is sent:
 * all buffers have a fixed size.
 *
 * Nobody can make it wait: every descriptor that it writes to is asked before. While an attached
 * client does not take what it is sent nothing more is read of the container, so that nothing is
 * lost, as with a pipe; a client other than the one that started the container is given up after
 * CLIENT_PATIENCE_MSEC.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "engine/monitor/protocol.h"

enum {
	MONITOR_CLIENTS_MAX = 16,
	CLIENT_PATIENCE_MSEC = 5000,
	REST_BYTES_MAX = 1024 * 1024, /* that can be in a pipe when the container ends */
	LOG_LINE_BYTES = 16384, /* a longer line is cut into several entries, as Docker does it */
};

/* ---- log.c: log.json, as Docker's json-file has it ---- */

struct log {
	int dir_fd;              /* of the container */
	int fd;                  /* -1: no log is kept, or it cannot be written */
	uint64_t size, max_size; /* bytes; UINT64_MAX: unlimited */
	unsigned max_files;
};

/* The part of a line that has no end yet. */
struct log_line {
	const char *stream; /* "stdout", "stderr" */
	size_t length;
	char text[LOG_LINE_BYTES];
};

void log_open(struct log *log, int dir_fd, uint64_t max_size, unsigned max_files);
void log_add(struct log *log, struct log_line *line, const char *bytes, size_t n);
void log_end_line(struct log *log, struct log_line *line);

/* Pure: an entry of the log without its newline, in entry; returns its length. */
enum { LOG_ENTRY_BYTES = 6 * LOG_LINE_BYTES + 128 };
size_t log_entry(const char *stream, const char *text, size_t n, const char *time,
	char entry[LOG_ENTRY_BYTES]);

/* ---- clients.c ---- */

struct client {
	int fd; /* -1: none */
	bool is_attached;
	bool is_first;  /* it started the container */
	bool is_behind; /* the packet in clients.packet has not been sent to it */
	bool cleans;    /* it is going to remove what the container leaves */
};

struct clients {
	struct client all[MONITOR_CLIENTS_MAX];
	size_t packet_length; /* of what those that are behind still have to get */
	char packet[PROTOCOL_PACKET_BYTES];
	int64_t behind_since_msec;
};

void clients_init(struct clients *clients);
/* Takes fd. Too many: it is closed. */
void clients_add(struct clients *clients, int fd, bool is_first);
void clients_drop(struct client *client);
bool clients_are_behind(const struct clients *clients);
/* To all that are attached (or, for the exit, to all); nobody may be behind. */
void clients_send(struct clients *clients, enum protocol_kind kind, const char *bytes, size_t n);
/* Tries again; gives up those that take too long. */
void clients_send_again(struct clients *clients);
int64_t clients_patience_msec(const struct clients *clients); /* -1: nobody is behind */

/* ---- health.c ---- */

struct health {
	int64_t interval_msec, start_interval_msec; /* 0: it is not checked */
	int64_t due_msec;                           /* CLOCK_MONOTONIC */
	pid_t checker;                              /* 0: none runs */
	int checker_fd;
	const char *hull, *root, *id;
};

int64_t health_timeout_msec(const struct health *health); /* until the next; -1: none is due */
void health_begin(struct health *health);
void health_end(struct health *health); /* checker_fd is readable */

/* ---- the monitor ---- */

struct monitor {
	int dir_fd, pidfd, listen_fd, kills_fd;
	int output_fd, errors_fd; /* what the container writes; -1: ended */
	int input_fd;             /* its standard input; -1: none, or closed */
	bool has_terminal;        /* output_fd is its controlling side, for both directions */
	bool has_ended;           /* the container's process */
	uint64_t n_since_end;     /* bytes that were read since then */
	int64_t began_msec;
	bool closes_input; /* after what is kept of it */
	size_t input_length, input_done;
	char input[PROTOCOL_DATA_BYTES]; /* what the container has not taken yet */
	struct log log;
	struct log_line output_line, errors_line;
	struct clients clients;
	struct health health;
};

void monitor_serve(struct monitor *monitor);

/* Reaps the process, writes exit.json, tells the clients. *ret_status: 128 + n for signal n. */
void monitor_note_end(struct monitor *monitor);

/* The container's end, and that its memory ran out, for `hull events` (event.c). */
void monitor_write_event(const struct monitor *monitor, const char *action, const char *attributes);

/* Whether one of the clients that said they would has removed what the container left. */
bool monitor_is_cleaned(struct clients *clients);

int64_t monitor_now_msec(void);
