/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Role init: namespaces that could not be made or joined by the clone itself, and what belongs to
 * new ones: names of the host, loopback, session, keyring.
 */
#include <errno.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/text.h"
#include "init/init.h"
#include "sys/clone.h"
#include "sys/keyring.h"
#include "sys/loopback.h"
#include "sys/nsfs.h"
#include "sys/procfs.h"

int step_join(struct init *init, const struct step *step, struct err *err)
{
	int fd = init_slot(init, step->join.slot);
	int r = nsfs_join(fd, step->join.type, err);

	if (r < 0) {
		err_while(err, "join %s", step->join.path);
		return err_path(err, step->join.path);
	}
	if (step->join.type != CLONE_NEWPID) /* a proc of it may be mounted yet */
		init_close_slot(init, step->join.slot);
	return 0;
}

int step_unshare(struct init *init, const struct step *step, struct err *err)
{
	(void)init;
	if (unshare((int)step->unshare.flags) < 0)
		return err_sys(err, "unshare");
	return 0;
}

/* In a user namespace that was joined we are still the caller's user: take on its user 0. */
int step_become_root(struct init *init, const struct step *step, struct err *err)
{
	(void)init;
	(void)step;
	/* EPERM: the namespace denies setgroups (user_namespaces(7)); then there is nothing to drop
	 */
	if (setgroups(0, NULL) < 0 && errno != EPERM)
		return err_sys(err, "setgroups");
	/* EINVAL: it maps no user 0; the capabilities that joining gave are enough to go on */
	if (setresgid(0, 0, 0) < 0 && errno != EINVAL)
		return err_sys(err, "setresgid 0 in the user namespace");
	if (setresuid(0, 0, 0) < 0 && errno != EINVAL)
		return err_sys(err, "setresuid 0 in the user namespace");
	/* a change of ids made the process readable again */
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	return 0;
}

/*
 * The second process is the caller's child too (CLONE_PARENT), in the pid namespace that was joined
 * or made new. The first one tells its pid and ends.
 */
int step_fork(struct init *init, const struct step *step, struct err *err)
{
	struct clone_how how = {
		.flags = CLONE_PARENT | step->fork.flags,
		.cgroup_fd = -1,
	};
	struct message message = { .kind = MESSAGE_PID };
	int pidfd = -1, r;
	pid_t pid;

	r = clone_copying_memory(&how, &pid, &pidfd, err);
	if (r < 0)
		return r;
	if (pid == 0)
		return init_wait_go(init->report_fd, err); /* the caller has its pid */
	message.number = pid;
	r = init_send(init, &message, err);
	if (r < 0) /* it would wait for a word that nobody can send */
		kill(pid, SIGKILL);
	_exit(r < 0 ? 1 : 0);
}

int step_session(struct init *init, const struct step *step, struct err *err)
{
	(void)init;
	(void)step;
	/* EPERM: the first process of a pid namespace may lead a group already */
	if (setsid() < 0 && errno != EPERM)
		return err_sys(err, "setsid");
	return 0;
}

/* What keys and keyrings that are made from now on are labelled with; "": as SELinux decides. */
static int set_key_label(struct init *init, const char *label, struct err *err)
{
	int proc_fd;
	int r = init_proc(init, &proc_fd, err);

	if (r == 0)
		r = procfs_write(proc_fd, "self/attr/keycreate", label, err);
	return r < 0 ? err_while(err, "label the session keyring %s", label) : 0;
}

int step_keyring(struct init *init, const struct step *step, struct err *err)
{
	const char *label = step->keyring.label;
	struct err ignored = ERR_INIT;
	int r = text_is_empty(label) ? 0 : set_key_label(init, label, err);

	if (r < 0)
		return r;
	/* A kernel without keyrings, a full quota or a seccomp filter: the container shares nothing
	   worse than what its user had, and engines expect it to start. */
	keyring_join_session(step->keyring.name, &ignored);
	return text_is_empty(label) ? 0 : set_key_label(init, "", err);
}

int step_loopback(struct init *init, const struct step *step, struct err *err)
{
	(void)init;
	(void)step;
	return loopback_up(err);
}

int step_hostname(struct init *init, const struct step *step, struct err *err)
{
	(void)init;
	if (sethostname(step->name.name, strlen(step->name.name)) == 0)
		return 0;
	err_sys(err, "sethostname %s", step->name.name);
	if (err->code == EPERM) /* who makes an uts namespace may name it */
		err_hint(err, "a seccomp filter around the runtime denies it");
	return -err->code;
}

int step_domainname(struct init *init, const struct step *step, struct err *err)
{
	(void)init;
	if (setdomainname(step->name.name, strlen(step->name.name)) < 0)
		return err_sys(err, "setdomainname %s", step->name.name);
	return 0;
}
