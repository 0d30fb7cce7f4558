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
	const struct oci_linux *platform = &creation->config->platform;
	const struct {
		bool is_asked;
		const char *pointer, *what;
	} fields[] = {
		{ platform->intel_rdt != NULL, "/linux/intelRdt", "Intel RDT" },
	};

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (fields[i].is_asked)
			return refuse(fields[i].pointer, fields[i].what, err);
	if (creation->request->runtime->cgroup_manager == CGROUP_MANAGER_SYSTEMD)
		return refuse("", "the systemd cgroup manager", err);
	return 0;
}
