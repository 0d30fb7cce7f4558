#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# The command events: statistics and want of memory, as lines of JSON.

load lib

# events ARGS...: in the background, into $T/events; its pid is in $watcher
events() {
	# without a pipe of bats held open, and with the runtime itself as the process that is waited for
	"$RUNTIME" --root "$ROOT" events "$@" < /dev/null > "$T/events" 2> "$T/events.err" 3>&- &
	watcher=$!
}

# watcher_looks: it has opened all that it waits for; its timer is the last
watcher_looks() {
	eventually watcher_has_a_timer
}

watcher_has_a_timer() {
	readlink "/proc/$watcher/fd/"* | grep -q timerfd
}

# watcher_ends: in $status
watcher_ends() {
	eventually watcher_is_gone || {
		kill -9 "$watcher"
		return 1
	}
	status=0
	wait "$watcher" || status=$?
}

watcher_is_gone() {
	[ ! -e "/proc/$watcher/stat" ] || grep -q ') Z ' "/proc/$watcher/stat"
}

has_events() { # has_events TYPE N
	[ "$(jq -r .type "$T/events" | grep -c "^$1\$")" -ge "$2" ]
}

# stat_of JQ: of `events --stats`
stat_of() {
	oci events --stats "$ID" | jq -r ".data$1"
}

# ---- statistics, once -----------------------------------------------------------------------------

@test "events --stats prints one line of JSON with type, id and data" {
	start_sleeper
	run oci events --stats "$ID"
	succeeds
	equal "${#lines[@]}" 1
	equal "$(jq -c keys <<< "$output")" '["data","id","type"]'
	equal "$(jq -r '.type + " " + .id' <<< "$output")" "stats $ID"
	equal "$(jq -c '.data | keys' <<< "$output")" \
		'["blkio","cpu","cpuset","hugetlb","intel_rdt","memory","network_interfaces","pids"]'
}

@test "the members are those that runc prints" {
	[ -n "$REFERENCE" ] || skip "no runc to compare with"
	! cgroup_is_v2 || skip "compared on cgroup v1 only: $("$REFERENCE" --version | head -1) prints less on v2"
	start_sleeper
	local ours theirs
	# what depends on the kernel's numbers, or on the version: percpu times, raw, PSI, networks; and runc
	# does not look for huge pages in a cgroup2 beside the v1 controllers
	paths='[.data | del(.hugetlb[]?) | delpaths([paths | select(.[-1] == "psi" or .[-1] == "raw" or .[-1] == "network_interfaces"
		or .[-1] == "percpu_kernel" or .[-1] == "percpu_user")])
		| paths | map(if type == "number" then 0 else . end) | join(".")] | unique | .[]'
	oci events --stats "$ID" | jq -r "$paths" > "$T/ours"
	oci delete --force "$ID"
	"$REFERENCE" --root "$T/reference" run --detach --bundle "$BUNDLE" "$ID" < /dev/null > /dev/null 2>&1
	"$REFERENCE" --root "$T/reference" events --stats "$ID" | jq -r "$paths" > "$T/theirs"
	"$REFERENCE" --root "$T/reference" delete --force "$ID"
	diff "$T/ours" "$T/theirs"
}

@test "the statistics are those of the kernel" {
	bundle '.linux.resources.memory = { limit: 67108864 } | .linux.resources.pids = { limit: 20 }'
	start_shell
	inside 'dd if=/dev/zero of=/dev/shm/file bs=1M count=20 2> /dev/null; sleep 1000 & sleep 1000 &'
	run oci events --stats "$ID"
	succeeds
	equal "$(jq .data.memory.usage.limit <<< "$output")" 67108864
	between "$(jq .data.memory.usage.usage <<< "$output")" 20971520 67108864
	equal "$(jq -c .data.pids <<< "$output")" '{"current":3,"limit":20}'
	equal "$(jq '.data.memory.raw | length > 10' <<< "$output")" true
	matches "$(jq -c .data.cpuset.cpus <<< "$output")" '^\[[0-9,]+\]$'
}

@test "processor time is counted in nanoseconds" {
	start_shell
	local before after
	before=$(stat_of .cpu.usage.total)
	inside 'probe burn 500'
	after=$(stat_of .cpu.usage.total)
	# what probe says that it got, and what the shell took
	between $(((after - before) / 1000000)) $((output - 20)) $((output + 500))
}

@test "throttling is counted" {
	bundle '.linux.resources.cpu = { quota: 10000, period: 100000 }'
	start_shell
	# on a busy machine it may get less than its quota at first
	burnt_too_much() {
		inside 'probe burn 500'
		[ "$(stat_of .cpu.throttling.throttledPeriods)" -ge 1 ]
	}
	eventually burnt_too_much
	stat_of .cpu.throttling | jq -e '.throttledPeriods <= .periods and .throttledTime > 1000000'
}

