/* SPDX-License-Identifier: Apache-2.0 */
/*
 * device_cache_native: device programs that are kept, against the kernel that runs here, as root,
 * in a mount namespace with a /run of its own. Programs are loaded and looked at, and attached to
 * no group.
 */
#include "core/cgroup/device_cache.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../unit/sys/private_mounts.h"
#include "base/fd.h"
#include "core/cgroup/internal.h"
#include "core/private_mount.h"
#include "oci/config.h"
#include "sys/bpf.h"

enum {
	SOMEBODY = 12345,
	MANY = 70,
};

struct test {
	struct arena arena;
	struct bpf_insn *insns;
	size_t n_insns;
};

/* No program may be loaded here. */
static bool is_bpf_refused;

static void try_bpf(void)
{
	struct bpf_insn end[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	struct err err = ERR_INIT;
	AUTO_FD int fd = -1;

	is_bpf_refused = bpf_load_device_program(end, 2, &fd, &err) < 0;
}

/* A /run of the test's own. */
static int set_up(void **state)
{
	struct cgroup_device_rules rules;
	struct err err = ERR_INIT;
	struct test *test = calloc(1, sizeof(*test));

	*state = test;
	if (private_mounts_refusal)
		return 0;
	try_bpf();
	assert_int_equal(cgroup_device_rules(&test->arena, NULL, &rules, &err), 0);
	cgroup_device_program(&test->arena, &rules, &test->insns, &test->n_insns);
	return mount("hull-test", "/run", "tmpfs", 0, "mode=755");
}

static int tear_down(void **state)
{
	struct test *test = *state;

	arena_done(&test->arena);
	free(test);
	return private_mounts_refusal ? 0 : umount2("/run", MNT_DETACH);
}

#define NEEDS_BPF()                                                             \
	do {                                                                    \
		NEEDS_PRIVATE_MOUNTS();                                         \
		if (is_bpf_refused) {                                           \
			print_message("# skipped, no program may be loaded\n"); \
			skip();                                                 \
		}                                                               \
	} while (0)

static uint32_t id_of(int fd)
{
	struct bpf_program_info info;
	struct err err = ERR_INIT;

	assert_int_equal(bpf_describe_program(fd, NULL, 0, &info, &err), 0);
	return info.id;
}

/* Its id; the program stays loaded where it is kept. */
static uint32_t open_insns(struct test *test, const struct bpf_insn *insns, size_t n_insns)
{
	struct err err = ERR_INIT;
	AUTO_FD int fd = -1;

	assert_int_equal(device_cache_load(insns, n_insns, &fd, &err), 0);
	assert_int_equal(err.code, 0);
	return id_of(fd);
}

static uint32_t open_program(struct test *test)
{
	return open_insns(test, test->insns, test->n_insns);
}

static size_t count_kept(struct test *test)
{
	struct err err = ERR_INIT;
	const char **names;
	size_t n;

	assert_int_equal(device_cache_list(&test->arena, &names, &n, &err), 0);
	return n;
}

/* Of the only one. */
static const char *path_of_pin(struct test *test)
{
	struct err err = ERR_INIT;
	const char **names;
	size_t n;

	assert_int_equal(device_cache_list(&test->arena, &names, &n, &err), 0);
	assert_int_equal(n, 1);
	return arena_printf(&test->arena, DEVICE_CACHE_DIR "/%s", names[0]);
}

static uint32_t id_at(const char *path)
{
	struct err err = ERR_INIT;
	AUTO_FD int fd = -1;

	assert_int_equal(bpf_open_pinned(path, &fd, &err), 0);
	return id_of(fd);
}

/* Ends the program if nothing else holds it. */
static const char *take_pin_away(struct test *test)
{
	const char *path;

	open_program(test);
	path = path_of_pin(test);
	assert_int_equal(unlink(path), 0);
	return path;
}

/* What lies at path is not used, and afterwards the right program lies there. */
static void is_not_believed(struct test *test, const char *path)
{
	uint32_t foreign = id_at(path);
	uint32_t id = open_program(test);

	assert_int_not_equal(id, foreign);
	assert_int_equal(id_at(path), id);
	assert_int_equal(open_program(test), id);
}

static void pin(int fd, const char *path)
{
	struct err err = ERR_INIT;

	assert_int_equal(bpf_pin(fd, path, &err), 0);
	close(fd);
}

static int load(const struct bpf_insn *insns, size_t n_insns)
{
	struct err err = ERR_INIT;
	int fd = -1;

	assert_int_equal(bpf_load_device_program(insns, n_insns, &fd, &err), 0);
	return fd;
}

/* The rules' own program but for one number. */
static struct bpf_insn *with_number(struct test *test, int number)
{
	struct bpf_insn *insns = arena_alloc_array(
		&test->arena, test->n_insns, sizeof(struct bpf_insn));

	memcpy(insns, test->insns, test->n_insns * sizeof(*insns));
	for (size_t i = 0; i < test->n_insns; i++)
		if (insns[i].code == (BPF_JMP | BPF_JNE | BPF_K) && insns[i].imm > 2) {
			insns[i].imm = number;
			return insns;
		}
	fail();
	return NULL;
}

static int bpf(int command, union bpf_attr *attr)
{
	return (int)syscall(SYS_bpf, command, attr, sizeof(*attr));
}

static int load_socket_filter(const struct bpf_insn *insns, size_t n_insns)
{
	union bpf_attr attr = {
		.prog_type = BPF_PROG_TYPE_SOCKET_FILTER,
		.insns = (uintptr_t)insns,
		.insn_cnt = (uint32_t)n_insns,
		.license = (uintptr_t) "GPL",
	};

	return bpf(BPF_PROG_LOAD, &attr);
}

static int make_map(void)
{
	union bpf_attr attr = {
		.map_type = BPF_MAP_TYPE_ARRAY,
		.key_size = 4,
		.value_size = 8,
		.max_entries = 1,
	};

	return bpf(BPF_MAP_CREATE, &attr);
}

/* ---- tests ---- */

static void a_program_is_loaded_once(void **state)
{
	struct test *test = *state;
	uint32_t id;

	NEEDS_BPF();
	id = open_program(test);
	assert_int_equal(open_program(test), id);
	assert_int_equal(count_kept(test), 1);
	assert_int_equal(id_at(path_of_pin(test)), id);
}

static void other_instructions_are_another_program(void **state)
{
	struct test *test = *state;
	uint32_t id;

	NEEDS_BPF();
	id = open_program(test);
	assert_int_not_equal(open_insns(test, with_number(test, 99), test->n_insns), id);
	assert_int_equal(open_program(test), id);
	assert_int_equal(count_kept(test), 2);
}

static void a_program_with_other_instructions_is_not_believed(void **state)
{
	struct test *test = *state;
	const char *path;

	NEEDS_BPF();
	path = take_pin_away(test);
	pin(load(with_number(test, 99), test->n_insns), path);
	is_not_believed(test, path);
}

static void a_shorter_program_is_not_believed(void **state)
{
	struct test *test = *state;
	struct bpf_insn shorter[2] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = 1 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	const char *path;

	NEEDS_BPF();
	path = take_pin_away(test);
	pin(load(shorter, 2), path);
	is_not_believed(test, path);
}

static void a_program_of_another_type_is_not_believed(void **state)
{
	struct test *test = *state;
	struct bpf_insn same[2] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = 1 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	const char *path;
	uint32_t foreign, id;

	NEEDS_BPF();
	open_insns(test, same, 2);
	path = path_of_pin(test);
	assert_int_equal(unlink(path), 0);
	pin(load_socket_filter(same, 2), path);
	foreign = id_at(path);
	id = open_insns(test, same, 2);
	assert_int_not_equal(id, foreign);
	assert_int_equal(id_at(path), id);
	assert_int_equal(open_insns(test, same, 2), id);
}

static void a_map_is_not_believed(void **state)
{
	struct test *test = *state;
	const char *path;
	uint32_t id;

	NEEDS_BPF();
	path = take_pin_away(test);
	pin(make_map(), path);
	id = open_program(test);
	assert_int_equal(id_at(path), id);
	assert_int_equal(open_program(test), id);
}

static void a_program_that_somebody_else_loaded_is_not_believed(void **state)
{
	struct test *test = *state;
	const char *path;
	int fd;

	NEEDS_BPF();
	path = take_pin_away(test);
	assert_int_equal(syscall(SYS_setresuid, SOMEBODY, -1, -1), 0);
	fd = load(test->insns, test->n_insns);
	assert_int_equal(syscall(SYS_setresuid, 0, -1, -1), 0);
	pin(fd, path);
	is_not_believed(test, path);
}

/* Loaded, but neither kept nor taken from there. */
static void is_loaded_each_time(struct test *test)
{
	struct err err = ERR_INIT;
	AUTO_FD int fd = -1;
	AUTO_FD int other = -1;

	assert_int_equal(device_cache_load(test->insns, test->n_insns, &fd, &err), 0);
	assert_int_equal(device_cache_load(test->insns, test->n_insns, &other, &err), 0);
	assert_int_not_equal(id_of(fd), id_of(other));
	assert_int_equal(count_kept(test), 0);
}

static const char *const directories[] = { PRIVATE_MOUNT_PARENT, PRIVATE_MOUNT_CACHE,
	DEVICE_CACHE_DIR };

static void a_directory_of_somebody_else_is_not_used(void **state)
{
	struct test *test = *state;

	NEEDS_BPF();
	open_program(test);
	for (size_t i = 0; i < sizeof(directories) / sizeof(directories[0]); i++) {
		assert_int_equal(chown(directories[i], SOMEBODY, 0), 0);
		is_loaded_each_time(test);
		assert_int_equal(chown(directories[i], 0, 0), 0);
		assert_int_equal(count_kept(test), 1);
	}
}

static void a_directory_that_others_can_write_is_not_used(void **state)
{
	struct test *test = *state;

	NEEDS_BPF();
	open_program(test);
	for (size_t i = 0; i < sizeof(directories) / sizeof(directories[0]); i++) {
		assert_int_equal(chmod(directories[i], 0720), 0);
		is_loaded_each_time(test);
		assert_int_equal(chmod(directories[i], 0702), 0);
		is_loaded_each_time(test);
		assert_int_equal(chmod(directories[i], 0700), 0);
		assert_int_equal(count_kept(test), 1);
	}
}

static void a_link_in_place_of_a_directory_is_not_followed(void **state)
{
	struct test *test = *state;

	NEEDS_BPF();
	open_program(test);
	assert_int_equal(rename(PRIVATE_MOUNT_PARENT, "/run/elsewhere"), 0);
	assert_int_equal(symlink("/run/elsewhere", PRIVATE_MOUNT_PARENT), 0);
	is_loaded_each_time(test);
}

static void another_file_system_is_covered_by_a_bpffs(void **state)
{
	struct test *test = *state;
	struct err err = ERR_INIT;
	AUTO_FD int lock = -1;
	uint32_t id;

	NEEDS_BPF();
	assert_int_equal(private_mount_lock(&lock, &err), 0);
	assert_int_equal(private_mount_make(&private_mount_cache, &err), 0);
	fd_replace(&lock, -1);
	assert_int_equal(mkdir(DEVICE_CACHE_DIR, 0700), 0);
	assert_int_equal(mount("hull-test", DEVICE_CACHE_DIR, "tmpfs", 0, "mode=700"), 0);
	id = open_program(test);
	assert_int_equal(open_program(test), id);
	assert_int_equal(count_kept(test), 1);
}

static void where_nothing_can_be_written_a_program_is_loaded_each_time(void **state)
{
	struct test *test = *state;

	NEEDS_BPF();
	assert_int_equal(mount(NULL, "/run", NULL, MS_REMOUNT | MS_RDONLY, NULL), 0);
	is_loaded_each_time(test);
}

static void a_directory_under_the_name_is_an_obstacle_and_no_error(void **state)
{
	struct test *test = *state;
	const char *path;

	NEEDS_BPF();
	path = take_pin_away(test);
	assert_int_equal(mkdir(path, 0700), 0);
	open_program(test);
	assert_int_equal(rmdir(path), 0);
}

/* The second instruction always jumps over the third, so the kernel takes that out. */
static void a_program_that_the_kernel_shortens_is_not_kept(void **state)
{
	struct test *test = *state;
	struct bpf_insn shortened[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = 1 },
		{ .code = BPF_JMP | BPF_JEQ | BPF_K, .dst_reg = BPF_REG_0, .off = 1, .imm = 1 },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = 0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};

	NEEDS_BPF();
	open_insns(test, shortened, 4);
	assert_int_equal(count_kept(test), 0);
}

