/* SPDX-License-Identifier: Apache-2.0 */
#include "sys/mount_api.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/text.h"
#include "sys/call_probe.h"
#include "sys/mount_old.h"

/*
 * Raw calls (5.2; mount_setattr 5.12): musl has no wrappers. Their constants get names of our own,
 * because glibc has some of them as enumerators and some not at all, and linux/mount.h cannot be
 * included beside sys/mount.h.
 */

/* linux/mount.h: fsopen's FSOPEN_CLOEXEC, fsmount's FSMOUNT_CLOEXEC, enum fsconfig_command */
enum {
	OPEN_CLOEXEC = 1,
	CONFIG_SET_FLAG = 0,
	CONFIG_SET_STRING = 1,
	CONFIG_SET_FD = 5,
	CONFIG_CREATE = 6,
};

/* linux/mount.h: OPEN_TREE_CLONE, MOVE_MOUNT_{F,T}_EMPTY_PATH; linux/fcntl.h: AT_… */
enum {
	TREE_CLONE = 1,
	TREE_CLOEXEC = O_CLOEXEC,
	MOVE_FROM_EMPTY_PATH = 0x4,
	MOVE_TO_EMPTY_PATH = 0x40,
	PATH_RECURSIVE = 0x8000,
	PATH_EMPTY = 0x1000,
	PATH_NO_FOLLOW = 0x100,
};

/* linux/mount.h: struct mount_attr, as of 5.12 (MOUNT_ATTR_SIZE_VER0) */
struct attributes {
	uint64_t set, clear, propagation, userns_fd;
};

enum {
	CONFIG_VALUE_BYTES = 256, /* fsconfig(2): a string value with its NUL */
	CONFIG_KEY_BYTES = 256,   /* … and a key */
};

/*
 * The kernel's words about the last failure, one message to each read(2): "e overlay: …\n" with a
 * letter for error, warning or information (Documentation/filesystems/mount_api.rst). Appends the
 * errors and warnings to text.
 */
static void collect_messages(int fs_fd, char *text, size_t size)
{
	char message[512];
	size_t used = 0;
	ssize_t n;

	text[0] = '\0';
	while ((n = read(fs_fd, message, sizeof(message) - 1)) > 0) {
		message[n] = '\0';
		message[strcspn(message, "\n")] = '\0';
		if (n < 3 || (message[0] != 'e' && message[0] != 'w') || used >= size)
			continue;
		text_format(text + used, size - used, "%s%s", used > 0 ? "; " : "", message + 2);
		used += strlen(text + used);
	}
}

/* "fsconfig overlay lowerdir=/x: no such file or directory (overlay: …)" */
static int explain(int fs_fd, const char *call, const char *type, const char *what, struct err *err)
{
	int code = errno;
	char said[ERR_TEXT_BYTES / 2];

	collect_messages(fs_fd, said, sizeof(said));
	if (said[0] == '\0')
		err_sys_code(err, code, "%s %s%s", call, type, what);
	else
		err_fail(err, code, "%s %s%s: %s (%s)", call, type, what, err_errno_text(code),
			said);
	text_copy(err->syscall, sizeof(err->syscall), call);
	return -err->code;
}

static long config(int fs_fd, unsigned command, const char *key, const void *value, int aux)
{
	return syscall(SYS_fsconfig, fs_fd, command, key, value, aux);
}

static int explain_option(
	int fs_fd, const char *type, const char *key, const char *value, struct err *err)
{
	char what[CONFIG_KEY_BYTES + CONFIG_VALUE_BYTES];
	int kept = errno;

	text_format(what, sizeof(what), " %s%s%s", key, value ? "=" : "", value ? value : "");
	errno = kept;
	return explain(fs_fd, "fsconfig", type, what, err);
}

/* A directory of overlay by descriptor (6.13): no limit of length, no escapes. */
static int set_directory(int fs_fd, const char *key, const char *path, struct err *err)
{
	AUTO_FD int dir = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (dir < 0)
		return err_sys(err, "open %s of overlay: %s", key, path);
	if (config(fs_fd, CONFIG_SET_FD, key, NULL, dir) < 0)
		return explain_option(fs_fd, "overlay", key, path, err);
	return 0;
}

