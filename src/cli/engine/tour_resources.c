/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tour_resources: the topics about what processes share: the network, limits, memory and files.
 * Data only.
 */
#include "cli/engine/tour_topics.h"

#define TOPIC(list) .steps = (list), .n_steps = sizeof(list) / sizeof((list)[0])

static const struct tour_step net_steps[] = {
	{
		.look = "The interfaces in a new net namespace:",
		.command = "hull unshare --net tail -n +3 /proc/net/dev",
		.check = "[ \"$(sed 's/:.*//; s/ //g')\" = lo ]",
		.meaning = "lo, which is down, and no other: no addresses, no routes, no rules.",
		.need = TOUR_NEED_NET,
	},
	{
		.look = "A veth pair is a cable: what goes in at one end comes out at the other. "
			"One end stays here, the other goes into the new namespace; both get an "
			"address.",
		.command = "hull unshare --veth 10.9.0.2/24 sleep 1000 & inside=$!",
		.ready = "hull ns -n -t net -o PEER,COMMAND | grep -q '^eth0.*sleep 1000' && "
			 "hull enter -t $inside --net ping -c 1 -W 1 10.9.0.1",
		.check = "! grep .",
		.need = TOUR_NEED_VETH,
	},
	{
		.command = "hull ns -t net -o NS,PID,PEER,COMMAND",
		.check = "grep -q ' eth0 is veth[0-9]* in [0-9]*.*sleep 1000'",
		.need = TOUR_NEED_VETH,
	},
	{
		.look = "Does it carry anything? From inside to the outer end:",
		.command = "hull enter -t $inside --net ping -c 1 10.9.0.1",
		.check = "grep -q '1 packets received\\|1 received'",
		.need = TOUR_NEED_VETH,
	},
	{
		.look = "Each namespace has routes of its own, inside and outside:",
		.command = "hull enter -t $inside --net route -n; route -n",
		.check = "[ $(grep -cE '^10\\.9\\.0\\.0 .* (eth0|veth[0-9]+)$') = 2 ]",
		.need = TOUR_NEED_VETH,
	},
	{
		.look = "And a firewall of its own. Inside, everything that comes in is dropped:",
		.command = "hull enter -t $inside --net nft 'add table ip mine; add chain ip mine "
			   "in { "
			   "type filter hook input priority 0; policy drop; }'",
		.check = "! grep .",
		.need = TOUR_NEED_NFT,
	},
	{
		.command = "hull enter -t $inside --net nft list ruleset; ping -c 1 -W 1 10.9.0.2",
		.check = "grep -q 'policy drop'",
		.need = TOUR_NEED_NFT,
	},
	{
		.command = "nft list ruleset",
		.check = "! grep .",
		.meaning = "Nothing gets in, and outside there is no rule.",
		.need = TOUR_NEED_NFT,
	},
	{
		.look = "Ports belong to the namespace, too. Two servers with the same one:",
		.command = "hull enter -t $inside --net nc -l -p 8080 & nc -l -p 8080 &",
		.ready =
			"grep -q :1F90 /proc/net/tcp /proc/net/tcp6 && hull enter -t $inside --net "
			"grep -q :1F90 /proc/net/tcp /proc/net/tcp6",
		.check = "! grep .",
		.need = TOUR_NEED_VETH,
	},
	{
		.look = "A third in one of these namespaces:",
		.command = "nc -l -p 8080",
		.check = "grep -qi 'in use'",
		.meaning = "In use, here. The one inside was not in the way.",
		.need = TOUR_NEED_VETH,
	},
};

const struct tour_topic tour_topic_net = {
	.name = "net",
	.title = "a network of one's own, and a cable to it",
	TOPIC(net_steps),
};

