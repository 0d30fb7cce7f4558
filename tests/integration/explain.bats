#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# hull explain: in a sentence why a container ended, or how it is.

load lib
load engine

explains() { # explains NAME TEXT...
	hull explain "$1"
	succeeds
	says "${@:2}"
}

@test "what its program ended with, and what that means" {
	run_hull --name fine busybox true
	explains fine 'fine ended' 'status 0, that is success'
	run_hull --name three busybox sh -c 'exit 3'
	explains three 'status 3'
	run_hull --name shell busybox sh -c 'no-such-command'
	explains shell 'status 127, with which shells say that a command was not found'
	run_hull --name segv --init busybox sh -c 'kill -SEGV $$'
	explains segv 'status 139' SIGSEGV
	equal "$(field three '{{.State.Reason}}')" "its program exited with status 3, whose meaning is the program's own"
}

@test "who ended it, and by what" {
	start_box box -- 'trap "exit 4" TERM; while :; do sleep 0.05; done'
	hull exec box true
	hull stop box
	explains box 'root ended it by `hull stop`, with SIGTERM, and it exited with status 4'
	hull start box
	start_box deaf -- 'trap "" TERM; while :; do sleep 0.05; done'
	hull exec deaf true
	hull stop -t 1 deaf
	explains deaf 'did not end in its time, by SIGKILL'
	hull kill box
	explains box 'root ended it by `hull kill`, with SIGKILL'
	start_box victim -- 'sleep 1000'
	kill -KILL "$(field victim '{{.State.Pid}}')"
	eventually is_field victim '{{.State.Status}}' exited
	explains victim 'SIGKILL from outside of hull'
}

@test "want of memory, and whose limit it was" {
	run_hull -m 16m --name full busybox sh -c 'x=aaaaaaaa; while :; do x=$x$x; done'
	explains full 'for want of memory' 'its own limit of 16.8MB (--memory)' "/$HULL_TEST_TOKEN/"
}

@test "why it could not be started, with the step" {
	run_hull --name gone busybox no-such-program
	exits_with 127
	explains gone 'gone could not be started' no-such-program 'in the step COMMAND' 'status of that is 127'
	equal "$(field gone '{{.State.Status}}')" created
	[[ $(field gone '{{.State.Error}}') == *no-such-program* ]]
	hull create --name new --cgroup-parent "/$HULL_TEST_TOKEN" busybox true
	explains new 'never started'
}

@test "that nobody saw its end, because its monitor was killed" {
	start_box box -- 'sleep 1000'
	kill -KILL "$(jq .Monitor "$T/store/containers/$(field box '{{.Id}}')/start.json")"
	kill -KILL "$(field box '{{.State.Pid}}')"
	eventually is_field box '{{.State.Status}}' exited
	explains box 'killed hull-monitor' 'nobody saw how'
}

@test "since when it runs, how healthy it is, and how often it was started again" {
	start_box box -- 'sleep 1000'
	explains box 'box runs since 20' 'Its health is not checked'
	start_box sick --health-cmd 'echo cannot; exit 9' --health-interval 100ms --health-retries 1 -- 'sleep 1000'
	eventually is_field sick '{{.State.Health.Status}}' unhealthy
	explains sick 'It is unhealthy' 'failed with status 9 and said: cannot'
	run_hull -d --name again --restart on-failure:1 busybox false
	eventually is_field again '{{.RestartCount}} {{.State.Status}}' '1 exited'
	explains again 'Its policy (on-failure) has started it again 1 time.'
	hull explain --format json again
	equal "$(jq -r '[.Name, .Status, .ExitCode] | join(" ")' <<< "$output")" 'again exited 1'
}
