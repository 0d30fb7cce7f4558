/* SPDX-License-Identifier: Apache-2.0 */
/*
 * version_text: what --version prints.
 *
 * Layer 3, role command. Docker takes the name in front of the word "version", the version behind
 * it and the line "commit:"; go-runc also reads "spec:".
 */
#pragma once

#include <stdio.h>

#include "cli/command.h"

void version_write(const struct program *program, FILE *out);
