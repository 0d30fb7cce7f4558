/* SPDX-License-Identifier: Apache-2.0 */
/* Role init. Which function executes which step. */
#include <stddef.h>

#include "init/init.h"

static step_function *const functions[STEP_KIND_COUNT] = {
	[STEP_JOIN] = step_join,
	[STEP_UNSHARE] = step_unshare,
	[STEP_BECOME_ROOT] = step_become_root,
	[STEP_GROUPS] = step_groups,
	[STEP_FORK] = step_fork,
	[STEP_SESSION] = step_session,
	[STEP_KEYRING] = step_keyring,
	[STEP_LOOPBACK] = step_loopback,
	[STEP_HOSTNAME] = step_hostname,
	[STEP_DOMAINNAME] = step_domainname,
	[STEP_PROPAGATION] = step_propagation,
	[STEP_ROOT] = step_root,
	[STEP_MOUNT] = step_mount,
	[STEP_UNMOUNT] = step_unmount,
	[STEP_DEVICE] = step_device,
	[STEP_SYMLINK] = step_symlink,
	[STEP_SYSCTL] = step_sysctl,
	[STEP_SYNC] = step_sync,
	[STEP_HOOK] = step_hook,
	[STEP_ENTER_ROOT] = step_enter_root,
	[STEP_OPEN_ROOT] = step_open_root,
	[STEP_CONSOLE] = step_console,
	[STEP_READONLY_PATH] = step_readonly_path,
	[STEP_MASK] = step_mask,
	[STEP_ROOT_ATTRIBUTES] = step_root_attributes,
	[STEP_LABEL] = step_label,
	[STEP_OOM_SCORE] = step_oom_score,
	[STEP_RLIMIT] = step_rlimit,
	[STEP_SCHEDULER] = step_scheduler,
	[STEP_IO_PRIORITY] = step_io_priority,
	[STEP_AFFINITY] = step_affinity,
	[STEP_MEMORY_POLICY] = step_memory_policy,
	[STEP_PERSONALITY] = step_personality,
	[STEP_SECCOMP] = step_seccomp,
	[STEP_CWD] = step_cwd,
	[STEP_IDENTITY] = step_identity,
	[STEP_CAPABILITIES] = step_capabilities,
	[STEP_COMMAND] = step_command,
	[STEP_READY] = step_ready,
	[STEP_WAIT_START] = step_wait_start,
	[STEP_NO_NEW_PRIVILEGES] = step_no_new_privileges,
	[STEP_EXEC] = step_exec,
	[STEP_END] = step_end,
};

step_function *init_step_function(uint32_t kind)
{
	return kind < STEP_KIND_COUNT ? functions[kind] : NULL;
}
