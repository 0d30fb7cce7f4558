/* SPDX-License-Identifier: Apache-2.0 */
#include "base/number_list.h"

#include <errno.h>
#include <string.h>

#include "base/parse.h"

enum { BITS = 8 * sizeof(unsigned long) };

/* "7" or "0-3", the first length bytes of text. */
static int parse_range(
	const char *text, size_t length, unsigned max, uint64_t *ret_first, uint64_t *ret_last)
{
	const char *dash = memchr(text, '-', length);
	size_t first_length = dash ? (size_t)(dash - text) : length;
	int r = parse_u64_n(text, first_length, ret_first);

	*ret_last = *ret_first;
	if (r == 0 && dash)
		r = parse_u64_n(dash + 1, length - first_length - 1, ret_last);
	if (r < 0)
		return r;
	if (*ret_last < *ret_first)
		return -EINVAL;
	return *ret_last > max ? -ERANGE : 0;
}

int number_list_parse(
	struct arena *arena, const char *text, unsigned max, unsigned long **ret, size_t *ret_size)
{
	unsigned long *words = arena_alloc_array(arena, max / BITS + 1, sizeof(*words));
	size_t used = 0;

	while (*text) {
		size_t length = strcspn(text, ",");
		uint64_t first, last;
		int r = parse_range(text, length, max, &first, &last);

		if (r < 0)
			return r;
		for (uint64_t n = first; n <= last; n++) {
			words[n / BITS] |= 1UL << n % BITS;
			if (n / BITS + 1 > used)
				used = n / BITS + 1;
		}
		text += length;
		if (*text == ',' && *++text == '\0')
			return -EINVAL;
	}
	*ret = words;
	*ret_size = used * sizeof(*words);
	return 0;
}
