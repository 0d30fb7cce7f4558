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
	const struct oci_config *config = creation->config;
	const struct oci_linux *platform = &config->platform;
	const struct {
		bool is_asked;
		const char *pointer, *what;
	} fields[] = {
		{ config->hooks[OCI_HOOK_PRESTART].n_hooks, "/hooks/prestart", "hooks" },
		{ config->hooks[OCI_HOOK_CREATE_RUNTIME].n_hooks, "/hooks/createRuntime", "hooks" },
		{ config->hooks[OCI_HOOK_CREATE_CONTAINER].n_hooks, "/hooks/createContainer",
			"hooks" },
		{ config->hooks[OCI_HOOK_START_CONTAINER].n_hooks, "/hooks/startContainer",
			"hooks" },
		{ config->hooks[OCI_HOOK_POSTSTART].n_hooks, "/hooks/poststart", "hooks" },
		{ config->hooks[OCI_HOOK_POSTSTOP].n_hooks, "/hooks/poststop", "hooks" },
		{ platform->n_net_devices > 0, "/linux/netDevices", "moving network devices" },
		{ platform->intel_rdt != NULL, "/linux/intelRdt", "Intel RDT" },
		{ platform->memory_policy != NULL, "/linux/memoryPolicy", "memory policies" },
	};

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (fields[i].is_asked)
			return refuse(fields[i].pointer, fields[i].what, err);
	if (creation->request->runtime->cgroup_manager == CGROUP_MANAGER_SYSTEMD)
		return refuse("", "the systemd cgroup manager", err);
	return 0;
}
