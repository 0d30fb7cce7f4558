/* SPDX-License-Identifier: Apache-2.0 */
#include "base/warn.h"

#include <stddef.h>

static struct {
	warn_fn *fn;
	void *context;
} target;

void warn_set(warn_fn *fn, void *context)
{
	target.fn = fn;
	target.context = context;
}

void warn(const struct err *err)
{
	if (target.fn)
		target.fn(target.context, err);
}
