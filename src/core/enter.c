/* SPDX-License-Identifier: Apache-2.0 */
#include "core/enter.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fd.h"
#include "core/cgroup/cgroup.h"
#include "core/facts.h"
#include "core/foreground.h"
#include "core/launch.h"
#include "sys/capability.h"
#include "sys/process.h"

struct entering {
	const struct enter_request *request;
	struct arena arena;
	uint64_t start_time; /* of the target: tells it from a later process with its number */
	struct oci_process process;
	struct oci_capabilities capabilities;
	struct oci_config config;
	struct host_facts facts;
	struct planner_options options;
	struct cgroup group;
	struct launch launch;
	int own_console_fd, console_fd;
};

static void entering_done(struct entering *entering)
{
	launch_done(&entering->launch);
	fd_close(entering->own_console_fd);
	fd_close(entering->console_fd);
	arena_done(&entering->arena);
}

#define AUTO_ENTERING __attribute__((cleanup(entering_done))) struct entering

/* ---- what the program is ---- */

static bool joins_other_user(const struct entering *entering)
{
	return entering->request->paths[OCI_NAMESPACE_USER] &&
	       !entering->facts.namespaces[OCI_NAMESPACE_USER].is_own;
}

static int set_capabilities(struct entering *entering, struct err *err)
{
	const struct enter_request *request = entering->request;
	struct capability_sets own;
	uint64_t all =
		UINT64_MAX; /* what joining a user namespace gives; unknown bits are dropped */
	int r = capability_get(&own, err);

	if (r < 0)
		return r;
	if (!joins_other_user(entering))
		all = own.permitted;
	entering->capabilities = (struct oci_capabilities){ .bounding = UINT64_MAX };
	if (entering->process.user.uid == 0 || request->keeps_capabilities)
		entering->capabilities.permitted = entering->capabilities.effective = all;
	if (entering->process.user.uid != 0 && request->keeps_capabilities)
		entering->capabilities.inheritable = entering->capabilities.ambient = all;
	entering->process.capabilities = &entering->capabilities;
	return 0;
}

static size_t count(const char *const *words)
{
	size_t n = 0;

	while (words[n])
		n++;
	return n;
}

static void describe_process(struct entering *entering)
{
	const struct enter_request *request = entering->request;
	bool is_root = joins_other_user(entering);

	entering->process = (struct oci_process){
		.terminal = request->has_terminal,
		.user.uid = request->has_uid ? request->uid
			    : is_root        ? 0
					     : geteuid(),
		.user.gid = request->has_gid ? request->gid
			    : is_root        ? 0
					     : getegid(),
		.args = (const char **)request->args,
		.n_args = count(request->args),
		.env = (const char **)request->env,
		.n_env = count(request->env),
		.cwd = request->directory,
	};
	entering->config.process = &entering->process;
}

static void describe_namespaces(struct entering *entering)
{
	struct oci_linux *platform = &entering->config.platform;

	platform->namespaces = ARENA_NEW_ARRAY(
		&entering->arena, OCI_NAMESPACE_COUNT, struct oci_namespace);
	for (unsigned i = 0; i < OCI_NAMESPACE_COUNT; i++)
		if (entering->request->paths[i])
			platform->namespaces[platform->n_namespaces++] = (struct oci_namespace){
				.type = i,
				.path = entering->request->paths[i],
			};
}

/* Of the user namespace that is joined, or the caller's own. */
static bool denies_setgroups(struct entering *entering)
{
	pid_t inside = joins_other_user(entering) ? entering->request->target : getpid();

	return facts_denies_setgroups(arena_printf(&entering->arena, "/proc/%d", (int)inside));
}

/* ---- the order of things ---- */

static int offer_console(struct entering *entering, struct err *err)
{
	int sockets[2];

	if (!entering->request->has_terminal)
		return 0;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) < 0)
		return err_sys(err, "socketpair");
	entering->own_console_fd = sockets[0];
	entering->console_fd = sockets[1];
	entering->options.is_console_given = true;
	return 0;
}

static int prepare(struct entering *entering, struct err *err)
{
	const struct enter_request *request = entering->request;
	struct process_stat stat;
	int r = process_stat_read(request->target, &stat, err);

	if (r < 0)
		return r;
	entering->start_time = stat.start_time;
	describe_namespaces(entering);
	facts_read_for_exec(&entering->config, -1, &entering->facts);
	describe_process(entering);
	r = set_capabilities(entering, err);
	if (r == 0 && request->joins_cgroups)
		r = cgroup_of_process(&entering->arena, request->target, &entering->group, err);
	if (r == 0)
		r = offer_console(entering, err);
	if (r < 0)
		return r;
	entering->options.id = "enter";
	entering->options.no_new_keyring = true;
	entering->options.keeps_groups = request->keeps_groups || denies_setgroups(entering);
	return planner_make_exec(&entering->arena, &entering->config, &entering->facts,
		&entering->options, request->root, &entering->launch.plan, err);
}

static int start(struct entering *entering, sigset_t *ret_kept, struct err *err)
{
	struct launch *launch = &entering->launch;
	int r = launch_open_slots(launch, -1, TAKE_FD(entering->console_fd), err);

	/* what was opened by number is the target's only if it is alive still */
	if (r == 0 && !process_is_alive(entering->request->target, entering->start_time))
		r = err_fail(err, ESRCH, "process %d has ended", entering->request->target);
	if (r == 0)
		r = launch_spawn(launch, &entering->group, err);
	if (r == 0)
		r = launch_until_ready(launch, err);
	foreground_hold_signals(ret_kept);
	return launch_finish(launch, r, err);
}

int enter_run(const struct enter_request *request, int *ret_status, struct err *err)
{
	AUTO_ENTERING entering = {
		.request = request,
		.launch = LAUNCH_INIT,
		.own_console_fd = -1,
		.console_fd = -1,
	};
	sigset_t kept;
	int r;

	entering.launch.arena = &entering.arena;
	entering.launch.id = "enter";
	r = prepare(&entering, err);
	if (r == 0)
		r = start(&entering, &kept, err);
	err->config[0] = '\0'; /* there is no configuration here */
	if (r < 0)
		return r;
	return foreground_wait(
		entering.launch.pidfd, entering.own_console_fd, NULL, &kept, ret_status, err);
}
