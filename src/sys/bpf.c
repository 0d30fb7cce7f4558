/* SPDX-License-Identifier: Apache-2.0 */
#include "sys/bpf.h"

#include <errno.h>
#include <linux/bpf.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

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
	memcpy(attr.prog_name, "hull_devices", sizeof("hull_devices"));
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

static int query(int group_fd, uint32_t flags, uint32_t *ids, size_t size, struct err *err)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.query.target_fd = (uint32_t)group_fd;
	attr.query.attach_type = BPF_CGROUP_DEVICE;
	attr.query.query_flags = flags;
	attr.query.prog_ids = address(ids);
	attr.query.prog_cnt = (uint32_t)size;
	if (bpf_call(BPF_PROG_QUERY, &attr) < 0)
		return err_sys(err, "bpf query the device programs");
	return (int)attr.query.prog_cnt;
}

int bpf_query_device_programs(int group_fd, uint32_t *ids, size_t size, struct err *err)
{
	return query(group_fd, 0, ids, size, err);
}

int bpf_query_effective_device_programs(int group_fd, uint32_t *ids, size_t size, struct err *err)
{
	return query(group_fd, BPF_F_QUERY_EFFECTIVE, ids, size, err);
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

int bpf_describe_program(int program_fd, struct bpf_insn *insns, size_t size,
	struct bpf_program_info *ret, struct err *err)
{
	struct bpf_prog_info info;
	union bpf_attr attr;

	memset(&info, 0, sizeof(info));
	info.xlated_prog_insns = address(insns);
	info.xlated_prog_len = (uint32_t)(size * sizeof(*insns));
	memset(&attr, 0, sizeof(attr));
	attr.info.bpf_fd = (uint32_t)program_fd;
	attr.info.info_len = sizeof(info);
	attr.info.info = address(&info);
	if (bpf_call(BPF_OBJ_GET_INFO_BY_FD, &attr) < 0)
		return err_sys(err, "bpf describe a program");
	*ret = (struct bpf_program_info){
		.id = info.id,
		.type = info.type,
		.created_by_uid = info.created_by_uid,
		.n_insns = info.xlated_prog_len / sizeof(*insns),
	};
	return 0;
}

int bpf_open_pinned(const char *path, int *ret_fd, struct err *err)
{
	union bpf_attr attr;
	int fd;

	memset(&attr, 0, sizeof(attr));
	attr.pathname = address(path);
	fd = bpf_call(BPF_OBJ_GET, &attr);
	if (fd < 0)
		return err_sys(err, "bpf open %s", path);
	*ret_fd = fd;
	return 0;
}
