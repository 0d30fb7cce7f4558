#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# hull tour: every answer is what it has to be, nothing is left, and a wrong answer is told.

load lib

setup() {
	local file=${BATS_TEST_FILENAME##*/}

	T=$HULL_TEST_WORK/${file%.bats}-$BATS_TEST_NUMBER
	mkdir -p "$T"
	# commands and answers name it as it was called
	PATH=$HULL_TEST_WORK/tour-bin:$PATH
	mkdir -p "$HULL_TEST_WORK/tour-bin"
	cp "$HULL" "$HULL_TEST_WORK/tour-bin/hull"
	chmod 755 "$HULL_TEST_WORK" "$T"
	BEFORE=$(traces)
}

teardown() {
	eventually nothing_is_left
	rm -rf --one-file-system "$T" "$HULL_TEST_WORK/tour-bin"
}

# traces: what a tour could leave in this machine
traces() {
	find /sys/fs/cgroup -type d \( -name 'hull-tour-*' -o -path '*/hull/unshare-*' \) | sort
	cut -d ' ' -f 5- /proc/self/mountinfo | sort
	find /tmp -maxdepth 1 \( -name tour -o -name toolbox -o -name bin \) | sort
	tail -n +3 /proc/net/dev | cut -d : -f 1 | sort
	pgrep -x hull || true
}

nothing_is_left() {
	diff <(echo "$BEFORE") <(traces)
}

# tour ARGS...: without a terminal; sets $status and $output
tour() {
	run timeout -k 2 100 hull tour "$@" < /dev/null 3>&-
}

# steps_ran RAN FAILED LEFT_OUT
steps_ran() {
	equal "$(tail -n 1 <<< "$output")" "$1 steps ran, $2 failed, $3 left out."
}

# masked: what differs from run to run and from machine to machine is not compared: numbers, sizes, and the
# order of rows that have it from the kernel's numbers
masked() {
	sed -E 's/\b[0-9.]+[KM]\b/SIZE/g; s/[0-9]+/N/g; s/ +/ /g; s/ $//' |
		awk '/^ N / { print | "sort"; next } { close("sort"); print; fflush() }'
}

@test "the whole tour runs without a terminal, and every answer is what it has to be" {
	tour
	succeeds
	does_not_say FAILED "Enter: go on"
	command -v nft > /dev/null || skip "there is no nft"
	steps_ran 61 0 0
}

@test "the tour in the documentation is what a run prints" {
	command -v nft > /dev/null || skip "there is no nft"
	export LC_ALL=C.UTF-8
	tour
	succeeds
	diff <(masked < "$BATS_TEST_DIRNAME/../../docs/tour.md") <(masked <<< "$output")
}

@test "each topic can be seen alone" {
	local topic topics

	topics=$(hull tour --list | cut -d ' ' -f 1)
	equal "$(wc -l <<< "$topics")" 10
	for topic in $topics; do
		tour "$topic"
		succeeds
		equal "$(grep -c '^## ' <<< "$output")" 1
		says "## $topic: "
		does_not_say FAILED
	done
}

@test "topics come in the order in which they are named" {
	tour time uts
	succeeds
	equal "$(sed -n 's/^## \([a-z]*\):.*/\1/p' <<< "$output" | tr '\n' ' ')" "time uts "
}

@test "an answer that is not what it has to be is told, and the rest goes on" {
	cp "$(command -v busybox)" "$T/real"
	cc -static -DREAL="\"$T/real\"" -o "$T/liar" "$HELPERS/liar.c"
	chmod 755 "$T/real" "$T/liar"
	run unshare --mount --propagation private bash -c '
		mount --bind "$0/liar" "$(readlink -f /bin/busybox)" && hull tour uts time < /dev/null' "$T"
	exits_with 1
	says "    liar" "FAILED: the answer does not pass: grep -qx inside." "## time:"
	steps_ran 10 1 0
}

@test "what this machine does not have is told, and the rest goes on" {
	run unshare --user --map-root-user --mount --propagation private bash -c '
		echo 0 > /proc/sys/user/max_time_namespaces && hull tour time user < /dev/null'
	succeeds
	says "Left out: this takes time namespaces (CONFIG_TIME_NS" "no space left on device" "## user:"
	equal "$(grep -c "takes time namespaces" <<< "$output")" 1
	run unshare --mount --propagation private bash -c '
		mount --bind /dev/null "$(readlink -f /bin/busybox)" && hull tour chroot < /dev/null'
	succeeds
	says "a static busybox for the new root"
	steps_ran 0 0 4
}

@test "an ordinary user sees all but what takes root" {
	run "$HELPERS/as-user" "$T/home" hull tour < /dev/null
	succeeds
	says "You are not root" "hull unshare --user --map-root-user --mount" "1 packets received" \
		"this takes a memory limit, which takes root" "this takes root: it makes a user namespace" \
		"one/etc/motd"
	does_not_say FAILED
	steps_ran 51 0 10
}

@test "on a terminal it waits for Enter after each step" {
	run "$HELPERS/on-terminal" '[("Enter: go on", "\n"), ("Enter: go on", "\n"), ("Enter: go on", "\n"),
		("Enter: go on", "\n"), ("Enter: go on", "\n")]' hull tour uts
	echo "$output"
	[ "$status" = 0 ]
	equal "$(grep -c '^== ' <<< "$output")" 5
	# nothing of the second step has appeared before the first Enter
	does_not_say_before "== b'\\n'" "A shell in a uts namespace"
	says "5 steps ran, 0 failed"
}

