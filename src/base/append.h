/* SPDX-License-Identifier: Apache-2.0 */
/*
 * append: a file of lines that many processes write to, and that does not grow without bound.
 *
 * Layer 0, every process role; nothing is allocated. A line is one write(2) with O_APPEND: lines of
 * several writers do not mix. A file that a line would make larger than max_bytes becomes NAME.1
 * first, in the place of the one before; whoever still has it open finishes its line there.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* line ends with a newline. A full disk may leave a part of it, which readers have to skip. */
int append_line(int dir_fd, const char *name, const char *line, size_t length, uint64_t max_bytes,
	struct err *err);
