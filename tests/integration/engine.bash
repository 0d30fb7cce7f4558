# SPDX-License-Identifier: Apache-2.0
# What the tests of hull's containers share; loaded behind lib. Each test has a store of its own.
#
# With AS_USER every hull is an ordinary user's (helpers/as-user). CALLER is what stands in front of
# a command of theirs.

setup() {
	begin_engine_test
}

begin_engine_test() {
	begin_test
	HULL_ROOT=$T/store
	CALLER=()
	[ -z "${AS_USER:-}" ] || {
		CALLER=("$HELPERS/as-user" "$T/home")
		HULL_ROOT=$T/home/store
		mkdir "$T/home" "$HULL_ROOT"
		chown 3000:3000 "$T/home" "$HULL_ROOT"
		chmod 700 "$HULL_ROOT"
	}
}

# of_caller PATH...: the files belong to whoever calls hull
of_caller() {
	[ -z "${AS_USER:-}" ] || chown -R 3000:3000 "$@"
}

# only_root WHY: what follows is not for ordinary users
only_root() {
	[ -z "${AS_USER:-}" ] || skip "an ordinary user: $1"
}

# hull ARGS...: sets $status, $output, $stderr
hull() {
	status=0
	"${CALLER[@]}" timeout --kill-after 2 50 "$HULL" --root "$HULL_ROOT" "$@" > "$T/hull.out" 2> "$T/hull.err" < "${INPUT:-/dev/null}" || status=$?
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
	[ -z "$(ls "$HULL_ROOT/containers" "$HULL_ROOT/names" "$HULL_ROOT/pins" "$HULL_ROOT/tmp" \
		"$HULL_ROOT"/run/* "$HULL_ROOT"/networks/*/{addresses,hosts} 2> /dev/null |
		grep -v ":$" | grep .)" ] || {
		find "$HULL_ROOT" -not -path '*/layers/*' -not -path '*/blobs/*' >&2
		return 1
	}
}

# containers are removed, whatever a test that failed left of them
teardown() {
	remove_everything
}

remove_everything() {
	local ids networks

	ids=$("${CALLER[@]}" "$HULL" --root "$HULL_ROOT" ps -aq --no-trunc 2> /dev/null) || true
	# shellcheck disable=SC2086 # words
	[ -z "$ids" ] || "${CALLER[@]}" timeout 50 "$HULL" --root "$HULL_ROOT" rm -f $ids > /dev/null
	networks=$("${CALLER[@]}" "$HULL" --root "$HULL_ROOT" network ls -q --no-trunc 2> /dev/null) || true
	# shellcheck disable=SC2086 # words
	[ -z "$networks" ] || timeout 50 "$HULL" --root "$HULL_ROOT" network rm $networks > /dev/null
	eventually not pgrep -f -- "--root $HULL_ROOT" || true # monitors that still clean up
	rm -rf --one-file-system "$T"
}

setup_file() {
	snapshot > "$BATS_FILE_TMPDIR/before"
}

# complains STATUS TEXT...: hull ended with it, and each TEXT is on standard error
complains() {
	exits_with "$1" || return
	output=$stderr
	says "${@:2}"
}

has_said() { # has_said CONTAINER TEXT
	hull logs "$1"
	[[ $output == *"$2"* ]]
}

field() { # field CONTAINER TEMPLATE
	"${CALLER[@]}" "$HULL" --root "$HULL_ROOT" inspect --type container --format "$2" "$1"
}

is_field() { # is_field CONTAINER TEMPLATE VALUE
	[ "$(field "$1" "$2")" = "$3" ]
}
