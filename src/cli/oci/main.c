/* SPDX-License-Identifier: Apache-2.0 */
/*
 * main: hull-oci, an OCI runtime.
 *
 * Layer 3, role caller until the container is created or started, else role command.
 */
#include "cli/oci/commands.h"
#include "cli/oci/global.h"
#include "cli/program.h"
#include "cli/version.h"

int main(int argc, char **argv)
{
	const struct program program = {
		.name = "hull-oci",
		.summary = "run containers as the Open Container Initiative's runtime "
			   "specification describes them",
		.version = HULL_VERSION,
		.commit = HULL_COMMIT,
		.spec_version = HULL_SPEC_VERSION,
		.options = global_option_table,
		.commands = oci_commands,
		.prepare = global_prepare,
	};
	struct global_options globals = { 0 };

	return program_main(&program, &globals.program, argc, argv);
}
