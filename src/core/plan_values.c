/* SPDX-License-Identifier: Apache-2.0 */
#include "core/plan_values.h"

#include <inttypes.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>

#include "oci/config.h"
#include "sys/clone.h"
#include "sys/mount_api.h"

struct bit {
	uint64_t value;
	const char *name;
};

static const struct bit namespaces[] = {
	{ CLONE_NEWNS, "mnt" },
	{ CLONE_NEWPID, "pid" },
	{ CLONE_NEWNET, "net" },
	{ CLONE_NEWIPC, "ipc" },
	{ CLONE_NEWUTS, "uts" },
	{ CLONE_NEWUSER, "user" },
	{ CLONE_NEWCGROUP, "cgroup" },
	{ CLONE_NEWTIME, "time" },
	{ 0, NULL },
};

static const struct bit propagations[] = {
	{ MS_REC, "recursive" },
	{ MS_PRIVATE, "private" },
	{ MS_SLAVE, "slave" },
	{ MS_SHARED, "shared" },
	{ MS_UNBINDABLE, "unbindable" },
	{ 0, NULL },
};

static const struct bit attributes[] = {
	{ MOUNT_ATTR_RDONLY, "ro" },
	{ MOUNT_ATTR_NOSUID, "nosuid" },
	{ MOUNT_ATTR_NODEV, "nodev" },
	{ MOUNT_ATTR_NOEXEC, "noexec" },
	{ MOUNT_ATTR_NOATIME, "noatime" },
	{ MOUNT_ATTR_STRICTATIME, "strictatime" },
	{ MOUNT_ATTR_NODIRATIME, "nodiratime" },
	{ MOUNT_ATTR_NOSYMFOLLOW, "nosymfollow" },
	{ 0, NULL },
};

static const char *bits_text(struct arena *arena, const struct bit *bits, uint64_t value)
{
	const char *text = NULL;

	for (; bits->name; bits++)
		if (value & bits->value)
			text = text ? arena_printf(arena, "%s,%s", text, bits->name) : bits->name;
	return text ? text : "none";
}

static const char *capabilities_text(struct arena *arena, uint64_t value)
{
	const char *text = NULL;

	for (unsigned n = 0; n < 64; n++) {
		const char *name = oci_capability_name(n);

		if (!name || !(value & UINT64_C(1) << n))
			continue;
		text = text ? arena_printf(arena, "%s,%s", text, name) : name;
	}
	return text ? text : "none";
}

const char *plan_value_text(struct arena *arena, enum plan_field_style style, uint64_t value)
{
	switch (style) {
	case PLAN_STYLE_OCTAL:
		return value == UINT64_MAX ? "default" : arena_printf(arena, "0%" PRIo64, value);
	case PLAN_STYLE_NAMESPACES:
		return bits_text(arena, namespaces, value);
	case PLAN_STYLE_PROPAGATION:
		return bits_text(arena, propagations, value);
	case PLAN_STYLE_ATTRIBUTES:
		return bits_text(arena, attributes, value);
	case PLAN_STYLE_CAPABILITIES:
		return capabilities_text(arena, value);
	case PLAN_STYLE_DECIMAL:
	case PLAN_STYLE_HIDDEN:
		break;
	}
	return value == UINT64_MAX ? "unlimited" : arena_printf(arena, "%" PRIu64, value);
}
