/* SPDX-License-Identifier: Apache-2.0 */
#include "core/facts.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/file.h"
#include "base/number_list.h"
#include "base/path.h"
#include "base/text.h"
#include "core/template.h"
#include "sys/capability.h"
#include "sys/clone.h"
#include "sys/kernel_version.h"
#include "sys/mount_api.h"
#include "sys/mount_id.h"
#include "sys/mountinfo.h"
#include "sys/nsfs.h"
#include "sys/process.h"
#include "sys/scheduling.h"

/* PROC_USER_INIT_INO: the inode of the machine's first user namespace (linux/proc_ns.h). */
enum { FACTS_USER_INIT_INODE = 0xeffffffd };

enum {
	FACTS_AFFINITY_BYTES = 8192 / 8,
	FACTS_ONLINE_BYTES = 4096, /* of a file in sysfs */
};

static const struct {
	const char *own; /* what we are in */
	uint64_t flag;
} kinds[OCI_NAMESPACE_COUNT] = {
	[OCI_NAMESPACE_MNT] = { "/proc/self/ns/mnt", CLONE_NEWNS },
	[OCI_NAMESPACE_PID] = { "/proc/self/ns/pid_for_children", CLONE_NEWPID },
	[OCI_NAMESPACE_NET] = { "/proc/self/ns/net", CLONE_NEWNET },
	[OCI_NAMESPACE_IPC] = { "/proc/self/ns/ipc", CLONE_NEWIPC },
	[OCI_NAMESPACE_UTS] = { "/proc/self/ns/uts", CLONE_NEWUTS },
	[OCI_NAMESPACE_USER] = { "/proc/self/ns/user", CLONE_NEWUSER },
	[OCI_NAMESPACE_CGROUP] = { "/proc/self/ns/cgroup", CLONE_NEWCGROUP },
	[OCI_NAMESPACE_TIME] = { "/proc/self/ns/time_for_children", CLONE_NEWTIME },
};

static bool id_of_path(const char *path, struct nsfs_id *ret)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return false;
	*ret = (struct nsfs_id){ .device = st.st_dev, .inode = st.st_ino };
	return true;
}

/* EPERM from NS_GET_USERNS: the owner is none of ours nor below: it cannot be joined anyway. */
static bool is_owned_by_other(int ns_fd)
{
	struct nsfs_id owner_id, own_id;
	struct err ignored = ERR_INIT;

	AUTO_FD int owner = -1;
	if (nsfs_open_owner(ns_fd, &owner, &ignored) < 0 ||
		nsfs_id_of(owner, &owner_id, &ignored) < 0 ||
		!id_of_path(kinds[OCI_NAMESPACE_USER].own, &own_id))
		return false;
	return !nsfs_id_equal(owner_id, own_id);
}

/* Who owns a namespace matters only to those who go to another user namespace. */
static bool changes_user(const struct oci_config *config, const struct nsfs_id *own)
{
	const struct oci_namespace *user = oci_config_namespace(config, OCI_NAMESPACE_USER);
	struct nsfs_id id;

	return user && !(user->path && id_of_path(user->path, &id) && nsfs_id_equal(id, *own));
}

/* Without a /proc it is none that there is. */
static struct nsfs_id own_user_namespace(void)
{
	struct nsfs_id own = { 0 };

	id_of_path(kinds[OCI_NAMESPACE_USER].own, &own);
	return own;
}

static int read_namespace(const struct oci_namespace *namespace, bool changes_user_namespace,
	struct namespace_facts *ret, struct err *err)
{
	struct nsfs_id id, own;
	AUTO_FD int fd = -1;
	int r = nsfs_open(namespace->path, kinds[namespace->type].flag, &fd, err);

	if (r == 0)
		r = nsfs_id_of(fd, &id, err);
	if (r < 0)
		return r;
	ret->is_joined = true;
	ret->is_own = id_of_path(kinds[namespace->type].own, &own) && nsfs_id_equal(id, own);
	ret->is_foreign = changes_user_namespace && namespace->type != OCI_NAMESPACE_USER &&
			  is_owned_by_other(fd);
	return 0;
}

static int read_namespaces(
	const struct oci_config *config, bool changes, struct host_facts *ret, struct err *err)
{
	for (size_t i = 0; i < config->platform.n_namespaces; i++) {
		const struct oci_namespace *namespace = &config->platform.namespaces[i];
		int r;

		if (!namespace->path)
			continue;
		r = read_namespace(namespace, changes, &ret->namespaces[namespace->type], err);
		if (r < 0)
			return err_config(err, "/linux/namespaces/%zu/path", i);
	}
	return 0;
}

