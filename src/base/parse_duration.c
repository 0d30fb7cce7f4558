/* SPDX-License-Identifier: Apache-2.0 */
#include "base/parse_duration.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/parse.h"
#include "base/text.h"

enum { FRACTION_DIGITS_MAX = 15 }; /* the rest is below a nanosecond, also of an hour */

static const char digits[] = "0123456789";

/* Longer names first, where one begins like another. */
static const struct {
	const char *name;
	uint64_t nsec;
} units[] = {
	{ "ns", 1 },
	{ "us", 1000 },
	{ "\xc2\xb5s", 1000 }, /* U+00B5 micro sign */
	{ "\xce\xbcs", 1000 }, /* U+03BC Greek letter mu */
	{ "ms", 1000000 },
	{ "s", 1000000000 },
	{ "m", 60000000000 },
	{ "h", 3600000000000 },
};

/* The unit's name at *text; moves behind it. */
static int take_unit(const char **text, uint64_t *ret_nsec)
{
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		const char *rest = text_after_prefix(*text, units[i].name);

		if (rest) {
			*text = rest;
			*ret_nsec = units[i].nsec;
			return 0;
		}
	}
	return -EINVAL;
}

static uint64_t part_of(const char *fraction, size_t length, uint64_t unit)
{
	unsigned __int128 value = 0, scale = 1;

	for (size_t i = 0; i < length && i < FRACTION_DIGITS_MAX; i++) {
		value = value * 10 + (unsigned)(fraction[i] - '0');
		scale *= 10;
	}
	return (uint64_t)(value * unit / scale);
}

/* One number with its unit at *text; adds it to *total and moves behind it. */
static int take_part(const char **text, uint64_t *total)
{
	size_t n_whole = strspn(*text, digits), n_fraction = 0;
	const char *rest = *text + n_whole;
	const char *fraction = rest;
	uint64_t whole = 0, unit;
	int r = n_whole > 0 ? parse_u64_n(*text, n_whole, &whole) : 0;

	if (r < 0)
		return r;
	if (*rest == '.') {
		fraction = rest + 1;
		n_fraction = strspn(fraction, digits);
		rest = fraction + n_fraction;
	}
	if (n_whole + n_fraction == 0)
		return -EINVAL;
	r = take_unit(&rest, &unit);
	if (r < 0)
		return r;
	if (__builtin_mul_overflow(whole, unit, &whole) ||
		__builtin_add_overflow(whole, part_of(fraction, n_fraction, unit), &whole) ||
		__builtin_add_overflow(*total, whole, total))
		return -ERANGE;
	*text = rest;
	return 0;
}

int parse_duration_nsec(const char *string, int64_t *ret)
{
	bool is_negative = *string == '-';
	const char *text = string + (*string == '-' || *string == '+');
	uint64_t total = 0;
	int r = 0;

	if (text_equal(text, "0")) {
		*ret = 0;
		return 0;
	}
	do {
		r = take_part(&text, &total);
	} while (r == 0 && *text != '\0');
	if (r < 0)
		return r;
	if (total > INT64_MAX)
		return -ERANGE;
	*ret = is_negative ? -(int64_t)total : (int64_t)total;
	return 0;
}
