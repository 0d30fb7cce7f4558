/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/engine/global.h"

const struct option_spec global_option_table[] = {
	PROGRAM_LOG_OPTIONS(struct global_options, program),
	OPTION_STRING(struct global_options, root, "root", .argument = "DIR",
		.help = "directory of images (default: /var/lib/hull; for ordinary users "
			"$XDG_DATA_HOME/hull)"),
	PROGRAM_VERSION_OPTION(struct global_options, program),
	OPTION_END,
};
