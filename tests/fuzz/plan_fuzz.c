/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A plan that is accepted points nowhere but into its image, and is the same after it was encoded
 * and decoded again.
 */
#include <stdlib.h>

#include "../unit/plan/sample.h"
#include "plan/image.h"

enum { AGAIN_MAX_BYTES = 4096 };

static void encode_again(const struct plan *plan)
{
	size_t size = plan_encoded_size(plan);
	char *image = malloc(size);
	struct err err = ERR_INIT;
	struct plan again;

	if (!image)
		abort();
	plan_encode(plan, image);
	if (plan_decode(image, size, &again, &err) < 0)
		abort();
	sample_walk(&again, image, size);
	assert(again.n_steps == plan->n_steps && again.n_fds == plan->n_fds);
	assert(strcmp(again.id, plan->id) == 0);
	for (uint64_t i = 0; i < again.n_steps; i++)
		assert(again.steps[i].kind == plan->steps[i].kind &&
			strcmp(again.steps[i].config, plan->steps[i].config) == 0);
	free(image);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	char *image = malloc(size ? size : 1); /* aligned, and to be changed */
	struct err err = ERR_INIT;
	struct plan plan;

	if (!image)
		abort();
	if (size)
		memcpy(image, bytes, size);
	if (plan_decode(image, size, &plan, &err) == 0) {
		sample_walk(&plan, image, size);
		if (size <= AGAIN_MAX_BYTES)
			encode_again(&plan);
	} else if (err.code <= 0 || err.text[0] == '\0') {
		abort();
	}
	free(image);
	return 0;
}
