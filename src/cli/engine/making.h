/* SPDX-License-Identifier: Apache-2.0 */
/*
 * making: what create and run have in common: from the command line to a container that is made.
 *
 * Layer 3, role command.
 */
#pragma once

#include "cli/command.h"
#include "cli/engine/container_options.h"
#include "engine/container/containers.h"

/* Exit status when it is hull that fails (docker run). */
enum { EXIT_STATUS_HULL = 125 };

struct making {
	struct store store;
	struct engine engine;
	struct engine_container container; /* locked */
};

#define MAKING_INIT ((struct making){ .store = STORE_INIT, .container = ENGINE_CONTAINER_INIT })
#define AUTO_MAKING __attribute__((cleanup(making_done))) struct making
void making_done(struct making *making);

/* The store and the engine of the global options. */
int making_open(struct command_call *call, struct making *ret, struct err *err);

/* call->options is a struct container_options, call->args the image and the command. */
int making_make(struct command_call *call, struct making *ret, struct err *err);
