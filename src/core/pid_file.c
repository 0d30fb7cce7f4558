/* SPDX-License-Identifier: Apache-2.0 */
#include "core/pid_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/fd.h"
#include "base/file.h"
#include "base/path.h"
#include "sys/fd_passing.h"
#include "sys/process.h"

int pid_file_write(struct arena *arena, const char *path, pid_t pid, struct err *err)
{
	char text[16];
	const char *directory;
	int length, r;

	if (!path)
		return 0;
	directory = path_join(arena, path, "..");
	length = snprintf(text, sizeof(text), "%d", pid);
	AUTO_FD int dir = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		r = err_sys(err, "open %s", directory);
	else
		r = file_replace(dir, path_base(path), text, (size_t)length, 0644, err);
	if (r < 0) {
		err_while(err, "pid file %s", path);
		return err_path(err, path);
	}
	return 0;
}

int pidfd_send(const char *path, int pidfd, struct err *err)
{
	static const char name[] = "pidfd"; /* receivers look at the descriptor alone */
	AUTO_FD int fd = -1;
	int r = process_is_pidfd(pidfd) ? socket_connect(path, SOCK_STREAM, &fd, err)
					: err_fail(err, ENOTSUP,
						  "pidfd_open(2), Linux 5.3, is not to be had "
						  "here: there is no pidfd to send");

	if (r == 0)
		r = fd_pass(fd, pidfd, name, strlen(name), err);
	return r < 0 ? err_while(err, "pidfd socket") : 0;
}