bool facts_denies_setgroups(const char *process_directory)
{
	const char *text, *name;
	struct err ignored = ERR_INIT;
	AUTO_ARENA arena = ARENA_INIT;
	size_t length;

	name = path_join(&arena, process_directory, "setgroups");
	AUTO_FD int fd = open(name, O_RDONLY | O_CLOEXEC);
	return fd >= 0 && file_read_fd(&arena, fd, name, 64, &text, &length, &ignored) == 0 &&
	       text_has_prefix(text, "deny");
}

/*
 * /proc/PID/setgroups stands beside the ns/user that is joined. Of a file elsewhere it is not known
 * before it is tried.
 */
static bool denies_setgroups(const struct oci_config *config)
{
	const struct oci_namespace *user = oci_config_namespace(config, OCI_NAMESPACE_USER);
	AUTO_ARENA arena = ARENA_INIT;
	const char *end;

	if (!user || !user->path || !text_has_prefix(user->path, "/proc/"))
		return false;
	end = strstr(user->path, "/ns/user");
	return end && facts_denies_setgroups(
			      arena_printf(&arena, "%.*s", (int)(end - user->path), user->path));
}

static const char *read_link(struct arena *arena, const char *path)
{
	char link[PATH_MAX];
	ssize_t n = readlink(path, link, sizeof(link) - 1);

	return n < 0 ? NULL : arena_printf(arena, "%.*s", (int)n, link);
}

static void read_path(struct arena *arena, const char *path, bool no_follow, struct path_facts *ret)
{
	struct stat st;
	int r = no_follow ? lstat(path, &st) : stat(path, &st);

	*ret = (struct path_facts){ .path = path, .no_follow = no_follow };
	if (r < 0) {
		ret->open_errno = errno;
		return;
	}
	ret->exists = true;
	ret->device = st.st_dev;
	ret->inode = st.st_ino;
	ret->is_directory = S_ISDIR(st.st_mode);
	if (S_ISLNK(st.st_mode))
		ret->link = read_link(arena, path);
}

static bool mount_of(const char *path, uint64_t *ret)
{
	AUTO_FD int fd = open(path, O_PATH | O_CLOEXEC);

	return fd >= 0 && mount_id_get(fd, ret) == 0;
}

static void compare_mount(uint64_t root_mount, struct path_facts *facts)
{
	uint64_t id;

	if (facts->path && facts->exists && mount_of(facts->path, &id))
		facts->is_on_root_mount = id == root_mount;
}

/* Matters only for propagations that change the mount at "/" alone. */
static void compare_mounts(const struct oci_config *config, struct host_facts *ret)
{
	enum oci_propagation wanted = config->platform.rootfs_propagation;
	uint64_t root_mount;

	if ((wanted != OCI_PROPAGATION_SHARED && wanted != OCI_PROPAGATION_SLAVE &&
		    wanted != OCI_PROPAGATION_PRIVATE && wanted != OCI_PROPAGATION_UNBINDABLE) ||
		!mount_of("/", &root_mount))
		return;
	compare_mount(root_mount, &ret->root);
	for (size_t i = 0; i < config->n_mounts; i++)
		compare_mount(root_mount, &ret->sources[i]);
}

static uint32_t host_id_of_root(const struct oci_id_mapping *mappings, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (mappings[i].container_id == 0)
			return mappings[i].host_id;
	return UINT32_MAX - 1; /* nobody: it reaches what everybody does */
}

static void try_path(struct path_facts *facts)
{
	int flags = O_PATH | O_CLOEXEC | (facts->no_follow ? O_NOFOLLOW : 0);
	AUTO_FD int fd = facts->path && facts->exists ? open(facts->path, flags) : -1;

	facts->is_out_of_reach = facts->path && facts->exists && fd < 0;
}

/*
 * With the file system ids of the container's root for a moment (setfsuid(2)): without 0 there is
 * no CAP_DAC_OVERRIDE either.
 */
static void read_reach(const struct oci_config *config, struct host_facts *ret)
{
	const struct oci_linux *platform = &config->platform;

	if (!ret->is_privileged || !oci_config_namespace(config, OCI_NAMESPACE_USER))
		return;
	setfsgid(host_id_of_root(platform->gid_mappings, platform->n_gid_mappings));
	setfsuid(host_id_of_root(platform->uid_mappings, platform->n_uid_mappings));
	try_path(&ret->root);
	for (size_t i = 0; i < config->n_mounts; i++)
		try_path(&ret->sources[i]);
	setfsuid(ret->uid);
	setfsgid(ret->gid);
}

static bool has_option(const struct oci_mount *mount, const char *name)
{
	for (size_t i = 0; i < mount->n_options; i++)
		if (text_equal(mount->options[i], name))
			return true;
	return false;
}

static bool binds_a_directory(const struct oci_config *config, const struct host_facts *facts)
{
	for (size_t i = 0; i < config->n_mounts; i++)
		if (facts->sources[i].is_directory)
			return true;
	return false;
}

