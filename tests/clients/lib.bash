# SPDX-License-Identifier: Apache-2.0
#
# What the tests with real clients share. Each file has a folder $W of its own for its client's store,
# sockets and configuration; the tests of a file follow one another on the same store, and make their
# containers with names of their own.
#
#   needs PROGRAM...     the file's tests are skipped where one is not installed
#   says, prints, …      claims about the $status, $output and $lines of `run`

bats_require_minimum_version 1.5.0
IMAGE=localhost/busybox:1
CONTRIB=$BATS_TEST_DIRNAME/../../contrib # what is shipped for engines
# prints a number each 0.1 s
COUNTER='i=0; while :; do i=$((i + 1)); echo line $i; sleep 0.1; done'

[ -n "${CLIENTS_TOKEN:-}" ] || {
	echo "these tests are started by tests/clients/run" >&2
	exit 1
}
W=$CLIENTS_WORK/${BATS_TEST_FILENAME##*/}
W=${W%.bats}

setup() {
	[ ! -e "$W/why-not" ] || skip "$(cat "$W/why-not")"
	[ -e "$W/ready" ] || {
		echo "the client could not be set up" >&2
		cat "$W/log" >&2
		return 1
	}
}

# needs PROGRAM...: for setup_file
needs() {
	local program

	mkdir -p "$W"
	for program; do
		command -v "$program" > /dev/null || {
			echo "$program is not installed (make deps)" > "$W/why-not"
			return 1
		}
	done
}

# ready: the last word of setup_file
ready() {
	touch "$W/ready"
}

# background LOG COMMAND...: a daemon; not with descriptors for whose end bats would wait
background() {
	local log=$1

	shift
	"$@" < /dev/null >> "$log" 2>&1 3>&- 4>&- &
	echo $! > "$W/pid"
}

# end_background: the daemon of this file, first in its own way
end_background() {
	local pid try

	[ -e "$W/pid" ] || return 0
	pid=$(< "$W/pid")
	kill "$pid" 2> /dev/null || return 0
	for ((try = 0; try < 300; try++)); do
		is_alive "$pid" || return 0
		sleep 0.1
	done
	echo "the daemon does not end" >&2
	kill -9 "$pid"
	return 1
}

# is_alive PID: a zombie is not
is_alive() {
	local state

	state=$(sed -n 's/^State:\t\(.\).*/\1/p' "/proc/$1/status" 2> /dev/null)
	[ -n "$state" ] && [ "$state" != Z ]
}

# nothing_left: no container of this file's client is running any more, in any cgroup of ours
nothing_left() {
	local left

	left=$(find /sys/fs/cgroup -path "*$CLIENTS_TOKEN*" -name cgroup.procs -exec cat {} + 2> /dev/null | sort -u)
	[ -z "$left" ] || {
		for pid in $left; do
			echo "left running: $pid $(tr '\0' ' ' < "/proc/$pid/cmdline")" >&2
		done
		return 1
	}
}

# eventually COMMAND...: succeeds within a minute: on a busy machine, too
eventually() {
	local end=$((SECONDS + 60))

	until "$@" > /dev/null 2>&1; do
		[ "$SECONDS" -lt "$end" ] || {
			echo "not within a minute: $*" >&2
			return 1
		}
		sleep 0.05
	done
}

# on_terminal COMMAND...: with a terminal for its input and output
on_terminal() {
	SHELL=/bin/bash script -qec "$(printf '%q ' "$@")" /dev/null < /dev/null
}

# limit KIND: the file below /sys/fs/cgroup that holds it, as seen inside; memory in bytes, processes, CPU
limit() {
	local v1 v2

	case $1 in
	memory) v1=memory/memory.limit_in_bytes v2=memory.max ;;
	pids) v1=pids/pids.max v2=pids.max ;;
	cpu) v1=cpu/cpu.cfs_quota_us v2=cpu.max ;;
	cpuset) v1=cpuset/cpuset.cpus v2=cpuset.cpus ;;
	esac
	if [ "$(stat -fc %T /sys/fs/cgroup)" = cgroup2fs ]; then
		echo "/sys/fs/cgroup/$v2"
	else
		echo "/sys/fs/cgroup/$v1"
	fi
}

# ---- what a test claims ---------------------------------------------------------------------------

show_output() {
	echo "status $status, output:"
	echo "$output"
} >&2

succeeds() {
	exits_with 0
}

exits_with() { # exits_with N
	[ "$status" = "$1" ] || {
		echo "expected status $1" >&2
		show_output
		return 1
	}
}

# says TEXT...: each is in the output
says() {
	local text

	for text in "$@"; do
		[[ $output == *"$text"* ]] || {
			echo "not said: $text" >&2
			show_output
			return 1
		}
	done
}

# does_not_say TEXT...
does_not_say() {
	local text

	for text in "$@"; do
		[[ $output != *"$text"* ]] || {
			echo "should not be said: $text" >&2
			show_output
			return 1
		}
	done
}

# prints TEXT: it succeeded and this is the whole output
prints() {
	succeeds && equal "${output//$'\r'/}" "$1"
}

# prints_like REGEX: it succeeded, and the whole output matches
prints_like() {
	succeeds && matches "${output//$'\r'/}" "^($1)\$"
}

equal() { # equal ACTUAL EXPECTED
	[ "$1" = "$2" ] || {
		printf 'expected: %s\n     got: %s\n' "$2" "$1" >&2
		return 1
	}
}

differs() { # differs ACTUAL OTHER
	[ -n "$1" ] && [ "$1" != "$2" ] || {
		printf 'should differ: %s\n' "$1" >&2
		return 1
	}
}

matches() { # matches ACTUAL REGEX
	[[ $1 =~ $2 ]] || {
		printf 'expected to match: %s\n              got: %s\n' "$2" "$1" >&2
		return 1
	}
}

# ns_as_lsns: hull ns shows the namespaces, processes and owners that lsns shows
ns_as_lsns() {
	local flat='def flat: if .children then (.children[] | flat), del(.children) else . end;
		[.namespaces[] | flat | select(.nprocs > 0)] | sort_by(.ns)'

	lsns -J -o NS,TYPE,NPROCS,PID,PNS,ONS | jq -S "$flat" > "$W/lsns"
	"$HULL" ns -J -o NS,TYPE,NPROCS,PID,PNS,ONS | jq -S "$flat" > "$W/ns"
	diff "$W/lsns" "$W/ns"
}

# namespaces_of ID NAME: the types of those that hull ns says are the container's own, whose name it has
# from the engine or from the runtime
namespaces_of() {
	"$HULL" ns -J -o TYPE,CONTAINER | jq -r --arg id "${1:0:12}" --arg name "$2" '[.namespaces[] |
		select(.container // "" | endswith(":" + $id) or endswith(":" + $name)) | .type] | sort | join(" ")'
}
