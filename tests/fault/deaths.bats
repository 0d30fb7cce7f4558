#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# The caller dies at any point: other commands keep working, `delete --force` removes what is left,
# and nobody waits for ever.

load lib

# is_mended WHAT: after the caller's death
is_mended() {
	local state=none

	status=0
	output=$(timeout 30 "$RUNTIME" --root "$ROOT" state "$ID" 2>&1) || status=$?
	if [ "$status" = 0 ]; then
		state=$(jq -r .status <<< "$output")
	elif [[ $output != *"does not exist"* ]]; then
		echo "$1: state: $status $output" >&2
		return 1
	fi
	case $state in
	none | creating | created | stopped) ;;
	*)
		echo "$1: state is $state" >&2
		return 1
		;;
	esac
	timeout 30 "$RUNTIME" --root "$ROOT" list > "$T/list" 2>&1 || {
		echo "$1: list: $? $(cat "$T/list")" >&2
		return 1
	}
	[ "$state" = none ] || grep -qF "$ID" "$T/list" || {
		echo "$1: not in the list: $(cat "$T/list")" >&2
		return 1
	}
	deleted_by_force || {
		echo "$1" >&2
		return 1
	}
}

# die_each KIND: before each step, and after each of the caller's own stages
die_each() {
	local number name pointer stage

	rich_bundle "$1"
	steps
	while read -r number name pointer <&9; do
		export HULL_FAULT=kill:$number
		create_rich
		unset HULL_FAULT
		end_receiver
		exits_with 137 || return 1
		is_mended "kill:$number $name" || return 1
		[ "$name" != READY ] || break
	done 9< "$T/steps"
	equal "$name" READY
	# the user's is born in its groups, as on v2
	local stages=(directory birthplace slots spawn cgroup groups ready record pidfile)
	[ "$1" != user ] && ! cgroup_is_v2 || stages=(directory cgroup slots spawn ready record pidfile)
	for stage in "${stages[@]}"; do
		export HULL_FAULT=die:$stage
		create_rich --pid-file "$T/pid"
		unset HULL_FAULT
		end_receiver
		exits_with 137 || return 1
		is_mended "die:$stage" || return 1
	done
	nobody_is_left
}

@test "a death of create before each step and after each stage is mended: copy" {
	die_each copy
}

@test "a death of create before each step and after each stage is mended: template" {
	die_each template
}

@test "a death of create before each step and after each stage is mended: user namespace" {
	die_each user
}

@test "a death of create before each step and after each stage is mended: terminal" {
	die_each terminal
}

@test "a death of run before each step is mended" {
	local number name pointer

	rich_bundle template
	steps
	while read -r number name pointer <&9; do
		export HULL_FAULT=kill:$number
		run_bundle --strategy template
		unset HULL_FAULT
		exits_with 137
		is_mended "kill:$number $name"
		[ "$name" != READY ] || break
	done 9< "$T/steps"
	nobody_is_left
}

@test "what the dead caller left is gone by itself: no process waits for ever" {
	local stage

	rich_bundle template
	for stage in spawn ready record pidfile; do
		HULL_FAULT=die:$stage create_rich
		exits_with 137
		nobody_is_left
		eventually has_status stopped
		try delete "$ID"
		succeeds
		nothing_is_left
	done
}

@test "a death of exec before each step leaves the container as it was" {
	local number

	rich_bundle template
	create_rich
	try start "$ID"
	for ((number = 0; number < 100; number++)); do
		export HULL_FAULT=kill:$number
		try exec "$ID" true
		unset HULL_FAULT
		[ "$status" != 0 ] || break
		exits_with 137
		eventually first_process_is_alone
		has_status running
		try exec "$ID" true
		succeeds
	done
	[ "$number" -gt 8 ]
	deleted_by_force
	nobody_is_left
}

