/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/container/shared_network.h"

#include <errno.h>
#include <sched.h>

#include "base/fd.h"
#include "base/text.h"
#include "engine/container/stop.h"
#include "sys/nsfs.h"

static int open_of(pid_t pid, int *ret_fd, struct err *err)
{
	char path[64];

	text_format(path, sizeof(path), "/proc/%d/ns/net", (int)pid);
	return nsfs_open(path, CLONE_NEWNET, ret_fd, err);
}

/* Asked again behind the opening: a pid alone may be another process by then. */
static int open_of_container(struct arena *arena, const struct engine *engine, const char *name,
	struct shared_network *ret, struct err *err)
{
	AUTO_ENGINE_CONTAINER other = ENGINE_CONTAINER_INIT;
	struct engine_state before, after;
	AUTO_FD int fd = -1;
	int r = containers_open(arena, engine, name, &other, err);

	if (r == 0)
		r = engine_require_running(arena, engine, &other, &before, err);
	if (r == 0)
		r = open_of(before.pid, &fd, err);
	if (r == 0)
		r = engine_require_running(arena, engine, &other, &after, err);
	if (r < 0)
		return r;
	if (before.pid != after.pid)
		return err_fail(err, EAGAIN, "container %s has just been started anew", name);
	ret->ns_fd = TAKE_FD(fd);
	ret->directory = other.directory;
	return 0;
}

int shared_network_open(struct arena *arena, const struct engine *engine,
	const struct engine_container *container, struct shared_network *ret, struct err *err)
{
	const char *mode = container->settings.network_mode;
	const char *other = mode ? text_after_prefix(mode, "container:") : NULL;
	const char *path = mode ? text_after_prefix(mode, "ns:") : NULL;
	int r = 0;

	if (other)
		r = open_of_container(arena, engine, other, ret, err);
	else if (path)
		r = nsfs_open(path, CLONE_NEWNET, &ret->ns_fd, err);
	return r < 0 ? err_while(err, "--network %s", mode) : 0;
}
