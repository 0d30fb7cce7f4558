/* SPDX-License-Identifier: Apache-2.0 */
/* Which containers a regular expression means. */
#include <errno.h>
#include <regex.h>

#include "base/text.h"
#include "core/container.h"

static int refuse(const char *pattern, int code, const regex_t *regex, struct err *err)
{
	char why[128];

	regerror(code, regex, why, sizeof(why));
	return err_fail(err, EINVAL, "regular expression \"%s\": %s", pattern, why);
}

int container_match(struct arena *arena, const struct runtime *runtime, const char *pattern,
	const char ***ret, size_t *ret_count, struct err *err)
{
	struct container_state *states;
	const char **ids = NULL;
	size_t n_states, n = 0;
	regex_t regex;
	int code = regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB);
	int r;

	if (code != 0)
		return refuse(pattern, code, &regex, err);
	r = container_list(arena, runtime, &states, &n_states, err);
	for (size_t i = 0; r == 0 && i < n_states; i++)
		if (regexec(&regex, states[i].id, 0, NULL, 0) == 0)
			ARENA_APPEND(arena, ids, n) = states[i].id;
	regfree(&regex);
	if (r < 0)
		return r;
	*ret = ids;
	*ret_count = n;
	return 0;
}
