/* SPDX-License-Identifier: Apache-2.0 */
/* The socket: who gets one, and where it is. What is said there: notify_relay.c. */
#include "core/notify.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/path.h"
#include "base/text.h"
#include "base/warn.h"
#include "sys/fd_passing.h"

#define NOTIFY_DIR           "notify"
#define NOTIFY_NAME          "notify.sock"
#define NOTIFY_CONTAINER_DIR "/run/notify"

enum { NOTIFY_SOCKET_MODE = 0666 }; /* whoever the container's user is */

static bool has_variable(const struct oci_process *process)
{
	for (size_t i = 0; process && i < process->n_env; i++)
		if (text_has_prefix(process->env[i], "NOTIFY_SOCKET="))
			return true;
	return false;
}

bool notify_is_wanted(const char *host_socket, const struct oci_process *process)
{
	struct err refused = ERR_INIT;

	if (text_is_empty(host_socket) || has_variable(process))
		return false;
	if ((host_socket[0] == '/' || host_socket[0] == '@') && host_socket[1] != '\0' &&
		strlen(host_socket) < sizeof(((struct sockaddr_un *)0)->sun_path))
		return true;
	err_fail(&refused, EINVAL,
		"NOTIFY_SOCKET=%s is no path of a socket: the container gets none", host_socket);
	warn(&refused);
	return false;
}

void notify_add_mount(struct arena *arena, const char *dir, struct oci_config *config)
{
	static const char *options[] = { "bind", "nosuid", "noexec", "nodev", "ro" };
	struct oci_mount *mounts = ARENA_NEW_ARRAY(arena, config->n_mounts + 1, struct oci_mount);

	if (config->n_mounts > 0)
		memcpy(mounts, config->mounts, config->n_mounts * sizeof(*mounts));
	mounts[config->n_mounts++] = (struct oci_mount){
		.destination = NOTIFY_CONTAINER_DIR,
		.type = "bind",
		.source = path_join(arena, dir, NOTIFY_DIR),
		.options = options,
		.n_options = sizeof(options) / sizeof(options[0]),
	};
	config->mounts = mounts;
}

void notify_add_facts(const struct oci_config *config, struct host_facts *facts)
{
	struct path_facts *source = &facts->sources[config->n_mounts - 1];

	*source = (struct path_facts){
		.path = source->path,
		.exists = true,
		.is_directory = true,
		.is_out_of_reach = true, /* ROOT/ID is its owner's only */
	};
}

const char *notify_container_socket(void)
{
	return NOTIFY_CONTAINER_DIR "/" NOTIFY_NAME;
}

int notify_make_dir(int dir_fd, struct err *err)
{
	/* ROOT/ID keeps others of the host out; the container's user has to get through */
	if (mkdirat(dir_fd, NOTIFY_DIR, 0755) < 0 && errno != EEXIST)
		return err_sys(err, "mkdir " NOTIFY_DIR);
	return 0;
}

bool notify_has_dir(int dir_fd)
{
	return faccessat(dir_fd, NOTIFY_DIR, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

int notify_listen(int dir_fd, struct notify *notify, struct err *err)
{
	static const char name[] = NOTIFY_DIR "/" NOTIFY_NAME;
	mode_t kept;
	int r;

	unlinkat(dir_fd, name, 0);
	kept = umask(0777 & ~NOTIFY_SOCKET_MODE); /* a later chmod could meet something else */
	r = socket_bind_at(dir_fd, name, SOCK_DGRAM, &notify->socket_fd, err);
	umask(kept);
	return r;
}
