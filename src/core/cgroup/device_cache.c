/* SPDX-License-Identifier: Apache-2.0 */
#include "core/cgroup/device_cache.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/sha256.h"
#include "core/private_mount.h"
#include "sys/bpf.h"
#include "sys/capability.h"

static const struct private_mount place = {
	.above = &private_mount_cache,
	.dir = DEVICE_CACHE_DIR,
	.type = "bpf",
	.data = "mode=700",
	.magic = 0xcafe4a11, /* BPF_FS_MAGIC */
};

static bool is_possible(void)
{
	return geteuid() == 0 && capability_is_effective(CAPABILITY_SYS_ADMIN);
}

/* Another kernel checks and translates in another way; /run outlives none, but may be copied. */
static void name_of(const struct bpf_insn *insns, size_t count, char ret[SHA256_HEX_BYTES])
{
	struct sha256 hash = SHA256_INIT;
	uint8_t key[SHA256_BYTES];
	struct utsname kernel;

	uname(&kernel);
	sha256_add(&hash, kernel.release, strlen(kernel.release) + 1);
	sha256_add(&hash, insns, count * sizeof(*insns));
	sha256_end(&hash, key);
	sha256_hex(key, ret);
}

static void path_in(int dir_fd, const char *name, char *ret, size_t size)
{
	snprintf(ret, size, "/proc/self/fd/%d/%s", dir_fd, name);
}

static int check(struct arena *arena, int program_fd, const struct bpf_insn *insns, size_t count,
	struct err *err)
{
	struct bpf_insn *found = ARENA_NEW_ARRAY(arena, count, struct bpf_insn);
	struct bpf_program_info info;
	int r = bpf_describe_program(program_fd, found, count, &info, err);

	if (r < 0)
		return r;
	if (info.type != BPF_PROG_TYPE_CGROUP_DEVICE || info.created_by_uid != 0 ||
		info.n_insns != count || memcmp(found, insns, count * sizeof(*insns)) != 0)
		return err_fail(err, EPERM, "the program is another one");
	return 0;
}

static int open_kept(struct arena *arena, const char *name, const struct bpf_insn *insns,
	size_t count, int *ret_fd, struct err *err)
{
	char path[SHA256_HEX_BYTES + 64];
	AUTO_FD int dir_fd = -1;
	AUTO_FD int fd = -1;
	int r = private_mount_open(&place, &dir_fd, err);

	if (r < 0)
		return r;
	path_in(dir_fd, name, path, sizeof(path));
	r = bpf_open_pinned(path, &fd, err);
	if (r == 0)
		r = check(arena, fd, insns, count, err);
	if (r == 0)
		*ret_fd = TAKE_FD(fd);
	return r;
}

/* ---- what is kept ---- */

struct pin {
	const char *name;
	struct timespec made;
};

static int oldest_first(const void *a, const void *b)
{
	const struct pin *one = a, *other = b;

	if (one->made.tv_sec != other->made.tv_sec)
		return one->made.tv_sec < other->made.tv_sec ? -1 : 1;
	if (one->made.tv_nsec != other->made.tv_nsec)
		return one->made.tv_nsec < other->made.tv_nsec ? -1 : 1;
	return strcmp(one->name, other->name);
}

/* The kernel puts files of its own into every bpffs (progs.debug). */
static bool is_name(const char *name)
{
	return strspn(name, "0123456789abcdef") == SHA256_HEX_BYTES - 1 &&
	       name[SHA256_HEX_BYTES - 1] == '\0';
}

static int list_pins(
	struct arena *arena, int dir_fd, struct pin **ret, size_t *ret_count, struct err *err)
{
	int copy = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = copy < 0 ? NULL : fdopendir(copy);
	const struct dirent *entry;
	struct pin *pins = NULL;
	struct stat st;
	size_t n = 0;

	if (!dir) {
		fd_close(copy);
		return err_sys(err, "read " DEVICE_CACHE_DIR);
	}
	while ((entry = readdir(dir))) {
		if (!is_name(entry->d_name) ||
			fstatat(dir_fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
			continue;
		ARENA_APPEND(arena, pins, n) = (struct pin){
			.name = arena_strdup(arena, entry->d_name),
			.made = st.st_mtim,
		};
	}
	closedir(dir);
	if (n > 0)
		qsort(pins, n, sizeof(*pins), oldest_first);
	*ret = pins;
	*ret_count = n;
	return 0;
}

static void make_room(int dir_fd)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct err ignored = ERR_INIT;
	struct pin *pins;
	size_t n;

	if (list_pins(&arena, dir_fd, &pins, &n, &ignored) < 0)
		return;
	for (size_t i = 0; n - i >= DEVICE_CACHE_PROGRAMS_MAX && i < n; i++)
		unlinkat(dir_fd, pins[i].name, 0);
}

static void keep(int program_fd, const char *name)
{
	char path[SHA256_HEX_BYTES + 64];
	struct err ignored = ERR_INIT;
	AUTO_FD int lock = -1;
	AUTO_FD int dir_fd = -1;

	if (private_mount_lock(&lock, &ignored) < 0 || private_mount_make(&place, &ignored) < 0 ||
		private_mount_open(&place, &dir_fd, &ignored) < 0)
		return;
	make_room(dir_fd);
	unlinkat(dir_fd, name, 0); /* what could not be believed */
	path_in(dir_fd, name, path, sizeof(path));
	bpf_pin(program_fd, path, &ignored);
}

int device_cache_load(
	const struct bpf_insn *insns, size_t count, int *ret_program_fd, struct err *err)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct err ignored = ERR_INIT;
	char name[SHA256_HEX_BYTES];
	int r;

	if (!is_possible())
		return bpf_load_device_program(insns, count, ret_program_fd, err);
	name_of(insns, count, name);
	if (open_kept(&arena, name, insns, count, ret_program_fd, &ignored) == 0)
		return 0;
	r = bpf_load_device_program(insns, count, ret_program_fd, err);
	if (r == 0 && check(&arena, *ret_program_fd, insns, count, &ignored) == 0)
		keep(*ret_program_fd, name);
	return r;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

int device_cache_list(struct arena *arena, const char ***ret, size_t *ret_count, struct err *err)
{
	struct err absent = ERR_INIT;
	AUTO_FD int dir_fd = -1;
	const char **names = NULL;
	struct pin *pins;
	size_t n = 0;
	int r = 0;

	*ret = NULL;
	*ret_count = 0;
	if (private_mount_open(&place, &dir_fd, &absent) < 0)
		return 0;
	r = list_pins(arena, dir_fd, &pins, &n, err);
	if (r < 0 || n == 0)
		return r;
	names = ARENA_NEW_ARRAY(arena, n, const char *);
	for (size_t i = 0; i < n; i++)
		names[i] = pins[i].name;
	qsort(names, n, sizeof(*names), by_name);
	*ret = names;
	*ret_count = n;
	return 0;
}

int device_cache_remove(struct err *err)
{
	return is_possible() ? private_mount_remove(&place, err) : 0;
}
