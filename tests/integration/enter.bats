#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# hull enter: programs in the namespaces of a container or of any process.

load lib

hull() {
	timeout -k 2 20 "$HULL" "$@" < /dev/null 3>&-
}

# start_container: sets $PID
start_container() {
	bundle '.hostname = "inside"'
	start_sleeper
	PID=$(pid_of)
}

# with_name SCRIPT: beside a container of $BUNDLE named $ID, with a /run of its own, where hull finds its name
with_name() {
	cat > "$T/script" <<-END
		mount -t tmpfs run /run
		"\$RUNTIME" run --detach --bundle "$BUNDLE" $ID < /dev/null > "$T/log" 2>&1 || { cat "$T/log"; exit 1; }
		$1
		"\$RUNTIME" delete --force $ID
	END
	run timeout -k 2 50 unshare --mount --propagation private bash "$T/script" < /dev/null
}

@test "by name, by number, and by a number inside" {
	bundle '.hostname = "inside" | .process.args = ["sleep", "1000"]'
	with_name '"$HULL" enter -t '"$ID"' hostname
		"$HULL" enter -t hull-oci:'"$ID"' hostname
		"$HULL" enter -t '"$ID"':1 hostname
		"$HULL" enter -t $("$HULL" pid '"$ID"') hostname
		"$HULL" enter -t '"$ID"':77 hostname; echo $?'
	echo "$output"
	[ "$(grep -cx inside <<< "$output")" = 4 ]
	[[ $output == *"$ID has no process 77"*125* ]]
}

@test "all namespaces are joined, and the program is found inside" {
	start_container
	# shellcheck disable=SC2016  # the inner shell's
	run hull enter -t "$PID" sh -c 'for n in /proc/self/ns/*; do readlink $n; done; ls -d /home/user; echo $$'
	[ "$status" = 0 ]
	diff <(readlink "/proc/$PID/ns/"* | sort -u) <(grep : <<< "$output" | sort -u)
	[[ $output == *"/home/user"* ]]
	[ "${lines[-1]}" -lt 50 ]
}

