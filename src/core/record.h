/* SPDX-License-Identifier: Apache-2.0 */
/*
 * record: a container's directory and what is written there; docs/formats/record.md has the bytes.
 *
 * Layer 2, role caller. ROOT/ID/ holds state.json (this record), config.json (a copy of the
 * configuration it was created with) and start.sock (while it waits for `start`). The record is
 * written before the first side effect, so that whatever a crash leaves can be found and removed;
 * later it is replaced as a whole, by a rename. A record that is not there or cut off tells that
 * nothing else was made yet.
 *
 * Whoever changes a container holds the lock of its directory (flock(2)), which goes with the
 * process: a directory without a lock and without a pid is one whose creator died.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/err.h"
#include "core/container.h"
#include "core/rdt/rdt.h"
#include "core/systemd/systemd.h"
#include "oci/config.h"

#define RECORD_START_SOCKET "start.sock"

struct record {
	const char *id;
	const char *oci_version;
	const char *bundle;
	const char *rootfs;
	const char *created;  /* RFC 3339 */
	int32_t pid;          /* 0 while creating */
	uint64_t start_time;  /* of the process, in clock ticks since boot */
	const char **cgroups; /* as cgroup_to_strings() gives them */
	size_t n_cgroups;
	struct oci_key_value *annotations;
	size_t n_annotations;
	const struct rdt_group *rdt;        /* of resctrl; NULL: none */
	const struct systemd_unit *systemd; /* whose group it is; NULL: made by us */
	bool has_no_keyring; /* created with --no-new-keyring: exec makes none either */
	bool has_hooks;      /* poststart or poststop: config.json has to be read again */
};

/* Makes ROOT (0700) and ROOT/ID, locked. EEXIST: "container with given ID already exists". */
int record_create_dir(
	const struct runtime *runtime, const char *id, int *ret_dir_fd, struct err *err);

/* ENOENT: "container does not exist". */
int record_open_dir(
	const struct runtime *runtime, const char *id, int *ret_dir_fd, struct err *err);

/* Waits at most a second for whoever holds the lock; EBUSY then. */
int record_lock(int dir_fd, struct err *err);

/* The first one; then each later one over it. */
int record_create(int dir_fd, const struct record *record, struct arena *arena, struct err *err);
int record_write(int dir_fd, const struct record *record, struct arena *arena, struct err *err);

/* ENODATA: the creator died before it could write one. */
int record_read(struct arena *arena, int dir_fd, struct record *ret, struct err *err);

int record_write_config(int dir_fd, const char *bytes, size_t size, struct err *err);

/* The configuration that the container was created with. */
int record_read_config(struct arena *arena, int dir_fd, struct oci_config **ret, struct err *err);

/* Removes ROOT/ID and all that is in it. */
int record_remove_dir(const struct runtime *runtime, const char *id, int dir_fd, struct err *err);

/* Opens ROOT; ENOENT when it is not there. */
int record_open_root(const struct runtime *runtime, int *ret_fd, struct err *err);
