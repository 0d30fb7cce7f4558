/* SPDX-License-Identifier: Apache-2.0 */
#include "sys/net_sysctl.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/fd.h"
#include "base/text.h"

enum { SYSCTL_PATH_BYTES = 256 };

int net_sysctl_write(const char *family, const char *interface, const char *name, const char *value,
	struct err *err)
{
	char path[SYSCTL_PATH_BYTES];

	text_format(path, sizeof(path), "/proc/sys/net/%s/conf/%s/%s", family, interface, name);
	AUTO_FD int fd = open(path, O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? 0 : err_sys(err, "open %s", path);
	if (write(fd, value, strlen(value)) < 0)
		return err_sys(err, "write %s", path);
	return 0;
}
