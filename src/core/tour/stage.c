/* SPDX-License-Identifier: Apache-2.0 */
#include "core/tour/stage.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/file.h"
#include "base/text.h"
#include "core/cgroup/cgroup.h"
#include "core/toolbox.h"
#include "sys/mount_api.h"

#define STAGE_TOP     "/tmp"
#define STAGE_WORK    STAGE_TOP "/tour"
#define STAGE_TOOLBOX STAGE_TOP "/toolbox"

static const char host_name[] = "outside";

enum { PROGRAM_MAX_BYTES = 256 << 20 };

/* ---- files ---- */

static int make_dir(const char *path, struct err *err)
{
	return mkdir(path, 0755) < 0 ? err_sys(err, "mkdir %s", path) : 0;
}

static int mount_tmpfs(const char *path, struct err *err)
{
	if (mount("tour", path, "tmpfs", MS_NOSUID | MS_NODEV, "mode=755") < 0)
		return err_sys(err, "mount tmpfs on %s", path);
	return 0;
}

/* Under a name that commands find, wherever this program lies. */
static int copy_program(struct err *err)
{
	AUTO_ARENA arena = ARENA_INIT;
	AUTO_FD int from = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	AUTO_FD int to = -1;
	const char *bytes;
	size_t size;
	int r = make_dir(STAGE_TOP "/bin", err);

	if (r < 0)
		return r;
	if (from < 0)
		return err_sys(err, "open /proc/self/exe");
	to = open(STAGE_TOP "/bin", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (to < 0)
		return err_sys(err, "open %s/bin", STAGE_TOP);
	r = file_read_fd(&arena, from, "/proc/self/exe", PROGRAM_MAX_BYTES, &bytes, &size, err);
	return r < 0 ? r : file_create(to, "hull", bytes, size, 0755, err);
}

/* Without it the host's own programs are used, and what needs static ones says so. */
static int attach_toolbox(struct arena *arena, struct err *err)
{
	struct err ignored = ERR_INIT;
	AUTO_FD int tree = -1;
	AUTO_FD int at = -1;
	int r = make_dir(STAGE_TOOLBOX, err);

	if (r < 0 || toolbox_open(arena, NULL, &tree, &ignored) < 0)
		return r;
	at = open(STAGE_TOOLBOX, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (at < 0)
		return err_sys(err, "open %s", STAGE_TOOLBOX);
	return mount_attach(tree, at, err);
}

static int make_files(struct arena *arena, struct err *err)
{
	int r = mount_tmpfs(STAGE_TOP, err);

	if (r == 0)
		r = copy_program(err);
	if (r == 0)
		r = attach_toolbox(arena, err);
	if (r == 0)
		r = make_dir(STAGE_WORK, err);
	return r < 0 ? r : mount_tmpfs(STAGE_WORK, err);
}

/* ---- environment ---- */

/* The tour's own group in the hierarchy that counts processes; "" where there is none. */
static const char *find_group(struct arena *arena)
{
	struct err ignored = ERR_INIT;
	struct cgroup group;

	if (cgroup_of_process(arena, getpid(), &group, &ignored) < 0)
		return "";
	for (size_t i = 0; i < group.n_dirs; i++) {
		const struct cgroup_dir *dir = &group.dirs[i];
		const char *end = strrchr(dir->path, '/');

		if ((dir->controllers & CGROUP_BIT(CGROUP_CONTROLLER_PIDS) ||
			    group.kind == CGROUP_KIND_V2) &&
			text_equal(end, "/program") && strstr(dir->path, "/hull-tour-"))
			return arena_strndup(arena, dir->path, (size_t)(end - dir->path));
	}
	return "";
}

static int set_environment(struct arena *arena, struct err *err)
{
	const char *path = getenv("PATH");

	path = arena_printf(arena, "%s/bin:%s/bin:%s", STAGE_TOP, STAGE_TOOLBOX,
		text_is_empty(path) ? "/usr/sbin:/usr/bin:/sbin:/bin" : path);
	if (setenv("PATH", path, 1) < 0 || setenv("GROUP", find_group(arena), 1) < 0 ||
		unsetenv("ENV") < 0)
		return err_sys(err, "setenv");
	return 0;
}

int stage_enter(struct err *err)
{
	AUTO_ARENA arena = ARENA_INIT;
	int r;

	if (sethostname(host_name, strlen(host_name)) < 0)
		return err_sys(err, "sethostname");
	signal(SIGCHLD, SIG_IGN); /* nobody waits for what commands left behind */
	r = make_files(&arena, err);
	if (r == 0 && chdir(STAGE_WORK) < 0)
		r = err_sys(err, "change the directory to %s", STAGE_WORK);
	return r < 0 ? r : set_environment(&arena, err);
}

/* ---- between topics ---- */

static void end_processes(void)
{
	assert(getpid() == 1); /* else it were all of the machine's */
	(void)kill(-1, SIGKILL);
	while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
		;
}

int stage_clear(struct err *err)
{
	int r;

	end_processes();
	if (chdir("/") < 0)
		return err_sys(err, "change the directory to /");
	r = mount_detach(STAGE_WORK, err);
	if (r == 0)
		r = mount_tmpfs(STAGE_WORK, err);
	if (r == 0 && chdir(STAGE_WORK) < 0)
		r = err_sys(err, "change the directory to %s", STAGE_WORK);
	return r;
}