/*
 * Takes a directory's name off *at, up to an unescaped end or the end of the string. A backslash
 * makes the next character literal, as overlay has it.
 */
static int take_directory(const char **at, char end, char directory[PATH_MAX])
{
	const char *from = *at;
	size_t length = 0;

	for (; *from != '\0' && *from != end; from++) {
		if (from[0] == '\\' && from[1] != '\0')
			from++;
		if (length + 1 >= PATH_MAX)
			return -ENAMETOOLONG;
		directory[length++] = *from;
	}
	directory[length] = '\0';
	*at = from;
	return 0;
}

/* upperdir and workdir */
static int set_escaped_directory(int fs_fd, const char *key, const char *value, struct err *err)
{
	char directory[PATH_MAX];
	int r = take_directory(&value, '\0', directory);

	if (r < 0)
		return err_sys_code(err, r, "overlay's %s", key);
	return set_directory(fs_fd, key, directory, err);
}

/* "a:b::c": lower directories, those behind a double colon for data only. */
static int set_layers(int fs_fd, const char *value, struct err *err)
{
	const char *key = "lowerdir+";
	char layer[PATH_MAX];

	for (;;) {
		int r = take_directory(&value, ':', layer);

		if (r < 0)
			return err_sys_code(err, r, "overlay's lowerdir");
		r = set_directory(fs_fd, key, layer, err);
		if (r < 0 || *value == '\0')
			return r;
		value++;
		if (*value == ':') {
			key = "datadir+";
			value++;
		}
	}
}

static int set_long_string(
	int fs_fd, const char *type, const char *key, const char *value, struct err *err)
{
	bool is_overlay = text_equal(type, "overlay");

	if (is_overlay && text_equal(key, "lowerdir"))
		return set_layers(fs_fd, value, err);
	if (is_overlay && (text_equal(key, "upperdir") || text_equal(key, "workdir")))
		return set_escaped_directory(fs_fd, key, value, err);
	return err_fail(err, E2BIG, "option %s of %s is longer than %d bytes", key, type,
		CONFIG_VALUE_BYTES - 1);
}

static int set_value(
	int fs_fd, const char *type, const char *key, const char *value, struct err *err)
{
	if (strlen(value) >= CONFIG_VALUE_BYTES)
		return set_long_string(fs_fd, type, key, value, err);
	if (config(fs_fd, CONFIG_SET_STRING, key, value, 0) < 0)
		return explain_option(fs_fd, type, key, value, err);
	return 0;
}

/* One option, "key" or "key=value". */
static int set_option(int fs_fd, const char *type, char *option, struct err *err)
{
	char *value = strchr(option, '=');

	if (!value) {
		if (config(fs_fd, CONFIG_SET_FLAG, option, NULL, 0) < 0)
			return explain_option(fs_fd, type, option, NULL, err);
		return 0;
	}
	*value++ = '\0';
	return set_value(fs_fd, type, option, value, err);
}

enum { OPTION_MAX_BYTES = 32768 }; /* overlay with hundreds of layers; one option at a time */

/*
 * Takes the next option off *at: up to ','. "\," is a comma of the value; every other pair of a
 * backslash and a character stays as it is, for the file system to understand.
 */
static int take_option(const char **at, char option[OPTION_MAX_BYTES])
{
	const char *from = *at;
	size_t length = 0;

	while (*from != '\0' && *from != ',') {
		if (length + 2 >= OPTION_MAX_BYTES)
			return -E2BIG;
		if (from[0] == '\\' && from[1] == ',')
			from++;
		else if (from[0] == '\\' && from[1] != '\0')
			option[length++] = *from++;
		option[length++] = *from++;
	}
	option[length] = '\0';
	*at = *from == ',' ? from + 1 : from;
	return 0;
}

