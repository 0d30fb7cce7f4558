#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# hull events: what happened, in Docker's words.

load lib
load engine

# events ARGS...: of this test's store, all that there are
events() {
	hull events --since 1h --until 0s "$@"
	succeeds
}

actions() {
	events --filter type=container --format '{{.Action}}' "$@"
}

@test "the life of a container is told in the order in which it happened" {
	busybox --name box -- 'exit 3'
	exits_with 3
	actions --filter container=box
	prints $'create\nstart\ndie\ndestroy'
	start_box other -- 'sleep 1000'
	hull exec other true
	hull pause other
	hull unpause other
	hull rename other renamed
	hull update -m 64m renamed
	hull stop --signal KILL renamed
	hull start renamed
	hull rm -f renamed
	actions --filter container=other
	prints $'create\nstart\nexec_start: true\nexec_die\npause\nunpause'
	actions --filter container=renamed
	prints $'rename\nupdate\nkill\ndie\nstop\nstart\nkill\ndie\ndestroy'
}

@test "an event is JSON as Docker has it" {
	run_hull -d --name box --label a=b busybox sleep 1000
	hull kill box
	eventually is_field box '{{.State.Status}}' exited
	events --format json --filter event=die
	equal "$(jq -r '[.status, .Type, .Action, .scope, .from, .Actor.Attributes.exitCode, .Actor.Attributes.signal,
		.Actor.Attributes.name, .Actor.Attributes.image, .Actor.Attributes.a] | join(" ")' <<< "$output")" \
		'die container die local busybox 137 9 box busybox b'
	equal "$(jq -r '.id == .Actor.ID and (.timeNano / 1000000000 | floor) == .time' <<< "$output")" true
	events --filter event=die
	matches "$output" '^[0-9T:.-]*Z container die [0-9a-f]{64} \(exitCode=137, signal=9, .*image=busybox, name=box\)$'
	hull rm box
}

@test "events are chosen by what they are of" {
	run_hull --name one --label colour=red busybox true
	run_hull --name two busybox true
	actions --filter label=colour=red
	prints $'create\nstart\ndie'
	actions --filter label=colour --filter event=die --filter event=start
	prints $'start\ndie'
	actions --filter image=busybox --filter event=create
	prints $'create\ncreate'
	actions --filter image=alpine
	prints ''
	events --filter type=image --format '{{.Action}}'
	does_not_say start
	hull events --filter colour=red --until 0s
	complains 1 '--filter colour=red' type=
	hull events --since yesterday
	complains 1 '--since yesterday: not a time'
}

@test "images, too" {
	hull tag busybox mine:1
	hull save -o "$T/mine.tar" mine:1
	hull rmi mine:1
	events --filter type=image --format '{{.Action}} {{.Actor.Attributes.name}}'
	says 'tag mine:1' 'save mine:1' 'untag mine:1'
}

@test "who follows hears it at once, until the time that was asked for" {
	"$HULL" --root "$T/store" events --format '{{.Action}}' --until "$(($(date +%s) + 4))" > "$T/heard" &
	local follower=$!
	sleep 0.3
	busybox -- true
	eventually grep -q destroy "$T/heard"
	wait "$follower"
	equal "$(grep -v load "$T/heard")" $'create\nstart\ndie\ndestroy'
}

@test "the file does not grow without bound, and who follows misses nothing" {
	local i

	busybox -- true
	# as large as it gets: one more event, and it is the one before
	for ((i = 0; i < 8; i++)); do
		head -c 1048570 /dev/zero | tr '\0' x
		echo
	done >> "$T/store/events.json"
	"$HULL" --root "$T/store" events --format '{{.Action}}' > "$T/heard" &
	local follower=$!
	sleep 0.3
	busybox -- true
	eventually grep -q destroy "$T/heard"
	kill "$follower"
	equal "$(< "$T/heard")" $'create\nstart\ndie\ndestroy'
	[ "$(stat -c %s "$T/store/events.json")" -lt 100000 ]
	actions
	equal "$(grep -c create <<< "$output")" 2
	equal "$(ls "$T/store" | grep -c events)" 2
}

@test "what a full disk left of an event does not hide the next one" {
	busybox -- true
	printf '{"status":"die","Act' >> "$T/store/events.json"
	busybox -- true
	actions
	says destroy
	equal "$(grep -c create <<< "$output")" 1 # the one behind the remains is lost
}
