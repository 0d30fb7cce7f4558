/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/unpack/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <seccomp.h>

#include "base/fd.h"
#include "engine/unpack/unpack.h"
#include "sys/beneath.h"
#include "sys/capability.h"
#include "sys/mount_api.h"
#include "sys/nsfs.h"

#define CAP_BIT(number) (UINT64_C(1) << (number))

/* Over files only; with no device to open and no other root to go to, MKNOD and CHOWN are harmless
 * outside of the directory. */
static const uint64_t kept_capabilities = CAP_BIT(CAP_CHOWN) | CAP_BIT(CAP_DAC_OVERRIDE) |
					  CAP_BIT(CAP_FOWNER) | CAP_BIT(CAP_FSETID) |
					  CAP_BIT(CAP_MKNOD) | CAP_BIT(CAP_SETFCAP);

static const uint64_t safe_attributes = MOUNT_ATTR_NODEV | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC;

static uint64_t attributes_of(const struct confine_request *request)
{
	return safe_attributes | (request->is_read_only ? MOUNT_ATTR_RDONLY : 0);
}

static int open_new_root(const struct confine_request *request, int *ret_fd, struct err *err)
{
	AUTO_FD int tree_fd = -1;
	int r;

	if (request->root == CONFINE_ROOT_EMPTY) {
		r = mount_new_fs("tmpfs", "hull-unpack", "size=4k,nr_inodes=4,mode=0555",
			safe_attributes | MOUNT_ATTR_RDONLY, &tree_fd, err);
	} else {
		r = mount_clone_tree(AT_FDCWD, request->directory, true, &tree_fd, err);
		if (r == 0)
			r = mount_set_attributes(tree_fd, attributes_of(request), 0, true, err);
	}
	if (r < 0)
		return r;
	*ret_fd = TAKE_FD(tree_fd);
	return 0;
}

