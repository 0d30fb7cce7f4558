/* SPDX-License-Identifier: Apache-2.0 */
#include "base/parse_size.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "base/parse.h"

enum {
	FRACTION_DIGITS_MAX = 18, /* more could not change the number of bytes */
	UNIT_BITS = 10,
};

static const char digits[] = "0123456789";

/* "", "b", or a letter with nothing, "b" or "ib" behind it. */
static int parse_unit(const char *unit, unsigned *ret_bits)
{
	static const char letters[] = "kmgtp";
	const char *letter;

	*ret_bits = 0;
	if (*unit == '\0' || strcasecmp(unit, "b") == 0)
		return 0;
	letter = strchr(letters, *unit | 0x20);
	if (!letter || (unit[1] != '\0' && strcasecmp(unit + 1, "b") != 0 &&
			       strcasecmp(unit + 1, "ib") != 0))
		return -EINVAL;
	*ret_bits = UNIT_BITS * (unsigned)(letter - letters + 1);
	return 0;
}

/* 0.digits of 2^bits, rounded down. */
static uint64_t part_of(const char *fraction, size_t length, unsigned bits)
{
	unsigned __int128 value = 0, scale = 1;

	for (size_t i = 0; i < length && i < FRACTION_DIGITS_MAX; i++) {
		value = value * 10 + (unsigned)(fraction[i] - '0');
		scale *= 10;
	}
	return (uint64_t)((value << bits) / scale);
}

int parse_size_bytes(const char *string, int64_t *ret)
{
	size_t n_whole = strspn(string, digits), n_fraction = 0;
	const char *rest = string + n_whole;
	const char *fraction = rest;
	uint64_t whole, bytes;
	unsigned bits;
	int r = parse_u64_n(string, n_whole, &whole);

	if (r < 0)
		return r;
	if (*rest == '.') {
		fraction = rest + 1;
		n_fraction = strspn(fraction, digits);
		rest = fraction + n_fraction;
		if (n_fraction == 0)
			return -EINVAL;
	}
	if (*rest == ' ' && rest[1] != '\0')
		rest++;
	r = parse_unit(rest, &bits);
	if (r < 0)
		return r;
	if (whole > (uint64_t)INT64_MAX >> bits)
		return -ERANGE;
	bytes = (whole << bits) + part_of(fraction, n_fraction, bits);
	*ret = (int64_t)bytes;
	return 0;
}
