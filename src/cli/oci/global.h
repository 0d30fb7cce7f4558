/* SPDX-License-Identifier: Apache-2.0 */
/*
 * global: the options in front of the command.
 *
 * Layer 3, role command.
 */
#pragma once

#include "cli/program.h"
#include "core/container.h"

struct global_options {
	struct program_options program; /* first */
	const char *root;
	bool systemd_cgroup;
	const char *cgroup_manager; /* "cgroupfs", "systemd", "disabled" */
	const char *rootless;       /* "true", "false", "auto" */
};
static_assert(offsetof(struct global_options, program) == 0, "program.c reads it there");

extern const struct option_spec global_option_table[];

/* --cgroup-manager says it; else --systemd-cgroup; else files. */
enum cgroup_manager global_cgroup_manager(const struct global_options *options);

/* The runtime that the options describe; commands that create also get its directory. */
int global_prepare(const struct command *command, struct command_call *call, struct err *err);
