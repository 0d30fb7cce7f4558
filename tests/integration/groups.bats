#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# hull group: several containers share one budget; hull stats: what containers and groups use.

load lib
load engine

group() { # group NAME OPTION...: where this test's control groups are
	hull group create --cgroup-parent "/$HULL_TEST_TOKEN" "${@:2}" "$1"
	succeeds
}

grouped() { # grouped NAME GROUP SCRIPT
	hull run -d --name "$1" --group "$2" busybox sh -c "$3"
	succeeds
}

remove_all() {
	local name

	for name in "$@"; do
		hull group rm "$name"
		succeeds
	done
	nothing_is_left
}

@test "two containers that fit one by one do not fit together: the shared limit of processes bites" {
	group web --pids-limit 12
	grouped one web 'for i in 1 2 3 4 5 6 7; do sleep 1000 & done; wait'
	hull exec one true
	grouped two web 'for i in 1 2 3 4 5 6 7; do sleep 1000 & done; echo all; wait'
	eventually has_failed two 'fork'
	hull rm -f one
	hull rm -f two
	grouped three web 'for i in 1 2 3 4 5 6 7; do sleep 1000 & done; echo all; wait'
	eventually has_said three all
	hull rm -f three
	remove_all web
}

has_failed() {
	hull logs "$1"
	[[ $stderr == *"$2"* ]]
}

@test "memory of a group is used up by its containers together, and explain says whose limit it was" {
	group web -m 48m
	grouped one web 'dd if=/dev/zero of=/dev/shm/a bs=1M count=32; sleep 1000'
	eventually has_failed one '32+0 records out'
	grouped two web 'dd if=/dev/zero of=/dev/shm/a bs=1M count=32; echo "status $?"; sleep 0.2; exit 9'
	eventually has_lost_one
	hull rm -f one
	hull rm -f two
	remove_all web
}

# the kernel chooses which of them
has_lost_one() {
	local name

	for name in one two; do
		hull explain "$name"
		[[ $output != *'want of memory'*'the limit of the group web'* ]] || return 0
		hull logs "$name"
		[[ $output != *'status 137'* ]] || return 0
	done
	return 1
}

@test "groups lie in groups, are seen with what they use, and stay while somebody is in them" {
	group web --cpus 1.5 -m 256m
	hull group create --parent web -m 64m api
	succeeds
	grouped one api 'sleep 1000'
	hull group ls --format '{{.Name}} {{.Parent}} {{.Memory}} {{.Cpus}} {{.Containers}}'
	prints $'api web 67.1MB - 1\nweb  268MB 1.5 0'
	hull group inspect api
	equal "$(jq -r '.[0] | [.Path, .Memory, .Containers[0]] | join(" ")' <<< "$output")" "/$HULL_TEST_TOKEN/web/api 67108864 one"
	hull stats --no-stream --tree --format '{{.Name}} {{.PIDs}}'
	prints $'web/ 1\n  api/ 1\n    one 1'
	hull group rm web
	complains 1 'group api is in it'
	hull group rm api
	complains 1 'container one is in it'
	hull rm -f one
	remove_all api web
}

@test "stats are of those that run, or of those that were named" {
	start_box busy -- 'while :; do :; done'
	start_box idle -- 'sleep 1000'
	hull stats --no-stream --format '{{.Name}} {{.PIDs}}'
	equal "$(sort <<< "$output")" $'busy 1\nidle 1'
	hull stats --no-stream --format json busy
	local percent
	percent=$(jq -r '.CPUPerc | rtrimstr("%")' <<< "$output")
	[ "${percent%.*}" -ge 10 ]
	equal "$(jq -r 'keys | join(" ")' <<< "$output")" 'BlockIO CPUPerc Container ID MemPerc MemUsage Name NetIO PIDs'
	hull stop -t 0 busy
	hull stats --no-stream --format '{{.Name}} {{.CPUPerc}}' busy
	prints 'busy --'
	hull stats --no-stream --all --format '{{.Name}}'
	equal "$(sort <<< "$output")" $'busy\nidle'
	hull stats --no-stream nobody
	complains 1 'no such container: nobody'
}

@test "the limit that a container sees is its own" {
	start_box small -m 32m -- 'sleep 1000'
	hull stats --no-stream --format '{{.MemUsage}}' small
	matches "$output" ' / 33.6MB$'
}

@test "what cannot be meant is refused" {
	hull run --group no-such busybox true
	complains 125 'no such group: no-such'
	group web
	hull group create web
	complains 1 'group web exists'
	run_hull --group web busybox true
	complains 125 '--group and --cgroup-parent exclude each other'
	hull group create --parent no-such inner
	complains 1 'no such group: no-such'
	hull group create --memory 1k tiny
	complains 1 '--memory 1k'
	remove_all web
}
