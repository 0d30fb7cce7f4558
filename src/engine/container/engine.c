/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/fd.h"
#include "base/file.h"
#include "engine/container/containers.h"

#define BOOT_ID "/proc/sys/kernel/random/boot_id"

enum { BOOT_ID_BYTES = 64, BOOT_ID_LENGTH = 36 };

/*
 * What the core knows of processes is true until the machine goes down: a pid of the last boot may
 * be anybody's now. So each boot has a directory of its own.
 */
int engine_init(struct arena *arena, const struct store *store, struct engine *ret, struct err *err)
{
	const char *boot;
	size_t length;
	int r;

	AUTO_FD int fd = open(BOOT_ID, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(err, "open %s", BOOT_ID);
	r = file_read_fd(arena, fd, BOOT_ID, BOOT_ID_BYTES, &boot, &length, err);
	if (r < 0)
		return r;
	if (length < BOOT_ID_LENGTH || strchr(boot, '/'))
		return err_fail(err, EPROTO, "boot_id is not what was expected");
	boot = arena_strndup(arena, boot, BOOT_ID_LENGTH);
	*ret = (struct engine){
		.store = store,
		.boot = boot,
		.runtime = {
			.root = arena_printf(arena, "%s/run/%s", store->root, boot),
			.is_rootless = store->has_user_namespace,
		},
	};
	return 0;
}

const char *engine_status_name(enum engine_status status)
{
	static const char *const names[ENGINE_STATUS_COUNT] = {
		[ENGINE_STATUS_CREATED] = "created",
		[ENGINE_STATUS_RUNNING] = "running",
		[ENGINE_STATUS_PAUSED] = "paused",
		[ENGINE_STATUS_RESTARTING] = "restarting",
		[ENGINE_STATUS_EXITED] = "exited",
		[ENGINE_STATUS_DEAD] = "dead",
	};

	return names[status];
}
