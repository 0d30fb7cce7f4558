/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/engine/commands.h"

#include "cli/program.h"

#define ENGINE_COMMAND_ENTRY(name) &engine_command_##name,

const struct command *const engine_commands[] = {
	ENGINE_COMMANDS(ENGINE_COMMAND_ENTRY) & program_command_help,
	NULL,
};

/* What Docker's users type. */
const struct command_alias engine_aliases[] = {
	{ "container attach", &engine_command_attach },
	{ "container create", &engine_command_create },
	{ "container exec", &engine_command_exec },
	{ "container inspect", &engine_command_inspect },
	{ "container kill", &engine_command_kill },
	{ "container list", &engine_command_ps },
	{ "container logs", &engine_command_logs },
	{ "container ls", &engine_command_ps },
	{ "container pause", &engine_command_pause },
	{ "container ps", &engine_command_ps },
	{ "container rename", &engine_command_rename },
	{ "container restart", &engine_command_restart },
	{ "container rm", &engine_command_rm },
	{ "container run", &engine_command_run },
	{ "container stats", &engine_command_stats },
	{ "container start", &engine_command_start },
	{ "container stop", &engine_command_stop },
	{ "container top", &engine_command_top },
	{ "container unpause", &engine_command_unpause },
	{ "container update", &engine_command_update },
	{ "container wait", &engine_command_wait },
	{ "image history", &engine_command_history },
	{ "image import", &engine_command_import },
	{ "image inspect", &engine_command_inspect },
	{ "image list", &engine_command_images },
	{ "image load", &engine_command_load },
	{ "image ls", &engine_command_images },
	{ "image rm", &engine_command_rmi },
	{ "image save", &engine_command_save },
	{ "image tag", &engine_command_tag },
	{ "network list", &engine_command_network_ls },
	{ "network remove", &engine_command_network_rm },
	{ "system events", &engine_command_events },
	{ "system info", &engine_command_info },
	{ NULL, NULL },
};
