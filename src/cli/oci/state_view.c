/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/oci/state_view.h"

struct oci_state state_view(const struct container_state *state)
{
	return (struct oci_state){
		.oci_version = state->oci_version,
		.id = state->id,
		.status = container_status_name(state->status),
		.pid = state->pid,
		.bundle = state->bundle,
		.rootfs = state->rootfs,
		.created = state->created,
		.owner = state->owner,
		.annotation_keys = state->annotation_keys,
		.annotation_values = state->annotation_values,
		.n_annotations = state->n_annotations,
	};
}
