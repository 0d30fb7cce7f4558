/* SPDX-License-Identifier: Apache-2.0 */
/*
 * option_help: the option tables as text, for people at a terminal and for man pages.
 *
 * Layer 3, role command. Hidden options are left out.
 */
#pragma once

#include <stdio.h>

#include "cli/option.h"

/* "Options:" and one aligned, wrapped entry per option; --help is added at the end. */
void option_write_help(const struct option_spec *table, FILE *out);

/* The same as a tagged list in man(7) markup. */
void option_write_man(const struct option_spec *table, FILE *out);

/* Text into a man page: what the formatter would take for markup is escaped. */
void option_write_man_text(const char *text, FILE *out);
