#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# hull unshare: programs in new namespaces, as unshare(1) makes them, and what often goes wrong.

load lib

hull() {
	timeout -k 2 20 "$HULL" "$@" < /dev/null 3>&-
}

# made_of OPTION...: the types that are others than ours, for a child of the program
made_of() {
	# shellcheck disable=SC2016  # the inner shell's
	hull --log-level error unshare "$@" sh -c 'readlink /proc/self/ns/*' > "$T/inside"
	readlink /proc/self/ns/* > "$T/outside"
	comm -13 <(sort "$T/outside") <(sort "$T/inside") | sed 's/:.*//' | sort -u | tr '\n' ' '
}

@test "each type is new when it is asked for, and no other" {
	[ "$(made_of -u)" = "uts " ]
	[ "$(made_of -i)" = "ipc " ]
	[ "$(made_of -n)" = "net " ]
	[ "$(made_of -m)" = "mnt " ]
	[ "$(made_of -C)" = "cgroup " ]
	[ "$(made_of -U)" = "user " ]
	[ "$(made_of -Tf)" = "time " ]
	[ "$(made_of -pf --mount-proc)" = "mnt pid " ]
	[ "$(made_of -imnpuUCTf -r --mount-proc --kill-child)" = \
		"cgroup ipc mnt net pid time user uts " ]
	[ -z "$(made_of)" ]
}

@test "the host name is the program's own" {
	local before
	before=$(hostname)
	run hull unshare --uts sh -c 'hostname new; hostname'
	[ "$output" = new ]
	[ "$(hostname)" = "$before" ]
}

@test "with --fork and --mount-proc the program is process 1 and sees itself" {
	# shellcheck disable=SC2016  # the inner shell's
	run --separate-stderr hull unshare -pf --mount-proc sh -c 'echo $$; ps -e -o pid= | head -n 1; ls -d /proc/[0-9]* | wc -l'
	[ "${lines[0]}" = 1 ]
	[ "${lines[1]}" -eq 1 ]
	[ "${lines[2]}" -le 4 ]
	[ -z "$stderr" ]
}

@test "maps: root, current, chosen ids and ranges" {
	[ "$(hull unshare -r sh -c 'id -u; id -g' | tr '\n' ' ')" = "0 0 " ]
	[ "$(hull unshare --map-user 7 --map-group 8 sh -c 'id -u; id -g' | tr '\n' ' ')" = "7 8 " ]
	[ "$(hull unshare --map-users 0:100000:10 --map-users 20:200000:5 --map-groups 0:100000:10 \
		sh -c 'cat /proc/self/uid_map' | awk '{ print $1, $2, $3 }' | tr '\n' ';')" = "0 100000 10;20 200000 5;" ]
	[ "$(hull unshare --map-user daemon --map-group daemon sh -c 'id -u; id -g' | tr '\n' ' ')" = "$(id -u daemon) $(id -g daemon) " ]
	run hull unshare --map-user nobody-at-all true
	[[ $output == *"nobody-at-all is neither a number nor a name in /etc/passwd"* ]]
	run hull unshare --map-users 1:2 true
	[ "$status" = 1 ]
	[[ $output == *'id map "1:2"'* ]]
	[ "$(hull unshare -r --setgroups deny cat /proc/self/setgroups)" = deny ]
	[ "$(hull unshare -U --map-users 0:100000:10 --map-groups 0:100000:10 -S 3 -G 4 sh -c 'id -u; id -g' | tr '\n' ' ')" = "3 4 " ]
}

