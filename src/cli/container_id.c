/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/container_id.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "base/text.h"

static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
			      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			      "0123456789_+.-";

int container_id_check(const char *id, struct err *err)
{
	size_t length = strlen(id);

	if (length > 0 && length <= NAME_MAX && strspn(id, allowed) == length &&
		!text_equal(id, ".") && !text_equal(id, ".."))
		return 0;

	err_fail(err, EINVAL, "invalid container ID format: \"%s\"", id);
	return err_hint(err, "an id has 1 to %d letters, digits and _ + . -", NAME_MAX);
}
