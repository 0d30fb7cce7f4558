# SPDX-License-Identifier: Apache-2.0
# What the tests of hull's containers share; loaded behind lib. Each test has a store of its own.

# hull ARGS...: sets $status, $output, $stderr
hull() {
	status=0
	timeout --kill-after 2 50 "$HULL" --root "$T/store" "$@" > "$T/hull.out" 2> "$T/hull.err" < "${INPUT:-/dev/null}" || status=$?
	output=$(< "$T/hull.out")
	stderr=$(< "$T/hull.err")
	mapfile -t lines <<< "$output"
}

# run_hull ARGS...: `hull run` whose control group is found by the test's snapshot
run_hull() {
	hull run --cgroup-parent "/$HULL_TEST_TOKEN" "$@"
}

# busybox [OPTION...] -- SCRIPT: a container that is gone when it has ended
busybox() {
	local options=()

	while [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	run_hull --rm "${options[@]}" busybox sh -c "$2"
}

# start_box NAME [OPTION...] -- SCRIPT: in the background
start_box() {
	local options=(--name "$1")

	shift
	while [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	run_hull -d "${options[@]}" busybox sh -c "$2"
	succeeds
	matches "$output" '^[0-9a-f]{64}$'
}

nothing_is_left() {
	[ -z "$(ls "$T/store/containers" "$T/store/names" "$T/store/pins" "$T/store/tmp" "$T/store"/run/* |
		grep -v ":$" | grep .)" ] || {
		find "$T/store" -not -path '*/layers/*' -not -path '*/blobs/*' >&2
		return 1
	}
}

# containers are removed, whatever a test that failed left of them
teardown() {
	local ids

	ids=$("$HULL" --root "$T/store" ps -aq --no-trunc 2> /dev/null) || true
	# shellcheck disable=SC2086 # words
	[ -z "$ids" ] || timeout 50 "$HULL" --root "$T/store" rm -f $ids > /dev/null
	eventually not pgrep -f -- "--root $T/store" || true # monitors that still clean up
	rm -rf --one-file-system "$T"
}

setup_file() {
	snapshot > "$BATS_FILE_TMPDIR/before"
}

has_said() { # has_said CONTAINER TEXT
	hull logs "$1"
	[[ $output == *"$2"* ]]
}

field() { # field CONTAINER TEMPLATE
	"$HULL" --root "$T/store" inspect --type container --format "$2" "$1"
}

is_field() { # is_field CONTAINER TEMPLATE VALUE
	[ "$(field "$1" "$2")" = "$3" ]
}
