/* SPDX-License-Identifier: Apache-2.0 */
/*
 * terminal_guard: the user's terminal is not for a container's processes.
 *
 * Layer 3, role command. Who has a descriptor of a terminal can read what is typed and, on some
 * kernels, type itself (TIOCSTI). So whatever of the standard streams is a terminal is replaced by
 * a pipe, and a process that stays outside copies.
 */
#pragma once

#include <stdbool.h>

#include "base/err.h"

/*
 * Returns in the process that goes on, whose standard streams are no terminals from then on; the
 * other one copies until that has ended, and exits with its status. with_input: standard input
 * matters. Nothing happens where none is a terminal.
 */
int terminal_guard(bool with_input, struct err *err);
