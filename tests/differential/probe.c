/* SPDX-License-Identifier: Apache-2.0 */
/*
 * probe: says what a program in a container sees, one fact a line: KEY, a tab, the value. Then it
 * says `end` and waits for a byte, so that its container can be looked at from outside meanwhile.
 *
 *   probe [exit=N] [look=PATH]... [ANYTHING]...   its last status is N; PATHs are looked at closely
 *   probe hook FILE [ANYTHING]...                 a hook: appends its facts and its input to FILE
 *
 * Facts are raw; what is an accident of one run (ids of mounts and namespaces) is made comparable
 * by who reads them. Nothing here changes what it looks at.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/ioctl.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/utsname.h>
#include <termios.h>
#include <unistd.h>

enum {
	TEXT_MAX_BYTES = 64 * 1024,
	WALK_MAX_DEPTH = 4,
	N_DESCRIPTORS = 64,
	IOPRIO_WHO_PROCESS = 1,
	KEY_DESCRIBE = 6,
	KEY_SESSION = -3,
};

extern char **environ;

static FILE *out;

/* escape: values stay on one line, and their ends are visible */
static void escape(const char *text)
{
	for (const unsigned char *c = (const unsigned char *)text; *c; c++)
		if (*c < ' ' || *c == 127)
			fprintf(out, "\\%03o", *c);
		else
			fputc(*c, out);
}

__attribute__((format(printf, 2, 3))) static void fact(const char *key, const char *format, ...)
{
	static char text[TEXT_MAX_BYTES];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	escape(key);
	fputc('\t', out);
	escape(text);
	fputc('\n', out);
}

__attribute__((format(printf, 2, 3))) static const char *key_of(
	const char *group, const char *format, ...)
{
	static char key[4096 + 64];
	va_list arguments;
	int n = snprintf(key, sizeof(key), "%s ", group);

	va_start(arguments, format);
	vsnprintf(key + n, sizeof(key) - (size_t)n, format, arguments);
	va_end(arguments);
	return key;
}

static void fact_result(const char *key, long result)
{
	if (result < 0)
		fact(key, "%s", strerrorname_np(errno));
	else
		fact(key, "%ld", result);
}

/* read_text: at most TEXT_MAX_BYTES - 1 of a file; NULL with errno */
static char *read_text(const char *path)
{
	static char text[TEXT_MAX_BYTES];
	size_t length = 0;
	ssize_t n;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	int failure;

	if (fd < 0)
		return NULL;
	while ((n = read(fd, text + length, sizeof(text) - 1 - length)) > 0)
		length += (size_t)n;
	failure = errno;
	close(fd);
	errno = failure;
	if (n < 0)
		return NULL;
	for (size_t i = 0; i < length; i++)
		if (!text[i])
			text[i] = ' ';
	text[length] = '\0';
	return text;
}

static void fact_file(const char *group, const char *path)
{
	const char *text = read_text(path);

	fact(key_of(group, "%s", path), "%s", text ? text : strerrorname_np(errno));
}

/* fact_lines: each line of a file is a fact of its own, numbered */
static void fact_lines(const char *group, const char *path)
{
	char *text = read_text(path);
	int n = 0;

	if (!text) {
		fact(key_of(group, "%s", path), "%s", strerrorname_np(errno));
		return;
	}
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		fact(key_of(group, "%d", n++), "%s", line);
}

static void tell_arguments(char **args)
{
	for (int i = 0; args[i]; i++)
		fact(key_of("argument", "%d", i), "%s", args[i]);
	for (int i = 0; environ[i]; i++)
		fact(key_of("environment", "%d", i), "%s", environ[i]);
	fact("auxv secure", "%lu", getauxval(AT_SECURE));
	fact("auxv execfn", "%s", (const char *)getauxval(AT_EXECFN));
}

static void tell_identity(void)
{
	gid_t groups[256];
	int n = getgroups(256, groups);
	uid_t uid[3];
	gid_t gid[3];

	getresuid(&uid[0], &uid[1], &uid[2]);
	getresgid(&gid[0], &gid[1], &gid[2]);
	fact("id uid", "%u %u %u", uid[0], uid[1], uid[2]);
	fact("id gid", "%u %u %u", gid[0], gid[1], gid[2]);
	fact_result("id groups", n);
	for (int i = 0; i < n; i++)
		fact(key_of("id", "group %d", i), "%u", groups[i]);
}

