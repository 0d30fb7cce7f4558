/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gather: fills a snapshot.
 *
 * Layer 3, role command. Only reads: /proc, the host's sysctls, the target's filters by a tracer
 * that stops one thread for a moment (sys/seccomp_read.h), and paths by a probe inside (probe.h).
 * What may not be read, or is gone, leaves its …_why and is no error. Limits and device rules are
 * the caller's to fill: where control groups lie is not known here.
 */
#pragma once

#include "inspect/audit/snapshot.h"
#include "inspect/container.h"
#include "inspect/target.h"

struct audit_subject {
	const struct view *view; /* with relations */
	const struct container_known *known;
	size_t n_known;
	struct view_process *target;
	bool may_stop;  /* its thread, to read the filters */
	bool may_probe; /* from inside */
};

/* ESRCH: the target has ended meanwhile. */
int audit_gather(const struct audit_subject *subject, struct audit_snapshot *ret, struct err *err);

/* ---- its parts ---- */

void gather_namespaces(const struct audit_subject *subject, struct audit_snapshot *snapshot);
void gather_processes(const struct audit_subject *subject, struct audit_snapshot *snapshot);
void gather_files(const struct audit_subject *subject, struct audit_snapshot *snapshot);
void gather_mounts(const struct audit_subject *subject, struct audit_snapshot *snapshot);
void gather_network(const struct audit_subject *subject, struct audit_snapshot *snapshot);
void gather_published(const struct audit_subject *subject, struct audit_snapshot *snapshot);
void gather_ids(const struct audit_subject *subject, struct audit_snapshot *snapshot);

/* The caller, or the machine's first process, is in it, too. */
bool gather_is_host_namespace(const struct view *view, enum namespace_kind kind, uint64_t inode);

/* a is b, or lies above or below it, of user namespaces. */
bool gather_is_related(const struct view *view, uint64_t a, uint64_t b);

/* ---- pure ---- */

/* The text of /proc/PID/status; the rest of ret stays. */
void gather_parse_status(const char *text, struct audit_process *ret);

/* The text of uid_map. */
void gather_parse_map(
	struct arena *arena, const char *text, struct audit_id_range **ret, size_t *ret_n);

/* The text of /proc/PID/net/PROTOCOL is added. */
void gather_parse_sockets(struct arena *arena, const char *protocol, const char *text,
	struct audit_listener **listeners, size_t *n_listeners);

/* The text of /proc/PID/net/dev: "eth0 eth1", without lo. */
const char *gather_parse_interfaces(struct arena *arena, const char *text);

/* The text of mountinfo; is cut into lines. */
void gather_parse_mounts(
	struct arena *arena, const char *text, struct audit_mount **ret, size_t *ret_n);

/* Where the host has what a mount shows, and whether it is a peer of the host's. */
void gather_relate_mounts(struct arena *arena, struct audit_mount *mounts, size_t n_mounts,
	const struct audit_mount *host_mounts, size_t n_host_mounts);
