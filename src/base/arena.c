/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"

#include <errno.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/*
 * Most arenas hold one path, some a whole plan: each block is twice the one before. Blocks are cut
 * from regions, which they fill without a rest.
 */
enum {
	ARENA_FIRST_BLOCK_BYTES = 1024,
	ARENA_LAST_BLOCK_BYTES = 16 * 1024,
	ARENA_REGION_BYTES = 64 * 1024,
};

struct arena_block {
	struct arena_block *next;
	size_t size; /* usable bytes */
	size_t used;
	alignas(max_align_t) char bytes[];
};

int arena_failure_status = 1;

static _Noreturn void arena_out_of_memory(void)
{
	dprintf(STDERR_FILENO, "%s: out of memory\n", program_invocation_short_name);
	_exit(arena_failure_status);
}

/*
 * Blocks that are free again: most arenas are small and short-lived, and a C library that gives
 * memory back to the kernel makes each of them cost two system calls, and an interrupt of every
 * processor on which this process has a thread. Only one thread has arenas.
 */
static struct arena_block *spare;

#ifdef ARENA_FREES
enum { ARENA_KEEPS_BLOCKS = false }; /* so that a use after the end is seen */
#else
enum { ARENA_KEEPS_BLOCKS = true };
#endif

void arena_done(struct arena *arena)
{
	struct arena_block *block = arena->blocks;

	while (block) {
		struct arena_block *next = block->next;

		if (ARENA_KEEPS_BLOCKS) {
			block->next = spare;
			spare = block;
		} else {
			free(block);
		}
		block = next;
	}
	arena->blocks = NULL;
}

/* A spare block of at least size usable bytes, zeroed, or NULL. */
static struct arena_block *take_spare(size_t size)
{
	struct arena_block **at = &spare, *block;

	while (*at && (*at)->size < size)
		at = &(*at)->next;
	block = *at;
	if (!block)
		return NULL;
	*at = block->next;
	memset(block->bytes, 0, block->used);
	block->used = 0;
	return block;
}

/* Zeroed pages, all there at once: a page that is first touched costs an interrupt of its own. */
static void *map_region(size_t size)
{
	void *region = mmap(NULL, size, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	if (region == MAP_FAILED)
		arena_out_of_memory();
	return region;
}

/* Blocks that are kept need no allocator: they are cut from regions. */
static void *cut_from_region(size_t size)
{
	static char *region;
	static size_t left;

	size = (size + alignof(max_align_t) - 1) / alignof(max_align_t) * alignof(max_align_t);
	if (size > ARENA_LAST_BLOCK_BYTES)
		return map_region(size);
	if (size > left) {
		region = map_region(ARENA_REGION_BYTES);
		left = ARENA_REGION_BYTES;
	}
	left -= size;
	return region + left;
}

/* size: all of it */
static struct arena_block *make_block(size_t size)
{
	struct arena_block *block = ARENA_KEEPS_BLOCKS ? cut_from_region(size) : calloc(1, size);

	if (!block)
		arena_out_of_memory();
	block->size = size - sizeof(*block);
	return block;
}

static struct arena_block *arena_add_block(struct arena *arena, size_t at_least)
{
	size_t size = arena->blocks ? 2 * (sizeof(struct arena_block) + arena->blocks->size)
				    : ARENA_FIRST_BLOCK_BYTES;
	struct arena_block *block;

	if (size > ARENA_LAST_BLOCK_BYTES)
		size = ARENA_LAST_BLOCK_BYTES;
	if (size < sizeof(*block) + at_least)
		size = sizeof(*block) + at_least;
	block = take_spare(size - sizeof(*block));
	if (!block)
		block = make_block(size);
	block->next = arena->blocks;
	arena->blocks = block;
	return block;
}

void *arena_alloc(struct arena *arena, size_t size)
{
	const size_t align = alignof(max_align_t);
	struct arena_block *block = arena->blocks;
	size_t rounded;
	void *at;

	if (size > SIZE_MAX / 2)
		arena_out_of_memory();
	rounded = (size + align - 1) / align * align;
	if (!block || block->size - block->used < rounded)
		block = arena_add_block(arena, rounded);
	at = block->bytes + block->used;
	block->used += rounded;
	return at;
}

void arena_trim(struct arena *arena, const void *at, size_t size)
{
	const size_t align = alignof(max_align_t);
	struct arena_block *block = arena->blocks;

	block->used = (size_t)((const char *)at - block->bytes) +
		      (size + align - 1) / align * align;
}

void *arena_alloc_array(struct arena *arena, size_t count, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(count, size, &bytes))
		arena_out_of_memory();
	return arena_alloc(arena, bytes);
}

char *arena_strndup(struct arena *arena, const char *string, size_t length)
{
	char *copy = arena_alloc(arena, length + 1);

	memcpy(copy, string, length);
	return copy;
}

char *arena_strdup(struct arena *arena, const char *string)
{
	return arena_strndup(arena, string, strlen(string));
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
	va_list args, again;
	int length;
	char *text;

	va_start(args, format);
	va_copy(again, args);
	length = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (length < 0)
		arena_out_of_memory();
	text = arena_alloc(arena, (size_t)length + 1);
	vsnprintf(text, (size_t)length + 1, format, again);
	va_end(again);
	return text;
}

void *arena_grow(struct arena *arena, void *array, size_t count, size_t size)
{
	bool is_full = count == 0 || (count >= 4 && (count & (count - 1)) == 0);
	void *bigger;

	if (!is_full)
		return array;
	bigger = arena_alloc_array(arena, count == 0 ? 4 : count * 2, size);
	if (count > 0)
		memcpy(bigger, array, count * size);
	return bigger;
}
