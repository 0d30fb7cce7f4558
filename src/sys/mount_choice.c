/* SPDX-License-Identifier: Apache-2.0 */
/* The part of mount_api.h that decides which calls are used. */
#include <stddef.h>

#include "sys/call_probe.h"
#include "sys/mount_api.h"
#include "sys/mount_old.h"
#include "sys/mount_stage.h"

bool mount_old_is_used;

/*
 * The youngest of them speaks for all: kernels and the lists of seccomp profiles got it last. One
 * call, 0.25 µs, is what everybody pays; six would be 1.5.
 */
const char *mount_lacking_call(void)
{
	return call_exists(PROBED_MOUNT_SETATTR) ? NULL : call_description(PROBED_MOUNT_SETATTR);
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