@test "an ordinary user becomes root inside, with further ids where there are some" {
	chmod 755 "$HULL_TEST_WORK" "$T"
	cp "$HULL" "$T/hull"
	run "$HELPERS/as-user" "$T/home" "$T/hull" unshare -r -n sh -c 'id -u; ls /sys > /dev/null; cat /proc/self/uid_map'
	[ "${lines[0]}" = 0 ]
	[[ ${lines[1]} =~ ^\ *0\ +3000\ +1$ ]]
	run "$HELPERS/as-user" "$T/home" "$T/hull" unshare -r --map-auto cat /proc/self/uid_map
	[ "$(awk '{ print $1, $2, $3 }' <<< "$output" | tr '\n' ';')" = "0 3000 1;1 300000 65536;" ]
	run "$HELPERS/as-user" "$T/home" "$T/hull" unshare --net true
	[ "$status" = 1 ]
	[[ $output == *"unshare: operation not permitted"*"--user --map-root-user"* ]]
	run "$HELPERS/as-user" "$T/home" "$T/hull" unshare -r --keep-caps -S 0 sh -c 'grep CapEff /proc/self/status'
	[[ $output != *0000000000000000 ]]
}

@test "clocks get their offsets" {
	local outside inside
	outside=$(cut -d. -f1 /proc/uptime)
	inside=$(hull unshare --boottime 86400 --fork cut -d. -f1 /proc/uptime)
	[ $((inside - outside)) -ge 86399 ] && [ $((inside - outside)) -le 86410 ]
	[ "$(hull unshare --monotonic 7 --fork awk '/monotonic/ { print $2 }' /proc/self/timens_offsets)" = 7 ]
}

@test "namespaces stay where they are mounted" {
	local pid

	touch "$T/net" "$T/uts" "$T/user"
	hull unshare --net="$T/net" --uts="$T/uts" --user="$T/user" -r hostname kept
	[ "$(nsenter --user="$T/user" --uts="$T/uts" hostname)" = kept ]
	[ "$(stat -L -c %i "$T/net")" != "$(stat -L -c %i /proc/self/ns/net)" ]
	umount "$T/net" "$T/uts" "$T/user"
	mkdir "$T/private"
	mount --bind "$T/private" "$T/private"
	mount --make-private "$T/private"
	touch "$T/private/mnt" "$T/private/pid"
	hull --log-level error unshare --mount="$T/private/mnt" --pid="$T/private/pid" --fork true
	[ "$(stat -f -c %T "$T/private/mnt")" = nsfs ]
	[ "$(stat -f -c %T "$T/private/pid")" = nsfs ]
	umount "$T/private/mnt" "$T/private/pid" "$T/private"
	run hull unshare --uts="$T/missing" true
	[ "$status" = 1 ]
	[[ $output == *"mount /proc/"*"/ns/uts on $T/missing: no such file or directory"*"touch $T/missing"* ]]
}

@test "mounts inside do not appear outside, unless that is asked for" {
	mkdir "$T/shared"
	mount -t tmpfs shared "$T/shared"
	mount --make-shared "$T/shared"
	mkdir "$T/shared/a" "$T/shared/b"
	hull unshare -m mount -t tmpfs a "$T/shared/a"
	run ! mountpoint -q "$T/shared/a"
	hull unshare -m --propagation unchanged mount -t tmpfs b "$T/shared/b"
	mountpoint -q "$T/shared/b"
	umount -R "$T/shared"
}

@test "a root of its own, a working directory in it, and its proc" {
	mkdir -p "$T/new_root"
	cp -al "$HULL_TEST_WORK/rootfs/." "$T/new_root"
	run hull unshare -pf -R "$T/new_root" -w /tmp --mount-proc sh -c 'pwd; ls /; ps -o pid=,args='
	[ "$status" = 0 ]
	[ "${lines[0]}" = /tmp ]
	[[ $output == *new_root* ]] && return 1
	[[ $output == *" 1 "*ps* ]] || [[ $output == *"1 sh -c"* ]]
}

@test "the exit status is the program's, a signal's, or a shell's for what is not there" {
	run hull unshare -u sh -c 'exit 7'
	[ "$status" = 7 ]
	run hull unshare -f sh -c 'exit 8'
	[ "$status" = 8 ]
	# shellcheck disable=SC2016  # the inner shell's
	run hull unshare -f sh -c 'kill -9 $$'
	[ "$status" = 137 ]
	run -127 hull unshare -u no-such-program
	[ "$status" = 127 ]
	[[ $output == *"execute no-such-program: no such file or directory"* ]]
	run hull unshare -u /etc/passwd
	[ "$status" = 126 ]
	run -127 hull unshare -f no-such-program
	[ "$status" = 127 ]
}