@test "each namespace is joined alone, or left out alone" {
	local type name

	start_container
	for type in mnt:mount pid:pid net:net ipc:ipc uts:uts cgroup:cgroup; do
		name=${type#*:} type=${type%:*}
		# busybox is inside and outside
		[ "$type" = mnt ] || [ "$(hull enter -t "$PID" "--$name" sh -c "readlink /proc/self/ns/${type/pid/pid_for_children}")" = "$(namespace_of "$type" "$PID")" ]
		[ "$type" = uts ] || [ "$(hull enter -t "$PID" "--$name" sh -c 'hostname')" = "$(hostname)" ]
	done
	[ "$(hull enter -t "$PID" --except uts hostname)" = "$(hostname)" ]
	[ "$(hull enter -t "$PID" --uts="/proc/$PID/ns/uts" hostname)" = inside ]
	run hull enter -t "$PID" --except uts,ut hostname
	[ "$status" = 125 ]
	[[ $output == *'unknown namespace type "ut"'* ]]
}

@test "the target's cgroups are joined when that is asked for" {
	start_container
	[ "$(hull enter -t "$PID" --except cgroup -c cat /proc/self/cgroup)" = "$(cat "/proc/$PID/cgroup")" ]
	[ "$(hull enter -t "$PID" --except cgroup cat /proc/self/cgroup)" = "$(cat /proc/self/cgroup)" ]
}

@test "a user namespace is entered as its root, or as who is asked for" {
	user_bundle
	start_sleeper
	PID=$(pid_of)
	[ "$(hull enter -t "$PID" sh -c 'id -u; id -g' | tr '\n' ' ')" = "0 0 " ]
	[ "$(hull enter -t "$PID" -S 1000 -G 1000 sh -c 'id -u; id -g; grep CapEff /proc/self/status' | tr '\n\t' '  ')" = "1000 1000 CapEff: 0000000000000000 " ]
	[[ $(hull enter -t "$PID" -S 1000 --keep-caps grep CapEff /proc/self/status) != *0000000000000000 ]]
	# one that an ordinary user made denies setgroups
	unshare --user --map-root-user sleep 1000 3>&- &
	eventually grep -q '0 *0 *1$' "/proc/$!/uid_map"
	run hull enter -t $! id -u
	kill $!
	[ "$output" = 0 ]
}

@test "from a user namespace that denies setgroups into one of its net namespaces" {
	# shellcheck disable=SC2016  # the inner shell's
	run timeout -k 2 20 unshare --user --map-root-user bash -c '
		cat /proc/self/setgroups
		"$HULL" unshare --net sleep 1000 & sleep 0.5
		"$HULL" enter -t $! --net tail -n +3 /proc/net/dev
		kill $!' < /dev/null 3>&-
	succeeds
	equal "${lines[0]}" deny
	equal "$(cut -d : -f 1 <<< "${lines[1]}" | tr -d " ")" lo
	equal "${#lines[@]}" 2
}

@test "the target's root without its mounts, and a working directory" {
	start_container
	[ "$(hull enter -t "$PID" --root sh -c 'ls -d /home/user')" = /home/user ]
	[ "$(hull enter -t "$PID" --wd=/home/user pwd)" = /home/user ]
}

@test "the target's working directory, environment, user and group are taken over" {
	user_bundle '.process.cwd = "/home/user" | .process.env += ["MARK=inside"] | .process.user = { uid: 5, gid: 6 }'
	start_sleeper
	PID=$(pid_of)
	[ "$(hull enter -t "$PID" --wd pwd)" = /home/user ]
	[ "$(hull enter -t "$PID" --wdns /bin pwd)" = /bin ]
	# shellcheck disable=SC2016  # the inner shell's
	[ "$(hull enter -t "$PID" --env sh -c 'echo $MARK')" = inside ]
	# shellcheck disable=SC2016  # the inner shell's
	[ -z "$(hull enter -t "$PID" sh -c 'echo $MARK')" ]
	[ "$(hull enter -t "$PID" -S follow -G follow sh -c 'id -u; id -g' | tr '\n' ' ')" = "5 6 " ]
	run hull enter -t "$PID" -S nobody true
	[ "$status" = 125 ]
	[[ $output == *"--setuid nobody is no id"* ]]
}

@test "a directory of the caller's choice is the root" {
	mkdir -p "$T/new"
	cp -al "$HULL_TEST_WORK/rootfs/." "$T/new"
	: > "$T/new/mark"
	start_container
	[ "$(hull enter -t "$PID" --net --root="$T/new" ls /mark)" = /mark ]
}

@test "the caller's own user is kept where it has a number inside" {
	user_bundle
	start_sleeper
	PID=$(pid_of)
	run hull enter -t "$PID" --preserve-credentials id -u
	[ "$status" = 125 ]
	[[ $output == *"the caller's user has no number in the user namespace"* ]]
	"$HULL" unshare --map-users 7:0:1 --map-groups 8:0:1 sleep 1000 < /dev/null 3>&- &
	eventually grep -q '8 *0 *1$' "/proc/$!/gid_map"
	run hull enter -t $! -U --preserve-credentials sh -c 'id -u; id -g'
	kill $!
	[ "${lines[*]}" = "7 8" ]
}

@test "the user namespace that owns the others can be entered without the one below" {
	local outer

	# shellcheck disable=SC2016  # the inner shell's
	unshare --user --map-root-user --uts sh -c 'hostname outer; exec unshare --user --map-root-user sleep 1000' 3>&- &
	eventually grep -q '^sleep' "/proc/$!/cmdline"
	outer=$("$HULL" ns -J -t user -o NS,PNS | jq ".namespaces[] | select(.ns == $(stat -L -c %i "/proc/$!/ns/user")) | .pns")
	[ "$outer" != "$(stat -L -c %i /proc/self/ns/user)" ]
	run hull enter -t $! --user-parent --uts sh -c 'hostname; readlink /proc/self/ns/user'
	kill $!
	echo "$output"
	[ "${lines[0]}" = outer ]
	[ "${lines[1]}" = "user:[$outer]" ]
}

@test "the network of a target's socket is entered" {
	command -v python3 > /dev/null || skip "there is no python3"
	# the process itself is in another namespace than its socket
	unshare --net python3 -c '
import os, socket, ctypes, time
s = socket.socket()
os.dup2(s.fileno(), 9)
ctypes.CDLL(None).setns(os.open("/proc/1/ns/net", os.O_RDONLY), 0)
open("'"$T"'/namespace", "w").write(os.readlink("/proc/self/ns/net"))
time.sleep(1000)' 3>&- &
	eventually test -s "$T/namespace"
	run hull enter -t $! --net-socket 9 sh -c 'readlink /proc/self/ns/net; ls /sys/class/net > /dev/null'
	[ "$status" = 0 ]
	[[ $output == net:* ]]
	[ "$output" != "$(< "$T/namespace")" ]
	run hull enter -t $! --net-socket 77 true
	kill $!
	[ "$status" = 125 ]
	[[ $output == *"pidfd_getfd 77 of process"*"bad file descriptor"* ]]
}

@test "the exit status is the program's, or says why there was none" {
	start_container
	run hull enter -t "$PID" sh -c 'exit 7'
	[ "$status" = 7 ]
	# shellcheck disable=SC2016  # the inner shell's
	run hull enter -t "$PID" sh -c 'kill -9 $$'
	[ "$status" = 137 ]
	run -127 hull enter -t "$PID" no-such-program
	[[ $output == *'exec: "no-such-program": executable file not found in $PATH'* ]]
	run -126 hull enter -t "$PID" /etc/passwd
	run hull enter
	[ "$status" = 125 ]
	[[ $output == *"no target given"*"--target NAME or PID"* ]]
	run hull enter -t 4194304
	[ "$status" = 125 ]
	[[ $output == *"4194304: no such process or container"* ]]
}

@test "at a terminal the program has one of the container's own" {
	start_container
	command -v script > /dev/null || skip "there is no script(1)"
	run timeout 20 script -qec "$HULL enter -t $PID sh -c 'tty; test -e /dev/pts/0 && echo there'" /dev/null < /dev/null
	[[ $output == *"/dev/pts/0"*there* ]]
}

@test "nothing of the caller is seen from inside" {
	start_container
	# whoever looks at all processes of the container while others enter never sees the caller's program
	# shellcheck disable=SC2016  # the inner shell's
	hull enter -t "$PID" sh -c 'i=0; while [ $i -lt 300 ]; do
		for p in /proc/[0-9]*; do readlink $p/exe; done; i=$((i + 1)); done 2> /dev/null | sort -u' > "$T/seen" &
	for try in 1 2 3 4 5 6 7 8; do
		hull enter -t "$PID" true
	done
	wait $!
	grep -q busybox "$T/seen"
	run ! grep -q "$HULL" "$T/seen"
}
