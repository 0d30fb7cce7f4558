/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/image/helper_program.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The directory of the running program, without a slash at its end. */
static int own_directory(char ret[PATH_MAX], struct err *err)
{
	ssize_t n = readlink("/proc/self/exe", ret, PATH_MAX - 1);
	char *slash;

	if (n < 0)
		return err_sys(err, "readlink /proc/self/exe");
	ret[n] = '\0';
	slash = strrchr(ret, '/');
	if (slash)
		*slash = '\0';
	return 0;
}

static bool is_there(
	const char *directory, const char *folder, const char *name, int mode, char ret[PATH_MAX])
{
	int n = snprintf(ret, PATH_MAX, "%s%s/%s", directory, folder, name);

	return n < PATH_MAX && access(ret, mode) == 0;
}

static int find(const char *name, const char *variable, const char *folder, int mode,
	char ret[PATH_MAX], struct err *err)
{
	const char *directory = getenv(variable);
	char own[PATH_MAX];
	int r;

	if (directory && directory[0] == '/')
		return is_there(directory, "", name, mode, ret)
			       ? 0
			       : err_fail(err, ENOENT, "%s is not in %s (%s)", name, directory,
					 variable);
	r = own_directory(own, err);
	if (r < 0)
		return r;
	if (is_there(own, "", name, mode, ret) || is_there(own, folder, name, mode, ret))
		return 0;
	return err_fail(err, ENOENT, "%s is neither in %s nor in %s%s", name, own, own, folder);
}

int helper_program_find(const char *name, char ret[PATH_MAX], struct err *err)
{
	return find(name, "HULL_LIBEXEC_DIR", "/../libexec/hull", X_OK, ret, err);
}

int helper_data_find(const char *name, char ret[PATH_MAX], struct err *err)
{
	return find(name, "HULL_DATA_DIR", "/../share/hull", R_OK, ret, err);
}