# start_waiting OPTION...: hull unshare with a child that writes who it is; sets $parent and $child
start_waiting() {
	# shellcheck disable=SC2016  # the inner shell's
	"$HULL" unshare "$@" sh -c 'trap "echo asked > $0.asked; exit 3" TERM; readlink /proc/self > /dev/null
		echo ready > "$0"; while :; do sleep 0.05; done' "$T/ready" < /dev/null > "$T/out" 2>&1 3>&- &
	parent=$!
	eventually test -s "$T/ready"
	child=$(pgrep -P "$parent" -x sh)
}

@test "with --kill-child the program does not outlive the command" {
	start_waiting --kill-child -u
	kill -9 "$parent"
	wait "$parent" || true
	eventually test ! -e "/proc/$child"
}

@test "signals are handed on when that is asked for" {
	start_waiting -f --forward-signals
	kill -TERM "$parent"
	status=0
	wait "$parent" || status=$?
	[ "$status" = 3 ]
	[ -e "$T/ready.asked" ]
	rm "$T/ready" "$T/ready.asked"

	start_waiting -f
	kill -TERM "$parent"
	sleep 0.3
	[ ! -e "$T/ready.asked" ] && [ -e "/proc/$parent" ]
	kill -TERM "$child"
	wait "$parent" || true
}

# own_group FILE-V1 FILE-V2: of the program's own group, in a script of its
own_group='own_group() {
	if [ "$(stat -fc %T /sys/fs/cgroup)" = cgroup2fs ]; then
		cat "/sys/fs/cgroup$(sed -n "s/^0:://p" /proc/self/cgroup)/$2"
	else
		cat "/sys/fs/cgroup/${1%%/*}$(sed -n "s/^[0-9]*:${1%%/*}://p" /proc/self/cgroup)/${1#*/}"
	fi
}
'

# no_group_is_left: of ours
no_group_is_left() {
	[ -z "$(find /sys/fs/cgroup -type d -path '*/hull/unshare-*')" ]
}

@test "limits hold for the program, and their group goes with it" {
	# shellcheck disable=SC2016  # the inner shell's
	run hull unshare -u --memory 48m --cpus 0.5 --pids-limit 7 sh -c "$own_group"'
		own_group memory/memory.limit_in_bytes memory.max
		own_group pids/pids.max pids.max
		own_group cpu/cpu.cfs_quota_us cpu.max
		own_group pids/cgroup.procs cgroup.procs | wc -l
		grep -c "hull/unshare-" /proc/self/cgroup'
	echo "$output"
	[ "$status" = 0 ]
	[ "${lines[0]}" = $((48 << 20)) ]
	[ "${lines[1]}" = 7 ]
	[[ ${lines[2]} = 50000* ]]
	# the shell, and the pipe's two: the command itself is not counted
	[ "${lines[3]}" -ge 2 ] && [ "${lines[3]}" -le 4 ]
	no_group_is_left
}

@test "a single process is the program alone" {
	run hull unshare --pids-limit 1 sh -c 'echo there; (true); echo after'
	[ "${lines[0]}" = there ]
	[[ $output == *"annot fork"* || $output == *"esource temporarily unavailable"* ]]
	no_group_is_left
}

@test "limits of memory and processes leave the devices alone" {
	[ -r /dev/kmsg ]
	run hull unshare --memory 64m --pids-limit 50 sh -c ': < /dev/kmsg && echo opened'
	[ "$output" = opened ]
	no_group_is_left
}

@test "a program that the memory limit ends is told of" {
	run hull unshare --memory 16m sh -c 'head -c 200m /dev/zero | tail > /dev/null'
	[ "$status" = 137 ]
	[[ $output == *"the memory limit was reached: the kernel ended 1 of the processes"* ]]
	no_group_is_left
}