static const struct tour_step cgroup_steps[] = {
	{
		.look = "A program that wants all memory, in a group that may have 16 MiB:",
		.command = "hull unshare --memory 16m tail /dev/zero",
		.check = "grep -q 'the memory limit was reached: the kernel ended 1'",
		.meaning = "The kernel ends it, and nobody outside has noticed.",
		.need = TOUR_NEED_MEMORY,
	},
	{
		.look = "A program that wants all time, in a group that may have a quarter of a "
			"processor:",
		.command = "hull unshare --cpus 0.25 sh -c 'while :; do :; done' &",
		.ready = "hull tree -n | grep -q '[^ ]sh -c while'",
		.check = "! grep .",
		.need = TOUR_NEED_CPU,
	},
	{
		.command = "sleep 2; hull tree",
		.check = "awk '/[^ ]sh -c while/ { for (i = 3; i < 5; i++) if ($i ~ "
			 "/^[0-9]+\\.[0-9]$/ && "
			 "$i + 0 > most) most = $i + 0 } END { exit !(most > 0 && most < 40) }'",
		.meaning = "%CPU: it never stops, and does not get more.",
		.need = TOUR_NEED_CPU,
	},
	{
		.look = "A program that makes processes, in a group that may have three:",
		.command =
			"hull unshare --pids-limit 3 sh -c 'sleep 1 | sleep 1 | sleep 1 | sleep 1'",
		.check = "grep -q \"can't fork\\|annot fork\"",
		.need = TOUR_NEED_PIDS,
	},
	{
		.look = "Groups are a hierarchy of directories. Two groups below one that may have "
			"four processes ($GROUP is the tour's own):",
		.command = "mkdir -p $GROUP/both/a $GROUP/both/b; echo 4 > $GROUP/both/pids.max",
		.check = "! grep .",
		.need = TOUR_NEED_GROUPS,
	},
	{
		.command = "sh -c 'echo $$ > $GROUP/both/a/cgroup.procs; sleep 1000 & sleep 1000 & "
			   "wait' &",
		.ready = "[ $(grep -c . $GROUP/both/a/cgroup.procs) = 3 ]",
		.check = "! grep .",
		.need = TOUR_NEED_GROUPS,
	},
	{
		.command = "sh -c 'echo $$ > $GROUP/both/b/cgroup.procs; sleep 1000 & sleep 1000 & "
			   "wait'",
		.check = "grep -q \"can't fork\\|annot fork\"",
		.meaning = "Three processes in the first group, so there is one left for the "
			   "second, which has no limit of its own: the parent's binds all its "
			   "children together. So no tenant can take the machine from the others.",
		.need = TOUR_NEED_GROUPS,
	},
};

const struct tour_topic tour_topic_cgroup = {
	.name = "cgroup",
	.title = "limits",
	TOPIC(cgroup_steps),
};

static const struct tour_step copy_on_write_steps[] = {
	{
		.look = "Memory. This shell fills some with variables and forks a child, which "
			"waits:",
		.command =
			"for i in $(seq 30000); do eval v$i=$i; done; mkfifo go; { read -r _ < go; "
			"for i in $(seq 30000); do eval v$i=x$i; done; : > written; read -r _ < "
			"go; } "
			"&",
		.check = "! grep .",
		.need = TOUR_NEED_SMAPS,
	},
	{
		.look = "How much of the child's memory is shared?",
		.command = "grep -E '^(Rss|Shared_Dirty|Private_Dirty)' /proc/$!/smaps_rollup",
		.check = "awk '/^Shared/ { shared = $2 } /^Private/ { own = $2 } END { exit "
			 "!(shared > "
			 "1000 && own < shared / 4) }'",
		.meaning = "After fork(2) there are two address spaces and one set of pages.",
		.need = TOUR_NEED_SMAPS,
	},
	{
		.look = "Now the child writes to all its variables:",
		.command = "echo > go",
		.ready = "[ -e written ]",
		.check = "! grep .",
		.need = TOUR_NEED_SMAPS,
	},
	{
		.command = "grep -E '^(Rss|Shared_Dirty|Private_Dirty)' /proc/$!/smaps_rollup",
		.check = "awk '/^Private/ { own = $2 } END { exit !(own > 1000) }'",
		.meaning = "The kernel has copied each page at the first write to it.",
		.need = TOUR_NEED_SMAPS,
	},
	{
		.look = "Files. An image, and two root file systems on it:",
		.command = "mkdir -p image/etc image/proc one two work1 work2 root1 root2; cp -a "
			   "/tmp/toolbox/bin "
			   "image; echo 'from the image' > image/etc/motd",
		.check = "! grep .",
		.need = TOUR_NEED_OVERLAY,
	},
	{
		.command = "mount -t overlay -o lowerdir=image,upperdir=one,workdir=work1 overlay "
			   "root1; "
			   "mount -t overlay -o lowerdir=image,upperdir=two,workdir=work2 overlay "
			   "root2",
		.check = "! grep .",
		.need = TOUR_NEED_OVERLAY,
	},
	{
		.look = "A container on the first one writes:",
		.command = "hull unshare --pid --fork --root root1 --mount-proc sh -c 'echo "
			   "changed > /etc/motd; cat /etc/motd'",
		.check = "grep -qx changed",
		.need = TOUR_NEED_OVERLAY,
	},
	{
		.look = "What does one on the second see, and what is in the image?",
		.command = "hull unshare --pid --fork --root root2 --mount-proc cat /etc/motd; cat "
			   "image/etc/motd; find one two "
			   "-type f",
		.check = "{ read -r second; read -r image; read -r files; [ \"$second\" = "
			 "\"$image\" ] && "
			 "[ \"$files\" = one/etc/motd ]; }",
		.meaning =
			"The file was copied to the first one's own layer, one, when it was "
			"written. The image is as it was, and all others are shared: a container "
			"costs what it changes.",
		.need = TOUR_NEED_OVERLAY,
	},
};

const struct tour_topic tour_topic_copy_on_write = {
	.name = "copy-on-write",
	.title = "shared until somebody writes",
	TOPIC(copy_on_write_steps),
};
