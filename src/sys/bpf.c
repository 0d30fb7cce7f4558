/* SPDX-License-Identifier: Apache-2.0 */
#include "sys/bpf.h"

#include <errno.h>
#include <linux/bpf.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define DEVICE_PROGRAM_NAME "hull_devices"

static int bpf_call(int command, union bpf_attr *attr)
{
	return (int)syscall(SYS_bpf, command, attr, sizeof(*attr));
}

static uint64_t address(const void *pointer)
{
	return (uint64_t)(uintptr_t)pointer;
}

static int load(const struct bpf_insn *insns, size_t count, char *log, uint32_t log_size)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE;
	attr.expected_attach_type = BPF_CGROUP_DEVICE;
	attr.insns = address(insns);
	attr.insn_cnt = (uint32_t)count;
	attr.license = address("Apache-2.0");
	memcpy(attr.prog_name, DEVICE_PROGRAM_NAME, sizeof(DEVICE_PROGRAM_NAME));
	if (log_size > 0) {
		attr.log_level = 1;
		attr.log_buf = address(log);
		attr.log_size = log_size;
	}
	return bpf_call(BPF_PROG_LOAD, &attr);
}

int bpf_load_device_program(
	const struct bpf_insn *insns, size_t count, int *ret_fd, struct err *err)
{
	char log[4096] = "";
	int saved, fd = load(insns, count, NULL, 0);

	if (fd >= 0) {
		*ret_fd = fd;
		return 0;
	}
	saved = errno;
	if (saved != EINVAL && saved != EACCES)
		return err_sys_code(err, saved, "bpf load the device program");

	/* The verifier refused it: again, to hear why. */
	fd = load(insns, count, log, sizeof(log));
	if (fd >= 0) {
		*ret_fd = fd;
		return 0;
	}
	return err_sys_code(
		err, saved, "bpf load the device program (%zu instructions; %.300s)", count, log);
}

int bpf_attach_device_program(int group_fd, int program_fd, struct err *err)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.target_fd = (uint32_t)group_fd;
	attr.attach_bpf_fd = (uint32_t)program_fd;
	attr.attach_type = BPF_CGROUP_DEVICE;
	attr.attach_flags = BPF_F_ALLOW_MULTI;
	if (bpf_call(BPF_PROG_ATTACH, &attr) < 0)
		return err_sys(err, "bpf attach the device program");
	return 0;
}

int bpf_detach_device_program(int group_fd, int program_fd, struct err *err)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.target_fd = (uint32_t)group_fd;
	attr.attach_bpf_fd = (uint32_t)program_fd;
	attr.attach_type = BPF_CGROUP_DEVICE;
	if (bpf_call(BPF_PROG_DETACH, &attr) < 0)
		return err_sys(err, "bpf detach the former device program");
	return 0;
}

int bpf_query_device_programs(int group_fd, uint32_t *ids, size_t size, struct err *err)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.query.target_fd = (uint32_t)group_fd;
	attr.query.attach_type = BPF_CGROUP_DEVICE;
	attr.query.prog_ids = address(ids);
	attr.query.prog_cnt = (uint32_t)size;
	if (bpf_call(BPF_PROG_QUERY, &attr) < 0)
		return err_sys(err, "bpf query the device programs");
	return (int)attr.query.prog_cnt;
}

int bpf_open_program(uint32_t id, int *ret_fd, struct err *err)
{
	union bpf_attr attr;
	int fd;

	memset(&attr, 0, sizeof(attr));
	attr.prog_id = id;
	fd = bpf_call(BPF_PROG_GET_FD_BY_ID, &attr);
	if (fd < 0)
		return err_sys(err, "bpf open program %u", id);
	*ret_fd = fd;
	return 0;
}

int bpf_pin(int program_fd, const char *path, struct err *err)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.pathname = address(path);
	attr.bpf_fd = (uint32_t)program_fd;
	if (bpf_call(BPF_OBJ_PIN, &attr) < 0)
		return err_sys(err, "bpf pin %s", path);
	return 0;
}

static int read_info(int program_fd, struct bpf_prog_info *ret, struct err *err)
{
	union bpf_attr attr;

	memset(ret, 0, sizeof(*ret));
	memset(&attr, 0, sizeof(attr));
	attr.info.bpf_fd = (uint32_t)program_fd;
	attr.info.info_len = sizeof(*ret);
	attr.info.info = address(ret);
	if (bpf_call(BPF_OBJ_GET_INFO_BY_FD, &attr) < 0)
		return err_sys(err, "bpf ask about a program");
	return 0;
}

int bpf_program_id(int program_fd, uint32_t *ret, struct err *err)
{
	struct bpf_prog_info info;
	int r = read_info(program_fd, &info, err);

	if (r == 0)
		*ret = info.id;
	return r;
}

static bool is_our_device_program(int fd)
{
	struct err ignored = ERR_INIT;
	struct bpf_prog_info info;

	return read_info(fd, &info, &ignored) == 0 && info.type == BPF_PROG_TYPE_CGROUP_DEVICE &&
	       info.created_by_uid == 0 && strcmp(info.name, DEVICE_PROGRAM_NAME) == 0;
}

int bpf_open_pinned_device_program(const char *path, int *ret_fd, struct err *err)
{
	union bpf_attr attr;
	int fd;

	memset(&attr, 0, sizeof(attr));
	attr.pathname = address(path);
	fd = bpf_call(BPF_OBJ_GET, &attr);
	if (fd < 0)
		return err_sys(err, "bpf open %s", path);
	if (!is_our_device_program(fd)) {
		close(fd);
		return err_fail(err, EPERM, "%s is no device program of ours", path);
	}
	*ret_fd = fd;
	return 0;
}
