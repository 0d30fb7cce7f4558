/* SPDX-License-Identifier: Apache-2.0 */
/*
 * enter_command: one call of `hull enter`.
 *
 * Layer 3, role command.
 */
#pragma once

#include "cli/engine/entering.h"

struct enter_options {
	const char *target;
	bool all;
	const char *except;
	struct option_optional types[OCI_NAMESPACE_COUNT]; /* as enum oci_namespace_type */
	bool user_parent, join_cgroup, keep_caps, preserve_credentials, env;
	struct option_optional root, wd;
	const char *wdns, *setuid, *setgid;
	struct option_number net_socket;
};

/* What has to stay open until the program is there. */
struct enter_held {
	int user_fd, net_fd;
};

/* One call of the command, and what was found out. */
struct enter_command {
	struct command_call *call;
	const struct enter_options *options;
	struct scene scene;
	struct view_process *target;
	struct enter_held *held;
};

#define AUTO_ENTER_HELD __attribute__((cleanup(enter_held_close))) struct enter_held

void enter_held_close(struct enter_held *held);

/* The files of the namespaces to join; those that were opened for it are in held. */
int enter_choose_namespaces(
	const struct enter_command *command, struct enter_request *request, struct err *err);
