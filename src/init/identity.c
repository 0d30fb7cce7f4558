/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Role init: who the container's program is, and what it may do.
 *
 * Order: CAPABILITIES (bounding set, keep the rest over the change of ids) → IDENTITY →
 * CAPABILITIES (the final sets). From IDENTITY on this process has only the program's own rights,
 * and, where a filter is still to be installed without no_new_privs, CAP_SYS_ADMIN until then.
 */
#include <errno.h>
#include <grp.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/fd.h"
#include "init/init.h"
#include "sys/beneath.h"
#include "sys/capability.h"

/* A program that opens /dev/stderr again needs the right to: its own streams are its own. */
static int own_streams(uid_t uid, struct err *err)
{
	for (int fd = 0; fd <= 2; fd++) {
		struct stat st;

		if (fstat(fd, &st) < 0)
			continue; /* closed by the caller */
		if (st.st_uid == uid || (S_ISCHR(st.st_mode) && st.st_rdev == makedev(1, 3)))
			continue;
		if (fchown(fd, uid, (gid_t)-1) == 0)
			continue;
		switch (errno) {
		case EINVAL: /* owner or user not mapped in this user namespace */
		case EPERM:
		case EROFS: /* standard input from a read-only file system */
			break;
		default:
			return err_sys(err, "fchown descriptor %d", fd);
		}
	}
	return 0;
}

static int set_groups(const struct step_identity *identity, struct err *err)
{
	size_t n = identity->groups.size / sizeof(gid_t);

	if (identity->keep_groups || setgroups(n, identity->groups.data) == 0)
		return 0;
	err_sys(err, "setgroups of %zu groups", n);
	if (err->code == EINVAL)
		err_hint(err, "a group is not mapped in the user namespace");
	return -err->code;
}

int step_identity(struct init *init, const struct step *step, struct err *err)
{
	const struct step_identity *identity = &step->identity;
	uid_t uid = (uid_t)identity->uid;
	gid_t gid = (gid_t)identity->gid;
	int r;

	(void)init;
	r = own_streams(uid, err);
	if (r == 0)
		r = set_groups(identity, err);
	if (r < 0)
		return r;
	if (setresgid(gid, gid, gid) < 0) {
		err_sys(err, "setresgid %u", gid);
		return err->code == EINVAL ? err_hint(err, "is it mapped in the user namespace?")
					   : -err->code;
	}
	if (setresuid(uid, uid, uid) < 0) {
		err_sys(err, "setresuid %u", uid);
		return err->code == EINVAL ? err_hint(err, "is it mapped in the user namespace?")
					   : -err->code;
	}
	umask(identity->umask == UINT64_MAX ? 0022 : (mode_t)identity->umask);
	/* the change of ids may have made the process readable again */
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		return err_sys(err, "prctl PR_SET_DUMPABLE");
	return 0;
}

/*
 * What the configuration asks beyond what this process has cannot be given; the specification wants
 * a warning at most (config.md, "capabilities"): the sets are cut to what is there.
 */
int step_capabilities(struct init *init, const struct step *step, struct err *err)
{
	const struct step_capabilities *want = &step->capabilities;
	struct capability_sets have, sets;
	int r;

	(void)init;
	if (want->before_identity) {
		r = capability_bound(want->bounding, err);
		if (r == 0 && prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0)
			r = err_sys(err, "prctl PR_SET_KEEPCAPS");
		return r;
	}
	r = capability_get(&have, err);
	if (r < 0)
		return r;
	sets.permitted = want->permitted & have.permitted;
	sets.effective = want->effective & sets.permitted;
	sets.inheritable = want->inheritable & (have.permitted | have.inheritable);
	r = capability_set(&sets, err);
	if (r == 0)
		r = capability_set_ambient(want->ambient & sets.permitted & sets.inheritable, err);
	return r;
}

int step_no_new_privileges(struct init *init, const struct step *step, struct err *err)
{
	(void)init;
	(void)step;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return err_sys(err, "prctl PR_SET_NO_NEW_PRIVS");
	return 0;
}

/* The kernel says "(unreachable)" when the directory lies outside the root (CVE-2024-21626). */
static int check_inside(struct err *err)
{
	char path[4096] = "";

	if (!getcwd(path, sizeof(path)) && errno != ENOENT)
		return err_sys(err, "getcwd");
	/* ENOENT: it is on no path at all, on a mount of another namespace say */
	if (path[0] != '/')
		return err_fail(err, EACCES, "the working directory lies outside the container");
	return 0;
}

int step_cwd(struct init *init, const struct step *step, struct err *err)
{
	const char *path = step->cwd.path;

	if (step->cwd.is_retry && init->has_cwd)
		return 0;
	if (chdir(path) < 0 && errno == ENOENT && !step->cwd.is_retry) {
		AUTO_FD int made = -1;
		int r = beneath_make_dirs(init->root_fd, path, 0755, &made, err);

		if (r < 0)
			return err_while(err, "make the working directory");
	}
	if (chdir(path) < 0) {
		/* root may be nobody on the file system: the container's user tries again */
		if (errno == EACCES && !step->cwd.is_retry)
			return 0;
		err_sys(err, "chdir to cwd (\"%s\")", path);
		return err_path(err, path);
	}
	init->has_cwd = true;
	return check_inside(err);
}
