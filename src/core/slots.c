/* SPDX-License-Identifier: Apache-2.0 */
#include "core/slots.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "base/fd.h"
#include "base/file.h"
#include "core/id_map.h"
#include "core/locked_tree.h"
#include "core/record.h"
#include "sys/fd_passing.h"
#include "sys/mount_api.h"
#include "sys/nsfs.h"

/* What the planner saw must be what is cloned: a path may be exchanged in between. */
static int check_seen(int fd, const struct slot *slot, struct err *err)
{
	struct stat st;

	if (!slot->seen || slot->seen->inode == 0)
		return 0;
	if (fstat(fd, &st) < 0)
		return err_sys(err, "fstat %s", slot->path);
	if (st.st_dev != slot->seen->device || st.st_ino != slot->seen->inode)
		return err_fail(err, ESTALE, "%s was exchanged while the container was created",
			slot->path);
	return 0;
}

static int map_ids(const struct slot *slot, int tree, struct err *err)
{
	const struct id_maps maps = {
		.uids = slot->uid_mappings,
		.gids = slot->gid_mappings,
		.n_uids = slot->n_uid_mappings,
		.n_gids = slot->n_gid_mappings,
	};
	AUTO_FD int namespace = -1;
	int r;

	if (slot->n_uid_mappings == 0)
		return 0;
	r = id_map_open_namespace(&maps, &namespace, err);
	if (r == 0)
		r = mount_set_idmap(tree, namespace, slot->is_idmap_recursive, err);
	return r < 0 ? err_while(err, "map ids") : 0;
}

static int make_tree(const struct slot *slot, int *ret_fd, struct err *err)
{
	int flags = O_PATH | O_CLOEXEC | (slot->seen && slot->seen->no_follow ? O_NOFOLLOW : 0);
	AUTO_FD int tree = -1;
	int r;

	AUTO_FD int fd = open(slot->path, flags);
	if (fd < 0)
		return err_sys(err, "open %s", slot->path);
	r = check_seen(fd, slot, err);
	if (r == 0)
		r = slot->user_namespace ? locked_tree_clone(slot->user_namespace, slot->path, fd,
						   slot->is_recursive, &tree, err)
					 : mount_clone_tree(fd, "", slot->is_recursive, &tree, err);
	if (r == 0 && slot->propagation)
		r = mount_set_propagation(tree,
			(unsigned long)(slot->propagation & ~(uint64_t)MS_REC),
			slot->propagation & MS_REC, err);
	if (r == 0)
		r = map_ids(slot, tree, err);
	if (r == 0)
		*ret_fd = TAKE_FD(tree);
	return r;
}

static int make_fs(const struct slot *slot, int *ret_fd, struct err *err)
{
	int r = mount_new_fs(
		slot->fs_type, slot->fs_device, slot->fs_data, slot->fs_attributes, ret_fd, err);

	return r < 0 ? err_while(err, "mount %s on %s", slot->fs_type, slot->path) : 0;
}

/* A number that the child will put its namespace on. */
static int open_place(int *ret_fd, struct err *err)
{
	*ret_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	return *ret_fd < 0 ? err_sys(err, "open /dev/null") : 0;
}

static int take_network(struct net_namespace *net, int *ret_fd, struct err *err)
{
	int r = net_namespace_wait(net, err);

	if (r == 0)
		*ret_fd = TAKE_FD(net->fd);
	return r;
}

static int open_slot(const struct slot *slot, int dir_fd, int given_console_fd,
	struct net_namespace *net, int *ret_fd, struct err *err)
{
	switch (slot->kind) {
	case SLOT_NAMESPACE:
		return nsfs_open(slot->path, slot->namespace_type, ret_fd, err);
	case SLOT_NETWORK:
		return take_network(net, ret_fd, err);
	case SLOT_TIME:
		return open_place(ret_fd, err);
	case SLOT_TREE:
		return make_tree(slot, ret_fd, err);
	case SLOT_GIVEN:
		*ret_fd = fcntl(slot->given_fd, F_DUPFD_CLOEXEC, 3);
		return *ret_fd < 0 ? err_sys(err, "duplicate a descriptor") : 0;
	case SLOT_NEW_FS:
		return make_fs(slot, ret_fd, err);
	case SLOT_CONSOLE_SOCKET:
		if (slot->path)
			return socket_connect(slot->path, SOCK_STREAM, ret_fd, err);
		*ret_fd = given_console_fd;
		return 0;
	case SLOT_START_LISTENER:
		return socket_listen_at(dir_fd, RECORD_START_SOCKET, SOCK_SEQPACKET, ret_fd, err);
	case SLOT_LOG:
		return file_open_log(slot->path, ret_fd, err);
	case SLOT_PROC:
		*ret_fd = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
		return *ret_fd < 0 ? err_sys(err, "open /proc") : 0;
	}
	return err_fail(err, EINVAL, "slot of unknown kind");
}

int slots_open(const struct container_plan *plan, bool late, int dir_fd, int given_console_fd,
	struct net_namespace *net, int64_t *fds, struct err *err)
{
	for (size_t i = 0; i < plan->n_slots; i++) {
		const struct slot *slot = &plan->slots[i];
		int fd = -1, r;

		if (slot->is_late != late)
			continue;
		r = open_slot(slot, dir_fd, given_console_fd, net, &fd, err);

		if (r < 0) {
			if (slot->path)
				err_path(err, slot->path);
			return slot->config[0] ? err_config(err, "%s", slot->config) : r;
		}
		fds[i] = fd;
	}
	return 0;
}

void slots_close(const struct container_plan *plan, int64_t *fds)
{
	for (size_t i = 0; i < plan->n_slots; i++) {
		fd_close((int)fds[i]);
		fds[i] = -1;
	}
}