static void mark_if_same(struct path_facts *facts, const struct stat *st)
{
	if (facts->is_directory && facts->device == st->st_dev && facts->inode == st->st_ino)
		facts->has_namespaces = true;
}

struct pinned {
	const struct oci_config *config;
	struct host_facts *facts;
};

/* Every directory above a pinned mount namespace, by whatever name it is bound. */
static int mark_above(const struct mountinfo *mount, void *context, struct err *err)
{
	const struct pinned *pinned = context;
	char path[PATH_MAX];
	struct stat st;

	(void)err;
	if (!text_equal(mount->type, "nsfs") || !text_has_prefix(mount->root, "mnt:"))
		return 0;
	text_copy(path, sizeof(path), mount->mount_point);
	for (char *slash = strrchr(path, '/'); slash; slash = strrchr(path, '/')) {
		slash[slash == path] = '\0';
		if (stat(path, &st) < 0)
			return 0;
		mark_if_same(&pinned->facts->root, &st);
		for (size_t i = 0; i < pinned->config->n_mounts; i++)
			mark_if_same(&pinned->facts->sources[i], &st);
		if (slash == path)
			break;
	}
	return 0;
}

static void read_pinned(const struct oci_config *config, struct host_facts *ret)
{
	struct pinned pinned = { .config = config, .facts = ret };
	struct err ignored = ERR_INIT; /* then the mount says what is wrong */
	AUTO_FD int fd = -1;

	if (!ret->is_privileged || !binds_a_directory(config, ret))
		return;
	fd = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
	if (fd >= 0)
		mountinfo_read(fd, mark_above, &pinned, &ignored);
}

static void read_sources(
	struct arena *arena, const struct oci_config *config, struct host_facts *ret)
{
	ret->sources = ARENA_NEW_ARRAY(arena, config->n_mounts, struct path_facts);
	for (size_t i = 0; i < config->n_mounts; i++) {
		const struct oci_mount *mount = &config->mounts[i];

		if (!oci_mount_is_bind(mount))
			continue;
		/* an absent source is the file system that the name "" finds: nothing */
		read_path(arena, path_join(arena, ret->bundle, mount->source ? mount->source : ""),
			has_option(mount, "copy-symlink") || has_option(mount, "src-nofollow"),
			&ret->sources[i]);
	}
}

/* "1" in the file: the module is in force, not just built. */
static bool is_enabled(const char *path)
{
	char text[2] = "";
	struct err ignored = ERR_INIT;

	AUTO_FD int fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd >= 0 && fd_read_up_to(fd, text, 1, &ignored) == 1 &&
	       (text[0] == 'Y' || text[0] == '1');
}

static void read_labels(const struct oci_config *config, struct host_facts *ret)
{
	const struct oci_process *process = config->process;

	if (process && !text_is_empty(process->apparmor_profile))
		ret->has_apparmor = is_enabled("/sys/module/apparmor/parameters/enabled");
	if (process && !text_is_empty(process->selinux_label))
		ret->has_selinux = access("/sys/fs/selinux/status", F_OK) == 0;
}

/* A process of that number is there: its namespaces are asked by path, without opening them. */
static void compare_process_namespace(
	const struct oci_namespace *namespace, bool changes, struct namespace_facts *ret)
{
	struct err ignored = ERR_INIT;
	struct nsfs_id id, own;

	ret->is_joined = true;
	ret->is_own = id_of_path(namespace->path, &id) &&
		      id_of_path(kinds[namespace->type].own, &own) && nsfs_id_equal(id, own);
	if (!changes || ret->is_own || namespace->type == OCI_NAMESPACE_USER)
		return;
	AUTO_FD int fd = -1;
	ret->is_foreign = nsfs_open(namespace->path, kinds[namespace->type].flag, &fd, &ignored) ==
				  0 &&
			  is_owned_by_other(fd);
}

static int count_bits(const unsigned long *mask, size_t size)
{
	int n = 0;

	for (size_t i = 0; i < size / sizeof(*mask); i++)
		n += __builtin_popcountl(mask[i]);
	return n;
}

/* Of the machine; a C library's answer may be those that this process may use. 0: not known. */
static int count_online_processors(void)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct err ignored = ERR_INIT;
	char text[FACTS_ONLINE_BYTES] = "";
	unsigned long *mask;
	size_t size;

	AUTO_FD int fd = open("/sys/devices/system/cpu/online", O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fd_read_up_to(fd, text, sizeof(text) - 1, &ignored) < 0)
		return 0;
	text[strcspn(text, "\n")] = '\0';
	if (number_list_parse(&arena, text, FACTS_AFFINITY_BYTES * 8 - 1, &mask, &size) < 0)
		return 0;
	return count_bits(mask, size);
}

