/* SPDX-License-Identifier: Apache-2.0 */
/* The table of step kinds and their fields. A new field that is not here does not reach hull-init.
 */
#include "plan/plan.h"

#define FIELD(member, name_, type_, style_)                              \
	{                                                                \
		.name = name_, .offset = offsetof(struct step, member),  \
		.type = PLAN_FIELD_##type_, .style = PLAN_STYLE_##style_ \
	}
#define NUMBER(member, name)  FIELD(member, name, NUMBER, DECIMAL)
#define STRING(member, name)  FIELD(member, name, STRING, DECIMAL)
#define STRINGS(member, name) FIELD(member, name, STRINGS, DECIMAL)
#define BYTES(member, name)   FIELD(member, name, BYTES, DECIMAL)
#define SLOT(member, name)    FIELD(member, name, SLOT, DECIMAL)
#define SOURCE(member)                                            \
	SLOT(member.slot, "tree"), STRING(member.path, "source"), \
		FIELD(member.device, "device", NUMBER, HIDDEN),   \
		FIELD(member.inode, "inode", NUMBER, HIDDEN),     \
		FIELD(member.no_follow, "no_follow", NUMBER, HIDDEN)

static const struct plan_field join_fields[] = {
	FIELD(join.type, "type", NUMBER, NAMESPACES),
	SLOT(join.slot, "namespace"),
	STRING(join.path, "path"),
};
static const struct plan_field unshare_fields[] = {
	FIELD(unshare.flags, "namespaces", NUMBER, NAMESPACES),
};
static const struct plan_field fork_fields[] = {
	FIELD(fork.flags, "namespaces", NUMBER, NAMESPACES),
};
static const struct plan_field keyring_fields[] = {
	STRING(keyring.name, "name"),
	STRING(keyring.label, "label"),
};
static const struct plan_field name_fields[] = {
	STRING(name.name, "name"),
};
static const struct plan_field propagation_fields[] = {
	FIELD(propagation.flags, "propagation", NUMBER, PROPAGATION),
	NUMBER(propagation.has_old_calls, "has_old_calls"),
};
static const struct plan_field root_fields[] = {
	SOURCE(root.source),
	STRING(root.target, "target"),
	FIELD(root.base_propagation, "propagation", NUMBER, PROPAGATION),
	NUMBER(root.is_peer, "is_peer"),
};
static const struct plan_field mount_fields[] = {
	STRING(mount.target, "target"),
	STRING(mount.type, "type"),
	SOURCE(mount.source),
	STRING(mount.device_name, "device_name"),
	STRING(mount.data, "data"),
	FIELD(mount.flags, "flags", NUMBER, DECIMAL),
	FIELD(mount.attr_set, "set", NUMBER, ATTRIBUTES),
	FIELD(mount.attr_clear, "clear", NUMBER, ATTRIBUTES),
	FIELD(mount.rec_set, "set_recursive", NUMBER, ATTRIBUTES),
	FIELD(mount.rec_clear, "clear_recursive", NUMBER, ATTRIBUTES),
	FIELD(mount.base_propagation, "base_propagation", NUMBER, PROPAGATION),
	FIELD(mount.propagation, "propagation", NUMBER, PROPAGATION),
	STRING(mount.label, "label"),
};
static const struct plan_field unmount_fields[] = {
	STRING(unmount.target, "target"),
	NUMBER(unmount.mount_id, "mount"),
	SLOT(unmount.proc, "proc"),
};
static const struct plan_field device_fields[] = {
	STRING(device.path, "path"),
	FIELD(device.type, "type", NUMBER, OCTAL),
	NUMBER(device.major, "major"),
	NUMBER(device.minor, "minor"),
	FIELD(device.mode, "mode", NUMBER, OCTAL),
	NUMBER(device.uid, "uid"),
	NUMBER(device.gid, "gid"),
	NUMBER(device.bind, "bind"),
	SOURCE(device.source),
};
static const struct plan_field symlink_fields[] = {
	STRING(symlink.path, "path"),
	STRING(symlink.target, "target"),
};
static const struct plan_field sysctl_fields[] = {
	STRING(sysctl.key, "key"),
	STRING(sysctl.value, "value"),
};
static const struct plan_field sync_fields[] = {
	NUMBER(sync.point, "point"),
};
static const struct plan_field hook_fields[] = {
	STRING(hook.kind, "kind"),
	NUMBER(hook.index, "index"),
	STRING(hook.path, "path"),
	STRINGS(hook.args, "args"),
	STRINGS(hook.env, "env"),
	NUMBER(hook.timeout_sec, "timeout"),
	BYTES(hook.state, "state"),
	SLOT(hook.output, "output"),
	SLOT(hook.errors, "errors"),
};
static const struct plan_field enter_root_fields[] = {
	NUMBER(enter_root.method, "method"),
};
static const struct plan_field console_fields[] = {
	SLOT(console.socket, "socket"),
	NUMBER(console.width, "width"),
	NUMBER(console.height, "height"),
	NUMBER(console.uid, "uid"),
	NUMBER(console.mount, "mount"),
};
static const struct plan_field path_fields[] = {
	STRING(path.path, "path"),
};
static const struct plan_field mask_fields[] = {
	STRING(mask.path, "path"),
	STRING(mask.label, "label"),
};
static const struct plan_field root_attributes_fields[] = {
	STRING(root_attributes.path, "path"),
	FIELD(root_attributes.attr_set, "set", NUMBER, ATTRIBUTES),
	FIELD(root_attributes.propagation, "propagation", NUMBER, PROPAGATION),
};
static const struct plan_field label_fields[] = {
	NUMBER(label.module, "module"),
	STRING(label.label, "label"),
};
static const struct plan_field oom_score_fields[] = {
	NUMBER(oom_score.value, "value"),
};
static const struct plan_field rlimit_fields[] = {
	STRING(rlimit.name, "name"),
	NUMBER(rlimit.resource, "resource"),
	NUMBER(rlimit.soft, "soft"),
	NUMBER(rlimit.hard, "hard"),
};
static const struct plan_field scheduler_fields[] = {
	NUMBER(scheduler.policy, "policy"),
	NUMBER(scheduler.flags, "flags"),
	NUMBER(scheduler.nice, "nice"),
	NUMBER(scheduler.priority, "priority"),
	NUMBER(scheduler.runtime, "runtime"),
	NUMBER(scheduler.deadline, "deadline"),
	NUMBER(scheduler.period, "period"),
};
static const struct plan_field io_priority_fields[] = {
	NUMBER(io_priority.value, "value"),
};
static const struct plan_field affinity_fields[] = {
	BYTES(affinity.mask, "mask"),
};
static const struct plan_field memory_policy_fields[] = {
	NUMBER(memory_policy.mode, "mode"),
	BYTES(memory_policy.nodes, "nodes"),
	NUMBER(memory_policy.max_node, "max_node"),
};
static const struct plan_field personality_fields[] = {
	NUMBER(personality.value, "value"),
};
static const struct plan_field seccomp_fields[] = {
	BYTES(seccomp.filter, "filter"),
	NUMBER(seccomp.flags, "flags"),
	NUMBER(seccomp.notify, "notify"),
};
static const struct plan_field cwd_fields[] = {
	STRING(cwd.path, "path"),
	NUMBER(cwd.is_retry, "is_retry"),
};
static const struct plan_field identity_fields[] = {
	NUMBER(identity.uid, "uid"),
	NUMBER(identity.gid, "gid"),
	BYTES(identity.groups, "groups"),
	NUMBER(identity.keep_groups, "keep_groups"),
	FIELD(identity.umask, "umask", NUMBER, OCTAL),
};
static const struct plan_field capabilities_fields[] = {
	NUMBER(capabilities.before_identity, "before_identity"),
	FIELD(capabilities.bounding, "bounding", NUMBER, CAPABILITIES),
	FIELD(capabilities.permitted, "permitted", NUMBER, CAPABILITIES),
	FIELD(capabilities.effective, "effective", NUMBER, CAPABILITIES),
	FIELD(capabilities.inheritable, "inheritable", NUMBER, CAPABILITIES),
	FIELD(capabilities.ambient, "ambient", NUMBER, CAPABILITIES),
};
static const struct plan_field command_fields[] = {
	STRINGS(command.args, "args"),
	STRINGS(command.env, "env"),
	NUMBER(command.home_index, "home_index"),
	NUMBER(command.home_uid, "home_uid"),
	NUMBER(command.pid_index, "pid_index"),
};
static const struct plan_field wait_start_fields[] = {
	SLOT(wait_start.listener, "listener"),
};