static void a_refused_program_is_an_error(void **state)
{
	struct bpf_insn endless[] = { { .code = BPF_JMP | BPF_JA, .off = -1 } };
	struct err err = ERR_INIT;
	int fd = -1;

	NEEDS_BPF();
	assert_true(device_cache_load(endless, 1, &fd, &err) < 0);
	assert_non_null(strstr(err.text, "bpf load the device program"));
	assert_int_equal(fd, -1);
	assert_int_equal(access(PRIVATE_MOUNT_CACHE, F_OK), -1);
}

static void the_oldest_programs_go(void **state)
{
	struct test *test = *state;
	uint32_t last = 0;

	NEEDS_BPF();
	for (int i = 0; i < MANY; i++)
		last = open_insns(test, with_number(test, 1000 + i), test->n_insns);
	assert_int_equal(count_kept(test), DEVICE_CACHE_PROGRAMS_MAX);
	assert_int_equal(open_insns(test, with_number(test, 1000 + MANY - 1), test->n_insns), last);
}

static void makers_at_the_same_time_do_not_disturb_each_other(void **state)
{
	enum { MAKERS = 8 };
	struct test *test = *state;
	int n_done = 0;

	NEEDS_BPF();
	for (int i = 0; i < MAKERS; i++)
		if (fork() == 0) {
			struct err err = ERR_INIT;
			int fd = -1;

			_exit(device_cache_load(test->insns, test->n_insns, &fd, &err) < 0);
		}
	for (int i = 0; i < MAKERS; i++) {
		int status;

		assert_true(wait(&status) > 0);
		n_done += WIFEXITED(status) && WEXITSTATUS(status) == 0;
	}
	assert_int_equal(n_done, MAKERS);
	assert_int_equal(open_program(test), id_at(path_of_pin(test)));
}

