/* SPDX-License-Identifier: Apache-2.0 */
/*
 * device_cache_native: device programs that are kept, against the kernel that runs here, as root,
 * in a mount namespace with a /run of its own. Programs are loaded and looked at, and attached to
 * no group. Where the kernel has no such programs (CONFIG_CGROUP_BPF) all is skipped.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fd.h"
#include "core/cgroup/device_cache.h"
#include "sys/bpf.h"

static struct arena arena;

/* r0 = value; exit: a program that is another one for each value of the constant behind it. */
#define PROGRAM(value, constant)                                                          \
	{                                                                                 \
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 1, .imm = (constant) }, \
			{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .imm = (value) },          \
		{                                                                         \
			.code = BPF_JMP | BPF_EXIT                                        \
		}                                                                         \
	}

static uint32_t bpf_id(int fd)
{
	struct bpf_prog_info info = { .type = 0 };
	union bpf_attr attr = {
		.info = {
			.bpf_fd = (uint32_t)fd,
			.info_len = sizeof(info),
			.info = (uint64_t)(uintptr_t)&info,
		},
	};

	assert_return_code(syscall(SYS_bpf, BPF_OBJ_GET_INFO_BY_FD, &attr, sizeof(attr)), errno);
	return info.id;
}

/* The same type with a name that is not ours. */
static int bpf_load_foreign(void)
{
	const struct bpf_insn insns[] = PROGRAM(1, 0);
	union bpf_attr attr = {
		.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE,
		.insns = (uint64_t)(uintptr_t)insns,
		.insn_cnt = 3,
		.license = (uint64_t)(uintptr_t) "GPL",
		.prog_name = "other",
	};

	return (int)syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr));
}

static int own_run(void **state)
{
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return -1;
	return mount("tmpfs", "/run", "tmpfs", 0, "mode=755");
}

static int fresh_run(void **state)
{
	struct err err = ERR_INIT;

	arena_done(&arena);
	return device_cache_remove(&err) < 0 ? -1 : 0;
}

static uint32_t load(int constant)
{
	const struct bpf_insn insns[] = PROGRAM(1, constant);
	struct err err = ERR_INIT;
	AUTO_FD int fd = -1;

	if (device_cache_load(insns, 3, &fd, &err) < 0)
		fail_msg("%s", err.text);
	return bpf_id(fd);
}

static size_t count(void)
{
	struct err err = ERR_INIT;
	const char **names;
	size_t n;

	assert_int_equal(device_cache_list(&arena, &names, &n, &err), 0);
	return n;
}

static const char *only_path(void)
{
	struct err err = ERR_INIT;
	const char **names;
	size_t n;

	assert_int_equal(device_cache_list(&arena, &names, &n, &err), 0);
	assert_int_equal(n, 1);
	return arena_printf(&arena, DEVICE_CACHE_DIR "/%s", names[0]);
}

static void the_same_rules_have_one_program(void **state)
{
	uint32_t first = load(1);

	assert_int_equal(load(1), first);
	assert_int_not_equal(load(2), first);
	assert_int_equal(count(), 2);
}

static void what_is_removed_is_loaded_again(void **state)
{
	struct err err = ERR_INIT;
	uint32_t first = load(1);

	assert_int_equal(device_cache_remove(&err), 0);
	assert_int_equal(access(DEVICE_CACHE_DIR, F_OK), -1);
	assert_int_equal(count(), 0);
	assert_int_not_equal(load(1), first);
	assert_int_equal(count(), 1);
}

static void no_more_than_the_limit_are_kept_and_the_oldest_goes(void **state)
{
	uint32_t oldest = load(0), newest = 0;

	for (int i = 1; i <= DEVICE_CACHE_PROGRAMS_MAX; i++) {
		usleep(2000); /* so that their times differ */
		newest = load(i);
	}
	assert_int_equal(count(), DEVICE_CACHE_PROGRAMS_MAX);
	assert_int_equal(load(DEVICE_CACHE_PROGRAMS_MAX), newest);
	assert_int_not_equal(load(0), oldest);
	assert_int_equal(count(), DEVICE_CACHE_PROGRAMS_MAX);
}