static int set_options(int fs_fd, const char *type, const char *data, struct err *err)
{
	char option[OPTION_MAX_BYTES];

	while (*data != '\0') {
		int r = take_option(&data, option);

		if (r < 0)
			return err_fail(err, E2BIG, "an option of %s is longer than %d bytes", type,
				OPTION_MAX_BYTES - 1);
		if (option[0] == '\0')
			continue;
		r = set_option(fs_fd, type, option, err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int refuse_type(const char *type, struct err *err)
{
	err_sys(err, "fsopen %s", type);
	return err->code == ENODEV ? err_hint(err, "this kernel has no file system of that name")
				   : -err->code;
}

/* pid_namespace_fd: −1, or what a procfs shall show. */
static int new_fs(const char *type, const char *source, const char *data, int pid_namespace_fd,
	uint64_t attributes, int *ret_fd, struct err *err)
{
	AUTO_FD int fs = (int)syscall(SYS_fsopen, type, OPEN_CLOEXEC);
	long mount_fd;
	int r = 0;

	if (fs < 0)
		return refuse_type(type, err);
	if (!text_is_empty(source))
		r = set_value(fs, type, "source", source, err);
	if (r == 0 && data)
		r = set_options(fs, type, data, err);
	if (r < 0)
		return r;
	if (pid_namespace_fd >= 0 && config(fs, CONFIG_SET_FD, "pidns", NULL, pid_namespace_fd) < 0)
		return explain(fs, "fsconfig", type, " pidns", err);
	if (config(fs, CONFIG_CREATE, NULL, NULL, 0) < 0)
		return explain(fs, "fsconfig", type, "", err);
	mount_fd = syscall(SYS_fsmount, fs, OPEN_CLOEXEC, (unsigned)attributes);
	if (mount_fd < 0)
		return explain(fs, "fsmount", type, "", err);
	*ret_fd = (int)mount_fd;
	return 0;
}

int mount_new_fs(const char *type, const char *source, const char *data, uint64_t attributes,
	int *ret_fd, struct err *err)
{
	if (mount_old_is_used)
		return mount_old_new_fs(type, source, data, attributes, ret_fd, err);
	return new_fs(type, source, data, -1, attributes, ret_fd, err);
}

int mount_new_proc(const char *source, const char *data, int pid_namespace_fd, uint64_t attributes,
	int *ret_fd, struct err *err)
{
	if (mount_old_is_used)
		return err_fail(err, ENOTSUP, "no procfs of another pid namespace without %s",
			call_description(PROBED_FSOPEN));
	return new_fs("proc", source, data, pid_namespace_fd, attributes, ret_fd, err);
}

bool mount_proc_takes_pid_namespace(void)
{
	AUTO_FD int fs = (int)syscall(SYS_fsopen, "proc", OPEN_CLOEXEC);
	AUTO_FD int own = open("/proc/self/ns/pid", O_RDONLY | O_CLOEXEC);

	return fs >= 0 && own >= 0 && config(fs, CONFIG_SET_FD, "pidns", NULL, own) == 0;
}

int mount_clone_tree(int dir_fd, const char *path, bool recursive, int *ret_fd, struct err *err)
{
	unsigned flags = TREE_CLONE | TREE_CLOEXEC | PATH_NO_FOLLOW;
	long fd;

	if (mount_old_is_used)
		return mount_old_clone_tree(dir_fd, path, recursive, ret_fd, err);
	if (recursive)
		flags |= PATH_RECURSIVE;
	if (path[0] == '\0')
		flags |= PATH_EMPTY;
	fd = syscall(SYS_open_tree, dir_fd, path, flags);
	if (fd < 0)
		return err_sys(err, "open_tree%s%s", path[0] == '\0' ? "" : " ", path);
	*ret_fd = (int)fd;
	return 0;
}

/* move_mount(2) says EINVAL for many things; this one gets the errno that mount(2) has for it. */
static int explain_attach(int code, int tree_fd, int target_fd, struct err *err)
{
	struct stat tree, target;

	if (code == EINVAL && fstat(tree_fd, &tree) == 0 && fstat(target_fd, &target) == 0 &&
		S_ISDIR(tree.st_mode) != S_ISDIR(target.st_mode))
		return err_sys_code(err, ENOTDIR, "move_mount of a %s onto a %s",
			S_ISDIR(tree.st_mode) ? "directory" : "file",
			S_ISDIR(target.st_mode) ? "directory" : "file");
	return err_sys_code(err, code, "move_mount");
}

int mount_attach(int tree_fd, int target_fd, struct err *err)
{
	struct err failed = ERR_INIT;
	long r;

	if (mount_old_is_used) {
		r = mount_old_attach(tree_fd, target_fd, &failed);
		return r < 0 ? explain_attach((int)-r, tree_fd, target_fd, err) : 0;
	}
	r = syscall(SYS_move_mount, tree_fd, "", target_fd, "",
		MOVE_FROM_EMPTY_PATH | MOVE_TO_EMPTY_PATH);
	return r < 0 ? explain_attach(errno, tree_fd, target_fd, err) : 0;
}

static long set_attributes(int fd, const struct attributes *attributes, bool recursive)
{
	unsigned flags = PATH_EMPTY | (recursive ? PATH_RECURSIVE : 0);

	return syscall(SYS_mount_setattr, fd, "", flags, attributes, sizeof(*attributes));
}

static const char *propagation_name(unsigned long propagation)
{
	switch (propagation) {
	case MS_PRIVATE:
		return "private";
	case MS_SLAVE:
		return "slave";
	case MS_SHARED:
		return "shared";
	case MS_UNBINDABLE:
		return "unbindable";
	default:
		return "unknown";
	}
}

int mount_set_propagation(int fd, unsigned long propagation, bool recursive, struct err *err)
{
	struct attributes attributes = { .propagation = propagation };

	if (mount_old_is_used)
		return mount_old_set_propagation(fd, propagation, recursive, err);
	if (set_attributes(fd, &attributes, recursive) < 0)
		return err_sys(err, "mount_setattr %s%s", recursive ? "r" : "",
			propagation_name(propagation));
	return 0;
}

int mount_set_attributes(int fd, uint64_t set, uint64_t clear, bool recursive, struct err *err)
{
	struct attributes attributes = { .set = set, .clear = clear };

	if (mount_old_is_used)
		return mount_old_set_attributes(fd, set, clear, recursive, err);
	if (set_attributes(fd, &attributes, recursive) < 0)
		return err_sys(err, "mount_setattr set %#llx clear %#llx%s",
			(unsigned long long)set, (unsigned long long)clear,
			recursive ? " recursively" : "");
	return 0;
}

int mount_set_idmap(int tree_fd, int userns_fd, bool recursive, struct err *err)
{
	struct attributes attributes = {
		.set = MOUNT_ATTR_IDMAP,
		.userns_fd = (uint64_t)userns_fd,
	};

	if (mount_old_is_used)
		return err_fail(err, ENOTSUP, "ids cannot be mapped without %s",
			call_description(PROBED_MOUNT_SETATTR));
	if (set_attributes(tree_fd, &attributes, recursive) < 0)
		return err_sys(err, "mount_setattr idmap%s", recursive ? " recursively" : "");
	return 0;
}

/*
 * pivot_root(2), NOTES: with the new root as the place for the old one too, the old root lies on
 * top of the new, and detaching "." uncovers it. No directory of the container is needed.
 */
int mount_pivot_root(int new_root_fd, struct err *err)
{
	int r = mount_pause(err);

	if (r < 0)
		return r;
	if (fchdir(new_root_fd) < 0)
		return err_sys(err, "fchdir to the new root");
	if (syscall(SYS_pivot_root, ".", ".") < 0)
		return err_sys(err, "pivot_root");
	if (umount2(".", MNT_DETACH) < 0)
		return err_sys(err, "umount2 of the old root");
	if (chdir("/") < 0)
		return err_sys(err, "chdir /");
	return 0;
}

int mount_detach(const char *path, struct err *err)
{
	if (umount2(path, MNT_DETACH | UMOUNT_NOFOLLOW) < 0)
		return err_sys(err, "umount2 %s", path);
	return 0;
}
