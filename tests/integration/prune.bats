#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# What nothing uses is removed: prune; what there is: system df, info, version.

load lib
load engine

@test "containers that do not run are removed, others stay" {
	run_hull --name over busybox true
	hull create --name made --label keep=yes --cgroup-parent "/$HULL_TEST_TOKEN" busybox true
	start_box runs -- 'sleep 1000'
	run_hull -d --name waits --restart always busybox false
	hull container prune < /dev/null
	succeeds
	hull ps -aq
	equal "$(wc -l <<< "$output")" 4
	hull container prune -f --filter label!=keep
	succeeds
	says 'Total reclaimed space: '
	hull ps -a --format '{{.Names}}'
	equal "$(sort <<< "$output")" $'made\nruns\nwaits'
	hull container prune -f --filter until=1h
	hull ps -a --format '{{.Names}}'
	equal "$(sort <<< "$output")" $'made\nruns\nwaits'
	printf 'y\n' > "$T/yes"
	INPUT=$T/yes hull container prune
	hull ps -a --format '{{.Names}}'
	equal "$(sort <<< "$output")" $'runs\nwaits'
	hull container prune -f --filter colour=red
	complains 1 '--filter colour=red' until=
}

@test "images go that no container uses: those without a name, and with --all the others" {
	start_box runs -- 'sleep 1000'
	tar -C "$T" -cf "$T/root.tar" --exclude=store --exclude=root.tar .
	hull import "$T/root.tar" mine:1
	hull import "$T/root.tar"
	hull image prune -f
	says deleted:
	hull images --format '{{.Repository}}'
	equal "$(sort <<< "$output")" $'busybox\nmine'
	hull image prune -a -f
	says 'untagged: mine:1'
	hull images --format '{{.Repository}}'
	prints busybox
}

@test "system prune removes all of it, and df says what there is" {
	run_hull --name over busybox sh -c 'head -c 1000000 /dev/zero > /file'
	hull system df --format '{{.Type}} {{.TotalCount}} {{.Active}}'
	says 'Images 1 1' 'Containers 1 0'
	hull system df --format json
	matches "$(jq -r 'select(.Type == "Containers") | .Size' <<< "$output")" '^1\.[0-9]*MB$'
	hull system prune -a -f --volumes
	succeeds
	hull system df --format '{{.Type}} {{.TotalCount}}'
	says 'Images 0' 'Containers 0'
	nothing_is_left
}

@test "info and version are told" {
	hull info --format '{{.Containers}} {{.RootDir}} {{.OSType}}'
	prints "0 $T/store linux"
	hull info
	says 'Storage Driver: overlay' 'Kernel Version: '
	hull version --format '{{.Client.Version}}'
	matches "$output" '^[0-9]+\.[0-9]+\.[0-9]+$'
	hull version
	says 'OCI runtime: '
}

@test "what Docker's users type: container ls, image rm, container run" {
	hull container run --name box --cgroup-parent "/$HULL_TEST_TOKEN" busybox echo said
	prints said
	hull container ls -a --format '{{.Names}}'
	prints box
	hull container inspect -f '{{.Name}}' box
	prints /box
	hull image inspect box
	complains 1 'box'
	hull container rm box
	prints box
	hull image ls --format '{{.Repository}}'
	prints busybox
	hull image rm busybox
	succeeds
	hull container
	says 'container ls'
	hull container explode
	complains 1 'unknown command "container explode"' 'hull help container'
}
