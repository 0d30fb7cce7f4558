/* SPDX-License-Identifier: Apache-2.0 */
#include "core/unshare_inside.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/text.h"
#include "sys/capability.h"
#include "sys/mount_api.h"

static int set_propagation(const struct unshare_request *request, struct err *err)
{
	AUTO_FD int root = -1;

	if (!(request->types & CLONE_NEWNS) || request->propagation == 0)
		return 0;
	root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		return err_sys(err, "open /");
	return mount_set_propagation(root, request->propagation, true, err);
}

static int explain_root(const char *root, struct err *err)
{
	char current[PATH_MAX];

	err_sys(err, "change the root to %s", root);
	if (err->code == ENOENT && root[0] != '/' && getcwd(current, sizeof(current)))
		return err_hint(err, "a relative path begins here: %s", current);
	if (err->code == EPERM)
		return err_hint(
			err, "an ordinary user needs a user namespace: --user --map-root-user");
	return -err->code;
}

static int enter_root(const struct unshare_request *request, struct err *err)
{
	if (request->root && (chroot(request->root) < 0 || chdir("/") < 0))
		return explain_root(request->root, err);
	if (request->directory && chdir(request->directory) < 0)
		return err_sys(err, "change the directory to %s", request->directory);
	return 0;
}

static int explain_proc(const struct unshare_request *request, struct err *err)
{
	err_while(err, "procfs on %s", request->proc);
	if (err->code == EPERM && (request->types & CLONE_NEWPID) == 0)
		return err_hint(err,
			"in a user namespace /proc belongs to its pid namespace: --pid --fork");
	if (err->code == EPERM)
		return err_hint(err,
			"in a user namespace it is allowed only where the old /proc has "
			"nothing mounted over it");
	return -err->code;
}

static int mount_proc(const struct unshare_request *request, struct err *err)
{
	AUTO_FD int target = -1;
	AUTO_FD int tree = -1;
	int r;

	if (!request->proc)
		return 0;
	target = open(request->proc, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (target < 0)
		return err_sys(err, "open %s", request->proc);
	r = mount_new_fs("proc", "proc", NULL,
		MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC, &tree, err);
	if (r == 0)
		r = mount_attach(tree, target, err);
	return r < 0 ? explain_proc(request, err) : 0;
}

/* Before the root is entered: an interpreter with the flag F is opened here and now. */
static int make_binfmt(const struct unshare_request *request, int *ret_tree, struct err *err)
{
	AUTO_FD int tree = -1;
	int r;

	if (!request->binfmt)
		return 0;
	r = mount_new_fs("binfmt_misc", "binfmt_misc", NULL,
		MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC, &tree, err);
	if (r == -EPERM)
		return err_hint(err, "kernels before 6.7 have one binfmt_misc, the machine's");
	for (size_t i = 0; r == 0 && i < request->n_interpreters; i++) {
		const char *definition = request->interpreters[i];
		AUTO_FD int fd = openat(tree, "register", O_WRONLY | O_CLOEXEC);

		if (fd < 0)
			return err_sys(err, "open register of binfmt_misc");
		if (write(fd, definition, strlen(definition)) < 0)
			return err_sys(err, "register \"%s\"", definition);
	}
	if (r == 0)
		*ret_tree = TAKE_FD(tree);
	return r;
}

static int attach_binfmt(const struct unshare_request *request, int tree, struct err *err)
{
	AUTO_FD int target = -1;

	if (!request->binfmt)
		return 0;
	target = open(request->binfmt, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (target < 0) {
		err_sys(err, "open %s", request->binfmt);
		return err_hint(err, "it is in a procfs: --mount-proc");
	}
	return mount_attach(tree, target, err);
}

static int set_ids(const struct unshare_request *request, struct err *err)
{
	if (request->has_gid) {
		/* refused where the user namespace denies it: then there is nothing to drop */
		if (setgroups(0, NULL) < 0 && errno != EPERM)
			return err_sys(err, "setgroups");
		if (setresgid(request->gid, request->gid, request->gid) < 0) {
			err_sys(err, "setgid %u", request->gid);
			return err_hint(err, "the id has to be in the group map");
		}
	}
	if (request->has_uid && setresuid(request->uid, request->uid, request->uid) < 0) {
		err_sys(err, "setuid %u", request->uid);
		return err_hint(err, "the id has to be in the user map");
	}
	return 0;
}

/* Into the ambient set, which an exec keeps. */
static int keep_capabilities(struct err *err)
{
	struct capability_sets sets;
	int r = capability_get(&sets, err);

	if (r < 0)
		return r;
	sets.inheritable = sets.effective = sets.permitted;
	r = capability_set(&sets, err);
	return r < 0 ? r : capability_set_ambient(sets.permitted, err);
}

static int become_user(const struct unshare_request *request, struct err *err)
{
	int r;

	if (request->keeps_capabilities && prctl(PR_SET_KEEPCAPS, 1) < 0)
		return err_sys(err, "prctl PR_SET_KEEPCAPS");
	r = set_ids(request, err);
	if (r == 0 && request->keeps_capabilities)
		r = keep_capabilities(err);
	return r;
}

static int execute(const struct unshare_request *request, bool *ret_is_program, struct err *err)
{
	if (request->inside)
		exit(request->inside(request->inside_argument));
	execvpe(request->args[0], (char *const *)request->args, (char *const *)request->env);
	err_sys(err, "execute %s", request->args[0]);
	*ret_is_program = true;
	if (err->code == ENOENT && request->root)
		return err_hint(err, "it is looked for inside of %s, as is the loader it may need",
			request->root);
	return -err->code;
}

int unshare_enter_and_execute(
	const struct unshare_request *request, bool *ret_is_program, struct err *err)
{
	AUTO_FD int binfmt = -1;
	int r = set_propagation(request, err);

	if (r == 0)
		r = make_binfmt(request, &binfmt, err);
	if (r == 0)
		r = enter_root(request, err);
	if (r == 0)
		r = mount_proc(request, err);
	if (r == 0)
		r = attach_binfmt(request, binfmt, err);
	if (r == 0)
		r = become_user(request, err);
	if (r == 0)
		r = execute(request, ret_is_program, err);
	return r;
}
