/* SPDX-License-Identifier: Apache-2.0 */
/*
 * global: the options in front of the command.
 *
 * Layer 3, role command.
 */
#pragma once

#include "cli/option.h"
#include "core/container.h"

struct global_options {
	bool debug;
	const char *log;
	const char *log_format; /* "text", "json" */
	const char *log_level;  /* "error", "warning", "info", "debug" */
	const char *root;
	bool systemd_cgroup;
	const char *cgroup_manager; /* "cgroupfs", "systemd", "disabled" */
	const char *rootless;       /* "true", "false", "auto" */
	bool version;
};

extern const struct option_spec global_option_table[];

/* --cgroup-manager says it; else --systemd-cgroup; else files. */
enum cgroup_manager global_cgroup_manager(const struct global_options *options);
