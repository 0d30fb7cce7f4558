/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "core/container.h"
#include "oci/config.h"

/*
 * Sets config->process to what exec shall run: the process of a file, or the container's own with
 * the request's changes. Checked like the one of a configuration.
 */
int exec_process_make(struct arena *arena, const struct exec_request *request,
	struct oci_config *config, struct err *err);

/* What is wrong with it and no failure (config.md: unknown capabilities are a warning). NULL: no
 * process. */
void exec_process_warn(const struct oci_process *process);
