/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dangerous_calls: by which system calls containers were left, and what each needs beside a filter
 * that lets it through.
 *
 * Layer 3, role command. A table; system_calls.c asks it. Sources: the calls that Docker's default
 * profile refuses, with the reasons of its documentation; capabilities(7).
 */
#pragma once

#include "inspect/audit/audit.h"

enum { CALLS_MAX = 10 };

#define SECCOMP_OPTION "the default profile (linux.seccomp), not one that allows them"

enum need {
	NEED_NOTHING,
	NEED_HOST_CAPABILITY,      /* over what is the host's */
	NEED_NAMESPACE_CAPABILITY, /* over a user namespace, also one that was just made */
	NEED_SYSCTL, /* a setting of the host that is below a value, or the capability */
};

struct dangerous_call {
	const char *name;
	enum need need;
	int capability;
	size_t sysctl; /* offset of an int64_t in the snapshot */
	int64_t safe;  /* from this value on it is refused without the capability */
	/* arguments that matter; has_arguments false: any */
	bool has_arguments;
	uint64_t arguments[6];
	const char *shown; /* NULL: its name */
};

struct call_group {
	struct audit_claim claim;
	struct dangerous_call calls[CALLS_MAX];
};

extern const struct call_group call_groups[];
extern const size_t n_call_groups;
