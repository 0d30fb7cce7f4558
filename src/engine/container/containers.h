/* SPDX-License-Identifier: Apache-2.0 */
/*
 * containers: hull's own record of containers; docs/formats/container.md has the files.
 *
 * Layer 3, roles caller and command. A container is a directory containers/ID of the store; its
 * name is a file names/NAME with the id. There is no daemon and no other index: each command reads
 * what is there, asks the core and the kernel what lives, and holds the lock of the container's
 * directory while it changes something.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/err.h"
#include "core/container.h"
#include "engine/container/settings.h"
#include "engine/store/store.h"

#define SETTINGS_NAME "config.json" /* of a container that was made to its end */

enum { CONTAINER_ID_LENGTH = 64 };

/* A store and where the core keeps what it knows of this boot's containers. */
struct engine {
	const struct store *store;
	const char *boot; /* the kernel's boot_id */
	struct runtime runtime;
};

int engine_init(
	struct arena *arena, const struct store *store, struct engine *ret, struct err *err);

/* Docker's words. */
enum engine_status {
	ENGINE_STATUS_CREATED,
	ENGINE_STATUS_RUNNING,
	ENGINE_STATUS_PAUSED,
	ENGINE_STATUS_RESTARTING, /* it has ended, and is about to be started by its policy */
	ENGINE_STATUS_EXITED,
	ENGINE_STATUS_DEAD, /* its settings cannot be read: it can only be removed */
	ENGINE_STATUS_COUNT,
};

const char *engine_status_name(enum engine_status status);

struct engine_state {
	enum engine_status status;
	pid_t pid; /* 0: not running */
	int32_t exit_code;
	int32_t signal; /* that ended it; 0: none */
	bool oom_killed;
	bool oom_at_limit;       /* v2: it was its own limit */
	bool is_unrecorded;      /* it has ended and nobody saw how */
	bool is_rebooted;        /* it ran when the machine went down */
	const char *started_at;  /* RFC 3339; NULL: never */
	const char *finished_at; /* NULL: not, or unknown */
};

/* One container, open for a command. */
struct engine_container {
	const char *id;
	const char *directory; /* absolute path */
	int dir_fd;
	struct container_settings settings;
	bool keeps_volumes; /* when it is removed, also those that were made for it alone */
};

#define ENGINE_CONTAINER_INIT ((struct engine_container){ .dir_fd = -1 })
#define AUTO_ENGINE_CONTAINER __attribute__((cleanup(containers_close))) struct engine_container
void containers_close(struct engine_container *container);

/*
 * Makes the container's directory with its settings, locked, and takes its name; a name that is
 * NULL is made up. settings->id, name and created are filled in. EEXIST: "the name … is in use".
 */
int containers_make(struct arena *arena, const struct engine *engine,
	struct container_settings *settings, struct engine_container *ret, struct err *err);

/* By name, id, or a begin of the id that only one has. ENOENT: "no such container: …". */
int containers_open(struct arena *arena, const struct engine *engine, const char *text,
	struct engine_container *ret, struct err *err);

/* The same by the whole id, whether its settings can be read or not. */
int containers_open_id(struct arena *arena, const struct engine *engine, const char *id,
	struct engine_container *ret, struct err *err);

/* Waits for whoever changes it, at most ten seconds: EBUSY. ENOENT: it has been removed. */
int containers_lock(const struct engine_container *container, struct err *err);

/* All whole ids, sorted by when they were made, newest first; those without settings last. */
int containers_list(struct arena *arena, const struct engine *engine, struct engine_container **ret,
	size_t *ret_n, struct err *err);

/* What files and kernel say now. */
int containers_state(struct arena *arena, const struct engine *engine,
	const struct engine_container *container, struct engine_state *ret, struct err *err);

/*
 * The container's process has ended: what the core has of it (groups, record) goes, and with --rm
 * the container. Needs the lock. Also after any death in between.
 */
int containers_clean(
	const struct engine *engine, const struct engine_container *container, struct err *err);

/* Removes the container with its layer, log and name. Needs the lock; it must not run. */
int containers_remove(struct arena *arena, const struct engine *engine,
	const struct engine_container *container, struct err *err);

/* Other limits, at once if it runs, and for later starts. changes: what is not 0. Needs the lock.
 */
int containers_update(struct arena *arena, const struct engine *engine,
	struct engine_container *container, const struct container_resources *changes,
	struct err *err);

/* Its settings anew: somebody may have changed them. */
int containers_read_settings(
	struct arena *arena, struct engine_container *container, struct err *err);

/* Writes its settings again. Needs the lock. */
int containers_write_settings(
	struct arena *arena, const struct engine_container *container, struct err *err);

/* Another name. EEXIST as above. */
int containers_rename(struct arena *arena, const struct engine *engine,
	struct engine_container *container, const char *name, struct err *err);
