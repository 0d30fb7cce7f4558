/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/oci/commands.h"

#include "cli/program.h"

#define OCI_COMMAND_ENTRY(name) &oci_command_##name,

const struct command *const oci_commands[] = {
	OCI_COMMANDS(OCI_COMMAND_ENTRY) & program_command_help,
	NULL,
};