#define TYPE(name_, table)                                                                     \
	{                                                                                      \
		.name = name_, .fields = table, .n_fields = sizeof(table) / sizeof((table)[0]) \
	}
#define BARE(name_)           \
	{                     \
		.name = name_ \
	}

static const struct plan_step_type types[STEP_KIND_COUNT] = {
	[STEP_JOIN] = TYPE("JOIN", join_fields),
	[STEP_UNSHARE] = TYPE("UNSHARE", unshare_fields),
	[STEP_BECOME_ROOT] = BARE("BECOME_ROOT"),
	[STEP_GROUPS] = BARE("GROUPS"),
	[STEP_FORK] = TYPE("FORK", fork_fields),
	[STEP_SESSION] = BARE("SESSION"),
	[STEP_KEYRING] = TYPE("KEYRING", keyring_fields),
	[STEP_LOOPBACK] = BARE("LOOPBACK"),
	[STEP_HOSTNAME] = TYPE("HOSTNAME", name_fields),
	[STEP_DOMAINNAME] = TYPE("DOMAINNAME", name_fields),
	[STEP_PROPAGATION] = TYPE("PROPAGATION", propagation_fields),
	[STEP_ROOT] = TYPE("ROOT", root_fields),
	[STEP_MOUNT] = TYPE("MOUNT", mount_fields),
	[STEP_UNMOUNT] = TYPE("UNMOUNT", unmount_fields),
	[STEP_DEVICE] = TYPE("DEVICE", device_fields),
	[STEP_SYMLINK] = TYPE("SYMLINK", symlink_fields),
	[STEP_SYSCTL] = TYPE("SYSCTL", sysctl_fields),
	[STEP_SYNC] = TYPE("SYNC", sync_fields),
	[STEP_HOOK] = TYPE("HOOK", hook_fields),
	[STEP_ENTER_ROOT] = TYPE("ENTER_ROOT", enter_root_fields),
	[STEP_OPEN_ROOT] = TYPE("OPEN_ROOT", path_fields),
	[STEP_CONSOLE] = TYPE("CONSOLE", console_fields),
	[STEP_READONLY_PATH] = TYPE("READONLY_PATH", path_fields),
	[STEP_MASK] = TYPE("MASK", mask_fields),
	[STEP_ROOT_ATTRIBUTES] = TYPE("ROOT_ATTRIBUTES", root_attributes_fields),
	[STEP_LABEL] = TYPE("LABEL", label_fields),
	[STEP_OOM_SCORE] = TYPE("OOM_SCORE", oom_score_fields),
	[STEP_RLIMIT] = TYPE("RLIMIT", rlimit_fields),
	[STEP_SCHEDULER] = TYPE("SCHEDULER", scheduler_fields),
	[STEP_IO_PRIORITY] = TYPE("IO_PRIORITY", io_priority_fields),
	[STEP_AFFINITY] = TYPE("AFFINITY", affinity_fields),
	[STEP_MEMORY_POLICY] = TYPE("MEMORY_POLICY", memory_policy_fields),
	[STEP_PERSONALITY] = TYPE("PERSONALITY", personality_fields),
	[STEP_SECCOMP] = TYPE("SECCOMP", seccomp_fields),
	[STEP_CWD] = TYPE("CWD", cwd_fields),
	[STEP_IDENTITY] = TYPE("IDENTITY", identity_fields),
	[STEP_CAPABILITIES] = TYPE("CAPABILITIES", capabilities_fields),
	[STEP_COMMAND] = TYPE("COMMAND", command_fields),
	[STEP_READY] = BARE("READY"),
	[STEP_WAIT_START] = TYPE("WAIT_START", wait_start_fields),
	[STEP_NO_NEW_PRIVILEGES] = BARE("NO_NEW_PRIVILEGES"),
	[STEP_EXEC] = BARE("EXEC"),
	[STEP_END] = BARE("END"),
};

const struct plan_step_type *plan_step_type(uint32_t kind)
{
	return kind < STEP_KIND_COUNT ? &types[kind] : NULL;
}

const char *plan_step_name(uint32_t kind)
{
	const struct plan_step_type *type = plan_step_type(kind);

	return type ? type->name : "UNKNOWN";
}

const char *plan_step_object(const struct step *step)
{
	const struct plan_step_type *type = plan_step_type(step->kind);

	for (size_t i = 0; type && i < type->n_fields; i++) {
		const struct plan_field *field = &type->fields[i];
		const char *const *string = (const char *const *)((const char *)step +
								  field->offset);

		if (field->type == PLAN_FIELD_STRING)
			return *string ? *string : "";
	}
	return "";
}
