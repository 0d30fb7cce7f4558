/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tour_views: the topics about what a process sees. Data only.
 */
#include "cli/engine/tour_topics.h"

#define TOPIC(list) .steps = (list), .n_steps = sizeof(list) / sizeof((list)[0])

static const struct tour_step namespaces_steps[] = {
	{
		.look = "Which namespaces is a process in? The kernel says so by links in /proc, "
			"one for each type.",
		.command = "for type in /proc/self/ns/*; do readlink $type; done",
		.check = "grep -q '^uts:\\[[0-9]*\\]$'",
		.meaning =
			"The number names the namespace: two processes with the same one see "
			"the same. That, a root directory and limits are all that a container "
			"is: no kernel and no hardware of its own, so it starts in milliseconds.",
	},
	{
		.look = "And which namespaces are there?",
		.command = "hull ns -o NS,TYPE,NPROCS,PID,COMMAND",
		.check = "grep -q ' uts '",
		.meaning = "One of each type, all processes together in them: NPROCS. Here these "
			   "are those of the tour; on your machine `hull ns` shows all, to an "
			   "ordinary user only what is his.",
	},
	{
		.command = "hull unshare --uts --ipc sleep 1000 &",
		.ready = "hull ns -n -t uts -o COMMAND | grep -qE '(^|[^ ])sleep 1000$'",
		.check = "! grep .",
		.need = TOUR_NEED_UTS,
	},
	{
		.command = "hull ns -o NS,TYPE,NPROCS,PID,COMMAND",
		.check = "[ $(grep -c 'sleep 1000') = 2 ]",
		.meaning =
			"A process with two namespaces of its own, and the rest shared. Services "
			"of a machine often look like this.",
		.need = TOUR_NEED_UTS,
	},
};

const struct tour_topic tour_topic_namespaces = {
	.name = "namespaces",
	.title = "what isolates a process",
	TOPIC(namespaces_steps),
};

static const struct tour_step uts_steps[] = {
	{
		.look = "The host's name, before anything happens:",
		.command = "hostname",
		.check = "grep -qx outside",
	},
	{
		.look = "A shell in a uts namespace of its own changes it, and stays.",
		.command = "hull unshare --uts sh -c 'hostname inside; hostname; sleep 1000' &",
		.ready = "hull ns -n -t uts -o COMMAND | grep -qE '(^|[^ ])sleep 1000$'",
		.check = "grep -qx inside",
		.need = TOUR_NEED_UTS,
	},
	{
		.look = "Has it changed outside?",
		.command = "hostname",
		.check = "grep -qx outside",
		.meaning = "No: the name is the namespace's.",
		.need = TOUR_NEED_UTS,
	},
	{
		.command = "hull ns -t uts -o NS,NPROCS,PID,HOSTNAME,COMMAND",
		.check = "[ $(grep -cE ' (inside|outside) ') = 2 ]",
		.meaning =
			"There are two uts namespaces now, the new one below the one it was made "
			"in.",
		.need = TOUR_NEED_UTS,
	},
	{
		.look = "Whoever enters the namespace has its name, too.",
		.command = "hull enter -t $! --uts hostname",
		.check = "grep -qx inside",
		.need = TOUR_NEED_UTS,
	},
};

const struct tour_topic tour_topic_uts = {
	.name = "uts",
	.title = "a host name of one's own",
	TOPIC(uts_steps),
};

