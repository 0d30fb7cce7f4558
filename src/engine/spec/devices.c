/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/fd.h"
#include "base/text.h"
#include "engine/spec/spec.h"
#include "sys/directory.h"

struct finding {
	struct arena *arena;
	struct spec_device *devices;
	size_t n;
};

enum { DEPTH_MAX = 4 };

static void add(struct finding *finding, const char *host, const char *path, const struct stat *st,
	const char *access)
{
	ARENA_APPEND(finding->arena, finding->devices, finding->n) = (struct spec_device){
		.host = host,
		.path = path,
		.type = S_ISBLK(st->st_mode) ? 'b' : 'c',
		.major = major(st->st_rdev),
		.minor = minor(st->st_rdev),
		.mode = st->st_mode & 07777,
		.uid = st->st_uid,
		.gid = st->st_gid,
		.access = access,
	};
}

/* What the container has of its own. */
static bool is_own(const char *path)
{
	static const char *const names[] = { "/dev/pts", "/dev/shm", "/dev/mqueue", "/dev/fd",
		"/dev/console", "/dev/ptmx" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(path, names[i]) == 0)
			return true;
	return false;
}

/* Every node in the directory, which is `target` in the container. */
static int add_directory(struct finding *finding, const char *host, const char *target,
	const char *access, unsigned depth, struct err *err)
{
	const char *name;
	struct stat st;
	int r;

	AUTO_FD int fd = open(host, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(err, "open %s", host);
	struct directory directory = DIRECTORY_INIT(fd);
	while ((r = directory_next(&directory, &name, err)) == 1) {
		const char *path = arena_printf(finding->arena, "%s/%s", host, name);
		const char *inside = arena_printf(finding->arena, "%s/%s", target, name);

		if (is_own(path) || fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
			continue;
		if (S_ISDIR(st.st_mode) && depth < DEPTH_MAX)
			r = add_directory(finding, path, inside, access, depth + 1, err);
		else if (S_ISBLK(st.st_mode) || S_ISCHR(st.st_mode))
			add(finding, path, inside, &st, access);
		if (r < 0)
			return r;
	}
	return r;
}

static int add_asked(
	struct finding *finding, const struct container_device *device, struct err *err)
{
	struct stat st;

	if (stat(device->host, &st) < 0)
		return err_sys(err, "--device %s", device->host);
	if (S_ISDIR(st.st_mode))
		return add_directory(
			finding, device->host, device->target, device->permissions, 0, err);
	if (!S_ISBLK(st.st_mode) && !S_ISCHR(st.st_mode))
		return err_fail(err, ENODEV, "--device %s: not a device node", device->host);
	add(finding, device->host, device->target, &st, device->permissions);
	return 0;
}

int spec_devices_find(struct arena *arena, const struct container_settings *settings,
	struct spec_device **ret, size_t *ret_n, struct err *err)
{
	struct finding finding = { .arena = arena };
	int r = settings->privileged ? add_directory(&finding, "/dev", "/dev", "rwm", 0, err) : 0;

	for (size_t i = 0; r == 0 && i < settings->n_devices; i++)
		r = add_asked(&finding, &settings->devices[i], err);
	*ret = finding.devices;
	*ret_n = finding.n;
	return r;
}

void spec_write_devices(struct json_writer *writer, const struct spec_device *devices, size_t n)
{
	json_write_list(writer, "devices");
	for (size_t i = 0; i < n; i++) {
		const char type[] = { devices[i].type, '\0' };

		json_write_object(writer, NULL);
		json_write_string(writer, "path", devices[i].path);
		json_write_string(writer, "type", type);
		json_write_u64(writer, "major", devices[i].major);
		json_write_u64(writer, "minor", devices[i].minor);
		json_write_u64(writer, "fileMode", devices[i].mode);
		json_write_u64(writer, "uid", devices[i].uid);
		json_write_u64(writer, "gid", devices[i].gid);
		json_write_end(writer);
	}
	json_write_end(writer);
}
