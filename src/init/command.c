/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Role init: finds the container's program and becomes it.
 *
 * Runs as the program's user, in its root and working directory. Everything that would make the
 * exec fail is looked for before "created" is reported, because engines tell 126 and 127 from what
 * create says.
 */
#include "init/command.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/text.h"
#include "init/home.h"
#include "init/init.h"
#include "sys/access.h"

static const char default_path[] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

static const char *find_variable(plan_strings env, const char *prefix)
{
	for (; env && *env; env++) {
		const char *value = text_after_prefix(*env, prefix);

		if (value)
			return value;
	}
	return NULL;
}

static int check_program(const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return -errno;
	if (S_ISDIR(st.st_mode))
		return -EISDIR;
	if (!S_ISREG(st.st_mode))
		return -EACCES;
	return access_check_execute(path);
}

/* The path in "#! /bin/sh -e" that the kernel would execute (execve(2)). */
static const char *script_interpreter(char *head)
{
	char *path = head + 2 + strspn(head + 2, " \t");

	path[strcspn(path, " \t\r\n")] = '\0';
	return path;
}

/* The dynamic linker that a 64-bit ELF file asks for (elf(5), PT_INTERP), into path; or NULL. */
static const char *elf_interpreter(int fd, const char *head, char *path, size_t size)
{
	Elf64_Ehdr header;

	memcpy(&header, head, sizeof(header));
	if (memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 ||
		header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_phentsize != sizeof(Elf64_Phdr))
		return NULL;
	for (unsigned i = 0; i < header.e_phnum; i++) {
		Elf64_Phdr segment;
		off_t at = (off_t)(header.e_phoff + i * sizeof(segment));

		if (pread(fd, &segment, sizeof(segment), at) != (ssize_t)sizeof(segment))
			return NULL;
		if (segment.p_type != PT_INTERP)
			continue;
		if (segment.p_filesz >= size ||
			pread(fd, path, segment.p_filesz, (off_t)segment.p_offset) !=
				(ssize_t)segment.p_filesz)
			return NULL;
		path[segment.p_filesz] = '\0';
		return path;
	}
	return NULL;
}

int command_check_interpreter(const char *program, struct err *err)
{
	_Alignas(Elf64_Ehdr) char head[256] = { 0 };
	char path[PATH_MAX];
	const char *interpreter;
	struct stat st;

	AUTO_FD int fd = open(program, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 || pread(fd, head, sizeof(head) - 1, 0) < 4)
		return 0;
	interpreter = memcmp(head, "#!", 2) == 0 ? script_interpreter(head)
						 : elf_interpreter(fd, head, path, sizeof(path));
	if (text_is_empty(interpreter) || stat(interpreter, &st) == 0)
		return 0;
	err_sys(err, "exec: \"%s\": its interpreter %s", program, interpreter);
	return err_path(err, interpreter);
}

static int try_in(const char *directory, size_t length, const char *name, char found[PATH_MAX])
{
	size_t name_length = strlen(name);

	/* a relative entry would find programs wherever the container happens to stand */
	if (length == 0 || directory[0] != '/')
		return -ENOENT;
	if (length + 1 + name_length >= PATH_MAX)
		return -ENAMETOOLONG;
	memcpy(found, directory, length);
	found[length] = '/';
	memcpy(found + length + 1, name, name_length + 1);
	return check_program(found);
}

/* An entry of PATH in which the program cannot be is passed over; what else fails is told. */
static bool is_elsewhere(int r)
{
	switch (-r) {
	case ENOENT:
	case ENOTDIR:
	case EACCES:
	case EISDIR:
	case ELOOP:
	case ENAMETOOLONG:
		return true;
	default:
		return false;
	}
}

static int search_path(const char *path, const char *name, char found[PATH_MAX], struct err *err)
{
	int unexpected = 0;

	for (;;) {
		size_t length = strcspn(path, ":");
		int r = try_in(path, length, name, found);

		if (r == 0)
			return 0;
		if (unexpected == 0 && !is_elsewhere(r))
			unexpected = r;
		if (path[length] == '\0')
			break;
		path += length + 1;
	}
	if (unexpected < 0)
		return err_sys_code(err, -unexpected, "exec: \"%s\": search in $PATH", name);
	return err_fail(err, ENOENT, "exec: \"%s\": executable file not found in $PATH", name);
}

