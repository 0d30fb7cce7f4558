/* SPDX-License-Identifier: Apache-2.0 */
/*
 * spec: from what was asked of a container to the configuration that the core makes it of.
 *
 * Layer 3, role caller, at each start. The result is a config.json of the OCI runtime
 * specification: hull's own core takes it from memory, another runtime from a bundle. Defaults are
 * as strict as Docker's: 14 capabilities, the seccomp profile of seccomp_profile.h, hidden and
 * read-only paths, no devices but the usual ones.
 */
#pragma once

#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json_write.h"
#include "core/id_map.h"
#include "engine/container/settings.h"
#include "engine/spec/user.h"
#include "engine/store/store.h"

/* Where the container sees its copy of hull-reaper: on a file system of its own. */
#define SPEC_REAPER_PATH "/dev/.hull-reaper"
#define SPEC_REAPER_FILE "reaper" /* in the container's directory */

enum { SPEC_TERMINAL_GROUP = 5 }; /* "tty", as everywhere */

/* The user namespace of the container; all zero: the caller's. */
struct spec_userns {
	const char *path;          /* it is there already */
	bool lacks_terminal_group; /* SPEC_TERMINAL_GROUP is not mapped */
	const struct id_maps *maps;
};

/* Namespaces that may be another container's. */
enum spec_namespace {
	SPEC_NAMESPACE_PID,
	SPEC_NAMESPACE_IPC,
	SPEC_NAMESPACE_UTS,
	SPEC_NAMESPACE_CGROUP,
	SPEC_NAMESPACE_TIME,
	SPEC_NAMESPACE_COUNT,
};

struct spec {
	const struct container_settings *settings;
	const struct store *store;   /* volumes are in it */
	const char *directory;       /* of the container: hostname, hosts, resolv.conf are in it */
	const char *rootfs;          /* root.path: absolute */
	const char *names_directory; /* in which hosts and resolv.conf are; NULL: directory */
	struct spec_user user;
	struct spec_userns userns;
	const char *namespaces[SPEC_NAMESPACE_COUNT]; /* paths of those that are joined; NULL */
	const char *netns_path; /* a network namespace that is there already; NULL: none */
	bool is_rootless;       /* the caller has no power over the machine */
	uint16_t rows, columns; /* of the terminal; 0: not known */
};

int spec_text(struct arena *arena, const struct spec *spec, const char **ret, size_t *ret_length,
	struct err *err);

/* Only what is not 0, as resources of the OCI: what an update changes. */
int spec_update_text(struct arena *arena, const struct container_resources *changes,
	const char **ret, size_t *ret_length, struct err *err);

/* ---- between the files of spec ---- */

/* What the security options come to. */
struct spec_security {
	uint64_t capabilities; /* bit n is capability n */
	bool no_new_privileges;
	bool has_seccomp;
	const char *seccomp_profile; /* text of a profile; NULL: the default one */
	const char *apparmor;
	const char *label; /* SELinux; NULL: none */
	bool shows_system_paths;
	const char **masks, **unmasks; /* further paths to hide, and not to */
	size_t n_masks, n_unmasks;
};

int spec_security_read(struct arena *arena, const struct container_settings *settings,
	struct spec_security *ret, struct err *err);
void spec_write_capabilities(
	struct arena *arena, struct json_writer *writer, const struct spec_security *security);
int spec_write_seccomp(struct arena *arena, struct json_writer *writer,
	const struct spec_security *security, struct err *err);
void spec_write_hidden_paths(
	struct arena *arena, struct json_writer *writer, const struct spec_security *security);
struct spec_device;

/* In a user namespace no node can be made: the host's is bound. */
bool spec_binds_devices(const struct spec *spec);
void spec_write_mounts(struct arena *arena, struct json_writer *writer, const struct spec *spec,
	const struct spec_device *devices, size_t n_devices);

/* A host's device node as it is found now. */
struct spec_device {
	const char *host; /* path on the host */
	const char *path; /* in the container */
	char type;        /* 'b', 'c' */
	uint32_t major, minor;
	uint32_t mode; /* permissions */
	uint32_t uid, gid;
	const char *access; /* "rwm" */
};

int spec_devices_find(struct arena *arena, const struct container_settings *settings,
	struct spec_device **ret, size_t *ret_n, struct err *err);
void spec_write_devices(struct json_writer *writer, const struct spec_device *devices, size_t n);
int spec_write_resources(struct arena *arena, struct json_writer *writer,
	const struct container_settings *settings, const struct spec_device *devices, size_t n,
	struct err *err);
