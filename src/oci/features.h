/* SPDX-License-Identifier: Apache-2.0 */
/*
 * features: what the runtime recognizes, as JSON (features.md, features-linux.md).
 *
 * Layer 1, role command. Says what this program can do, not what the machine allows ("SHOULD be
 * determined on the compilation time"). Engines read it without a root directory at hand.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

/* Filled by the caller: what was built in. Names come from the tables of config.h. */
struct oci_features {
	const char *version;            /* of the runtime */
	const char *commit;             /* NULL: left out */
	const char *libseccomp_version; /* NULL: without seccomp */
	uint32_t seccomp_flags;         /* OCI_SECCOMP_FLAG_… that are supported */
	uint32_t seccomp_archs;         /* bits 1 << OCI_ARCH_… that libseccomp knows */
	bool has_hooks;
	bool has_cgroup_v1, has_cgroup_v2, has_cgroup_systemd, has_cgroup_systemd_user;
	bool has_cgroup_rdma;
	bool has_apparmor, has_selinux;
	bool has_intel_rdt, has_intel_rdt_schemata, has_intel_rdt_monitoring;
	bool has_memory_policy;
	bool has_idmap_mounts;
	bool has_net_devices;
	bool has_checkpoint;
	/* Annotations of a configuration that change what the runtime does; "x." is a prefix. */
	const char *const *unsafe_annotations;
	size_t n_unsafe_annotations;
};

/* One object, indented by four spaces, no newline at its end. */
const char *oci_features_text(struct arena *arena, const struct oci_features *features);

/* Names of the mount options that are no file system's own, sorted; ends with NULL. */
extern const char *const oci_mount_option_names[];
