#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# hull and its monitors are killed at many moments: what comes then reads the right state, and
# `system check --repair` leaves nothing.

load ../integration/lib
load ../integration/engine
HELPERS=$BATS_TEST_DIRNAME/../integration/helpers

# processes of this test's store, by number
hull_processes() {
	pgrep -f -- "$HULL_ROOT" || true
}

kill_all() {
	local pids

	pids=$(hull_processes)
	# shellcheck disable=SC2086 # words
	[ -z "$pids" ] || kill -KILL $pids 2> /dev/null || true
}

no_process() {
	[ -z "$(hull_processes)" ]
}

# killed_at MILLISECONDS COMMAND...: hull, and whatever it started, dies then
killed_at() {
	local delay=$1

	shift
	"${CALLER[@]}" "$HULL" --root "$HULL_ROOT" "$@" < /dev/null > /dev/null 2>&1 &
	sleep "$(printf '0.%04d' "$delay")"
	kill_all
	wait "$!" 2> /dev/null || true
	kill_all
}

# everything_is_in_order: the state is read, containers go, and then nothing is left
everything_is_in_order() {
	local id

	hull ps -a --no-trunc --format '{{.ID}} {{.State}}'
	succeeds
	equal "$(grep -cvE '^([0-9a-f]{64} (created|running|exited|dead))?$' <<< "$output")" 0
	hull system check --repair
	succeeds
	for id in $("${CALLER[@]}" "$HULL" --root "$HULL_ROOT" ps -aq --no-trunc); do
		hull rm -f "$id"
		succeeds || {
			echo "$stderr" >&2
			return 1
		}
	done
	hull system check --repair
	succeeds
	hull system check
	prints ''
	eventually nothing_is_left
	eventually no_process
}

setup() {
	begin_engine_test
	hull inspect busybox # is loaded before anything is killed
	DELAYS=$([ -n "${FAULT_LONG:-}" ] && seq 1 2 120 || echo 5 15 25 35 45 55 65 75 90 110)
	# what changes to the ordinary user takes its time first
	[ -z "${AS_USER:-}" ] || DELAYS=$([ -n "${FAULT_LONG:-}" ] && seq 60 3 500 || echo 120 160 200 240 280 320 380 440)
}

@test "a run that is killed at any moment leaves nothing that cannot be removed" {
	local delay

	for delay in $DELAYS; do # tenths of a millisecond
		killed_at "$delay" run --rm --cgroup-parent "/$HULL_TEST_TOKEN" busybox true
		everything_is_in_order
		killed_at "$delay" run -d --name box --cgroup-parent "/$HULL_TEST_TOKEN" busybox sleep 1000
		everything_is_in_order
	done
}

@test "a stop and a removal that are killed at any moment can be done again" {
	local delay

	for delay in $DELAYS; do
		run_hull -d --name box busybox sleep 1000
		succeeds
		killed_at "$delay" stop -t 0 box
		everything_is_in_order
		run_hull -d --name box busybox sleep 1000
		succeeds
		killed_at "$delay" rm -f box
		everything_is_in_order
	done
}

@test "a start that is killed at any moment can be done again" {
	local delay

	for delay in $DELAYS; do
		hull create --name box --cgroup-parent "/$HULL_TEST_TOKEN" busybox sh -c 'echo started; sleep 1000'
		succeeds
		killed_at "$delay" start box
		hull start box
		succeeds
		equal "$(field box '{{.State.Status}}')" running
		hull exec box echo alive
		prints alive
		everything_is_in_order
	done
}

@test "control: without the repair something is found" {
	mkdir -p "$HULL_ROOT/containers/$(printf '%064d' 1)" "$HULL_ROOT/names" "$HULL_ROOT/pins" "$HULL_ROOT/run/another-boot"
	printf '%064d' 2 > "$HULL_ROOT/names/stray"
	printf 'sha256:%064d' 3 > "$HULL_ROOT/pins/$(printf '%064d' 3)"
	of_caller "$HULL_ROOT"
	hull system check
	exits_with 1
	says 'not made to its end' 'name stray' 'pin of container' 'earlier boot'
	everything_is_in_order
}
