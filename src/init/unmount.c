/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Role init: takes a mount out of a running container.
 *
 * The container moves its directories as it likes, so a path alone does not say what is meant: only
 * the mount with the right id is taken away, and it is named by descriptor.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/text.h"
#include "init/init.h"
#include "sys/beneath.h"
#include "sys/mount_id.h"

static int open_mount(
	struct init *init, const struct step_unmount *unmount, int *ret_fd, struct err *err)
{
	const struct beneath_how how = {
		.flags = O_PATH | O_NOFOLLOW,
		.resolve = BENEATH_NO_SYMLINKS,
	};
	struct err missing = ERR_INIT;
	AUTO_FD int fd = -1;
	uint64_t id;

	if (beneath_open_how(init->root_fd, unmount->target, &how, &fd, &missing) < 0 ||
		mount_id_get(fd, &id) < 0 || id != unmount->mount_id) {
		err_fail(err, ESTALE, "%s: what was mounted there is not there any more",
			unmount->target);
		return err_path(err, unmount->target);
	}
	*ret_fd = TAKE_FD(fd);
	return 0;
}

/* umount2(2) takes paths only: that of a descriptor, in a procfs that the container has no hand in.
 */
static int unmount_descriptor(int proc_fd, int fd, struct err *err)
{
	char name[32];

	text_format(name, sizeof(name), "self/fd/%d", fd);
	if (fchdir(proc_fd) < 0)
		return err_sys(err, "fchdir to the host's /proc");
	if (umount2(name, MNT_DETACH) < 0)
		return err_sys(err, "umount");
	return 0;
}

int step_unmount(struct init *init, const struct step *step, struct err *err)
{
	const struct step_unmount *unmount = &step->unmount;
	AUTO_FD int fd = -1;
	int r = open_mount(init, unmount, &fd, err);

	if (r < 0)
		return r;
	r = unmount_descriptor(init_slot(init, unmount->proc), fd, err);
	if (r < 0) {
		err_while(err, "unmount %s", unmount->target);
		return err_path(err, unmount->target);
	}
	return init_synchronise(init, PLAN_SYNC_UNMOUNTED, -1, err);
}
