#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Namespaces of hull's containers by hand: their own, the host's, another container's; clocks.

load lib
load engine

pid_outside() {
	field "$1" '{{.State.Pid}}'
}

# namespace_in TYPE CONTAINER
namespace_in() {
	readlink "/proc/$(pid_outside "$2")/ns/$1"
}

@test "a container joins the namespaces of another one that runs" {
	local type

	start_box first --network none -h theirs -- 'sleep 1000'
	start_box second --network none --pid container:first --ipc container:first --uts container:first \
		--time container:first -- 'sleep 1000'
	for type in pid ipc uts time; do
		equal "$(namespace_in $type second)" "$(namespace_in $type first)"
	done
	differs "$(namespace_in mnt second)" "$(namespace_in mnt first)"
	hull exec second sh -c 'hostname; ps | grep -c "sleep 1000"; cat /proc/1/comm'
	says theirs
	equal "${lines[2]}" sleep
	[ "${lines[1]}" -ge 2 ]
	# a name that changes is no other container: an id was kept
	hull rename first renamed
	hull restart -t 0 second
	equal "$stderr" ''
	succeeds
	equal "$(namespace_in pid second)" "$(namespace_in pid renamed)"
}

@test "its processes end with those of the container whose pid namespace it is in" {
	start_box first --network none -- 'sleep 1000'
	start_box second --network none --pid container:first -- 'sleep 1000'
	hull stop -t 0 first
	hull wait second
	prints 137
	hull start second
	[ "$status" != 0 ]
	[[ $stderr == *'--pid container:'*'container first is not running'*'start it first'* ]]
	hull start first
	equal "$stderr" ''
	prints first
	hull start second
	equal "$stderr" ''
	succeeds
}

@test "a namespace is the host's when that is asked, and a container's own otherwise" {
	local type option

	start_box own --network none --time private -- 'sleep 1000'
	start_box hosts --network none --pid host --ipc host --uts host --cgroupns host --time host -- 'sleep 1000'
	for type in pid ipc uts cgroup time; do
		equal "$(namespace_in $type hosts)" "$(readlink "/proc/self/ns/$type")"
		differs "$(namespace_in $type own)" "$(readlink "/proc/self/ns/$type")"
	done
	for option in --pid --ipc --uts --cgroupns --time; do
		run_hull --rm "$option" odd busybox true
		exits_with 125
		[[ $stderr == *"$option odd: not known"* ]]
		run_hull --rm "$option" container:nobody busybox true
		exits_with 125
		[[ $stderr == *"no such container: nobody"* ]]
	done
	run_hull --rm --uts container:own -h name busybox true
	exits_with 125
}

@test "a container has clocks of its own" {
	local days

	busybox --time-offset boottime=864000 --time-offset monotonic=5 -- 'cat /proc/self/timens_offsets; cut -d . -f 1 /proc/uptime'
	equal "$(head -n 1 <<< "$output" | xargs)" 'monotonic 5 0'
	equal "$(sed -n 2p <<< "$output" | xargs)" 'boottime 864000 0'
	days=$(((${lines[2]} - $(cut -d . -f 1 /proc/uptime) + 60) / 86400))
	equal "$days" 10
	busybox --time-offset realtime=5 -- true
	exits_with 125
	busybox --time-offset boottime=x -- true
	exits_with 125
	busybox --time host --time-offset boottime=1 -- true
	exits_with 125
}
