/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/network/names_process.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/file.h"
#include "base/text.h"
#include "sys/capability.h"
#include "sys/descriptors.h"
#include "sys/mount_api.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

enum {
	NOBODY = 65534,
	ARGUMENTS_MAX = 80,
	WORD_BYTES = 96,
	N_FILES = 256,
};

/* What the process is told by its caller, which it is a copy of. */
struct server {
	const struct network *network;
	char hosts[PATH_MAX]; /* path of the directory hosts/ */
};

/* ---- its root ---- */

static int clone_read_only(const char *source, uint64_t no_devices, int *ret_fd, struct err *err)
{
	const uint64_t attributes = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | no_devices;
	AUTO_FD int tree_fd = -1;
	int r = mount_clone_tree(AT_FDCWD, source, false, &tree_fd, err);

	if (r == 0)
		r = mount_set_propagation(tree_fd, MS_PRIVATE, false, err);
	if (r == 0)
		r = mount_set_attributes(tree_fd, attributes, 0, false, err);
	if (r == 0)
		*ret_fd = TAKE_FD(tree_fd);
	return r;
}

static int attach(int tree_fd, int root_fd, const char *name, struct err *err)
{
	if (mkdirat(root_fd, name, 0755) < 0)
		return err_sys(err, "mkdir %s", name);
	AUTO_FD int place_fd = openat(root_fd, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (place_fd < 0)
		return err_sys(err, "open %s", name);
	return mount_attach(tree_fd, place_fd, err);
}

static int attach_read_only(const char *source, int root_fd, const char *name, struct err *err)
{
	AUTO_FD int tree_fd = -1;
	int r = clone_read_only(source, MOUNT_ATTR_NODEV, &tree_fd, err);

	return r < 0 ? r : attach(tree_fd, root_fd, name, err);
}

/* Programs and libraries, where the host has them; a link (/lib → usr/lib) as a link. */
static int add_programs(int root_fd, struct err *err)
{
	static const char *const names[] = { "usr", "lib", "lib32", "lib64", "bin", "sbin" };
	int r = 0;

	for (size_t i = 0; r == 0 && i < COUNT_OF(names); i++) {
		char path[WORD_BYTES], target[WORD_BYTES];
		struct stat st;
		ssize_t n;

		text_format(path, sizeof(path), "/%s", names[i]);
		n = readlink(path, target, sizeof(target) - 1);
		if (n > 0) {
			target[n] = '\0';
			if (symlinkat(target, root_fd, names[i]) < 0)
				r = err_sys(err, "symlink %s", names[i]);
		} else if (stat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
			r = attach_read_only(path, root_fd, names[i], err);
		}
	}
	return r;
}

/* dnsmasq looks its user up, though it is that already. */
static int add_accounts(int root_fd, struct err *err)
{
	static const char passwd[] = "nobody:x:65534:65534::/:/bin/false\n";
	static const char group[] = "nogroup:x:65534:\n";
	int r;

	if (mkdirat(root_fd, "etc", 0755) < 0)
		return err_sys(err, "mkdir etc");
	r = file_create(root_fd, "etc/passwd", passwd, sizeof(passwd) - 1, 0644, err);
	return r < 0 ? r : file_create(root_fd, "etc/group", group, sizeof(group) - 1, 0644, err);
}

/* For its random numbers. */
static int add_random(int root_fd, struct err *err)
{
	AUTO_FD int tree_fd = -1;
	AUTO_FD int place_fd = -1;
	int r = clone_read_only("/dev/urandom", 0, &tree_fd, err);

	if (r < 0)
		return r;
	if (mkdirat(root_fd, "dev", 0755) < 0)
		return err_sys(err, "mkdir dev");
	place_fd = openat(root_fd, "dev/urandom", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (place_fd < 0)
		return err_sys(err, "make dev/urandom");
	return mount_attach(tree_fd, place_fd, err);
}

/* The directory and not the file: whoever changes resolv.conf puts a new file in its place. */
static int add_resolver(int root_fd, char name[NAME_MAX + 1], struct err *err)
{
	char path[PATH_MAX];
	char *slash;

	name[0] = '\0';
	if (!realpath("/etc/resolv.conf", path))
		return 0; /* then nobody outside is asked */
	slash = strrchr(path, '/');
	text_copy(name, NAME_MAX + 1, slash + 1);
	*slash = '\0';
	return attach_read_only(path[0] ? path : "/", root_fd, "resolv", err);
}

static int fill_root(int root_fd, int hosts_fd, char resolver[NAME_MAX + 1], struct err *err)
{
	int r = attach(hosts_fd, root_fd, "hosts", err);

	if (r == 0)
		r = add_programs(root_fd, err);
	if (r == 0)
		r = add_accounts(root_fd, err);
	if (r == 0)
		r = add_random(root_fd, err);
	return r < 0 ? r : add_resolver(root_fd, resolver, err);
}

/* hosts/ is a directory that is there to mount the new root on; it was cloned before. */
static int attach_root(const char *hosts, int tree_fd, int *ret_fd, struct err *err)
{
	char path[WORD_BYTES];
	int r;

	AUTO_FD int place_fd = open(hosts, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (place_fd < 0)
		return err_sys(err, "open %s", hosts);
	r = mount_attach(tree_fd, place_fd, err);
	if (r < 0)
		return r;
	text_format(path, sizeof(path), "/proc/self/fd/%d", tree_fd);
	*ret_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return *ret_fd < 0 ? err_sys(err, "open the new root") : 0;
}

static int make_root(const char *hosts, char resolver[NAME_MAX + 1], struct err *err)
{
	AUTO_FD int old_fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	AUTO_FD int hosts_fd = -1;
	AUTO_FD int tree_fd = -1;
	AUTO_FD int root_fd = -1;
	int r;

	if (old_fd < 0)
		return err_sys(err, "open /");
	r = mount_choose_calls(err);
	if (r == 0)
		r = mount_set_propagation(old_fd, MS_PRIVATE, true, err);
	if (r == 0)
		r = clone_read_only(hosts, MOUNT_ATTR_NODEV, &hosts_fd, err);
	if (r == 0)
		r = mount_new_fs("tmpfs", "hull-names", "size=64k,nr_inodes=64,mode=0755",
			MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC, &tree_fd, err);
	if (r == 0)
		r = attach_root(hosts, tree_fd, &root_fd, err);
	if (r == 0)
		r = fill_root(root_fd, hosts_fd, resolver, err);
	if (r == 0)
		r = mount_pivot_root(tree_fd, err);
	return r < 0 ? r : mount_end(err);
}

/* ---- its rights ---- */

static int set_limits(struct err *err)
{
	static const struct {
		int resource;
		rlim_t limit;
	} limits[] = {
		{ RLIMIT_CORE, 0 },
		{ RLIMIT_NOFILE, N_FILES },
		{ RLIMIT_MEMLOCK, 0 },
		{ RLIMIT_FSIZE, 0 },
	};

	for (size_t i = 0; i < COUNT_OF(limits); i++) {
		const struct rlimit limit = { limits[i].limit, limits[i].limit };

		if (setrlimit((__typeof__(RLIMIT_CORE))limits[i].resource, &limit) < 0)
			return err_sys(err, "setrlimit");
	}
	return 0;
}

/* A user that is nobody, who may bind port 53. */
static int become_nobody(struct err *err)
{
	const uint64_t bind = UINT64_C(1) << CAP_NET_BIND_SERVICE;
	const struct capability_sets sets = {
		.effective = bind, .permitted = bind, .inheritable = bind
	};
	int r = capability_bound(bind, err);

	if (r < 0)
		return r;
	if (prctl(PR_SET_KEEPCAPS, 1) < 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return err_sys(err, "prctl");
	if (setgroups(0, NULL) < 0 || setresgid(NOBODY, NOBODY, NOBODY) < 0 ||
		setresuid(NOBODY, NOBODY, NOBODY) < 0)
		return err_sys(err, "set the user");
	r = capability_set(&sets, err);
	return r < 0 ? r : capability_set_ambient(bind, err);
}

/* ---- its command line ---- */

struct arguments {
	char words[ARGUMENTS_MAX][WORD_BYTES];
	char *argv[ARGUMENTS_MAX + 1];
	size_t n;
};

static void add(struct arguments *arguments, const char *option, const char *value)
{
	if (arguments->n == ARGUMENTS_MAX)
		return;
	text_format(arguments->words[arguments->n], WORD_BYTES, "%s%s", option, value);
	arguments->argv[arguments->n] = arguments->words[arguments->n];
	arguments->argv[++arguments->n] = NULL;
}

static void make_arguments(
	const struct network *network, const char *resolver, struct arguments *arguments)
{
	static const char *const always[] = { "--keep-in-foreground", "--pid-file=", "--no-hosts",
		"--hostsdir=/hosts", "--bind-interfaces", "--domain-needed", "--cache-size=1000",
		"--local-ttl=0", "--user=nobody", "--group=nogroup" };
	char text[IP_PREFIX_TEXT_BYTES];

	arguments->n = 0;
	add(arguments, "dnsmasq", "");
	for (size_t i = 0; i < COUNT_OF(always); i++)
		add(arguments, always[i], "");
	for (size_t i = 0; i < network->n_subnets; i++) {
		if (!network->subnets[i].gateway.family)
			continue;
		ip_address_format(&network->subnets[i].gateway, text);
		add(arguments, "--listen-address=", text);
	}
	if (network->is_internal || resolver[0] == '\0')
		add(arguments, "--no-resolv", "");
	else
		add(arguments, "--resolv-file=/resolv/", resolver);
}

static int redirect_streams(struct err *err)
{
	AUTO_FD int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0)
		return err_sys(err, "open /dev/null");
	for (int i = 0; i < 3; i++)
		if (dup2(null, i) < 0)
			return err_sys(err, "dup2");
	return 0;
}

static int become_server(const struct server *server, struct err *err)
{
	struct arguments arguments;
	char resolver[NAME_MAX + 1];
	sigset_t none;
	int r = redirect_streams(err);

	if (r == 0 && (setsid() < 0 || unshare(CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS) < 0))
		r = err_sys(err, "leave the caller's namespaces");
	if (r == 0)
		r = make_root(server->hosts, resolver, err);
	if (r == 0)
		r = set_limits(err);
	if (r == 0)
		r = become_nobody(err);
	if (r < 0)
		return r;
	make_arguments(server->network, resolver, &arguments);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	execve(NAMES_SERVER, arguments.argv, (char *[]){ NULL });
	return err_sys(err, "execute %s", NAMES_SERVER);
}

/* ---- forking twice: nobody here waits for it, the machine's first process does ---- */

static void run_between(const struct server *server, int told_fd)
{
	struct err failed = ERR_INIT; /* a container whose names are not served runs all the same */
	pid_t pid = fork();

	if (pid == 0) {
		close(told_fd);
		if (descriptors_close_on_exec_from(3, &failed) == 0)
			become_server(server, &failed);
		_exit(EXIT_FAILURE);
	}
	(void)!write(told_fd, &pid, sizeof(pid));
	_exit(pid < 0 ? EXIT_FAILURE : EXIT_SUCCESS);
}

/* A descriptor of the caller's is of another mount namespace than the server's will be. */
static int find_path(int fd, char ret[PATH_MAX], struct err *err)
{
	char link[WORD_BYTES];
	ssize_t n;

	text_format(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, ret, PATH_MAX - 1);
	if (n < 0)
		return err_sys(err, "readlink %s", link);
	ret[n] = '\0';
	return 0;
}

static int fork_twice(const struct server *server, pid_t *ret_pid, struct err *err)
{
	pid_t between, pid = -1;
	ssize_t n;
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_sys(err, "pipe");
	AUTO_FD int read_fd = ends[0];
	AUTO_FD int write_fd = ends[1];
	between = fork();
	if (between == 0)
		run_between(server, write_fd);
	if (between < 0)
		return err_sys(err, "fork");
	fd_replace(&write_fd, -1);
	n = fd_read_up_to(read_fd, &pid, sizeof(pid), err);
	while (waitpid(between, NULL, 0) < 0 && errno == EINTR)
		;
	if (n < 0)
		return (int)n;
	if (n != sizeof(pid) || pid <= 0)
		return err_fail(err, EAGAIN, "no process could be made for it");
	*ret_pid = pid;
	return 0;
}

int names_process_start(
	const struct network *network, int hosts_fd, pid_t *ret_pid, struct err *err)
{
	struct server server = { .network = network };
	int r = find_path(hosts_fd, server.hosts, err);

	return r < 0 ? r : fork_twice(&server, ret_pid, err);
}
