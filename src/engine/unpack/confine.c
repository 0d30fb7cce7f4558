/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/unpack/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <seccomp.h>

#include "base/fd.h"
#include "sys/capability.h"
#include "sys/mount_api.h"

#define CAP_BIT(number) (UINT64_C(1) << (number))

/* Over files only; with no device to open and no other root to go to, MKNOD and CHOWN are harmless
 * outside of the directory. */
static const uint64_t kept_capabilities = CAP_BIT(CAP_CHOWN) | CAP_BIT(CAP_DAC_OVERRIDE) |
					  CAP_BIT(CAP_FOWNER) | CAP_BIT(CAP_FSETID) |
					  CAP_BIT(CAP_MKNOD) | CAP_BIT(CAP_SETFCAP);

static int open_new_root(
	const char *directory, enum confine_root root, int *ret_fd, struct err *err)
{
	const uint64_t attributes = MOUNT_ATTR_NODEV | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC;
	AUTO_FD int tree_fd = -1;
	int r;

	if (root == CONFINE_ROOT_EMPTY) {
		r = mount_new_fs("tmpfs", "hull-unpack", "size=4k,nr_inodes=4,mode=0555",
			attributes | MOUNT_ATTR_RDONLY, &tree_fd, err);
	} else {
		r = mount_clone_tree(AT_FDCWD, directory, false, &tree_fd, err);
		if (r == 0)
			r = mount_set_attributes(tree_fd, attributes, 0, false, err);
	}
	if (r < 0)
		return r;
	*ret_fd = TAKE_FD(tree_fd);
	return 0;
}

/* Everything else of the host goes: the old root is detached. */
static int enter_root(const char *directory, enum confine_root root, struct err *err)
{
	AUTO_FD int root_fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	AUTO_FD int place_fd = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
	AUTO_FD int tree_fd = -1;
	int r;

	if (root_fd < 0 || place_fd < 0)
		return err_sys(err, "open %s", root_fd < 0 ? "/" : directory);
	r = mount_choose_calls(err);
	if (r == 0)
		r = mount_set_propagation(root_fd, MS_PRIVATE, true, err);
	if (r == 0)
		r = open_new_root(directory, root, &tree_fd, err);
	if (r == 0)
		r = mount_attach(tree_fd, place_fd, err);
	if (r == 0)
		r = mount_pivot_root(tree_fd, err);
	if (r == 0)
		r = mount_end(err);
	return r < 0 ? err_while(err, "an own root") : 0;
}

static int drop_capabilities(uint64_t keep, struct err *err)
{
	struct capability_sets sets;
	int r = capability_get(&sets, err);

	if (r < 0)
		return r;
	sets.permitted &= keep;
	sets.effective = sets.permitted;
	sets.inheritable = 0;
	r = capability_set_ambient(0, err);
	if (r == 0)
		r = capability_bound(keep, err);
	return r < 0 ? r : capability_set(&sets, err);
}

/* Libraries that read what strangers wrote may be made to allocate; nothing else grows. */
static int limit_resources(struct err *err)
{
	static const struct {
		__rlimit_resource_t resource;
		rlim_t limit;
	} limits[] = {
		{ RLIMIT_CORE, 0 },
		{ RLIMIT_NOFILE, 64 },
		{ RLIMIT_NPROC, 1 },
		{ RLIMIT_MEMLOCK, 0 },
		{ RLIMIT_FSIZE, (rlim_t)1 << 40 },
#if !defined(__SANITIZE_ADDRESS__) && !defined(HULL_SANITIZED)
		{ RLIMIT_AS, (rlim_t)1 << 30 },
#endif
	};

	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		const struct rlimit limit = { limits[i].limit, limits[i].limit };

		if (setrlimit(limits[i].resource, &limit) < 0)
			return err_sys(err, "setrlimit");
	}
	return 0;
}

/* What stays allowed, by name: files below the root, memory, and the streams that are open. */
static const char *const allowed_calls[] = {
	"brk",
	"chmod",
	"chown",
	"clock_gettime",
	"close",
	"close_range",
	"exit",
	"exit_group",
	"fadvise64",
	"fallocate",
	"fchmod",
	"fchmodat",
	"fchown",
	"fchownat",
	"fcntl",
	"fgetxattr",
	"fsetxattr",
	"fstat",
	"fstatfs",
	"fsync",
	"ftruncate",
	"futex",
	"getdents64",
	"getpid",
	"getrandom",
	"gettid",
	"lchown",
	"lgetxattr",
	"link",
	"linkat",
	"lseek",
	"lsetxattr",
	"lstat",
	"madvise",
	"mkdir",
	"mkdirat",
	"mknod",
	"mknodat",
	"mmap",
	"mprotect",
	"mremap",
	"munmap",
	"newfstatat",
	"open",
	"openat",
	"openat2",
	"poll",
	"ppoll",
	"pread64",
	"prlimit64",
	"pwrite64",
	"read",
	"readlink",
	"readlinkat",
	"readv",
	"removexattr",
	"rename",
	"renameat",
	"renameat2",
	"restart_syscall",
	"rmdir",
	"rseq",
	"rt_sigaction",
	"rt_sigprocmask",
	"rt_sigreturn",
	"sendmsg",
	"sendto",
	"set_robust_list",
	"stat",
	"statfs",
	"statx",
	"symlink",
	"symlinkat",
	"sync_file_range",
	"syncfs",
	"umask",
	"unlink",
	"unlinkat",
	"utimensat",
	"write",
	"writev",
#if defined(__SANITIZE_ADDRESS__) || defined(HULL_SANITIZED)
	"sigaltstack",
	"sched_getaffinity",
	"sched_yield",
	"clone",
	"wait4",
	"ptrace",
	"tgkill",
	"prctl",
	"getuid",
	"geteuid",
	"ioctl",
	"sysinfo",
	"process_vm_readv",
	"pipe2",
	"pipe",
#endif
};

static int filter_calls(struct err *err)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	int r = filter ? 0 : -ENOMEM;

	for (size_t i = 0; r == 0 && i < sizeof(allowed_calls) / sizeof(allowed_calls[0]); i++) {
		int number = seccomp_syscall_resolve_name(allowed_calls[i]);

		/* some are missing on some architectures; unknown to an older library: as well */
		if (number != __NR_SCMP_ERROR && number >= 0)
			r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, number, 0);
	}
	if (r == 0)
		r = seccomp_load(filter);
	seccomp_release(filter);
	return r < 0 ? err_sys_code(err, r, "load the filter of system calls") : 0;
}

int confine(const char *directory, enum confine_root root, struct err *err)
{
	int r = enter_root(directory, root, err);

	if (r == 0)
		r = limit_resources(err);
	if (r == 0)
		r = drop_capabilities(root == CONFINE_ROOT_EMPTY ? 0 : kept_capabilities, err);
	if (r == 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		r = err_sys(err, "prctl PR_SET_NO_NEW_PRIVS");
	if (r == 0)
		r = filter_calls(err);
	return r < 0 ? err_while(err, "confine the unpacker") : 0;
}
