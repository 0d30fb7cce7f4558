/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/features.h"

#include "cli/oci/commands.h"
#include "core/seccomp/seccomp.h"
#include "oci/annotations.h"
#include "seccomp/library.h"
#include "seccomp/program.h"

static const struct option_spec features_options[] = { OPTION_END };

/*
 * What containers can have. Engines believe it: a member becomes true together with the code that
 * does it.
 */
static const struct oci_features built_in = {
	.has_hooks = true,
	.has_apparmor = true,
	.has_selinux = true,
	.has_memory_policy = true,
	.has_cgroup_v1 = true,
	.has_cgroup_v2 = true,
	.has_cgroup_systemd = true,
	.has_cgroup_systemd_user = true,
	.has_cgroup_rdma = true,
	.has_idmap_mounts = true,
	.has_net_devices = true,
	.has_intel_rdt = true,
	.has_intel_rdt_schemata = true,
	.has_intel_rdt_monitoring = true,
};

static int features_run(struct command_call *call, struct err *err)
{
	struct oci_features features = built_in;

	(void)err;
	features.version = call->program->version;
	features.commit = call->program->commit;
	features.libseccomp_version = SECCOMP_LIBRARY_VERSION;
	features.seccomp_flags = seccomp_supported_flags();
	features.seccomp_archs = seccomp_known_archs();
	features.unsafe_annotations = oci_unsafe_annotations;
	while (oci_unsafe_annotations[features.n_unsafe_annotations])
		features.n_unsafe_annotations++;
	fprintf(call->out, "%s\n", oci_features_text(call->arena, &features));
	return 0;
}

const struct command oci_command_features = {
	.name = "features",
	.summary = "show what this runtime can do, as JSON",
	.options = features_options,
	.run = features_run,
};
