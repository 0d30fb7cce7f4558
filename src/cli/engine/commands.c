/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/engine/commands.h"

#include "cli/program.h"

#define ENGINE_COMMAND_ENTRY(name) &engine_command_##name,

const struct command *const engine_commands[] = {
	ENGINE_COMMANDS(ENGINE_COMMAND_ENTRY) & program_command_help,
	NULL,
};
