/* SPDX-License-Identifier: Apache-2.0 */
/*
 * system_calls: names and numbers of all system calls that this was built with.
 *
 * Layer sys, every role. Source: the kernel's own headers, asm/unistd.h.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct system_call {
	const char *name;
	int number;      /* of the architecture that this is built for; -1: none */
	int i386_number; /* of x86's 32 bits, on x86-64; -1: none */
};

/* Sorted by name. */
extern const struct system_call system_calls[];
extern const size_t n_system_calls;

/* NULL if there is none of that name. */
const struct system_call *system_call_find(const char *name);

/* Whether this kernel takes calls by x86's other two numberings, too. A process of our own asks for
 * its number that way; if that cannot be tried, it may. False elsewhere than on x86-64. */
bool system_calls_have_i386(void);
bool system_calls_have_x32(void);
