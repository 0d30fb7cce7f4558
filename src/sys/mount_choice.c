/* SPDX-License-Identifier: Apache-2.0 */
/* The part of mount_api.h that decides which calls are used. */
#include <stddef.h>

#include "sys/call_probe.h"
#include "sys/mount_api.h"
#include "sys/mount_old.h"
#include "sys/mount_stage.h"

bool mount_old_is_used;

const char *mount_lacking_call(void)
{
	static const enum probed_call needed[] = { PROBED_MOUNT_SETATTR, PROBED_OPEN_TREE,
		PROBED_MOVE_MOUNT, PROBED_FSOPEN, PROBED_FSCONFIG, PROBED_FSMOUNT };

	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
		if (!call_exists(needed[i]))
			return call_description(needed[i]);
	return NULL;
}

int mount_use_old_calls(struct err *err)
{
	int r = mount_stage_open_proc(err);

	if (r == 0)
		mount_old_is_used = true;
	return r;
}

int mount_choose_calls(struct err *err)
{
	return mount_lacking_call() ? mount_use_old_calls(err) : 0;
}

int mount_pause(struct err *err)
{
	return mount_old_is_used ? mount_stage_drop(err) : 0;
}

int mount_end(struct err *err)
{
	return mount_old_is_used ? mount_stage_close(err) : 0;
}