@test "a death of mounts add or remove before each step leaves nothing that cannot be removed" {
	local before destination number verb

	rich_bundle template
	edit '.root.readonly = false'
	create_rich
	try start "$ID"
	before=$(wc -l < "/proc/$(pid_of)/mountinfo")
	echo '[{ "destination": "/tmp/live", "type": "tmpfs", "source": "tmpfs" }]' > "$T/live.json"
	for verb in add remove; do
		for ((number = 0; number < 50; number++)); do
			[ "$verb" = add ] || oci mounts add "$ID" "$T/live.json"
			export HULL_FAULT=kill:$number
			try mounts "$verb" "$ID" "$T/live.json"
			unset HULL_FAULT
			[ "$status" != 0 ] || break
			exits_with 137
			eventually first_process_is_alone
			# one that is written down may be there or not
			for destination in $(jq -r '.[].destination' "$ROOT/$ID/mounts.json"); do
				try mounts remove "$ID" - <<< "[{ \"destination\": \"$destination\" }]"
				oci mounts remove "$ID" "$T/live.json" > /dev/null 2>&1 || true
			done
			equal "$(wc -l < "/proc/$(pid_of)/mountinfo")" "$before"
		done
		[ "$number" -gt 3 ]
		[ "$verb" = remove ] || oci mounts remove "$ID" "$T/live.json"
	done
	has_status running
	deleted_by_force
	nobody_is_left
}

@test "control: a fault that is not reached kills nobody" {
	rich_bundle template
	HULL_FAULT=die:nowhere create_rich
	succeeds
	has_status created
	deleted_by_force
}

# background_start ARGS...: the runtime in the background, as $pid
background_start() {
	"$RUNTIME" --root "$ROOT" "$@" < /dev/null > "$T/out" 2>&1 3>&- &
	pid=$!
}

# killed_after USEC: $pid is killed then, if it still runs; $status is its own
killed_after() {
	local end=$((${EPOCHREALTIME/[.,]/} + $1))

	while ((${EPOCHREALTIME/[.,]/} < end)); do :; done
	kill -9 "$pid" 2> /dev/null || true
	status=0
	wait "$pid" 2> /dev/null || status=$?
}

# duration_of ARGS...: microseconds that the command takes here and now
duration_of() {
	local begin=${EPOCHREALTIME/[.,]/}

	background_start "$@"
	wait "$pid"
	echo $((${EPOCHREALTIME/[.,]/} - begin))
}

@test "create, killed at any moment, is mended" {
	local try tries duration killed=0

	rich_bundle template
	tries=$(is_long && echo 400 || echo 50)
	set -- create --bundle "$BUNDLE" --strategy "$strategy" "$ID"
	duration=$(duration_of "$@")
	deleted_by_force
	for ((try = 0; try < tries; try++)); do
		background_start "$@"
		killed_after $((duration * try * try / tries / tries)) # most of them early
		[ "$status" != 137 ] || killed=$((killed + 1))
		is_mended "moment $try of $tries, status $status"
	done
	[ "$killed" -gt 5 ]
	nobody_is_left
}

@test "start, kill and delete, killed at any moment, are mended" {
	local try tries command killed=0 commands=() duration=()

	rich_bundle template
	commands=("start $ID" "kill $ID KILL" "delete --force $ID")
	tries=$(is_long && echo 150 || echo 24)
	for ((try = 0; try < tries; try++)); do
		create_rich
		succeeds
		command=${commands[try % 3]}
		# shellcheck disable=SC2086
		if [ "$try" -lt 3 ]; then
			duration[try]=$(duration_of $command)
		else
			background_start $command
			killed_after $((duration[try % 3] * (try - 3) * (try - 3) / tries / tries))
			[ "$status" != 137 ] || killed=$((killed + 1))
		fi
		timeout 30 "$RUNTIME" --root "$ROOT" list > "$T/list" 2>&1
		deleted_by_force
	done
	[ "$killed" -ge 3 ]
	nobody_is_left
}

# ---- what stands still ----------------------------------------------------------------------------

@test "a container that is stopped while it waits for its start can be asked and deleted" {
	local try

	rich_bundle template
	create_rich
	kill -STOP "$(pid_of)"
	for ((try = 0; try < 12; try++)); do
		timeout 30 "$RUNTIME" --root "$ROOT" state "$ID" > "$T/out" 2>&1 || {
			kill -KILL "$(jq .pid "$ROOT/$ID/state.json")"
			echo "state number $((try + 1)) hangs"
			return 1
		}
	done
	timeout 30 "$RUNTIME" --root "$ROOT" list > "$T/out" 2>&1
	deleted_by_force
}

@test "a trace that cannot be written leaves no container" {
	rich_bundle template
	create_rich --trace /nonexistent/trace
	exits_with 1
	says /nonexistent/trace
	nothing_is_left
	run_bundle --detach --trace /nonexistent/trace
	exits_with 1
	nothing_is_left
}

@test "a pid file that cannot be written leaves no container" {
	rich_bundle template
	create_rich --pid-file /nonexistent/pid
	exits_with 1
	says /nonexistent/pid
	nothing_is_left
}