@test "a new cgroup namespace begins at the group with the limits" {
	run hull unshare -C --memory 48m -U -r -pf --mount-proc cat /proc/self/cgroup
	[ "$status" = 0 ]
	[[ $output == *:memory:/* || $output == 0::/* ]]
	run ! grep -q "unshare-" <<< "$output"
	no_group_is_left
}

@test "a command that is killed leaves its group while the program runs, and no longer" {
	start_waiting -u --memory 48m
	kill -9 "$parent"
	wait "$parent" || true
	[ -e "/proc/$child" ]
	grep -q "hull/unshare-$parent" "/proc/$child/cgroup"
	kill -9 "$child"
	eventually no_group_is_left
}

@test "what the program leaves running keeps its limits, and the command does not wait for it" {
	run hull unshare --pids-limit 9 sh -c 'sleep 1000 < /dev/null > /dev/null 2>&1 & exit 7'
	[ "$status" = 7 ]
	[[ $output == *"what the program left running keeps its limits"* ]]
	grep -q "hull/unshare-" "/proc/$(pgrep -n -x -f "sleep 1000")/cgroup"
	kill "$(pgrep -n -x -f "sleep 1000")"
	eventually no_group_is_left
}

@test "limits that are none, or cannot be had, are refused before anything is made" {
	run hull unshare --memory much touch "$T/made"
	[ "$status" = 1 ]
	[[ $output == *"--memory much: no size such as 64m"* ]]
	run hull unshare --cpus 0 touch "$T/made"
	[[ $output == *"--cpus 0: no number from 0.01"* ]]
	run hull unshare --pids-limit 0 touch "$T/made"
	[[ $output == *"--pids-limit 0: at least 1"* ]]
	chmod 755 "$HULL_TEST_WORK" "$T"
	cp "$HULL" "$T/hull"
	run "$HELPERS/as-user" "$T/home" "$T/hull" unshare -r --memory 48m true
	[ "$status" = 1 ]
	[[ $output == *"limits: "*"hint: an ordinary user may set limits only in a control group that was delegated"* ]]
	[ ! -e "$T/made" ]
	no_group_is_left
}

# in_own_net SCRIPT: where the machine's interfaces are not
in_own_net() {
	run timeout -k 2 20 unshare --net bash -c "$1" < /dev/null 3>&-
}

@test "a cable to the host has an address at each end, and both answer" {
	# shellcheck disable=SC2016  # the inner shell's
	in_own_net '"$HULL" unshare --veth 10.99.0.2/24 sh -c "
			ip -o -4 addr show eth0
			busybox ping -c 1 -W 2 10.99.0.1 && busybox ping -c 1 -W 2 10.99.0.2"
		"$HULL" unshare -r --veth fd00:99::1/64 -f --kill-child sh -c "
			busybox ping -c 1 -W 2 fd00:99::2 && ip -o link show"'
	echo "$output"
	[ "$status" = 0 ]
	[[ ${lines[0]} == *"eth0 "*"inet 10.99.0.2/24"* ]]
	[ "$(grep -c "1 packets received" <<< "$output")" = 3 ]
	[[ $output == *"eth0@"* ]]
}

@test "the host's end is named by the command, and goes with the namespace" {
	# shellcheck disable=SC2016  # the inner shell's
	in_own_net '"$HULL" unshare --veth 10.99.0.2/24 sleep 1000 &
		for try in $(seq 200); do ip -o -4 addr show up | grep -q "veth$!" && break; sleep 0.02; done
		ip -o -4 addr show "veth$!"
		kill $!; wait $!
		for try in $(seq 200); do ip -o link | grep -q veth || break; sleep 0.02; done
		ip -o link | grep -c veth'
	echo "$output"
	[[ $output == *"inet 10.99.0.1/24"* ]]
	[ "${lines[-1]}" = 0 ]
}

@test "a cable is refused where it cannot be" {
	run hull unshare --veth 10.99.0.2 true
	[ "$status" = 1 ]
	[[ $output == *"--veth 10.99.0.2 is no address such as 10.0.0.2/24"* ]]
	run hull unshare --veth 10.99.0.0/24 true
	[[ $output == *"--veth 10.99.0.0/24: its network has no two addresses"* ]]
	chmod 755 "$HULL_TEST_WORK" "$T"
	cp "$HULL" "$T/hull"
	run "$HELPERS/as-user" "$T/home" "$T/hull" unshare -r --veth 10.99.0.2/24 true
	[ "$status" = 1 ]
	[[ $output == *"pair of interfaces: "*"operation not permitted"*"takes its root"* ]]
}

@test "a user namespace can be made for somebody else" {
	# shellcheck disable=SC2016  # the inner shell's
	run hull unshare --owner 3000:3001 -r -u sh -c 'id -u; id -g; cat /proc/self/uid_map /proc/self/gid_map; hostname x; hostname'
	[ "$status" = 0 ]
	[ "$(tr -s ' ' <<< "$output" | tr '\n' ';')" = "0;0; 0 3000 1; 0 3001 1;x;" ]
	"$HULL" unshare --owner 3000:3001 sleep 1000 < /dev/null > "$T/out" 2>&1 3>&- &
	eventually grep -q "^sleep" "/proc/$!/cmdline"
	[ "$("$HULL" ns -J -t user -o OUID,PID | jq ".namespaces[] | select(.pid == $!) | .ouid")" = 3000 ]
	kill $!
	wait $! || true
	run hull unshare --owner 3000 true
	[[ $output == *"--owner 3000 is not UID:GID"* ]]
}

@test "interpreters are registered for the namespace alone" {
	grep -qw binfmt_misc /proc/filesystems || skip "the kernel has no binfmt_misc"
	echo 'payload' > "$T/file.hulltest"
	chmod +x "$T/file.hulltest"
	run hull unshare -r -l ':hulltest:E::hulltest::/bin/cat:' "$T/file.hulltest"
	[ "$status" = 0 ]
	[ "$output" = payload ]
	[ ! -e /proc/sys/fs/binfmt_misc/hulltest ]
	run hull unshare -r -l ':broken' true
	[ "$status" = 1 ]
	[[ $output == *'register ":broken": invalid argument'* ]]
}

@test "the environment is handed on, or only what is named" {
	export KEPT=1 LOST=2
	[ "$(hull unshare sh -c 'echo $KEPT$LOST')" = 12 ]
	[ "$(hull unshare --clear-env env)" = "" ]
	[ "$(hull unshare --clear-env --whitelist-env OTHER,KEPT env)" = KEPT=1 ]
}

@test "mistake: --pid without a fork" {
	run hull unshare --pid sh -c 'true; (true); echo after'
	[[ ${lines[0]} == *"--pid without --fork"*"process 1"*"nothing can be forked"* ]]
	# and so it is: the first child has ended
	[[ $output == *"annot fork"* || $output == *"annot allocate memory"* ]]
	run hull --log-level error unshare --pid true
	[ -z "$output" ]
}

@test "mistake: ps with the outer proc" {
	# shellcheck disable=SC2016  # the inner shell's
	run hull unshare --pid --fork sh -c 'readlink /proc/self || echo "no self"'
	[[ ${lines[0]} == *"/proc is still that of the outer pid namespace"*"--mount-proc"* ]]
	run hull unshare --pid --fork --mount-proc true
	[ -z "$output" ]
}

@test "mistake: a root that is not there, seen from the wrong folder" {
	mkdir -p "$T/here/new_root"
	cd "$T"
	run hull unshare --pid --fork --root new_root sh
	[ "$status" = 1 ]
	[[ $output == *"change the root to new_root: no such file or directory; hint: a relative path begins here: $T" ]]
	cd "$HULL_TEST_WORK"
}

@test "mistake: an empty proc" {
	mkdir -p "$T/new_root"
	cp -al "$HULL_TEST_WORK/rootfs/." "$T/new_root"
	run hull unshare --pid --fork --root "$T/new_root" ps
	[[ ${lines[0]} == *"$T/new_root/proc is empty: ps will show nothing there; --mount-proc mounts it" ]]
}
