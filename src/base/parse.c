/* SPDX-License-Identifier: Apache-2.0 */
#include "base/parse.h"

#include <errno.h>
#include <string.h>

int parse_u64_n(const char *string, size_t length, uint64_t *ret)
{
	uint64_t value = 0;

	if (length == 0)
		return -EINVAL;
	for (size_t i = 0; i < length; i++)
		if (string[i] < '0' || string[i] > '9')
			return -EINVAL;
	for (size_t i = 0; i < length; i++)
		if (__builtin_mul_overflow(value, 10, &value) ||
			__builtin_add_overflow(value, (uint64_t)(string[i] - '0'), &value))
			return -ERANGE;
	*ret = value;
	return 0;
}

int parse_u64(const char *string, uint64_t *ret)
{
	return parse_u64_n(string, strlen(string), ret);
}

int parse_i64(const char *string, int64_t *ret)
{
	uint64_t magnitude;
	int r = parse_u64(string[0] == '-' ? string + 1 : string, &magnitude);

	if (r < 0)
		return r;
	if (string[0] == '-') {
		if (magnitude > (uint64_t)INT64_MAX + 1)
			return -ERANGE;
		*ret = (int64_t)(0 - magnitude);
		return 0;
	}
	if (magnitude > INT64_MAX)
		return -ERANGE;
	*ret = (int64_t)magnitude;
	return 0;
}

int parse_u32(const char *string, uint32_t *ret)
{
	uint64_t value;
	int r = parse_u64(string, &value);

	if (r < 0)
		return r;
	if (value > UINT32_MAX)
		return -ERANGE;
	*ret = (uint32_t)value;
	return 0;
}

int parse_id(const char *string, uint32_t *ret)
{
	uint32_t value;
	int r = parse_u32(string, &value);

	if (r < 0)
		return r;
	if (value == UINT32_MAX)
		return -ERANGE;
	*ret = value;
	return 0;
}

int parse_mode(const char *string, uint32_t *ret)
{
	size_t length = strlen(string);
	uint32_t value = 0;

	if (length == 0 || length > 5)
		return -EINVAL;
	for (size_t i = 0; i < length; i++) {
		if (string[i] < '0' || string[i] > '7')
			return -EINVAL;
		value = value * 8 + (uint32_t)(string[i] - '0');
	}
	if (value > 07777)
		return -ERANGE;
	*ret = value;
	return 0;
}
