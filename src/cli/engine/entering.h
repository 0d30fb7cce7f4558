/* SPDX-License-Identifier: Apache-2.0 */
/*
 * entering: what the commands have in common that run a program in somebody's namespaces.
 *
 * Layer 3, role command.
 */
#pragma once

#include "cli/command.h"
#include "cli/engine/scene.h"
#include "core/enter.h"
#include "inspect/target.h"

enum { ENTERING_STATUS_FAILED = 125 /* before the program: as docker exec has it */ };

/* NAME, PID or NAME:PID, whose namespaces may be seen. */
int entering_find(const struct scene *scene, const char *text, struct target *ret, struct err *err);

/* Which of the target's namespaces are joined. */
struct entering_choice {
	bool is_wanted[OCI_NAMESPACE_COUNT];
	const char *files[OCI_NAMESPACE_COUNT]; /* this one instead; NULL: the target's */
};

/* Fills ret[]. A namespace that the caller is in needs no joining, and may not allow it. */
void entering_choose(struct arena *arena, const struct scene *scene,
	const struct view_process *target, const struct entering_choice *choice,
	const char *ret[OCI_NAMESPACE_COUNT]);

/* The target's environment, NULL-terminated; empty if it may not be read. */
const char **entering_environment(struct arena *arena, const struct view *view, pid_t target);

/* A terminal of the target's own: inside, that of the caller has no name, and may not be its. */
bool entering_has_terminal(struct arena *arena, const struct enter_request *request);

/* enter_run(); a program that is not there, or cannot be executed, has a status of its own. */
int entering_run(struct command_call *call, const struct enter_request *request, struct err *err);

enum namespace_kind entering_kind(enum oci_namespace_type type);
