/* SPDX-License-Identifier: Apache-2.0 */
/*
 * spec_default: the configuration that `spec` writes for a new bundle.
 *
 * Layer 1, role command. A shell with a terminal on a read-only root "rootfs"; the same content as
 * other runtimes' `spec` gives, with all namespaces but user and time new.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

struct spec_default_request {
	bool is_rootless; /* for an ordinary user: the root of a user namespace of its own, the
			   * host's network, the host's /sys (a new sysfs needs a network namespace)
			   */
	uint32_t uid;     /* with is_rootless: the caller's, who becomes root inside */
	uint32_t gid;
};

/* The text of a config.json with a newline at its end, indented by tabs. */
const char *oci_spec_default(struct arena *arena, const struct spec_default_request *request);
