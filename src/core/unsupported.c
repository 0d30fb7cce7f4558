/* SPDX-License-Identifier: Apache-2.0 */
#include "core/unsupported.h"

#include <errno.h>

static int refuse(const char *pointer, const char *what, struct err *err)
{
	err_fail(err, ENOTSUP, "%s: not supported yet", what);
	return err_config(err, "%s", pointer);
}

int unsupported_check(const struct creation *creation, struct err *err)
{
	if (creation->request->runtime->cgroup_manager == CGROUP_MANAGER_SYSTEMD)
		return refuse("", "the systemd cgroup manager", err);
	return 0;
}
