/* SPDX-License-Identifier: Apache-2.0 */
/*
 * known: the containers that hull's own records know of, by their first processes.
 *
 * Layer 3, role command.
 */
#pragma once

#include "inspect/container.h"

/*
 * Those of hull, by their names, in the store at root (NULL: the usual one), and those of hull-oci
 * with its usual directory of states; none where it is not there or may not be read.
 */
void known_read(
	struct arena *arena, const char *root, const struct container_known **ret, size_t *ret_n);
