/* SPDX-License-Identifier: Apache-2.0 */
#include "sys/mount_id.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef AT_EMPTY_PATH
#define AT_EMPTY_PATH 0x1000
#endif

/* statx(2), linux/stat.h of 6.8; glibc's and musl's own structs are older and differ. */
enum {
	STATX_ASK_MNT_ID = 0x1000,
	STATX_ASK_MNT_ID_UNIQUE = 0x4000,
};

struct statx_buffer {
	uint32_t mask, blksize;
	uint64_t attributes;
	uint32_t nlink, uid, gid;
	uint16_t mode, spare0;
	uint64_t ino, size, blocks, attributes_mask;
	uint64_t times[8]; /* four of seconds, nanoseconds and padding */
	uint32_t rdev_major, rdev_minor, dev_major, dev_minor;
	uint64_t mnt_id;
	uint64_t spare[13];
};

_Static_assert(sizeof(struct statx_buffer) == 256, "the kernel writes 256 bytes");

int mount_id_get(int fd, uint64_t *ret)
{
	struct statx_buffer buffer;
	struct stat st;

	if (syscall(SYS_statx, fd, "", AT_EMPTY_PATH, STATX_ASK_MNT_ID | STATX_ASK_MNT_ID_UNIQUE,
		    &buffer) < 0) {
		if (errno != ENOSYS && errno != EPERM) /* EPERM: a seccomp filter's ENOSYS */
			return -errno;
	} else if (buffer.mask & (STATX_ASK_MNT_ID | STATX_ASK_MNT_ID_UNIQUE)) {
		*ret = buffer.mnt_id;
		return 0;
	}
	if (fstat(fd, &st) < 0)
		return -errno;
	*ret = st.st_dev;
	return 0;
}

int mount_id_of_mountinfo(int fd, uint64_t *ret)
{
	struct statx_buffer buffer;

	if (syscall(SYS_statx, fd, "", AT_EMPTY_PATH, STATX_ASK_MNT_ID, &buffer) < 0)
		return -errno;
	if (!(buffer.mask & STATX_ASK_MNT_ID))
		return -ENOTSUP;
	*ret = buffer.mnt_id;
	return 0;
}
