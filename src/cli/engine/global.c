/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/engine/global.h"

const struct option_spec global_option_table[] = {
	PROGRAM_LOG_OPTIONS(struct global_options, program),
	PROGRAM_VERSION_OPTION(struct global_options, program),
	OPTION_END,
};
