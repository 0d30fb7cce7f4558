/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/features.h"

#include "cli/oci/commands.h"

static const struct option_spec features_options[] = { OPTION_END };

/*
 * What containers can have. Engines believe it: a member becomes true together with the code that
 * does it. Without libseccomp_version it says that there are no filters.
 */
static const struct oci_features built_in = {
	.has_cgroup_v1 = true,
	.has_cgroup_v2 = true,
	.has_idmap_mounts = true,
};

static int features_run(struct command_call *call, struct err *err)
{
	struct oci_features features = built_in;

	(void)err;
	features.version = call->program->version;
	features.commit = call->program->commit;
	fprintf(call->out, "%s\n", oci_features_text(call->arena, &features));
	return 0;
}

const struct command oci_command_features = {
	.name = "features",
	.summary = "show what this runtime can do, as JSON",
	.options = features_options,
	.run = features_run,
};
