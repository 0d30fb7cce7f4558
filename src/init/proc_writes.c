/* SPDX-License-Identifier: Apache-2.0 */
/* Role init: what is set by writing to procfs, always through the trusted handle. */
#include <errno.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/fd.h"
#include "init/init.h"
#include "sys/procfs.h"

int step_sysctl(struct init *init, const struct step *step, struct err *err)
{
	char path[PROCFS_SYSCTL_PATH_BYTES];
	int proc_fd, r;

	r = procfs_sysctl_path(step->sysctl.key, path);
	if (r < 0)
		return err_fail(err, -r, "sysctl %s is not a valid name", step->sysctl.key);
	r = init_proc(init, &proc_fd, err);
	if (r == 0)
		r = procfs_write(proc_fd, path, step->sysctl.value, err);
	return r < 0 ? err_while(err, "sysctl %s", step->sysctl.key) : 0;
}

/*
 * Nobody may trace us, so the file belongs to root of the user namespace that we were executed in.
 * Before we join another one, an ordinary user gets it back for that moment: nothing of a container
 * can see us there.
 */
static int write_own_score(int proc_fd, const char *text, bool is_outside, struct err *err)
{
	struct err refused = ERR_INIT;
	int r = procfs_write(proc_fd, "self/oom_score_adj", text, &refused);

	if (r == -EACCES && is_outside && geteuid() != 0) {
		prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
		r = procfs_write(proc_fd, "self/oom_score_adj", text, err);
		if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
			return err_sys(err, "prctl PR_SET_DUMPABLE");
		return r;
	}
	if (r < 0)
		*err = refused;
	return r;
}

int step_oom_score(struct init *init, const struct step *step, struct err *err)
{
	char text[32];
	int proc_fd;
	bool is_first = init->proc_fd < 0;
	int r = init_proc(init, &proc_fd, err);

	snprintf(text, sizeof(text), "%lld", (long long)step->oom_score.value);
	if (r == 0)
		r = write_own_score(proc_fd, text, is_first, err);
	if (is_first) /* a proc of the namespaces that may be left now */
		fd_replace(&init->proc_fd, -1);
	if (r == -EACCES || r == -EPERM)
		err_hint(err, "a lower score than the caller's own needs CAP_SYS_RESOURCE");
	return r < 0 ? err_while(err, "set oom_score_adj to %s", text) : 0;
}

/* What the next exec becomes: AppArmor wants "exec PROFILE", SELinux the context (attr(5)). */
int step_label(struct init *init, const struct step *step, struct err *err)
{
	bool is_apparmor = step->label.module == PLAN_LABEL_APPARMOR;
	char text[4096];
	int proc_fd;
	int r = init_proc(init, &proc_fd, err);

	snprintf(text, sizeof(text), "%s%s", is_apparmor ? "exec " : "", step->label.label);
	if (r == 0)
		r = procfs_write(proc_fd,
			is_apparmor ? "self/attr/apparmor/exec" : "self/attr/exec", text, err);
	if (r == -ENOENT && is_apparmor) /* before 5.8 */
		r = procfs_write(proc_fd, "self/attr/exec", text, err);
	return r < 0 ? err_while(err, "label %s", step->label.label) : 0;
}
