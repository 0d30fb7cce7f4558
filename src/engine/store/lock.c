/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/fd.h"
#include "engine/store/store.h"

static int lock(
	const struct store *store, const char *name, int operation, int *ret_fd, struct err *err)
{
	AUTO_FD int fd = openat(
		store->root_fd, name, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0)
		return err_sys(err, "open %s", name);
	while (flock(fd, operation) < 0)
		if (errno != EINTR)
			return err_sys_code(
				err, errno == EWOULDBLOCK ? EAGAIN : errno, "flock %s", name);
	*ret_fd = TAKE_FD(fd);
	return 0;
}

int store_lock_index(const struct store *store, int *ret_fd, struct err *err)
{
	return lock(store, "index.lock", LOCK_EX, ret_fd, err);
}

int store_use(const struct store *store, int *ret_fd, struct err *err)
{
	return lock(store, "use.lock", LOCK_SH, ret_fd, err);
}

int store_use_alone(const struct store *store, int *ret_fd, struct err *err)
{
	return lock(store, "use.lock", LOCK_EX | LOCK_NB, ret_fd, err);
}

int store_use_volumes(const struct store *store, int *ret_fd, struct err *err)
{
	return lock(store, "volumes.lock", LOCK_SH, ret_fd, err);
}

int store_lock_volumes(const struct store *store, int *ret_fd, struct err *err)
{
	return lock(store, "volumes.lock", LOCK_EX, ret_fd, err);
}