static const struct tour_step pid_steps[] = {
	{
		.look = "Processes are a tree. Its root is process 1: on your machine init, here "
			"the tour.",
		.command = "hull tree",
		.check = "grep -q '^1 .*hull tour'",
	},
	{
		.look = "A program in a pid namespace of its own:",
		.command = "hull unshare --pid --fork --mount-proc sleep 1000 &",
		.ready = "hull ns -n -t pid -o COMMAND | grep -qE '(^|[^ ])sleep 1000$'",
		.check = "! grep .",
		.need = TOUR_NEED_PID,
	},
	{
		.command = "hull tree",
		.check = "grep -q '^[0-9]*[^ 0-9][^ 0-9]*1 .*sleep 1000'",
		.meaning = "It has two numbers: one here, and 1 inside, where it is the root of a "
			   "tree of its own.",
		.need = TOUR_NEED_PID,
	},
	{
		.command = "hull ns -t pid -o NS,NPROCS,PID,COMMAND",
		.check = "[ $(grep -c '^[0-9]') = 2 ]",
		.need = TOUR_NEED_PID,
	},
	{
		.look = "What is there to see from inside?",
		.command = "hull enter -t $(pidof sleep) ps",
		.check = "awk '/ 1 .*sleep 1000/ { own = 1 } /tour/ { other = 1 } END { exit !own "
			 "|| other }'",
		.meaning = "Its own tree only.",
		.need = TOUR_NEED_PID,
	},
	{
		.look = "What can a process in there end? kill -9 -1 is meant for everybody:",
		.command = "hull enter -t $(pidof sleep) sh -c 'kill -9 -1; echo still here'; hull "
			   "tree",
		.check = "awk '/still here/ { here = 1 } /[^ ]sleep 1000/ { sleep = 1 } END { exit "
			 "!here "
			 "|| !sleep }'",
		.meaning = "There is nobody: what is not seen has no number and cannot be "
			   "signalled, and process 1 is not ended from inside.",
		.need = TOUR_NEED_PID,
	},
	{
		.look = "From outside everything below can be ended:",
		.command = "kill -9 $(pidof sleep); wait; hull tree",
		.check = "! grep -q sleep",
		.need = TOUR_NEED_PID,
	},
	{
		.look = "A famous mistake: without --fork.",
		.command = "hull unshare --pid sh -c 'id -un; id -un; id -un'",
		.check = "grep -q \"can't fork\\|annot fork\\|annot allocate memory\"",
		.meaning = "The shell itself stays in the old namespace; its first child becomes "
			   "process 1 of the new one, and when that ends the namespace is dead: "
			   "nothing can be forked in it any more.",
		.need = TOUR_NEED_PID,
	},
};

const struct tour_topic tour_topic_pid = {
	.name = "pid",
	.title = "numbers of one's own",
	TOPIC(pid_steps),
};

static const struct tour_step proc_steps[] = {
	{
		.look = "A shell in a new pid namespace, which still has the old /proc:",
		.command = "hull unshare --pid --fork sh -c 'ps; echo \"I am process $$\"'",
		.check = "grep -q '^I am process 1$'",
		.meaning = "It is process 1, and ps shows the processes of outside, under their "
			   "numbers there: ps only reads /proc, and a procfs belongs to the pid "
			   "namespace it was mounted in.",
		.need = TOUR_NEED_PID,
	},
	{
		.look = "With a procfs of its own:",
		.command = "hull unshare --pid --fork --mount-proc sh -c 'ps; echo \"I am process "
			   "$$\"'",
		.check = "awk '/ 1 .*sh -c/ { own = 1 } /tour/ { other = 1 } END { exit !own || "
			 "other }'",
		.meaning = "The mount is in a mount namespace of its own, so that nobody else's "
			   "/proc has changed:",
		.need = TOUR_NEED_PID,
	},
	{
		.command = "ps",
		.check = "grep -q tour",
	},
};

const struct tour_topic tour_topic_proc = {
	.name = "proc",
	.title = "ps, and why it lies",
	TOPIC(proc_steps),
};

static const struct tour_step chroot_steps[] = {
	{
		.look = "A root file system: a folder with all the files that programs inside will "
			"need. A static busybox needs no others.",
		.command = "mkdir -p new_root/proc; cp -a /tmp/toolbox/bin new_root; ls new_root",
		.check = "grep -qx bin",
		.need = TOUR_NEED_ROOT_TREE,
	},
	{
		.look = "From the wrong folder:",
		.command = "(cd /; hull unshare --pid --fork --root ./new_root sh)",
		.check = "grep -q 'change the root to ./new_root: no such file or directory'",
		.need = TOUR_NEED_ROOT_TREE,
	},
	{
		.look = "From the right one:",
		.command = "hull unshare --pid --fork --root new_root sh -c 'pwd; ls; ps; ls /proc "
			   "| wc "
			   "-l'",
		.check = "grep -qx 0",
		.meaning =
			"The folder is /, and nothing of the host is left. But ps shows nothing: "
			"/proc is an empty folder.",
		.need = TOUR_NEED_ROOT_TREE,
	},
	{
		.look = "With a procfs in it:",
		.command = "hull unshare --mount --pid --fork --root new_root sh -c 'mount -t proc "
			   "proc "
			   "/proc; ps; ls /proc | wc -l'",
		.check = "grep -q '^ *1 .*sh -c'",
		.meaning = "The shell is process 1 and ps a small number: that is a container, but "
			   "for its limits and its network.",
		.need = TOUR_NEED_ROOT_TREE,
	},
};

