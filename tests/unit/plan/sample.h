/* SPDX-License-Identifier: Apache-2.0 */
/* A plan with one step of every kind and every field set, and a walk over any decoded plan. */
#pragma once

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "plan/plan.h"

enum { SAMPLE_FDS = 3, SAMPLE_TEXT_BYTES = 64 };

static const int64_t sample_fds[SAMPLE_FDS] = { 10, -1, 12 };

/* One struct plan_field of a step becomes something that no other field is. */
static inline void sample_set(struct step *step, const struct plan_field *field, size_t number)
{
	static const char *const lists[][3] = {
		{ "one", "", NULL },
		{ "a longer string than eight bytes", NULL },
	};
	static const char bytes[] = "\0\1\2\3\4\5\6\7\10\11\12\13";
	static char texts[64 * 32][SAMPLE_TEXT_BYTES];
	char *at = (char *)step + field->offset;
	char *text = texts[step->kind * 32 + number];

	assert(step->kind < 64 && number < 32);

	switch ((enum plan_field_type)field->type) {
	case PLAN_FIELD_NUMBER:
		*(uint64_t *)at = UINT64_C(0x8000000000000000) + step->kind * 256 + number;
		break;
	case PLAN_FIELD_SLOT:
		*(int64_t *)at = (int64_t)(number % SAMPLE_FDS);
		break;
	case PLAN_FIELD_STRING:
		snprintf(text, SAMPLE_TEXT_BYTES, "%s.%s", plan_step_name(step->kind), field->name);
		*(const char **)at = text;
		break;
	case PLAN_FIELD_STRINGS:
		*(plan_strings *)at = lists[number % 2];
		break;
	case PLAN_FIELD_BYTES:
		*(struct plan_bytes *)at = (struct plan_bytes){ .data = bytes,
			.size = 1 + number % sizeof(bytes) };
		break;
	}
}

static inline const struct plan *sample_plan(void)
{
	static struct step steps[STEP_KIND_COUNT];
	static const struct plan plan = {
		.steps = steps,
		.n_steps = STEP_KIND_COUNT,
		.fds = sample_fds,
		.n_fds = SAMPLE_FDS,
		.report_fd = 4,
		.id = "sample",
	};

	for (uint32_t kind = 0; kind < STEP_KIND_COUNT; kind++) {
		const struct plan_step_type *type = plan_step_type(kind);

		steps[kind] = (struct step){ .kind = kind, .config = "/a/b" };
		for (size_t i = 0; i < type->n_fields; i++)
			sample_set(&steps[kind], &type->fields[i], i);
	}
	return &plan;
}

/* Bytes from pointer on lie in the image. */
static inline bool sample_is_inside(
	const void *pointer, uint64_t bytes, const char *image, size_t size)
{
	const char *begin = pointer;

	return begin >= image && begin <= image + size && bytes <= (size_t)(image + size - begin);
}

static inline void sample_walk_string(const char *string, const char *image, size_t size)
{
	assert(!string || sample_is_inside(string, 1, image, size));
	assert(!string || sample_is_inside(string, strlen(string) + 1, image, size));
}

static inline void sample_walk_field(const struct step *step, const struct plan_field *field,
	uint64_t n_fds, const char *image, size_t size)
{
	const char *at = (const char *)step + field->offset;

	switch ((enum plan_field_type)field->type) {
	case PLAN_FIELD_STRING:
		sample_walk_string(*(const char *const *)at, image, size);
		break;
	case PLAN_FIELD_STRINGS: {
		plan_strings list = *(const plan_strings *)at;

		for (; list && *list; list++)
			sample_walk_string(*list, image, size);
		break;
	}
	case PLAN_FIELD_BYTES: {
		const struct plan_bytes *bytes = (const void *)at;

		assert(bytes->size == 0 || sample_is_inside(bytes->data, bytes->size, image, size));
		break;
	}
	case PLAN_FIELD_SLOT: {
		int64_t slot = *(const int64_t *)at;

		assert(slot == PLAN_NO_SLOT || (slot >= 0 && (uint64_t)slot < n_fds));
		break;
	}
	case PLAN_FIELD_NUMBER:
		break;
	}
}

/* Everything that a decoded plan points to lies in its image. */
static inline void sample_walk(const struct plan *plan, const char *image, size_t size)
{
	assert(sample_is_inside(plan->steps, plan->n_steps * sizeof(*plan->steps), image, size));
	assert(sample_is_inside(plan->fds, plan->n_fds * sizeof(*plan->fds), image, size));
	sample_walk_string(plan->id, image, size);
	for (uint64_t i = 0; i < plan->n_steps; i++) {
		const struct step *step = &plan->steps[i];
		const struct plan_step_type *type = plan_step_type(step->kind);

		assert(type && step->config);
		sample_walk_string(step->config, image, size);
		for (size_t k = 0; k < type->n_fields; k++)
			sample_walk_field(step, &type->fields[k], plan->n_fds, image, size);
	}
}
