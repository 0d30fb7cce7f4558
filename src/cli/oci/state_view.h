/* SPDX-License-Identifier: Apache-2.0 */
/*
 * state_view: a container's state as the specification shows it.
 *
 * Layer 3, role command.
 */
#pragma once

#include "core/container.h"
#include "oci/state.h"

/* Strings are the state's own. */
struct oci_state state_view(const struct container_state *state);
