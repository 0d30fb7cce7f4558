/* SPDX-License-Identifier: Apache-2.0 */
#include "sys/capability.h"

#include <errno.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef PR_CAP_AMBIENT
#define PR_CAP_AMBIENT           47
#define PR_CAP_AMBIENT_RAISE     2
#define PR_CAP_AMBIENT_CLEAR_ALL 4
#endif

/* The kernel's structures (linux/capability.h), version 3: two 32-bit halves. */
struct capability_header {
	uint32_t version;
	int pid;
};

struct capability_data {
	uint32_t effective, permitted, inheritable;
};

enum { CAPABILITY_VERSION_3 = 0x20080522 };

int capability_get(struct capability_sets *ret, struct err *err)
{
	struct capability_header header = { .version = CAPABILITY_VERSION_3 };
	struct capability_data data[2];

	if (syscall(SYS_capget, &header, data) < 0)
		return err_sys(err, "capget");
	*ret = (struct capability_sets){
		.effective = data[0].effective | (uint64_t)data[1].effective << 32,
		.permitted = data[0].permitted | (uint64_t)data[1].permitted << 32,
		.inheritable = data[0].inheritable | (uint64_t)data[1].inheritable << 32,
	};
	return 0;
}

int capability_set(const struct capability_sets *sets, struct err *err)
{
	struct capability_header header = { .version = CAPABILITY_VERSION_3 };
	struct capability_data data[2] = {
		{ (uint32_t)sets->effective, (uint32_t)sets->permitted,
			(uint32_t)sets->inheritable },
		{ (uint32_t)(sets->effective >> 32), (uint32_t)(sets->permitted >> 32),
			(uint32_t)(sets->inheritable >> 32) },
	};

	if (syscall(SYS_capset, &header, data) < 0)
		return err_sys(err, "capset");
	return 0;
}

int capability_bound(uint64_t keep, struct err *err)
{
	for (unsigned n = 0; n <= CAPABILITY_MAX; n++) {
		int code, is_bound;

		if (keep & UINT64_C(1) << n || prctl(PR_CAPBSET_DROP, n, 0, 0, 0) == 0)
			continue;
		code = errno;
		is_bound = prctl(PR_CAPBSET_READ, n, 0, 0, 0);
		if (is_bound < 0) /* beyond the kernel's last capability */
			break;
		if (is_bound) /* no right to drop it is no harm when it is not there anyway */
			return err_sys_code(err, code, "prctl PR_CAPBSET_DROP capability %u", n);
	}
	return 0;
}

int capability_set_ambient(uint64_t raise, struct err *err)
{
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0)
		return err_sys(err, "prctl PR_CAP_AMBIENT_CLEAR_ALL");
	for (unsigned n = 0; n <= CAPABILITY_MAX; n++)
		if ((raise & UINT64_C(1) << n) &&
			prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, n, 0, 0) < 0)
			return err_sys(err, "prctl PR_CAP_AMBIENT_RAISE capability %u", n);
	return 0;
}

bool capability_is_effective(unsigned number)
{
	struct capability_sets sets;
	struct err ignored = ERR_INIT;

	return capability_get(&sets, &ignored) == 0 && (sets.effective & UINT64_C(1) << number);
}
