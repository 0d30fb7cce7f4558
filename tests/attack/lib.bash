# SPDX-License-Identifier: Apache-2.0
#
# What the attack tests share, on top of the integration tests' words:
#
#   attack_bundle [JQ...]     a bundle with the program `attack` (helpers/attack.c) in it
#   both_strategies CMD...    CMD with $strategy set to each way to the new root
#   host_canary               a file of the host at $CANARY; canary_is_safe at the end
#   in_background PROGRAM...  until end_helper
#   rounds_until N MET...     ends a race: while rounds_until …; do …; done
#   start_watching            the container of start_shell looks at who appears in its pid namespace
#
# Each attack has a control: the same attack where it is not kept from succeeding, so that it is
# known to be one.

load ../integration/lib
HELPERS=$BATS_TEST_DIRNAME/../integration/helpers

setup_file() {
	[ -n "${ATTACK_BIN:-}" ] || {
		echo "these tests are started by tests/attack/run" >&2
		return 1
	}
	snapshot > "$BATS_FILE_TMPDIR/before"
}

attack() {
	"$ATTACK_BIN/attack" "$@"
}

attack_bundle() {
	bundle "$@"
	cp "$ATTACK_BIN/attack" "$BUNDLE/rootfs/bin/attack"
}

# both_strategies CMD...: each time with a fresh bundle's settings left as they are
both_strategies() {
	for strategy in $STRATEGIES; do
		"$@" || {
			echo "strategy $strategy" >&2
			return 1
		}
	done
}

# run_by_strategy [ARGS...]: the last bundle, by the strategy that both_strategies has set
run_by_strategy() {
	run_bundle --strategy "$strategy" "$@"
}

host_canary() {
	CANARY=$T/outside/canary
	mkdir -p "$T/outside"
	echo "the host's" > "$CANARY"
	canary_before=$(stat -c '%a %u %g %Y %i' "$CANARY" "$T/outside")
}

# canary_is_safe: same content, owner, mode, time, and nothing new beside it
canary_is_safe() {
	equal "$(cat "$CANARY")" "the host's" &&
		equal "$(stat -c '%a %u %g %Y %i' "$CANARY" "$T/outside")" "$canary_before" &&
		equal "$(ls -A "$T/outside")" canary
}

is_long() {
	[ "${ATTACK_LONG:-0}" != 0 ]
}

# is_told_of_cwd: the last command was refused for its working directory, or the first line of what its
# program printed of it is inside: hull-init's own descriptors are the container's
is_told_of_cwd() {
	[[ $status != 0 && $output == "hull-oci: "*"(config /process/cwd)" ]] ||
		grep -qx '/\|/proc\|/proc/.*' <<< "${lines[0]}"
}

# rounds_until N MET...: true as long as a race goes on: for N rounds, in the long form for half a minute,
# and until MET says that both sides have met, however busy the machine is. A race that is never met
# proves nothing: the test ends by its own time limit.
rounds_until() {
	: "${rounds:=0}" "${race_begin:=$SECONDS}"
	if [ "$rounds" -ge "$1" ] && { ! is_long || [ $((SECONDS - race_begin)) -ge 28 ]; } && "${@:2}"; then
		rounds=
		race_begin=
		return 1
	fi
	rounds=$((rounds + 1))
}

# create_only: the last bundle up to "created"; its pid is in $pid
create_only() {
	try create --bundle "$BUNDLE" "$@" "$ID"
	succeeds || return 1
	pid=$(pid_of)
}

in_background() {
	"$@" > /dev/null 3>&- &
	helper=$!
}

end_helper() {
	[ -n "${helper:-}" ] || return 0
	kill "$helper" 2> /dev/null || true
	wait "$helper" 2> /dev/null || true
	helper=
}

# start_watching: the container of start_shell looks at every process that appears beside its own, into
# $seen; has_seen_strangers: at one at least
start_watching() {
	seen=$BUNDLE/rootfs/tmp/seen
	watch_stop=$BUNDLE/rootfs/tmp/stop
	inside "attack watch /tmp/stop $CANARY > /tmp/seen &"
	eventually grep -q ^watching "$seen"
}

has_seen_strangers() {
	grep -q ^stranger "$seen"
}

stop_watching() {
	touch "$watch_stop"
	eventually grep -q ^watched "$seen"
}

teardown() {
	end_helper
	end_test
}