static void what_is_removed_is_loaded_again(void **state)
{
	struct test *test = *state;
	struct err err = ERR_INIT;
	uint32_t id;

	NEEDS_BPF();
	id = open_program(test);
	assert_int_equal(device_cache_remove(&err), 0);
	assert_int_equal(count_kept(test), 0);
	assert_int_equal(access(DEVICE_CACHE_DIR, F_OK), -1);
	assert_int_not_equal(open_program(test), id);
	assert_int_equal(count_kept(test), 1);
}

/* In a mount namespace that gets what is mounted on /run here; the child is in it. */
static bool a_peer_sees_the_program(struct test *test)
{
	int ready[2], go[2], status;
	char byte = 0;
	pid_t pid;

	assert_int_equal(pipe(ready) + pipe(go), 0);
	pid = fork();
	if (pid == 0) {
		struct err err = ERR_INIT;
		const char **names;
		size_t n = 0;

		if (unshare(CLONE_NEWNS) < 0 || write(ready[1], &byte, 1) != 1 ||
			read(go[0], &byte, 1) != 1)
			_exit(2);
		if (access(PRIVATE_MOUNT_PARENT, F_OK) < 0 ||
			device_cache_list(&test->arena, &names, &n, &err) < 0)
			_exit(3);
		_exit(n != 0);
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	open_program(test);
	assert_int_equal(write(go[1], &byte, 1), 1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) < 2);
	close(ready[0]), close(ready[1]), close(go[0]), close(go[1]);
	return WEXITSTATUS(status) == 1;
}

