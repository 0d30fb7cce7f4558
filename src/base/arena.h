/* SPDX-License-Identifier: Apache-2.0 */
/*
 * arena: memory that lives as long as one command.
 *
 * Layer 0, roles caller and command. Parsed documents, plans and everything else of one command
 * are allocated here and released at once. Allocation never returns NULL: when the machine has no
 * memory the process ends with a message and arena_failure_status (nothing of the system is changed
 * by that; the next command finds and removes what was begun).
 */
#pragma once

#include <stddef.h>

struct arena_block;

struct arena {
	struct arena_block *blocks; /* newest first */
};

#define ARENA_INIT ((struct arena){ NULL })
#define AUTO_ARENA __attribute__((cleanup(arena_done))) struct arena

/* What the command at hand ends with when it fails; 1 until it is known. */
extern int arena_failure_status;

void arena_done(struct arena *arena);

/* Zeroed and aligned for any type; size 0 gives a valid pointer. */
void *arena_alloc(struct arena *arena, size_t size);

/* Of what was allocated last only the first size bytes are needed; the rest is zero still. */
void arena_trim(struct arena *arena, const void *at, size_t size);

/* count elements of size bytes, zeroed; overflow ends the process. */
void *arena_alloc_array(struct arena *arena, size_t count, size_t size);

char *arena_strdup(struct arena *arena, const char *string);
char *arena_strndup(struct arena *arena, const char *string, size_t length);
char *arena_printf(struct arena *arena, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#define ARENA_NEW(arena, type)              ((type *)arena_alloc(arena, sizeof(type)))
#define ARENA_NEW_ARRAY(arena, count, type) ((type *)arena_alloc_array(arena, count, sizeof(type)))

/*
 * Makes room for one more element: array is a pointer variable, count its length (a power-of-two
 * growth, old storage stays in the arena). ARENA_APPEND(arena, plan->steps, plan->n_steps) = step;
 */
void *arena_grow(struct arena *arena, void *array, size_t count, size_t size);
#define ARENA_APPEND(arena, array, count) \
	(*((array) = arena_grow(arena, array, count, sizeof(*(array))), &(array)[(count)++]))