# does_not_say_before MARK TEXT: in $output
does_not_say_before() {
	[[ ${output%%"$1"*} != *"$2"* ]]
}

@test "on a terminal q ends it, and --no-pause does not wait" {
	run "$HELPERS/on-terminal" '[("Enter: go on", "q\n")]' hull tour uts
	[ "$status" = 0 ]
	says "1 steps ran, 0 failed"
	run "$HELPERS/on-terminal" '[]' hull tour --no-pause uts
	[ "$status" = 0 ]
	says "5 steps ran, 0 failed"
	does_not_say "Enter: go on"
}

@test "Ctrl-C ends it and all that it started" {
	run "$HELPERS/on-terminal" '[("Enter: go on", "\n"), ("Enter: go on", "\x03")]' hull tour uts
	echo "$output"
	[ "$status" = 130 ]
	nothing_is_left
}

# start_tour: one that takes a while; sets $tour when it is in the midst of it, with processes, limits and
# interfaces
start_tour() {
	hull tour net cgroup < /dev/null > "$T/out" 2>&1 3>&- &
	tour=$!
	eventually grep -q 'pids-limit 3' "$T/out"
	[ -n "$(find /sys/fs/cgroup -type d -name "hull-tour-$tour")" ]
}

@test "SIGTERM ends it and all that it started" {
	start_tour
	kill -TERM $tour
	status=0
	wait $tour || status=$?
	exits_with 143
	nothing_is_left
	run ! grep "steps ran" "$T/out"
}

@test "kill -9 ends it and all that it started" {
	start_tour
	kill -9 $tour
	wait $tour || true
	eventually nothing_is_left
	# not because it had come to its end
	run ! grep "steps ran" "$T/out"
}

@test "what stays after kill -9 of command and helper is removed by the next tour" {
	start_tour
	# shellcheck disable=SC2046  # words
	kill -9 $tour $(pgrep -P $tour)
	wait $tour || true
	eventually groups_are_empty "hull-tour-$tour"
	[ -n "$(find /sys/fs/cgroup -type d -name "hull-tour-$tour")" ]
	tour uts
	succeeds
	nothing_is_left
}

# groups_are_empty NAME: of all processes
groups_are_empty() {
	[ -z "$(find /sys/fs/cgroup -path "*/$1*" -name cgroup.procs -exec cat {} +)" ]
}

@test "a tour that runs is no leftover" {
	start_tour
	tour uts
	succeeds
	[ -n "$(find /sys/fs/cgroup -type d -name "hull-tour-$tour")" ]
	status=0
	wait $tour || status=$?
	exits_with 0
}

@test "a command line that is wrong has status 125" {
	tour nothing
	exits_with 125
	says 'there is no topic "nothing"; hint: hull tour --list shows them'
	tour --slowly
	exits_with 125
	says "flag provided but not defined"
}

@test "a full disk is no success" {
	run bash -c 'hull tour uts > /dev/full < /dev/null'
	[ "$status" = 125 ]
	says "write standard output"
}