static void tell_capabilities(void)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[2] = { 0 };

	fact_result("capget", syscall(SYS_capget, &header, data));
	for (int i = 0; i < 64; i++) {
		uint32_t bit = 1U << (i % 32);
		const struct __user_cap_data_struct *word = &data[i / 32];
		bool is_bounding = prctl(PR_CAPBSET_READ, i, 0, 0, 0) == 1;
		bool is_ambient = prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, i, 0, 0) == 1;

		fact(key_of("capability", "%d", i), "%s%s%s%s%s", is_bounding ? "b" : "-",
			word->permitted & bit ? "p" : "-", word->effective & bit ? "e" : "-",
			word->inheritable & bit ? "i" : "-", is_ambient ? "a" : "-");
	}
}

static void tell_limits(void)
{
	static const char *const names[] = { "cpu", "fsize", "data", "stack", "core", "rss",
		"nproc", "nofile", "memlock", "as", "locks", "sigpending", "msgqueue", "nice",
		"rtprio", "rttime" };

	for (int i = 0; i < (int)(sizeof(names) / sizeof(names[0])); i++) {
		struct rlimit limit = { 0, 0 };

		getrlimit((__rlimit_resource_t)i, &limit);
		fact(key_of("limit", "%s", names[i]), "%ld %ld", (long)limit.rlim_cur,
			(long)limit.rlim_max);
	}
}

static void tell_process(void)
{
	char cwd[4096];
	mode_t mask = umask(0);

	umask(mask);
	fact("process pid", "%d", getpid());
	fact("process parent is outside", "%s", getppid() ? "no" : "yes");
	fact("process is group leader", "%s", getpgrp() == getpid() ? "yes" : "no");
	fact("process is session leader", "%s", getsid(0) == getpid() ? "yes" : "no");
	fact("process umask", "%04o", mask);
	fact("process cwd", "%s", getcwd(cwd, sizeof(cwd)) ? cwd : strerrorname_np(errno));
	fact_result("process scheduler", sched_getscheduler(0));
	errno = 0;
	fact("process nice", "%d", getpriority(PRIO_PROCESS, 0));
	fact_result("process ioprio", syscall(SYS_ioprio_get, IOPRIO_WHO_PROCESS, 0));
	fact("process personality", "%#x", (unsigned int)personality(0xffffffff));
}

static void tell_attributes(void)
{
	static const struct {
		const char *name;
		int option;
	} options[] = { { "dumpable", PR_GET_DUMPABLE }, { "keepcaps", PR_GET_KEEPCAPS },
		{ "securebits", PR_GET_SECUREBITS }, { "no_new_privs", PR_GET_NO_NEW_PRIVS },
		{ "thp_disable", PR_GET_THP_DISABLE }, { "timerslack", PR_GET_TIMERSLACK },
		{ "mce_kill", PR_MCE_KILL_GET }, { "seccomp", PR_GET_SECCOMP } };
	int value = -1;

	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		fact_result(key_of("attribute", "%s", options[i].name),
			prctl(options[i].option, 0, 0, 0, 0));
	prctl(PR_GET_PDEATHSIG, &value);
	fact("attribute pdeathsig", "%d", value);
	prctl(PR_GET_CHILD_SUBREAPER, &value);
	fact("attribute subreaper", "%d", value);
}

static void tell_affinity(void)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	fact_result("affinity result", sched_getaffinity(0, sizeof(set), &set) < 0 ? -1 : 0);
	for (int i = 0; i < 64; i++)
		if (CPU_ISSET(i, &set))
			fact(key_of("affinity", "%d", i), "may run");
}

static void tell_signals(void)
{
	sigset_t blocked;

	sigprocmask(SIG_BLOCK, NULL, &blocked);
	for (int i = 1; i < NSIG; i++) {
		struct sigaction action = { 0 };

		if (sigaction(i, NULL, &action) < 0)
			continue;
		if (action.sa_handler != SIG_DFL || sigismember(&blocked, i) == 1)
			fact(key_of("signal", "%d", i), "%s%s",
				action.sa_handler == SIG_IGN ? "ignored " : "",
				sigismember(&blocked, i) == 1 ? "blocked" : "");
	}
}

