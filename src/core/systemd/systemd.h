/* SPDX-License-Identifier: Apache-2.0 */
/*
 * systemd: a container's control group as a unit of systemd.
 *
 * Layer 2, role caller. systemd makes the group of a *scope* and keeps its hands off what is inside
 * (Delegate); everything else is done through files, as for any other group. What systemd knows of
 * the limits is only there so that it does not take them back.
 *
 * Life of a unit, in this order:
 *
 *     systemd_plan_unit        name and slice from cgroupsPath                       pure
 *     systemd_begin            hull-systemd begins to connect                        a process
 *     systemd_connect          where the manager's own group is, which version it is
 *     (the state record names the unit, before the first side effect)
 *     systemd_start            the scope is there, with hull-systemd in it
 *     (the container's process is made, inside)
 *     systemd_end              hull-systemd ends; the scope lives as long as a process is in it
 *     …
 *     systemd_set_resources    any later command, from the record alone
 *     systemd_stop_unit
 *
 * A scope ends by itself with its last process: whoever is killed in between leaves nothing of it.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "core/cgroup/cgroup.h"
#include "oci/config.h"
#include "systemd/message.h"

/* ---- names ---- */

/* As the state record keeps it. */
struct systemd_unit {
	const char *name; /* "libpod-4711.scope" */
	bool is_user;     /* of the user's own systemd */
};

/* cgroupsPath "SLICE:PREFIX:NAME"; NULL or "": the default slice, "hull", the id. */
int systemd_plan_unit(struct arena *arena, const char *cgroups_path, const char *id, bool is_user,
	struct systemd_unit *ret_unit, const char **ret_slice, struct err *err);

/* "a-b.slice" → "/a.slice/a-b.slice"; "-.slice" → "". EINVAL: no name of a slice. */
int systemd_slice_path(struct arena *arena, const char *slice, const char **ret, struct err *err);

/* What a record says is checked: it will be stopped. */
int systemd_check_unit(const struct systemd_unit *unit, struct err *err);

/* ---- properties ---- */

/* What decides about the names of properties, and which there are. */
struct systemd_dialect {
	unsigned version;
	bool is_v2;
	bool is_user; /* has no power over devices */
};

/* Limits as systemd counts them; resources may be NULL. What systemd has no word for is left out:
 * the files have it. is_update: device rules only when there are any. */
void systemd_add_resources(struct arena *arena, const struct oci_resources *resources,
	struct systemd_dialect dialect, bool is_update, struct systemd_properties *properties);

/* Everything that a new unit gets. err->config names an annotation that is refused. */
int systemd_unit_properties(struct arena *arena, const struct systemd_unit *unit, const char *slice,
	const char *id, const struct oci_config *config, struct systemd_dialect dialect,
	struct systemd_properties *ret, struct err *err);

/* Only those annotations that are properties; for refusing them early. */
int systemd_add_annotations(struct arena *arena, const struct oci_config *config,
	struct systemd_properties *properties, struct err *err);

/* ---- the manager, through hull-systemd ---- */

struct systemd_manager {
	struct arena *arena;
	int socket_fd; /* −1: hull-systemd does not run */
	int pidfd;
	pid_t pid; /* of hull-systemd */
	bool is_user;
	const char *control_group; /* of the manager: "", "/user.slice/…/user@1000.service" */
	unsigned version;
};

#define SYSTEMD_MANAGER_INIT ((struct systemd_manager){ .socket_fd = -1, .pidfd = -1 })
#define AUTO_SYSTEMD_MANAGER __attribute__((cleanup(systemd_end))) struct systemd_manager

/* Starts hull-systemd, which connects while the caller does something else. */
int systemd_begin(
	struct arena *arena, bool is_user, struct systemd_manager *manager, struct err *err);

/* Waits until it has. */
int systemd_connect(struct systemd_manager *manager, struct err *err);

/* Starts the unit and waits for it. *ret_path: its control group. EEXIST: there is one. */
int systemd_start(struct systemd_manager *manager, const struct systemd_unit *unit,
	const struct systemd_properties *properties, const char **ret_path, struct err *err);

/* Moves a process (in the manager's pid namespace) into the unit. */
int systemd_attach(struct systemd_manager *manager, const struct systemd_unit *unit, pid_t pid,
	struct err *err);

/* hull-systemd ends. Nothing if there is none. */
void systemd_end(struct systemd_manager *manager);

/* One connection each. A unit that is not there is stopped. */
int systemd_stop_unit(struct arena *arena, const struct systemd_unit *unit, struct err *err);
int systemd_attach_process(
	struct arena *arena, const struct systemd_unit *unit, pid_t pid, struct err *err);
int systemd_set_resources(struct arena *arena, const struct systemd_unit *unit,
	const struct oci_resources *resources, bool is_v2, struct err *err);
