/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scene: what the commands that look at processes look at.
 *
 * Layer 3, role command.
 */
#pragma once

#include "cli/command.h"
#include "inspect/container.h"
#include "inspect/view.h"

struct scene {
	struct view view;
	const struct container_known *known;
	size_t n_known;
};

#define SCENE_INIT ((struct scene){ .view = VIEW_INIT })
#define AUTO_SCENE __attribute__((cleanup(scene_done))) struct scene

/* All processes, their namespaces with what holds and owns them, and the containers known. */
int scene_read(const struct command_call *call, struct scene *ret, struct err *err);
void scene_done(struct scene *scene);

/* A warning, if processes are hidden from this user. */
void scene_tell_of_hidden(const struct scene *scene);

/* "4321→7→1": the process's number in each pid namespace from the caller's inwards; NULL if it has
 * ended. */
const char *scene_pids(const struct scene *scene, struct view_process *process);