/* Everything else of the host goes: the old root is detached. */
static int enter_directory(const struct confine_request *request, struct err *err)
{
	AUTO_FD int root_fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	AUTO_FD int place_fd = open(request->directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
	AUTO_FD int tree_fd = -1;
	int r;

	if (root_fd < 0 || place_fd < 0)
		return err_sys(err, "open %s", root_fd < 0 ? "/" : request->directory);
	r = mount_choose_calls(err);
	if (r == 0)
		r = mount_set_propagation(root_fd, MS_PRIVATE, true, err);
	if (r == 0)
		r = open_new_root(request, &tree_fd, err);
	if (r == 0)
		r = mount_attach(tree_fd, place_fd, err);
	if (r == 0)
		r = mount_pivot_root(tree_fd, err);
	return r < 0 ? r : mount_end(err);
}

/* Takes tree_fd. What else there was goes: the old root is detached. */
static int change_root(int tree_fd, struct err *err)
{
	AUTO_FD int new_fd = tree_fd;
	AUTO_FD int root_fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int r;

	if (root_fd < 0)
		return err_sys(err, "open /");
	r = mount_attach(new_fd, root_fd, err);
	return r < 0 ? r : mount_pivot_root(new_fd, err);
}

/* From here on nothing that is mounted here is seen elsewhere. */
static int make_private(struct err *err)
{
	AUTO_FD int root_fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (root_fd < 0)
		return err_sys(err, "open /");
	return mount_set_propagation(root_fd, MS_PRIVATE, true, err);
}

/* Who may make files there is its user namespace's root. */
static int become_its_root(struct err *err)
{
	/* an ordinary user's namespace with one id does not allow it, and has none */
	if (setgroups(0, NULL) < 0 && errno != EPERM)
		return err_sys(err, "setgroups");
	if (setresgid(0, 0, 0) < 0 || setresuid(0, 0, 0) < 0)
		return err_sys(err, "become root of the container's user namespace");
	return 0;
}

static int join_user_namespace(struct err *err)
{
	int r = 0;

	if (fcntl(UNPACK_USER_FD, F_GETFD) < 0)
		return 0;
	r = nsfs_join(UNPACK_USER_FD, CLONE_NEWUSER, err);
	close(UNPACK_USER_FD);
	if (r == 0)
		r = become_its_root(err);
	if (r == 0 && unshare(CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS) < 0)
		r = err_sys(err, "unshare");
	return r;
}

/* The copy of its mounts is ours: what we do to it does not concern the container. */
static int enter_namespace(const struct confine_request *request, struct err *err)
{
	int tree_fd = -1;
	int r = nsfs_join(UNPACK_ROOT_FD, CLONE_NEWNS, err);

	close(UNPACK_ROOT_FD);
	if (r == 0 && unshare(CLONE_NEWNS) < 0)
		r = err_sys(err, "unshare CLONE_NEWNS");
	if (r == 0)
		r = make_private(err);
	if (r < 0 || !request->is_root_only)
		return r;
	r = mount_clone_tree(AT_FDCWD, "/", false, &tree_fd, err);
	return r < 0 ? r : change_root(tree_fd, err);
}

/* Where the container would have them; links on the way stay inside of the root. */
static int attach_mounts(const struct confine_request *request, struct err *err)
{
	AUTO_FD int root_fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (root_fd < 0)
		return err_sys(err, "open /");
	for (size_t i = 0; i < request->n_mounts; i++) {
		AUTO_FD int tree_fd = UNPACK_MOUNT_FD + (int)i;
		AUTO_FD int target_fd = -1;
		struct err missing = ERR_INIT;
		int r = beneath_open(root_fd, request->mounts[i], O_PATH, 0, &target_fd, &missing);

		if (r == -ENOENT || r == -ENOTDIR) /* it was never started: nothing is there yet */
			continue;
		if (r < 0)
			*err = missing;
		if (r == 0)
			r = mount_attach(tree_fd, target_fd, err);
		if (r < 0)
			return err_while(err, "%s", request->mounts[i]);
	}
	return 0;
}

/* A container's files, by the newer calls: there are none of its mounts without them. */
static int enter_container(const struct confine_request *request, struct err *err)
{
	int r;

	if (strcmp(request->directory, UNPACK_ROOT_NAMESPACE) == 0) {
		r = enter_namespace(request, err);
	} else {
		r = make_private(err);
		if (r == 0)
			r = change_root(UNPACK_ROOT_FD, err);
	}
	if (r == 0)
		r = attach_mounts(request, err);
	if (r < 0)
		return r;
	AUTO_FD int root_fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root_fd < 0)
		return err_sys(err, "open /");
	return mount_set_attributes(root_fd, attributes_of(request), 0, true, err);
}

static int enter_root(const struct confine_request *request, struct err *err)
{
	int r = join_user_namespace(err);

	if (r == 0)
		r = request->directory[0] == '/' ? enter_directory(request, err)
						 : enter_container(request, err);
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
	"flistxattr",
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
	"llistxattr",
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
	"sysinfo", /* of qsort(3) */
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

int confine(const struct confine_request *request, struct err *err)
{
	int r = 0;

	/* whoever has the container's processes in view must not look into this one */
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		r = err_sys(err, "prctl PR_SET_DUMPABLE");
	if (r == 0)
		r = enter_root(request, err);
	/* a change of ids has taken it away */
	if (r == 0 && prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0)
		r = err_sys(err, "prctl PR_SET_PDEATHSIG");
	if (r == 0)
		r = limit_resources(err);
	if (r == 0)
		r = drop_capabilities(
			request->root == CONFINE_ROOT_EMPTY ? 0 : kept_capabilities, err);
	if (r == 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		r = err_sys(err, "prctl PR_SET_NO_NEW_PRIVS");
	if (r == 0)
		r = filter_calls(err);
	return r < 0 ? err_while(err, "confine the unpacker") : 0;
}