@test "the interfaces of the container's own network are counted, with capital keys" {
	start_shell
	run oci events --stats "$ID"
	succeeds
	equal "$(jq -c '.data.network_interfaces[] | select(.Name == "lo") | keys' <<< "$output")" \
		'["Name","RxBytes","RxDropped","RxErrors","RxPackets","TxBytes","TxDropped","TxErrors","TxPackets"]'
	inside 'ip link set lo up; ping -c 3 -i 0.01 -s 1000 127.0.0.1 > /dev/null || true'
}

@test "traffic is counted for the interface that carries it" {
	bundle
	start_sleeper
	local pid
	pid=$(pid_of)
	nsenter -t "$pid" -n ip link set lo up
	nsenter -t "$pid" -n bash -c 'for i in 1 2 3; do echo 0123456789 > /dev/udp/127.0.0.1/9; done' || true
	between "$(stat_of '.network_interfaces[] | select(.Name == "lo").RxBytes')" 100 10000
	equal "$(stat_of '.network_interfaces[] | select(.Name == "lo") | .RxBytes == .TxBytes')" true
}

@test "interfaces of the host are not the container's" {
	bundle
	without_namespace network
	start_sleeper
	equal "$(stat_of .network_interfaces)" null
}

@test "a paused and a created container have statistics" {
	start_sleeper
	oci pause "$ID"
	equal "$(stat_of .pids.current)" 1
	oci resume "$ID"
	bundle '.process.args = ["sleep", "1000"]'
	oci create --bundle "$BUNDLE" "$ID" < /dev/null > "$T/create.out" 2>&1
	equal "$(stat_of .pids.current)" 1
}

# ---- events, as they come -------------------------------------------------------------------------

@test "statistics come at each interval, and it ends with the container" {
	start_sleeper
	events --interval 100ms "$ID"
	eventually has_events stats 3
	oci kill "$ID" KILL
	watcher_ends
	equal "$status" 0
	equal "$(jq -r .id "$T/events" | sort -u)" "$ID"
	equal "$(wc -c < "$T/events.err")" 0
}

@test "it ends also when the container is deleted by force" {
	start_sleeper
	events --interval 10m "$ID"
	watcher_looks
	oci delete --force "$ID"
	watcher_ends
	equal "$status" 0
	equal "$(wc -c < "$T/events")" 0
}

@test "without an interval it is five seconds" {
	start_sleeper
	events "$ID"
	watcher_looks
	grep -qF 'it_interval: (5, 0)' "/proc/$watcher"/fdinfo/*
	equal "$(wc -c < "$T/events")" 0
	oci kill "$ID" KILL
	watcher_ends
}

@test "a process killed for want of memory is an event without data" {
	bundle '.linux.resources.memory = { limit: 33554432 }'
	start_shell
	events --interval 10m "$ID"
	watcher_looks
	inside 'probe eat 100'
	equal "$status" 137
	eventually has_events oom 1
	equal "$(head -1 "$T/events" | jq -c .)" "{\"type\":\"oom\",\"id\":\"$ID\"}"
	inside 'probe eat 10'
	equal "$output" ate
	oci kill "$ID" KILL
	watcher_ends
	equal "$status" 0
}

@test "want of memory that ends the container is an event" {
	bundle '.linux.resources.memory = { limit: 33554432 }'
	set_script 'while [ ! -e /go ]; do sleep 0.05; done; exec probe eat 100'
	oci run --detach --bundle "$BUNDLE" "$ID" < /dev/null > "$T/$ID.out" 2>&1
	events --interval 10m "$ID"
	watcher_looks
	touch "$BUNDLE/rootfs/go"
	watcher_ends
	equal "$status" 0
	has_events oom 1
}

@test "want of memory before it looks is no event" {
	bundle '.linux.resources.memory = { limit: 33554432 }'
	start_shell
	inside 'probe eat 100'
	events --interval 100ms "$ID"
	eventually has_events stats 2
	oci kill "$ID" KILL
	watcher_ends
	equal "$(jq -r .type "$T/events" | sort -u)" stats
}

@test "it ends when nobody reads any more" {
	start_sleeper
	"$RUNTIME" --root "$ROOT" events --interval 20ms "$ID" < /dev/null 2> "$T/events.err" 3>&- | head -n 2 > "$T/events" &
	watcher=$!
	watcher_ends
	equal "$(wc -l < "$T/events")" 2
	equal "$(state_of status)" running
}

# ---- refusals -------------------------------------------------------------------------------------

@test "a stopped container and one that is not there have no events" {
	start_sleeper
	oci kill "$ID" KILL
	eventually has_status stopped
	local option
	for option in --stats --interval=1s; do
		run oci events "$option" "$ID"
		exits_with 1
		is_runc || says "container not running"
		run oci events "$option" nobody
		exits_with 1
		says "container does not exist"
	done
}

@test "an interval that is none is refused" {
	start_sleeper
	local interval
	for interval in 0 0s -1s 5 s 1x ''; do
		[ -n "$interval" ] || continue
		run oci events --interval "$interval" "$ID"
		refused_for interval
	done
	run oci events --interval 0s "$ID"
	fails_with "duration interval must be greater than 0"
}
