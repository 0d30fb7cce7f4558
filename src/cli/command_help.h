/* SPDX-License-Identifier: Apache-2.0 */
/*
 * command_help: help texts and man pages of a program and of its commands, from their tables.
 *
 * Layer 3, role command.
 */
#pragma once

#include <stdio.h>

#include "cli/command.h"

void program_write_help(const struct program *program, FILE *out);
void command_write_help(const struct program *program, const struct command *command, FILE *out);

/* The commands of a group, "system". */
void command_group_write_help(const struct program *program, const char *group, FILE *out);

/* Whole man pages of section 8, in man(7) markup. */
void program_write_man(const struct program *program, FILE *out);
void command_write_man(const struct program *program, const struct command *command, FILE *out);