static void a_program_appears_in_no_other_mount_namespace(void **state)
{
	struct test *test = *state;

	NEEDS_BPF();
	assert_int_equal(mount(NULL, "/run", NULL, MS_SHARED, NULL), 0);
	assert_false(a_peer_sees_the_program(test));
	assert_int_equal(count_kept(test), 1);
}

#define DEVICE_CACHE_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		DEVICE_CACHE_TEST(a_program_is_loaded_once),
		DEVICE_CACHE_TEST(other_instructions_are_another_program),
		DEVICE_CACHE_TEST(a_program_with_other_instructions_is_not_believed),
		DEVICE_CACHE_TEST(a_shorter_program_is_not_believed),
		DEVICE_CACHE_TEST(a_program_of_another_type_is_not_believed),
		DEVICE_CACHE_TEST(a_map_is_not_believed),
		DEVICE_CACHE_TEST(a_program_that_somebody_else_loaded_is_not_believed),
		DEVICE_CACHE_TEST(a_directory_of_somebody_else_is_not_used),
		DEVICE_CACHE_TEST(a_directory_that_others_can_write_is_not_used),
		DEVICE_CACHE_TEST(a_link_in_place_of_a_directory_is_not_followed),
		DEVICE_CACHE_TEST(another_file_system_is_covered_by_a_bpffs),
		DEVICE_CACHE_TEST(where_nothing_can_be_written_a_program_is_loaded_each_time),
		DEVICE_CACHE_TEST(a_directory_under_the_name_is_an_obstacle_and_no_error),
		DEVICE_CACHE_TEST(a_program_that_the_kernel_shortens_is_not_kept),
		DEVICE_CACHE_TEST(a_refused_program_is_an_error),
		DEVICE_CACHE_TEST(the_oldest_programs_go),
		DEVICE_CACHE_TEST(makers_at_the_same_time_do_not_disturb_each_other),
		DEVICE_CACHE_TEST(what_is_removed_is_loaded_again),
		DEVICE_CACHE_TEST(a_program_appears_in_no_other_mount_namespace),
	};

	return cmocka_run_group_tests(tests, private_mounts_enter, NULL);
}
