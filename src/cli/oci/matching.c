/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/oci/matching.h"

#include <errno.h>

#include "base/warn.h"

int matching_each(struct command_call *call, const char *verb, matching_do *do_one, struct err *err)
{
	const char **ids;
	size_t n, n_failed = 0;
	int code = 0;
	int r = container_match(call->arena, call->runtime, call->args[0], &ids, &n, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < n; i++) {
		struct err failed = ERR_INIT;

		r = do_one(call, ids[i], &failed);
		if (r == 0)
			continue;
		err_while(&failed, "container %s", ids[i]);
		warn(&failed);
		if (r == -ESRCH || r == -ENOENT)
			continue;
		n_failed++;
		code = failed.code;
	}
	if (n_failed == 0)
		return 0;
	return err_fail(
		err, code, "%zu of %zu matching containers could not be %s", n_failed, n, verb);
}
