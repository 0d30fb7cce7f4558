/* SPDX-License-Identifier: Apache-2.0 */
#include "sys/kernel_version.h"

#include <stdint.h>
#include <string.h>
#include <sys/utsname.h>

#include "base/parse.h"

#define DIGITS "0123456789"

/* "6.1.0-18-amd64": major and minor */
static bool read_version(const char *text, uint64_t ret[2])
{
	size_t length = strspn(text, DIGITS);

	return text[length] == '.' && parse_u64_n(text, length, &ret[0]) == 0 &&
	       parse_u64_n(text + length + 1, strspn(text + length + 1, DIGITS), &ret[1]) == 0;
}

bool kernel_is_at_least(const char *version)
{
	uint64_t wanted[2], have[2];
	struct utsname name;

	if (uname(&name) < 0 || !read_version(version, wanted) || !read_version(name.release, have))
		return false;
	return have[0] > wanted[0] || (have[0] == wanted[0] && have[1] >= wanted[1]);
}
