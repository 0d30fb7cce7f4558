# SPDX-License-Identifier: Apache-2.0
#
# What the attack tests share, on top of the integration tests' words:
#
#   attack_bundle [JQ...]     a bundle with the program `attack` (helpers/attack.c) in it
#   both_strategies CMD...    CMD with $strategy set to each way to the new root
#   host_canary               a file of the host at $CANARY; canary_is_safe at the end
#   in_background CMD...      its pid is in $helper
#   for_long SHORT LONG       which of two numbers this run is for
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
	for strategy in copy template; do
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

for_long() {
	if [ "${ATTACK_LONG:-0}" = 0 ]; then
		echo "$1"
	else
		echo "$2"
	fi
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
