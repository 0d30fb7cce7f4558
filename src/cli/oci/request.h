/* SPDX-License-Identifier: Apache-2.0 */
/*
 * request: what the command lines of create, run and plan have in common.
 *
 * Layer 3, role command. The options go straight into the core's own struct container_request; the
 * rest of it comes from the call and the environment.
 */
#pragma once

#include "cli/command.h"

/* Rows of create and run. */
#define REQUEST_BUNDLE_OPTIONS                                                                    \
	OPTION_STRING(struct container_request, bundle, "bundle", .letter = 'b',                  \
		.argument = "DIR", .help = "directory of the bundle (default: the current one)"), \
		OPTION_STRING(struct container_request, config, "config", .letter = 'f',          \
			.argument = "FILE",                                                       \
			.help = "configuration (default: config.json of the bundle)"),            \
		OPTION_CHOICE(struct container_request, strategy, "strategy",                     \
			.argument = "copy|template",                                              \
			.help = "how the root file system is set up (default: the faster one "    \
				"that the configuration allows)"),                                \
		OPTION_FLAG(struct container_request, no_pivot, "no-pivot",                       \
			.help = "move the root instead of pivot_root(2), for a bundle on a "      \
				"ramdisk; the host's mounts are hidden less well")

#define REQUEST_START_OPTIONS                                                                     \
	OPTION_STRING(struct container_request, console_socket, "console-socket",                 \
		.argument = "PATH",                                                               \
		.help = "socket that receives the terminal's controlling side"),                  \
		OPTION_STRING(struct container_request, pidfd_socket, "pidfd-socket",             \
			.argument = "PATH",                                                       \
			.help = "socket that receives a descriptor of the process"),              \
		OPTION_STRING(struct container_request, pid_file, "pid-file", .argument = "FILE", \
			.help = "write the process id to FILE"),                                  \
		OPTION_FLAG(struct container_request, no_new_keyring, "no-new-keyring",           \
			.help = "keep the caller's session keyring"),                             \
		OPTION_U32(struct container_request, preserve_fds, "preserve-fds",                \
			.argument = "N",                                                          \
			.help = "hand N more descriptors on, behind standard error and those of " \
				"$LISTEN_FDS (default: 0)"),                                      \
		OPTION_FLAG(struct container_request, no_subreaper, "no-subreaper",               \
			.help = "do not adopt the processes that the container leaves behind"),   \
		OPTION_STRING(struct container_request, trace_file, "trace", .argument = "FILE",  \
			.help = "write the timeline of the start to FILE, as Chrome trace JSON")

/*
 * Completes the request in call->options with the runtime, the id and the sockets that a service
 * manager handed over.
 */
int request_complete(struct command_call *call, struct container_request **ret, struct err *err);
