/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/err.h"

/*
 * Copies what directory from_fd holds into directory to_fd (tmpcopyup): files, directories,
 * symbolic links and nodes, with owner, mode and times. Symbolic links are copied, never followed.
 * O_PATH descriptors are enough. Other file systems mounted below are left out.
 */
int copy_up_tree(int from_fd, int to_fd, struct err *err);
