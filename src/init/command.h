/* SPDX-License-Identifier: Apache-2.0 */
/*
 * command: which file the container's program is, and whether it could be executed.
 *
 * Role init, as the program's user in its root and working directory. Errors have the words that
 * engines match: "exec: \"x\": executable file not found in $PATH", "permission denied".
 */
#pragma once

#include <limits.h>

#include "base/err.h"
#include "plan/plan.h"

/*
 * A name without a slash is looked for in PATH of env (absent: the usual directories), where only
 * absolute entries count, as execvp(3) does; any other is the file itself. It must be a regular
 * file that this process may execute.
 */
int command_find(const char *name, plan_strings env, char found[PATH_MAX], struct err *err);

/*
 * That the interpreter of a script ("#!") or the dynamic linker of a 64-bit ELF file is there:
 * where it is missing, execve(2) says "no such file or directory" of a program that is. A program
 * that cannot be read is not judged.
 */
int command_check_interpreter(const char *program, struct err *err);

/* Hints at why the kernel has no use for the program's format (ENOEXEC). */
int command_explain_format(const char *program, struct err *err);