static void tell_terminal(void)
{
	int fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
	struct winsize size = { 0 };
	struct termios modes = { 0 };

	fact("terminal controlling", "%s", fd < 0 ? strerrorname_np(errno) : "yes");
	if (fd >= 0) {
		fact("terminal foreground", "%s", tcgetpgrp(fd) == getpgrp() ? "yes" : "no");
		close(fd);
	}
	for (int i = 0; i < 3; i++) {
		char name[256];

		fact(key_of("terminal", "name %d", i), "%s",
			ttyname_r(i, name, sizeof(name)) ? strerrorname_np(errno) : name);
	}
	if (ioctl(1, TIOCGWINSZ, &size) == 0)
		fact("terminal size", "%d %d", size.ws_row, size.ws_col);
	if (tcgetattr(1, &modes) == 0)
		fact("terminal modes", "%o %o %o %o", modes.c_iflag, modes.c_oflag, modes.c_cflag,
			modes.c_lflag);
}

static void tell_descriptors(void)
{
	for (int fd = 0; fd < N_DESCRIPTORS; fd++) {
		char link[64], target[4096];
		int flags = fcntl(fd, F_GETFL);
		ssize_t n;
		struct stat st;

		if (flags < 0)
			continue;
		snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
		n = readlink(link, target, sizeof(target) - 1);
		target[n < 0 ? 0 : n] = '\0';
		fstat(fd, &st);
		fact(key_of("descriptor", "%d", fd), "%#o %d mode %o owner %u:%u %s", flags,
			fcntl(fd, F_GETFD), st.st_mode, st.st_uid, st.st_gid, target);
	}
}

static void tell_status(void)
{
	static const char *const wanted[] = { "Umask", "Ngid", "TracerPid", "NStgid", "NSpid",
		"NSpgid", "NSsid", "CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb", "NoNewPrivs",
		"Seccomp", "Seccomp_filters", "Speculation_Store_Bypass",
		"SpeculationIndirectBranch", "SigBlk", "SigIgn", "SigCgt", "ShdPnd", "SigPnd",
		"Threads", "Cpus_allowed_list", "Mems_allowed_list", "CoreDumping", "THP_enabled",
		"untag_mask" };
	char *text = read_text("/proc/self/status");

	if (!text) {
		fact("status", "%s", strerrorname_np(errno));
		return;
	}
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		char *colon = strchr(line, ':');

		if (!colon)
			continue;
		*colon = '\0';
		for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
			if (!strcmp(line, wanted[i]))
				fact(key_of("status", "%s", line), "%s",
					colon + 1 + strspn(colon + 1, "\t "));
	}
}

static void tell_proc_self(void)
{
	static const char *const files[] = { "/proc/self/uid_map", "/proc/self/gid_map",
		"/proc/self/setgroups", "/proc/self/oom_score_adj", "/proc/self/comm",
		"/proc/self/cmdline", "/proc/self/timens_offsets", "/proc/self/coredump_filter",
		"/proc/self/loginuid", "/proc/self/attr/current", "/proc/self/projid_map" };
	static const char *const links[] = { "exe", "root", "cwd", "ns/cgroup", "ns/ipc", "ns/mnt",
		"ns/net", "ns/pid", "ns/pid_for_children", "ns/time", "ns/time_for_children",
		"ns/user", "ns/uts" };

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		fact_file("self", files[i]);
	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
		char path[64], target[4096];
		ssize_t n;

		snprintf(path, sizeof(path), "/proc/self/%s", links[i]);
		n = readlink(path, target, sizeof(target) - 1);
		target[n < 0 ? 0 : n] = '\0';
		fact(key_of("link", "%s", links[i]), "%s", n < 0 ? strerrorname_np(errno) : target);
	}
	fact_lines("cgroup", "/proc/self/cgroup");
	fact_lines("mountinfo", "/proc/self/mountinfo");
}

static void tell_system(void)
{
	static const char *const sysctls[] = { "kernel/hostname", "kernel/domainname",
		"kernel/msgmax", "kernel/msgmnb", "kernel/shmmax", "kernel/shmmni", "kernel/sem",
		"kernel/shm_rmid_forced", "fs/mqueue/msg_max", "fs/mqueue/queues_max",
		"net/core/somaxconn", "net/ipv4/ip_unprivileged_port_start",
		"net/ipv4/ping_group_range", "net/ipv4/ip_forward", "net/ipv4/tcp_syncookies",
		"net/ipv4/conf/lo/forwarding", "vm/swappiness" };
	struct utsname names;

	uname(&names);
	fact("uname nodename", "%s", names.nodename);
	fact("uname domainname", "%s", names.domainname);
	fact("uname machine", "%s", names.machine);
	for (size_t i = 0; i < sizeof(sysctls) / sizeof(sysctls[0]); i++) {
		char path[128];

		snprintf(path, sizeof(path), "/proc/sys/%s", sysctls[i]);
		fact_file("sysctl", path);
		fact_result(key_of("writable", "%s", path), access(path, W_OK));
	}
}

