/* SPDX-License-Identifier: Apache-2.0 */
#include "sys/resctrl.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>

#include "base/fd.h"
#include "base/text.h"
#include "sys/cgroupfs.h"
#include "sys/mountinfo.h"

enum {
	LOCK_TRIES = 200,
	LOCK_PAUSE_NSEC = 10 * 1000 * 1000,
};

struct search {
	struct resctrl_mount *mount;
	bool is_found;
};

static int visit_mount(const struct mountinfo *mount, void *context, struct err *err)
{
	struct search *search = context;

	/* a bind mount of one group is not the file system */
	if (!text_equal(mount->type, "resctrl") || !text_equal(mount->root, "/"))
		return 0;
	if (strlen(mount->mount_point) >= sizeof(search->mount->path))
		return err_fail(err, ENAMETOOLONG, "the mount point of resctrl is too long");
	text_copy(search->mount->path, sizeof(search->mount->path), mount->mount_point);
	search->mount->is_mbps = mountinfo_has_option(mount->super_options, "mba_MBps");
	search->is_found = true;
	return 0;
}

int resctrl_find_mount(int mountinfo_fd, struct resctrl_mount *ret, struct err *err)
{
	struct search search = { .mount = ret };
	int r = mountinfo_read(mountinfo_fd, visit_mount, &search, err);

	return r < 0 ? r : search.is_found;
}

bool resctrl_is_known(const char *filesystems)
{
	for (const char *line = filesystems; *line;) {
		size_t length = strcspn(line, "\n");
		const char *name = memchr(line, '\t', length); /* "nodev\tresctrl" */

		if (name && (size_t)(line + length - name) == strlen("\tresctrl") &&
			memcmp(name, "\tresctrl", strlen("\tresctrl")) == 0)
			return true;
		line += length + (line[length] == '\n');
	}
	return false;
}

int resctrl_write(
	const char *mount, const char *group, const char *file, const char *value, struct err *err)
{
	struct err ignored = ERR_INIT;
	char info[PATH_MAX], status[ERR_HINT_BYTES];
	int r = cgroupfs_write(group, file, value, err);

	if (r == 0)
		return 0;
	text_format(info, sizeof(info), "%s/info", mount);
	if (cgroupfs_read(info, "last_cmd_status", status, sizeof(status), &ignored) > 0 &&
		!text_equal(status, "ok"))
		err_hint(err, "the kernel says: %s", status);
	return r;
}

int resctrl_lock(const char *mount, int *ret_fd, struct err *err)
{
	const struct timespec pause = { .tv_nsec = LOCK_PAUSE_NSEC };
	AUTO_FD int fd = open(mount, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0) {
		err_sys(err, "open %s", mount);
		return err_path(err, mount);
	}
	for (int i = 0; i < LOCK_TRIES; i++) {
		if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
			*ret_fd = TAKE_FD(fd);
			return 0;
		}
		if (errno != EWOULDBLOCK && errno != EINTR)
			return err_sys(err, "flock %s", mount);
		nanosleep(&pause, NULL);
	}
	err_fail(err, EBUSY, "flock %s: another program is working on it", mount);
	return err_path(err, mount);
}
