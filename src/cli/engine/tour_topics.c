/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/engine/tour_topics.h"

#include "base/text.h"

const struct tour_topic *const tour_topics[] = {
	&tour_topic_namespaces,
	&tour_topic_uts,
	&tour_topic_pid,
	&tour_topic_proc,
	&tour_topic_chroot,
	&tour_topic_user,
	&tour_topic_time,
	&tour_topic_net,
	&tour_topic_cgroup,
	&tour_topic_copy_on_write,
	NULL,
};

const struct tour_need_text tour_needs[TOUR_NEED_COUNT] = {
	[TOUR_NEED_NOTHING] = { "nothing", NULL },
	[TOUR_NEED_UTS] = { "uts namespaces (CONFIG_UTS_NS)", "hull unshare --uts true" },
	[TOUR_NEED_PID] = { "pid namespaces (CONFIG_PID_NS) with a procfs of their own, ps and "
			    "pidof (Debian: busybox-static)",
		"command -v ps pidof && hull unshare --pid --fork --mount-proc true" },
	[TOUR_NEED_ROOT_TREE] = { "pid namespaces, and a static busybox for the new root (Debian: "
				  "busybox-static)",
		"ls /tmp/toolbox/bin/busybox && hull unshare --pid --fork --mount-proc true" },
	[TOUR_NEED_USER] = { "user namespaces (CONFIG_USER_NS), and leave to make them",
		"hull unshare --user --map-root-user true" },
	[TOUR_NEED_OWNER] = { "root: it makes a user namespace for somebody else",
		"hull unshare --owner 100000:100000 --map-root-user true" },
	[TOUR_NEED_TIME] = { "time namespaces (CONFIG_TIME_NS, kernel 5.6)",
		"hull unshare --fork --boottime 1 true" },
	[TOUR_NEED_NET] = { "net namespaces (CONFIG_NET_NS)", "hull unshare --net true" },
	[TOUR_NEED_VETH] = { "net namespaces and pairs of interfaces (CONFIG_VETH), ping, route "
			     "and nc (Debian: busybox-static)",
		"command -v route nc && hull unshare --veth 10.9.0.2/24 ping -c 1 127.0.0.1" },
	[TOUR_NEED_NFT] = { "pairs of interfaces, and nft (Debian: nftables)",
		"hull unshare --veth 10.9.0.2/24 nft list ruleset" },
	[TOUR_NEED_MEMORY] = { "a memory limit, which takes root, or a cgroup that was handed over",
		"hull unshare --memory 16m true" },
	[TOUR_NEED_CPU] = { "a CPU quota, which takes root, or a cgroup that was handed over",
		"hull unshare --cpus 0.25 true" },
	[TOUR_NEED_PIDS] = { "a limit of processes, which takes root, or a cgroup that was handed "
			     "over",
		"hull unshare --pids-limit 3 true" },
	[TOUR_NEED_GROUPS] = { "cgroups that count processes, which take root, or a cgroup that "
			       "was handed over",
		"[ -n \"$GROUP\" ] && mkdir $GROUP/probe && cat $GROUP/probe/pids.max && rmdir "
		"$GROUP/probe" },
	[TOUR_NEED_SMAPS] = { "/proc/PID/smaps_rollup (CONFIG_PROC_PAGE_MONITOR)",
		"cat /proc/self/smaps_rollup" },
	[TOUR_NEED_OVERLAY] = { "overlay (CONFIG_OVERLAY_FS; for an ordinary user kernel 5.11), "
				"and "
				"a static busybox (Debian: busybox-static)",
		"ls /tmp/toolbox/bin/busybox && mkdir -p probe/u probe/w probe/m && "
		"hull unshare --mount mount -t overlay -o "
		"lowerdir=/tmp/toolbox,upperdir=probe/u,workdir=probe/w overlay probe/m; "
		"status=$?; rm -rf probe; [ $status = 0 ]" },
};

const struct tour_topic *tour_topic_find(const char *name)
{
	for (size_t i = 0; tour_topics[i]; i++)
		if (text_equal(tour_topics[i]->name, name))
			return tour_topics[i];
	return NULL;
}