int command_find(const char *name, plan_strings env, char found[PATH_MAX], struct err *err)
{
	const char *path;
	int r;

	if (!strchr(name, '/')) {
		path = find_variable(env, "PATH=");
		return search_path(path ? path : default_path, name, found, err);
	}
	if (strlen(name) >= PATH_MAX)
		return err_sys_code(err, ENAMETOOLONG, "exec: \"%.100s...\"", name);
	memcpy(found, name, strlen(name) + 1);
	r = check_program(name);
	if (r == -ENOENT || r == -ENOTDIR)
		return err_sys_code(err, -r, "exec: \"%s\": stat %s", name, name);
	return r < 0 ? err_sys_code(err, -r, "exec: \"%s\"", name) : 0;
}

int step_command(struct init *init, const struct step *step, struct err *err)
{
	static char found[PATH_MAX];
	static char home[HOME_VARIABLE_BYTES];
	static char listen_pid[sizeof("LISTEN_PID=") + 10];
	const struct step_command *command = &step->command;
	int r = command_find(command->args[0], command->env, found, err);

	if (r == 0)
		r = command_check_interpreter(found, err);
	if (r < 0)
		return err_path(err, command->args[0]);
	init->program = found;
	/* the image is mapped privately: its lists may be changed */
	init->args = (const char **)command->args;
	init->env = (const char **)command->env;
	if (command->home_index != UINT64_MAX) {
		home_variable((uint32_t)command->home_uid, home);
		init->env[command->home_index] = home;
	}
	if (command->pid_index != 0) {
		snprintf(listen_pid, sizeof(listen_pid), "LISTEN_PID=%d", (int)getpid());
		init->env[command->pid_index] = listen_pid;
	}
	return 0;
}

struct processor {
	uint16_t machine; /* e_machine (elf(5)) */
	const char *name; /* as uname -m has it */
};

static const struct processor processors[] = {
	{ EM_386, "i686" },
	{ EM_X86_64, "x86_64" },
	{ EM_ARM, "arm" },
	{ EM_AARCH64, "aarch64" },
	{ EM_MIPS, "mips" },
	{ EM_PPC, "ppc" },
	{ EM_PPC64, "ppc64" },
	{ EM_S390, "s390x" },
	{ EM_RISCV, "riscv64" },
	{ 258 /* EM_LOONGARCH */, "loongarch64" },
};

static const char *processor_name(uint16_t machine)
{
	for (size_t i = 0; i < sizeof(processors) / sizeof(processors[0]); i++)
		if (processors[i].machine == machine)
			return processors[i].name;
	return "another processor";
}

int command_explain_format(const char *program, struct err *err)
{
	unsigned char head[EI_NIDENT + 4] = { 0 };
	struct utsname machine;
	uint16_t number;

	AUTO_FD int fd = open(program, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 || pread(fd, head, sizeof(head), 0) < (ssize_t)sizeof(head) ||
		memcmp(head, ELFMAG, SELFMAG) != 0)
		return err_hint(err, "a script needs a first line such as #!/bin/sh");
	number = head[EI_DATA] == ELFDATA2MSB ? (uint16_t)(head[18] << 8 | head[19])
					      : (uint16_t)(head[19] << 8 | head[18]);
	if (uname(&machine) < 0 || text_equal(processor_name(number), machine.machine))
		return err_hint(err, "the file may be damaged");
	return err_hint(err, "it is made for %s, and this machine is %s", processor_name(number),
		machine.machine);
}

int step_exec(struct init *init, const struct step *step, struct err *err)
{
	(void)step;
	execve(init->program, (char *const *)init->args, (char *const *)init->env);
	err_sys(err, "exec: \"%s\"", init->program);
	if (err->code == ENOEXEC)
		command_explain_format(init->program, err);
	return err_path(err, init->program);
}
