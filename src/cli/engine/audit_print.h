/* SPDX-License-Identifier: Apache-2.0 */
/*
 * audit_print: results of an audit, for people and for programs.
 *
 * Layer 3, role command.
 */
#pragma once

#include <stdio.h>

#include "inspect/audit/audit.h"

/*
 * A line for each result; below those that do not hold, or were not tried, and with is_verbose
 * below all, what an attacker gains and what closes it. Then how many there are of each outcome.
 */
void audit_print_text(const struct audit_results *results, bool is_verbose, FILE *out);

/* A list of objects: check, outcome, detail, gain, closes. */
void audit_print_json(const struct audit_results *results, FILE *out);
