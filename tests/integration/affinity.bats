#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# What a container takes over from its caller, and what not: processors, a service manager's sockets.

load lib

processors_inside='grep Cpus_allowed_list: /proc/self/status | tr -d "\t"'

setup_affinity() {
	online=$(< /sys/devices/system/cpu/online)
	[ "$online" != 0 ] || skip "this machine has one processor"
}

@test "a container may run on all processors whatever its caller may" {
	setup_affinity
	bundle
	set_script "$processors_inside"
	output=$(taskset -c 0 "$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID" < /dev/null)
	equal "$output" "Cpus_allowed_list:$online"
}

@test "its cpuset holds nevertheless" {
	setup_affinity
	bundle '.linux.resources.cpu.cpus = "0"'
	set_script "$processors_inside"
	output=$(taskset -c 1 "$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID" < /dev/null)
	equal "$output" "Cpus_allowed_list:0"
}

@test "a process that is added may run on all processors, too" {
	setup_affinity
	start_sleeper
	output=$(taskset -c 0 "$RUNTIME" --root "$ROOT" exec "$ID" sh -c "$processors_inside" < /dev/null)
	equal "$output" "Cpus_allowed_list:$online"
}

# activated ARGS...: the runtime as a service with two sockets, their names too if $names is set
activated() {
	sh -c 'exec 3< /etc/passwd 4< /etc/group; LISTEN_FDS=2 LISTEN_PID=$$ exec "$@"' sh \
		env ${names:+LISTEN_FDNAMES="$names"} "$RUNTIME" --root "$ROOT" "$@" < /dev/null > "$T/out" 2>&1
	output=$(cat "$T/out")
}

@test "sockets of a service manager are handed on with their number, for process 1" {
	bundle
	set_script 'echo $LISTEN_FDS $LISTEN_PID; readlink /proc/self/fd/3; readlink /proc/self/fd/4'
	for strategy in $STRATEGIES; do
		activated run --strategy "$strategy" --bundle "$BUNDLE" "$ID"
		equal "$output" "$(printf '2 1\n/etc/passwd\n/etc/group')"
	done
}

@test "the number is the process's own where it is not 1" {
	bundle
	without_namespace pid
	set_script 'echo $(($LISTEN_PID - $$)) $LISTEN_FDS'
	activated run --bundle "$BUNDLE" "$ID"
	equal "$output" "0 2"
	unshare --pid --fork --kill-child sleep 1000 3>&- &
	unsharer=$!
	eventually pgrep -P "$unsharer" sleep
	bundle
	namespace_path pid "/proc/$(pgrep -P "$unsharer" sleep)/ns/pid"
	set_script 'echo $(($LISTEN_PID - $$)) $LISTEN_FDS; [ $$ != 1 ] && echo another'
	activated run --bundle "$BUNDLE" "$ID"
	equal "$output" "0 2"$'\n'another
	kill -KILL "$unsharer"
	wait "$unsharer" || true
}

@test "the sockets' names are handed on, and reach a process that waits for start" {
	names=web:admin
	bundle
	set_script 'echo $LISTEN_FDNAMES $LISTEN_FDS $LISTEN_PID; readlink /proc/self/fd/4'
	activated run --bundle "$BUNDLE" "$ID"
	equal "$output" "web:admin 2 1"$'\n'/etc/group
	bundle
	set_script 'echo $LISTEN_FDNAMES $LISTEN_FDS $LISTEN_PID; readlink /proc/self/fd/4'
	activated create --bundle "$BUNDLE" "$ID"
	oci start "$ID"
	eventually has_status stopped
	equal "$(cat "$T/out")" "web:admin 2 1"$'\n'/etc/group
}

@test "sockets that are meant for another process are not" {
	bundle
	set_script 'echo "fds:$LISTEN_FDS"; [ ! -e /proc/self/fd/3 ] || echo open'
	output=$(sh -c 'exec 3< /etc/passwd; LISTEN_FDS=1 LISTEN_PID=1 exec "$@"' sh \
		"$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID" < /dev/null)
	equal "$output" "fds:"
}