/* Of another type, of another name: somebody put it there. */
static void a_pin_of_something_else_is_not_believed_and_replaced(void **state)
{
	struct err err = ERR_INIT;
	uint32_t ours = load(1);
	const char *path = only_path();
	AUTO_FD int foreign = bpf_load_foreign();

	assert_true(foreign >= 0);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(bpf_pin(foreign, path, &err), 0);
	assert_int_not_equal(load(1), bpf_id(foreign));
	assert_int_equal(count(), 1);
	assert_int_not_equal(load(1), ours);
	assert_int_not_equal(load(1), bpf_id(foreign));
}

static void a_directory_that_others_can_enter_is_not_used(void **state)
{
	uint32_t first = load(1);

	assert_int_equal(chmod(DEVICE_CACHE_DIR, 0777), 0);
	assert_int_equal(count(), 0);
	assert_int_not_equal(load(1), first);
	assert_int_equal(chmod(DEVICE_CACHE_DIR, 0700), 0);
	assert_int_equal(load(1), first);
}

static void over_a_directory_that_is_no_bpffs_lies_one_of_our_own(void **state)
{
	struct err err = ERR_INIT;

	assert_true(mkdir("/run/hull", 0711) == 0 || errno == EEXIST);
	assert_int_equal(mkdir(DEVICE_CACHE_DIR, 0700), 0);
	assert_int_equal(mount("tmpfs", DEVICE_CACHE_DIR, "tmpfs", 0, "mode=700"), 0);
	assert_int_equal(count(), 0);
	assert_int_equal(load(1), load(1));
	assert_int_equal(count(), 1);
	assert_int_equal(device_cache_remove(&err), -EBUSY); /* the directory is what it was */
	assert_int_equal(umount2(DEVICE_CACHE_DIR, MNT_DETACH), 0);
	assert_int_equal(rmdir(DEVICE_CACHE_DIR), 0);
}

/* Many at once: nobody fails, and there is one in the end. */
static void a_race_of_makers_is_harmless(void **state)
{
	enum { MAKERS = 16 };

	for (int i = 0; i < MAKERS; i++) {
		pid_t pid = fork();

		assert_true(pid >= 0);
		if (pid == 0) {
			const struct bpf_insn insns[] = PROGRAM(1, 7);
			struct err err = ERR_INIT;
			int fd = -1;

			_exit(device_cache_load(insns, 3, &fd, &err) < 0 ? 1 : 0);
		}
	}
	for (int i = 0; i < MAKERS; i++) {
		int status;

		assert_true(wait(&status) > 0);
		assert_int_equal(status, 0);
	}
	assert_int_equal(count(), 1);
	assert_int_equal(load(7), load(7));
}

static void the_mount_is_in_nobodys_peer_group(void **state)
{
	char line[4096];
	FILE *file;
	bool found = false;

	assert_int_equal(mount(NULL, "/run", NULL, MS_SHARED, NULL), 0);
	load(1);
	file = fopen("/proc/self/mountinfo", "re");
	assert_non_null(file);
	while (fgets(line, sizeof(line), file))
		if (strstr(line, " " DEVICE_CACHE_DIR " ")) {
			found = true;
			assert_null(strstr(line, "shared:"));
		}
	fclose(file);
	assert_true(found);
	assert_int_equal(mount(NULL, "/run", NULL, MS_PRIVATE, NULL), 0);
}

#define FRESH(test) cmocka_unit_test_setup(test, fresh_run)

int main(void)
{
	const struct CMUnitTest tests[] = {
		FRESH(the_same_rules_have_one_program),
		FRESH(what_is_removed_is_loaded_again),
		FRESH(no_more_than_the_limit_are_kept_and_the_oldest_goes),
		FRESH(a_pin_of_something_else_is_not_believed_and_replaced),
		FRESH(a_directory_that_others_can_enter_is_not_used),
		FRESH(over_a_directory_that_is_no_bpffs_lies_one_of_our_own),
		FRESH(a_race_of_makers_is_harmless),
		FRESH(the_mount_is_in_nobodys_peer_group),
	};
	const struct bpf_insn insns[] = PROGRAM(1, 0);
	struct err err = ERR_INIT;
	int fd = -1;

	if (geteuid() != 0 || bpf_load_device_program(insns, 3, &fd, &err) < 0) {
		printf("1..0 # SKIP %s (root and CONFIG_CGROUP_BPF are needed)\n",
			geteuid() != 0 ? "not root" : err.text);
		return 0;
	}
	close(fd);
	return cmocka_run_group_tests(tests, own_run, fresh_run);
}
