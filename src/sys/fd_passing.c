/* SPDX-License-Identifier: Apache-2.0 */
#include "sys/fd_passing.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/fd.h"

union control {
	struct cmsghdr header;
	char bytes[CMSG_SPACE(sizeof(int))];
};

/* What a stream's buffer did not take at once. */
static int send_rest(int socket_fd, const char *text, size_t size, struct err *err)
{
	while (size > 0) {
		ssize_t n = send(socket_fd, text, size, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(err, "send behind a descriptor");
		text += n;
		size -= (size_t)n;
	}
	return 0;
}

int fd_pass(int socket_fd, int fd, const void *text, size_t size, struct err *err)
{
	struct iovec data = { .iov_base = (void *)text, .iov_len = size };
	union control control = { 0 };
	struct msghdr message = {
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	ssize_t n;

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(header), &fd, sizeof(fd));
	do
		n = sendmsg(socket_fd, &message, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return err_sys(err, "sendmsg a descriptor");
	return send_rest(socket_fd, (const char *)text + n, size - (size_t)n, err);
}

ssize_t fd_receive_message(int socket_fd, void *bytes, size_t size, int *ret_fd, struct err *err)
{
	struct iovec data = { .iov_base = bytes, .iov_len = size };
	union control control = { 0 };
	struct msghdr message = {
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = ret_fd ? &control : NULL,
		.msg_controllen = ret_fd ? sizeof(control) : 0,
	};
	struct cmsghdr *header;
	ssize_t n;

	do
		n = recvmsg(socket_fd, &message, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return err_sys(err, "recvmsg");
	if (!ret_fd)
		return n;
	header = CMSG_FIRSTHDR(&message);
	*ret_fd = -1;
	if (header && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS &&
		header->cmsg_len == CMSG_LEN(sizeof(int)))
		memcpy(ret_fd, CMSG_DATA(header), sizeof(*ret_fd));
	return n;
}

union control_all {
	struct cmsghdr header;
	char bytes[CMSG_SPACE(FD_PASS_MAX * sizeof(int))];
};

int fd_pass_all(int socket_fd, const int *fds, size_t n_fds, const void *bytes, size_t size,
	struct err *err)
{
	struct iovec data = { .iov_base = (void *)bytes, .iov_len = size };
	union control_all control = { 0 };
	struct msghdr message = {
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = n_fds ? &control : NULL,
		.msg_controllen = n_fds ? CMSG_SPACE(n_fds * sizeof(int)) : 0,
	};
	ssize_t n;

	if (n_fds > FD_PASS_MAX)
		return err_fail(err, E2BIG, "%zu descriptors are too many to be sent", n_fds);
	control.header.cmsg_level = SOL_SOCKET;
	control.header.cmsg_type = SCM_RIGHTS;
	control.header.cmsg_len = CMSG_LEN(n_fds * sizeof(int));
	if (n_fds > 0)
		memcpy(CMSG_DATA(&control.header), fds, n_fds * sizeof(int));
	do
		n = sendmsg(socket_fd, &message, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	return n < 0 ? err_sys(err, "sendmsg descriptors") : 0;
}

ssize_t fd_receive_all(
	int socket_fd, void *bytes, size_t size, int *fds, size_t *ret_n_fds, struct err *err)
{
	struct iovec data = { .iov_base = bytes, .iov_len = size };
	union control_all control = { 0 };
	struct msghdr message = {
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *header;
	ssize_t n;

	do
		n = recvmsg(socket_fd, &message, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return err_sys(err, "recvmsg");
	*ret_n_fds = 0;
	header = CMSG_FIRSTHDR(&message);
	if (header && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS) {
		*ret_n_fds = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		memcpy(fds, CMSG_DATA(header), *ret_n_fds * sizeof(int));
	}
	return n;
}

int fd_receive(int socket_fd, int *ret_fd, struct err *err)
{
	char text[256];
	int fd;
	ssize_t n = fd_receive_message(socket_fd, text, sizeof(text), &fd, err);

	if (n < 0)
		return (int)n;
	if (fd < 0)
		return err_fail(err, ECONNRESET, "no descriptor was sent");
	*ret_fd = fd;
	return 0;
}

/* sun_path holds 108 bytes: a directory's descriptor stands for its path. */
static int address_of(int dir_fd, const char *name, struct sockaddr_un *ret, struct err *err)
{
	int n;

	*ret = (struct sockaddr_un){ .sun_family = AF_UNIX };
	n = snprintf(ret->sun_path, sizeof(ret->sun_path), "/proc/self/fd/%d/%s", dir_fd, name);
	if (n < 0 || (size_t)n >= sizeof(ret->sun_path))
		return err_fail(err, ENAMETOOLONG, "socket name %s is too long", name);
	return 0;
}

static int connect_to(
	const struct sockaddr_un *address, const char *said, int type, int *ret_fd, struct err *err)
{
	AUTO_FD int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return err_sys(err, "socket");
	if (connect(fd, (const struct sockaddr *)address, sizeof(*address)) < 0) {
		err_sys(err, "connect to %s", said);
		return err_path(err, said);
	}
	*ret_fd = TAKE_FD(fd);
	return 0;
}

int socket_connect_at(int dir_fd, const char *name, int type, int *ret_fd, struct err *err)
{
	struct sockaddr_un address;
	int r = address_of(dir_fd, name, &address, err);

	return r < 0 ? r : connect_to(&address, name, type, ret_fd, err);
}

int socket_connect(const char *path, int type, int *ret_fd, struct err *err)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const char *name = strrchr(path, '/');
	char parent[4096];

	if (strlen(path) < sizeof(address.sun_path)) {
		memcpy(address.sun_path, path, strlen(path) + 1);
		return connect_to(&address, path, type, ret_fd, err);
	}
	if (!name || (size_t)(name - path) >= sizeof(parent))
		return err_fail(err, ENAMETOOLONG, "socket path %s is too long", path);
	memcpy(parent, path, (size_t)(name - path));
	parent[name - path] = '\0';
	AUTO_FD int dir_fd = open(parent[0] ? parent : "/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir_fd < 0)
		return err_sys(err, "open %s", parent);
	return socket_connect_at(dir_fd, name + 1, type, ret_fd, err);
}

int socket_bind_at(int dir_fd, const char *name, int type, int *ret_fd, struct err *err)
{
	struct sockaddr_un address;
	int r = address_of(dir_fd, name, &address, err);

	if (r < 0)
		return r;
	AUTO_FD int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return err_sys(err, "socket");
	if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
		return err_sys(err, "bind socket %s", name);
	*ret_fd = TAKE_FD(fd);
	return 0;
}

int socket_listen_at(int dir_fd, const char *name, int type, int *ret_fd, struct err *err)
{
	AUTO_FD int fd = -1;
	int r = socket_bind_at(dir_fd, name, type, &fd, err);

	if (r < 0)
		return r;
	if (listen(fd, 8) < 0)
		return err_sys(err, "listen on %s", name);
	*ret_fd = TAKE_FD(fd);
	return 0;
}
