/* SPDX-License-Identifier: Apache-2.0 */
#include "core/fault.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/parse.h"
#include "base/text.h"

static const char *wanted(const char *prefix)
{
	const char *value = getenv("HULL_FAULT");

	return value ? text_after_prefix(value, prefix) : NULL;
}

void fault_configure(struct plan *plan)
{
	const char *fail = wanted("fail:"), *hold = wanted("kill:");
	uint64_t step;

	if (fail && parse_u64(fail, &step) == 0)
		plan->fault_step = step + 1;
	if (hold && parse_u64(hold, &step) == 0)
		plan->hold_step = step + 1;
}

void fault_point(const char *name)
{
	if (text_equal(wanted("die:"), name))
		kill(getpid(), SIGKILL);
}
