/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Role init: the terminal of the container, from the container's own devpts.
 *
 * The slave is only ever reached through its master (TIOCGPTPEER), so that no exchanged name in
 * /dev/pts can take its place (CVE-2025-52565). The container's program gets a session and a
 * controlling terminal of its own: nothing that it pushes into it reaches the caller's
 * (CVE-2017-5226).
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/fd.h"
#include "init/init.h"
#include "sys/beneath.h"
#include "sys/device_node.h"
#include "sys/fd_passing.h"
#include "sys/mount_api.h"

static const char master_name[] = "/dev/ptmx"; /* what runc calls it; receivers ignore it */

/* The slave is a mount of its own at /dev/console: the node itself, not its name. */
static int mount_console(struct init *init, int slave, struct err *err)
{
	AUTO_FD int tree = -1;
	AUTO_FD int target = -1;
	int r = beneath_make_file(init->root_fd, "/dev/console", 0620, &target, err);

	if (r == 0)
		r = mount_clone_tree(slave, "", false, &tree, err);
	return r < 0 ? r : mount_attach(tree, target, err);
}

static int take_terminal(int slave, const struct step_console *console, struct err *err)
{
	const struct winsize size = {
		.ws_col = (unsigned short)console->width,
		.ws_row = (unsigned short)console->height,
	};

	if (console->width && console->height && ioctl(slave, TIOCSWINSZ, &size) < 0)
		return err_sys(err, "ioctl TIOCSWINSZ");
	if (console->uid != 0 && fchown(slave, (uid_t)console->uid, (gid_t)-1) < 0)
		return err_sys(
			err, "fchown the terminal to user %llu", (unsigned long long)console->uid);
	if (ioctl(slave, TIOCSCTTY, 0) < 0)
		return err_sys(err, "ioctl TIOCSCTTY");
	for (int fd = 0; fd <= 2; fd++)
		if (dup2(slave, fd) < 0)
			return err_sys(err, "dup2 the terminal to descriptor %d", fd);
	return 0;
}

int step_console(struct init *init, const struct step *step, struct err *err)
{
	AUTO_FD int devpts = -1;
	AUTO_FD int master = -1;
	AUTO_FD int slave = -1;
	int socket_fd = init_slot(init, step->console.socket);
	int r;

	r = beneath_open(init->root_fd, "/dev/pts", O_PATH | O_DIRECTORY, 0, &devpts, err);
	if (r == 0)
		r = pty_open(devpts, &master, &slave, err);
	if (r == 0 && step->console.mount)
		r = mount_console(init, slave, err);
	if (r == 0 && socket_fd >= 0)
		r = fd_pass(socket_fd, master, master_name, sizeof(master_name) - 1, err);
	if (r == 0)
		r = take_terminal(slave, &step->console, err);
	if (r < 0) {
		err_hint(err, "a terminal needs a devpts on /dev/pts among the mounts");
		return err_while(err, "terminal");
	}
	return 0;
}