/* A failure leaves the mask as it is: only a kernel with more processors than the buffer has bits
 * gives one. */
static void read_affinity(struct host_facts *ret)
{
	unsigned long mask[FACTS_AFFINITY_BYTES / sizeof(unsigned long)] = { 0 };
	struct err ignored = ERR_INIT;
	int n = scheduling_get_processors(mask, sizeof(mask), &ignored);

	if (n <= 0)
		return;
	ret->has_narrow_affinity = count_bits(mask, (size_t)n) < count_online_processors();
	ret->affinity_bytes = (size_t)n;
}

/*
 * All at once (setns(2) of a pidfd, Linux 5.8), also those that are ours already: only the
 * machine's first user namespace owns everything that this can lead to. The pid namespace tells
 * whether to fork, the mount namespace where the root is: they are compared.
 */
static void join_at_once(const struct oci_config *config, int process_fd, struct host_facts *ret)
{
	ret->joined_process_fd = process_fd;
	for (size_t i = 0; i < config->platform.n_namespaces; i++) {
		const struct oci_namespace *namespace = &config->platform.namespaces[i];
		struct namespace_facts *facts = &ret->namespaces[namespace->type];

		facts->is_joined = true;
		facts->is_own = namespace->type == OCI_NAMESPACE_USER;
		if (namespace->type == OCI_NAMESPACE_PID || namespace->type == OCI_NAMESPACE_MNT)
			compare_process_namespace(namespace, false, facts);
		if (!facts->is_own)
			ret->joined_at_once |= kinds[namespace->type].flag;
	}
}

void facts_read_for_exec(const struct oci_config *config, int process_fd, struct host_facts *ret)
{
	struct nsfs_id own = own_user_namespace();
	bool changes = changes_user(config, &own);

	*ret = (struct host_facts){
		.uid = geteuid(),
		.gid = getegid(),
		.is_privileged = capability_is_effective(CAPABILITY_SYS_ADMIN),
		.in_initial_userns = own.inode == FACTS_USER_INIT_INODE,
		.bundle = "/",
		.joined_process_fd = -1,
	};
	read_labels(config, ret);
	read_affinity(ret);
	if (process_fd >= 0 && process_is_pidfd(process_fd) && !changes && ret->is_privileged &&
		ret->in_initial_userns && kernel_is_at_least("5.8")) {
		join_at_once(config, process_fd, ret);
		return;
	}
	for (size_t i = 0; i < config->platform.n_namespaces; i++) {
		const struct oci_namespace *namespace = &config->platform.namespaces[i];

		compare_process_namespace(namespace, changes, &ret->namespaces[namespace->type]);
	}
	ret->denies_setgroups = changes && denies_setgroups(config);
}

void facts_read_for_mounts(struct arena *arena, const struct oci_config *config, const char *bundle,
	struct host_facts *ret)
{
	facts_read_for_exec(config, -1, ret);
	ret->bundle = bundle;
	ret->lacking_mount_call = mount_lacking_call();
	read_sources(arena, config, ret);
}

int facts_read(struct arena *arena, const struct oci_config *config, const char *bundle,
	struct host_facts *ret, struct err *err)
{
	struct nsfs_id own = own_user_namespace();
	bool changes = changes_user(config, &own);
	int r;

	*ret = (struct host_facts){
		.uid = geteuid(),
		.gid = getegid(),
		.is_privileged = capability_is_effective(CAPABILITY_SYS_ADMIN),
		.bundle = bundle,
		.joined_process_fd = -1,
		.has_kcore = access("/proc/kcore", F_OK) == 0,
		.lacking_mount_call = mount_lacking_call(),
	};
	ret->in_initial_userns = own.inode == FACTS_USER_INIT_INODE;
	read_path(arena, path_join(arena, bundle, config->root->path), false, &ret->root);
	read_sources(arena, config, ret);
	compare_mounts(config, ret);
	read_pinned(config, ret);
	read_reach(config, ret);
	read_labels(config, ret);
	read_affinity(ret);
	ret->denies_setgroups = changes && denies_setgroups(config);
	r = read_namespaces(config, changes, ret, err);
	if (r == 0 && ret->namespaces[OCI_NAMESPACE_PID].is_joined)
		ret->has_proc_pidns = mount_proc_takes_pid_namespace();
	if (r == 0)
		r = cgroup_host_read(arena, &ret->cgroups, err);
	if (r == 0 && ret->is_privileged && ret->in_initial_userns)
		ret->has_template = template_is_possible();
	return r;
}

void facts_use_root_tree(struct host_facts *facts, int tree_fd)
{
	facts->has_root_tree = true;
	facts->root_tree_fd = tree_fd;
	facts->root = (struct path_facts){
		.path = facts->root.path,
		.exists = true,
		.is_directory = true,
	};
}
