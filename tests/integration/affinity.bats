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

@test "sockets of a service manager are handed on with their number, for process 1" {
	bundle
	set_script 'echo $LISTEN_FDS $LISTEN_PID; readlink /proc/self/fd/3; readlink /proc/self/fd/4'
	output=$(sh -c 'exec 3< /etc/passwd 4< /etc/group; LISTEN_FDS=2 LISTEN_PID=$$ exec "$@"' sh \
		"$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID" < /dev/null)
	equal "$output" "$(printf '2 1\n/etc/passwd\n/etc/group')"
}

@test "sockets that are meant for another process are not" {
	bundle
	set_script 'echo "fds:$LISTEN_FDS"; [ ! -e /proc/self/fd/3 ] || echo open'
	output=$(sh -c 'exec 3< /etc/passwd; LISTEN_FDS=1 LISTEN_PID=1 exec "$@"' sh \
		"$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID" < /dev/null)
	equal "$output" "fds:"
}
