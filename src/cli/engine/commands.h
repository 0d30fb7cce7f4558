/* SPDX-License-Identifier: Apache-2.0 */
/*
 * commands: all commands of hull.
 *
 * Layer 3, role command. A new command is one file that defines engine_command_NAME and one line
 * here.
 */
#pragma once

#include "cli/command.h"

/* In the order of the help. */
#define ENGINE_COMMANDS(X)    \
	X(run)                \
	X(create)             \
	X(start)              \
	X(stop)               \
	X(restart)            \
	X(kill)               \
	X(rm)                 \
	X(ps)                 \
	X(exec)               \
	X(attach)             \
	X(logs)               \
	X(wait)               \
	X(top)                \
	X(pause)              \
	X(unpause)            \
	X(rename)             \
	X(update)             \
	X(inspect)            \
	X(stats)              \
	X(events)             \
	X(healthcheck_run)    \
	X(explain)            \
	X(cp)                 \
	X(export)             \
	X(diff)               \
	X(commit)             \
	X(images)             \
	X(load)               \
	X(save)               \
	X(import)             \
	X(tag)                \
	X(rmi)                \
	X(history)            \
	X(network_connect)    \
	X(network_create)     \
	X(network_disconnect) \
	X(network_inspect)    \
	X(network_ls)         \
	X(network_prune)      \
	X(network_reload)     \
	X(network_rm)         \
	X(volume_create)      \
	X(volume_ls)          \
	X(volume_inspect)     \
	X(volume_rm)          \
	X(volume_prune)       \
	X(port)               \
	X(port_add)           \
	X(port_rm)            \
	X(ns)                 \
	X(tree)               \
	X(pid)                \
	X(unshare)            \
	X(enter)              \
	X(debug)              \
	X(audit)              \
	X(doctor)             \
	X(tour)               \
	X(info)               \
	X(version)            \
	X(ended)              \
	X(group_create)       \
	X(group_ls)           \
	X(group_inspect)      \
	X(group_rm)           \
	X(container_prune)    \
	X(image_prune)        \
	X(system_df)          \
	X(system_prune)       \
	X(system_start)       \
	X(system_stop)        \
	X(system_check)

#define ENGINE_COMMAND_DECLARE(name) extern const struct command engine_command_##name;
ENGINE_COMMANDS(ENGINE_COMMAND_DECLARE)

extern const struct command *const engine_commands[]; /* ends with NULL */
extern const struct command_alias engine_aliases[];   /* ends with a NULL name */
