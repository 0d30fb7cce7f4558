/* SPDX-License-Identifier: Apache-2.0 */
/*
 * main: hull-seccomp, which compiles one filter.
 *
 * Role compiler. Usage: hull-seccomp FAIL_UNKNOWN, "0" or "1". Standard input is linux.seccomp of a
 * configuration as JSON, to its end; standard output gets the program's instructions and the exit
 * status is 0, or a struct err (base/err.h) and the status is 1. It is embedded in the caller,
 * which executes it from memory when no kept filter fits (core/seccomp/filter.c): both are of one
 * build.
 */
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/file.h"
#include "base/json.h"
#include "oci/config.h"
#include "seccomp/compiler/compiler.h"

static int read_rules(struct arena *arena, struct oci_seccomp **ret, struct err *err)
{
	const char *text;
	size_t length;
	int r = file_read_fd(
		arena, STDIN_FILENO, "standard input", JSON_TEXT_MAX_BYTES, &text, &length, err);

	return r < 0 ? r : oci_seccomp_read(arena, text, length, ret, err);
}

static int compile(struct arena *arena, bool fail_unknown, struct err *err)
{
	struct seccomp_program program;
	struct oci_seccomp *rules;
	int r = read_rules(arena, &rules, err);

	if (r == 0)
		r = seccomp_compile_program(arena, rules, fail_unknown, &program, err);
	return r < 0 ? r
		     : fd_write_all(STDOUT_FILENO, program.insns,
			       program.n_insns * sizeof(*program.insns), err);
}

int main(int argc, char **argv)
{
	AUTO_ARENA arena = ARENA_INIT;
	struct err err = ERR_INIT, ignored = ERR_INIT;

	if (compile(&arena, argc == 2 && strcmp(argv[1], "1") == 0, &err) == 0)
		return 0;
	fd_write_all(STDOUT_FILENO, &err, sizeof(err), &ignored);
	return 1;
}