const struct tour_topic tour_topic_chroot = {
	.name = "chroot",
	.title = "a root directory of one's own",
	TOPIC(chroot_steps),
};

static const struct tour_step user_steps[] = {
	{
		.look = "A new user namespace knows nobody:",
		.command = "hull unshare --user id",
		.check = "grep -q 'uid=65534'",
		.meaning = "A number that is not in its map is shown as 65534, nobody.",
		.need = TOUR_NEED_USER,
	},
	{
		.look = "With a map of one line: number inside, number outside, how many.",
		.command =
			"hull unshare --user --map-root-user sh -c 'id -u; cat /proc/self/uid_map'",
		.check = "grep -q '^ *0  *0  *1$'",
		.meaning = "Now it is root, of this namespace.",
		.need = TOUR_NEED_USER,
	},
	{
		.look = "What may such a root do? For example name the host:",
		.command = "hull unshare --user --map-root-user hostname mine",
		.check = "grep -qi 'not permitted'",
		.meaning = "Nothing to what belongs to others: the uts namespace is owned by an "
			   "outer user namespace.",
		.need = TOUR_NEED_USER,
	},
	{
		.command =
			"hull unshare --user --map-root-user --uts sh -c 'hostname mine; hostname'",
		.check = "grep -qx mine",
		.meaning =
			"Everything to what its own namespace owns. So an ordinary user can make "
			"containers.",
		.need = TOUR_NEED_USER,
	},
	{
		.look = "Root inside may be anybody outside. User 100000, whom nobody has ever "
			"heard of:",
		.command = "hull unshare --owner 100000:100000 --map-root-user sleep 1000 &",
		.ready = "hull ns -n -t user -o COMMAND | grep -qE '(^|[^ ])sleep 1000$'",
		.check = "! grep .",
		.need = TOUR_NEED_OWNER,
	},
	{
		.command = "hull tree",
		.check = "grep -q '100000[^ 0-9][^ 0-9]*0 .*sleep 1000'",
		.need = TOUR_NEED_OWNER,
	},
	{
		.command = "hull ns -t user -o NS,PID,OUID,UIDMAP,COMMAND",
		.check = "grep -q ' 100000 .*sleep 1000'",
		.meaning = "USER 100000→0: should it break out of its container, it is 100000, "
			   "who may do nothing.",
		.need = TOUR_NEED_OWNER,
	},
};

const struct tour_topic tour_topic_user = {
	.name = "user",
	.title = "root inside, nobody outside",
	TOPIC(user_steps),
};

static const struct tour_step time_steps[] = {
	{
		.look = "Seconds since the machine began:",
		.command = "cat /proc/uptime",
		.check = "grep -q '^[0-9]'",
	},
	{
		.look = "The same with a clock that is ten days ahead (older kernels move only a "
			"child to the new namespace, therefore --fork):",
		.command = "hull unshare --fork --boottime 864000 cat /proc/uptime",
		.check = "{ read -r inside rest; read -r outside rest < /proc/uptime; "
			 "[ ${inside%.*} -gt $((${outside%.*} + 863900)) ]; }",
		.meaning =
			"A time namespace shifts the clocks that begin with the machine, so that "
			"a program that was moved here from an older machine finds its own still "
			"going forward.",
		.need = TOUR_NEED_TIME,
	},
	{
		.look = "The time of day is no part of it:",
		.command = "date +%s; hull unshare --fork --boottime 864000 date +%s",
		.check = "{ read -r outside; read -r inside; [ $((inside - outside)) -lt 60 ]; }",
		.need = TOUR_NEED_TIME,
	},
	{
		.command = "hull unshare --fork --boottime 864000 sleep 1000 &",
		.ready = "hull ns -n -t time -o COMMAND | grep -qE '(^|[^ ])sleep 1000$'",
		.check = "! grep .",
		.need = TOUR_NEED_TIME,
	},
	{
		.command = "hull ns -t time -o NS,PID,OFFSETS,COMMAND",
		.check = "grep -q 'boottime *864000 0'",
		.need = TOUR_NEED_TIME,
	},
};

const struct tour_topic tour_topic_time = {
	.name = "time",
	.title = "clocks of one's own",
	TOPIC(time_steps),
};