static void tell_network(void)
{
	struct if_nameindex *interfaces = if_nameindex();
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	for (struct if_nameindex *i = interfaces; i && i->if_index; i++) {
		struct ifreq request = { 0 };

		strncpy(request.ifr_name, i->if_name, IFNAMSIZ - 1);
		fact(key_of("interface", "%s", i->if_name), "%s",
			ioctl(fd, SIOCGIFFLAGS, &request) < 0 ? strerrorname_np(errno)
			: request.ifr_flags & IFF_UP          ? "up"
							      : "down");
	}
	if (interfaces)
		if_freenameindex(interfaces);
	/* a filter may answer 0 in the kernel's place, and 0 is not ours to close */
	if (fd > 2)
		close(fd);
}

static void tell_keyring(void)
{
	char text[256] = "";
	long n = syscall(SYS_keyctl, KEY_DESCRIBE, KEY_SESSION, text, sizeof(text) - 1, 0);

	fact("keyring session", "%s", n < 0 ? strerrorname_np(errno) : text);
}

static bool is_device(mode_t mode)
{
	return S_ISCHR(mode) || S_ISBLK(mode);
}

/* tell_device: may it be opened at all? Neither waits nor becomes a controlling terminal. */
static void tell_device(const char *path)
{
	int fd = open(path, O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

	fact(key_of("open", "%s", path), "%s", fd < 0 ? strerrorname_np(errno) : "yes");
	if (fd >= 0)
		close(fd);
}

static void tell_node(const char *path, const struct stat *st)
{
	char target[4096];
	ssize_t n;

	if (S_ISLNK(st->st_mode)) {
		n = readlink(path, target, sizeof(target) - 1);
		target[n < 0 ? 0 : n] = '\0';
		fact(key_of("node", "%s", path), "link %s", target);
		return;
	}
	fact(key_of("node", "%s", path), "%06o %u:%u %u,%u", st->st_mode, st->st_uid, st->st_gid,
		is_device(st->st_mode) ? major(st->st_rdev) : 0,
		is_device(st->st_mode) ? minor(st->st_rdev) : 0);
	if (is_device(st->st_mode))
		tell_device(path);
}

/* walk: all names below a folder but those of kernel file systems, whose content is not the
 * runtime's */
static void walk(const char *folder, int depth)
{
	DIR *stream = opendir(folder);
	struct dirent *entry;

	if (!stream) {
		fact(key_of("folder", "%s", folder), "%s", strerrorname_np(errno));
		return;
	}
	while ((entry = readdir(stream))) {
		char path[4096];
		struct stat st;

		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		snprintf(path, sizeof(path), "%s/%s", strcmp(folder, "/") ? folder : "",
			entry->d_name);
		if (lstat(path, &st) < 0) {
			fact(key_of("node", "%s", path), "%s", strerrorname_np(errno));
			continue;
		}
		tell_node(path, &st);
		if (S_ISDIR(st.st_mode) && depth > 1 && strcmp(path, "/proc") &&
			strcmp(path, "/sys"))
			walk(path, depth - 1);
	}
	closedir(stream);
}

/* look: at one path closely: what it is, what can be read of it, whether it can be written */
static void look(const char *path)
{
	struct stat st;
	const char *text;

	if (stat(path, &st) < 0) {
		fact(key_of("look", "%s", path), "%s", strerrorname_np(errno));
		return;
	}
	fact(key_of("look", "%s", path), "%06o %u:%u", st.st_mode, st.st_uid, st.st_gid);
	fact_result(key_of("look-writable", "%s", path), access(path, W_OK));
	fact_result(key_of("look-runnable", "%s", path), access(path, X_OK));
	if (S_ISREG(st.st_mode) || is_device(st.st_mode)) {
		text = read_text(path);
		fact(key_of("look-content", "%s", path), "%s",
			!text   ? strerrorname_np(errno)
			: *text ? "some"
				: "none");
	} else if (S_ISDIR(st.st_mode) && strncmp(path, "/proc/", 6) && strncmp(path, "/sys/", 5)) {
		walk(path, 1);
	}
}

static void look_at_system(void)
{
	static const char *const paths[] = { "/proc/kcore", "/proc/keys", "/proc/timer_list",
		"/proc/acpi", "/proc/scsi", "/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys",
		"/proc/sysrq-trigger", "/proc/interrupts", "/proc/sched_debug", "/proc/1/environ",
		"/sys/firmware", "/sys/fs/cgroup", "/sys/kernel", "/sys/devices", "/tmp",
		"/etc/passwd" };

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		look(paths[i]);
}

/* What a filter may answer in the kernel's place. Each call is wrong in its arguments or asks only.
 */
static void tell_calls(void)
{
	fact_result("call getcpu", syscall(SYS_getcpu, NULL, NULL, NULL) < 0 ? -1 : 0);
	fact_result("call uname", syscall(SYS_uname, -1));
	fact_result("call personality 0", syscall(SYS_personality, 0));
	fact_result("call personality -1", syscall(SYS_personality, 0xffffffff));
	fact_result("call bpf", syscall(SYS_bpf, -1, NULL, 0));
	fact_result("call swapon", syscall(SYS_swapon, NULL, 0));
	fact_result("call reboot", syscall(SYS_reboot, 0, 0, 0, NULL));
	fact_result("call mount", syscall(SYS_mount, NULL, "", "", 0, NULL));
	fact_result("call unshare", syscall(SYS_unshare, 0x1));
	fact_result("call ptrace", syscall(SYS_ptrace, -1, 0, 0, 0));
	fact_result("call sethostname", syscall(SYS_sethostname, NULL, -1));
	fact_result("call settimeofday", syscall(SYS_settimeofday, NULL, NULL));
	fact_result("call mknod", syscall(SYS_mknodat, -1, "", 0, 0));
	fact_result("call chroot", syscall(SYS_chroot, NULL));
	fact_result("call setdomainname", syscall(SYS_setdomainname, NULL, -1));
	fact_result("call kill", syscall(SYS_kill, getpid(), 0));
	fact_result("call socket vsock", syscall(SYS_socket, 40, -1, 0));
	fact_result("call clone3", syscall(SYS_clone3, NULL, 0));
	fact_result("call openat2", syscall(SYS_openat2, -1, NULL, NULL, 0));
	fact_result("call none", syscall(9999));
}

static int tell_all(char **args)
{
	int status = 0;

	tell_descriptors();
	tell_arguments(args);
	tell_identity();
	tell_capabilities();
	tell_limits();
	tell_process();
	tell_attributes();
	tell_affinity();
	tell_signals();
	tell_terminal();
	tell_status();
	tell_proc_self();
	tell_system();
	tell_network();
	tell_keyring();
	walk("/", WALK_MAX_DEPTH);
	look_at_system();
	for (int i = 1; args[i]; i++)
		if (!strncmp(args[i], "look=", 5))
			look(args[i] + 5);
		else if (!strncmp(args[i], "exit=", 5))
			status = atoi(args[i] + 5);
	tell_calls();
	return status;
}

/* hook: its facts go to a file; it takes the state that it gets on its standard input */
static int hook(char **args)
{
	char text[TEXT_MAX_BYTES] = "";
	size_t length = 0;
	ssize_t n;
	int status = 0;

	out = fopen(args[2], "a");
	if (!out)
		return 99;
	while ((n = read(0, text + length, sizeof(text) - 1 - length)) > 0)
		length += (size_t)n;
	fact("input", "%s", text);
	tell_descriptors();
	tell_arguments(args);
	tell_identity();
	tell_process();
	tell_signals();
	for (const char *const *name =
			(const char *const[]){ "cgroup", "mnt", "net", "pid", "uts", NULL };
		*name; name++) {
		char path[64], target[256];

		snprintf(path, sizeof(path), "/proc/self/ns/%s", *name);
		n = readlink(path, target, sizeof(target) - 1);
		target[n < 0 ? 0 : n] = '\0';
		fact(key_of("link", "ns/%s", *name), "%s", n < 0 ? strerrorname_np(errno) : target);
	}
	for (int i = 3; args[i]; i++)
		if (!strncmp(args[i], "exit=", 5))
			status = atoi(args[i] + 5);
	fact("end", "%d", status);
	fclose(out);
	return status;
}

int main(int argc, char **argv)
{
	static char buffer[1024 * 1024];
	char byte;
	int status;

	if (argc > 2 && !strcmp(argv[1], "hook"))
		return hook(argv);
	out = stdout;
	setvbuf(out, buffer, _IOFBF, sizeof(buffer));
	status = tell_all(argv);
	fact("end", "%d", status);
	fflush(out);
	if (read(0, &byte, 1) < 0)
		return 98;
	return status;
}
