/* SPDX-License-Identifier: Apache-2.0 */
/*
 * main: hull, for people.
 *
 * Layer 3, role command.
 */
#include "cli/engine/commands.h"
#include "cli/engine/global.h"
#include "cli/version.h"

int main(int argc, char **argv)
{
	const struct program program = {
		.name = "hull",
		.summary = "containers, and what isolates them",
		.version = HULL_VERSION,
		.commit = HULL_COMMIT,
		.spec_version = HULL_SPEC_VERSION,
		.syntax = OPTION_SYNTAX_GNU,
		.options = global_option_table,
		.commands = engine_commands,
		.aliases = engine_aliases,
	};
	struct global_options globals = { 0 };

	return program_main(&program, &globals.program, argc, argv);
}
