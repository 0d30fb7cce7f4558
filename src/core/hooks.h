/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hooks: programs that the configuration wants run at points of a container's life, in the caller's
 * own namespaces (prestart, createRuntime, poststart, poststop). hull-init runs the others.
 *
 * Layer 2, role caller.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "core/container.h"
#include "core/record.h"
#include "oci/config.h"

/*
 * Runs the list in order up to the first failure: "error running createRuntime hook #1: …", with
 * the JSON pointer, the path and the end of its standard error.
 */
int hooks_run(struct arena *arena, const struct oci_config *config, enum oci_hook_kind kind,
	const struct record *record, enum container_status status, struct err *err);

/* All of them, whatever happens; failures are warnings. */
void hooks_run_all(struct arena *arena, const struct oci_config *config, enum oci_hook_kind kind,
	const struct record *record, enum container_status status);

/* The state that a hook gets on its standard input; the pid is 0 before there is a process. */
const char *hooks_state_text(
	struct arena *arena, const struct record *record, enum container_status status);

/* Some of them run later than create. */
bool hooks_have_later(const struct oci_config *config);
