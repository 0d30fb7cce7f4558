#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# A number that was the container's process and is somebody else's by now: what is said of the container
# must not reach that process.

load lib

# take_number PID: a process of ours has it, $helper
take_number() {
	local try

	for ((try = 0; try < 1000; try++)); do
		echo $(($1 - 1)) > /proc/sys/kernel/ns_last_pid # of the suite's own pid namespace
		in_background sleep 1000
		[ "$helper" != "$1" ] || return 0
		end_helper
	done
	echo "the number $1 cannot be had" >&2
	return 1
}

# replaced: a container that has ended, and whose number a stranger has
replaced() {
	start_sleeper
	pid=$(pid_of)
	kill -9 "$pid"
	eventually not test -e "/proc/$pid"
	take_number "$pid"
}

stranger_is_well() {
	equal "$(tr '\0' ' ' < "/proc/$helper/cmdline")" "sleep 1000 "
	equal "$(awk '{ print $3 }' "/proc/$helper/stat")" S
}

@test "a number that is somebody else's by now is none of the container's" {
	local signal

	replaced
	has_status stopped
	for signal in KILL TERM STOP 0; do
		try kill "$ID" "$signal"
		fails_with "container not running"
		stranger_is_well
	done
	try kill --all "$ID" KILL
	succeeds
	stranger_is_well
	try exec "$ID" true
	fails_with "cannot exec in a stopped container"
	try pause "$ID"
	fails_with "container not running"
	try events --stats "$ID"
	fails_with "container not running"
	try delete "$ID"
	succeeds
	stranger_is_well
	nothing_left
}

@test "delete --force of such a container ends nobody" {
	replaced
	try delete --force "$ID"
	succeeds
	stranger_is_well
	nothing_left
}

@test "control: whoever kills by that number does reach the stranger" {
	replaced
	kill -9 "$pid"
	status=0
	wait "$helper" || status=$?
	exits_with 137
}
