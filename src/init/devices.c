/* SPDX-License-Identifier: Apache-2.0 */
/* Role init: device nodes and symbolic links of /dev, made beneath root_fd. */
#include <errno.h>
#include <sys/stat.h>

#include "base/fd.h"
#include "init/init.h"
#include "sys/beneath.h"
#include "sys/device_node.h"
#include "sys/mount_api.h"

/* Where nodes cannot be made (user namespaces) the host's is mounted on an empty file. */
static int bind_device(struct init *init, const struct step_device *device, struct err *err)
{
	AUTO_FD int tree = -1;
	AUTO_FD int target = -1;
	int r = init_open_source(init, &device->source, false, &tree, err);

	if (r == 0 && device->type != S_IFIFO)
		r = device_node_check(tree, (mode_t)device->type, (uint32_t)device->major,
			(uint32_t)device->minor, err);
	if (r == 0)
		r = beneath_make_file(init->root_fd, device->path, 0666, &target, err);
	if (r == 0)
		r = mount_attach(tree, target, err);
	return r;
}

int step_device(struct init *init, const struct step *step, struct err *err)
{
	const struct step_device *device = &step->device;
	const struct device_node node = {
		.mode = (mode_t)(device->type | device->mode),
		.major = (uint32_t)device->major,
		.minor = (uint32_t)device->minor,
		.uid = (uid_t)device->uid,
		.gid = (gid_t)device->gid,
	};
	int r;

	if (device->bind)
		r = bind_device(init, device, err);
	else
		r = device_node_make(init->root_fd, device->path, &node, err);
	if (r < 0) {
		err_while(err, "device %s", device->path);
		return err_path(err, device->path);
	}
	return 0;
}

int step_symlink(struct init *init, const struct step *step, struct err *err)
{
	int r = beneath_symlink(init->root_fd, step->symlink.target, step->symlink.path, err);

	if (r == -EEXIST) /* the image's own is kept */
		return 0;
	return r < 0 ? err_while(err, "symlink %s", step->symlink.path) : 0;
}
