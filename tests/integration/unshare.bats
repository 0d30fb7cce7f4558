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
	child=$(pgrep -P "$parent")
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
