/* SPDX-License-Identifier: Apache-2.0 */
/*
 * commands: all commands of hull-oci.
 *
 * Layer 3, role command. A new command is one file that defines oci_command_NAME and one line here.
 */
#pragma once

#include "cli/command.h"

/* In the order of the help: a container's life, looking, changing, the rest. */
#define OCI_COMMANDS(X) \
	X(create)       \
	X(start)        \
	X(run)          \
	X(exec)         \
	X(kill)         \
	X(delete)       \
	X(state)        \
	X(list)         \
	X(ps)           \
	X(events)       \
	X(pause)        \
	X(resume)       \
	X(update)       \
	X(mounts)       \
	X(checkpoint)   \
	X(restore)      \
	X(plan)         \
	X(cache)        \
	X(spec)         \
	X(features)

#define OCI_COMMAND_DECLARE(name) extern const struct command oci_command_##name;
OCI_COMMANDS(OCI_COMMAND_DECLARE)

extern const struct command *const oci_commands[]; /* ends with NULL */
