/* SPDX-License-Identifier: Apache-2.0 */
/*
 * notify: a container says to the service manager of its host that it is ready (sd_notify(3)).
 *
 * Layer 2, role caller. With NOTIFY_SOCKET in the caller's environment the container gets a socket
 * of its own, ROOT/ID/notify/notify.sock, as /run/notify/notify.sock; what it says there is looked
 * at before it is handed on. Whoever waits for the container listens: a `run` in the foreground
 * until its end, `start` and a detached `run` until it is ready.
 *
 * Handed on are the lines that tell how a service is (READY, STATUS, STOPPING, …), never those that
 * would let the container name another main process or store descriptors (MAINPID, FDSTORE, …), nor
 * descriptors.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/err.h"
#include "core/facts.h"
#include "oci/config.h"

struct notify {
	int socket_fd;           /* the container's; -1: it says nothing */
	const char *host_socket; /* the manager's */
	pid_t main_pid;  /* told beside READY: the caller ends before it; 0: the caller stays */
	bool is_unheard; /* what was said last did not reach the manager */
};

#define NOTIFY_INIT ((struct notify){ .socket_fd = -1 })

/*
 * Whether the container gets one: host_socket (NULL: none) is an absolute path or "@" and an
 * abstract name, and the configuration sets no NOTIFY_SOCKET of its own. Another form is warned of.
 */
bool notify_is_wanted(const char *host_socket, const struct oci_process *process);

/* The mount, as the configuration's last. dir: ROOT/ID, absolute, which need not be there yet. */
void notify_add_mount(struct arena *arena, const char *dir, struct oci_config *config);

/* What facts_read() cannot find out of a directory that is not there yet. */
void notify_add_facts(const struct oci_config *config, struct host_facts *facts);

/* What the container has in its environment. */
const char *notify_container_socket(void);

/* ROOT/ID/notify, or nothing where it is there. */
int notify_make_dir(int dir_fd, struct err *err);
bool notify_has_dir(int dir_fd);

/* Listens; what was said before is lost. */
int notify_listen(int dir_fd, struct notify *notify, struct err *err);

/* One datagram, false if there is none; *ret_is_ready becomes true when it said so. */
bool notify_take(struct notify *notify, bool *ret_is_ready);

/* What is left when the container has ended; not without limit: whoever else has the socket may
 * go on without end. */
void notify_take_rest(struct notify *notify, bool *ret_is_ready);

/* Until it is ready, and the manager has read so, or it has ended. */
int notify_wait(struct notify *notify, int pidfd, struct err *err);

/* Pure: the lines of the datagram that may be handed on, each with its newline; "" for none.
 * Control characters are replaced. */
const char *notify_permitted(struct arena *arena, const char *text, size_t length);
