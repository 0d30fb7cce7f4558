#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# When and where a container's process runs, and from which memory: as the kernel tells it of the
# process, from outside.

load lib

# policy_of PID: "POLICY PRIORITY FLAGS"; nice_of PID
policy_of() {
	chrt -p "$1" | sed 's/^pid [0-9]*.s current //' | tr '\n' ';'
}

nice_of() {
	sed 's/^.*) //' "/proc/$1/stat" | cut -d' ' -f17
}

# scheduled JQ: a container with that scheduler; its pid is in $pid
scheduled() {
	bundle ".process.scheduler = $1"
	start_sleeper
	pid=$(pid_of)
}

# real_time_bundle JQ: one whose group may run in real time, where groups limit that (v1); the
# parent's share goes with the parent
real_time_bundle() {
	local share=/sys/fs/cgroup/cpu/$HULL_TEST_TOKEN/cpu.rt_runtime_us

	bundle "$@"
	[ ! -e "$share" ] || {
		echo 50000 > "$share" || skip "all time for real-time groups is given away"
		edit '.linux.resources.cpu = { realtimeRuntime: 10000, realtimePeriod: 1000000 }'
	}
}

@test "scheduler: a policy with its niceness, with each strategy" {
	for STRATEGY in $STRATEGIES; do
		scheduled '{ policy: "SCHED_BATCH", nice: 7 }'
		equal "$(policy_of "$pid")" "scheduling policy: SCHED_BATCH;scheduling priority: 0;"
		equal "$(nice_of "$pid")" 7
	done
	scheduled '{ policy: "SCHED_IDLE" }'
	equal "$(policy_of "$pid")" "scheduling policy: SCHED_IDLE;scheduling priority: 0;"
	scheduled '{ policy: "SCHED_OTHER", nice: -5 }'
	equal "$(nice_of "$pid")" -5
}

@test "scheduler: flags" {
	scheduled '{ policy: "SCHED_OTHER", nice: -5, flags: ["SCHED_FLAG_RESET_ON_FORK"] }'
	equal "$(policy_of "$pid")" "scheduling policy: SCHED_OTHER|SCHED_RESET_ON_FORK;scheduling priority: 0;"
}

@test "scheduler: real time with its priority" {
	for policy in SCHED_FIFO SCHED_RR; do
		real_time_bundle ".process.scheduler = { policy: \"$policy\", priority: 3 }"
		start_sleeper
		equal "$(policy_of "$(pid_of)")" "scheduling policy: $policy;scheduling priority: 3;"
	done
}

@test "scheduler: a deadline" {
	bundle '.process.scheduler = { policy: "SCHED_DEADLINE", runtime: 1000000, deadline: 5000000,
		period: 10000000 }'
	edit '.process.args = ["sleep", "1000"]'
	try run --detach --bundle "$BUNDLE" "$ID"
	succeeds
	says_policy=$(policy_of "$(pid_of)")
	[[ $says_policy == *"SCHED_DEADLINE"*"1000000/5000000/10000000"* ]] || {
		echo "$says_policy" >&2
		return 1
	}
}

@test "scheduler: what the kernel refuses is told with its field" {
	bundle '.process.scheduler = { policy: "SCHED_DEADLINE", runtime: 10, deadline: 5, period: 2 }'
	run_bundle
	fails_with "invalid argument" "/process/scheduler"
	nothing_left
}

@test "scheduler and ioPriority are also those of a process that is added" {
	bundle '.process.scheduler = { policy: "SCHED_BATCH", nice: 3 }
		| .process.ioPriority = { class: "IOPRIO_CLASS_BE", priority: 6 }'
	start_sleeper
	oci exec --detach --pid-file "$T/pid" "$ID" sleep 1000
	equal "$(policy_of "$(< "$T/pid")")" "scheduling policy: SCHED_BATCH;scheduling priority: 0;"
	equal "$(nice_of "$(< "$T/pid")")" 3
	equal "$(ionice -p "$(< "$T/pid")")" "best-effort: prio 6"
	jq '.process | .args = ["sleep", "1000"] | .scheduler = { policy: "SCHED_IDLE" } |
		.ioPriority = { class: "IOPRIO_CLASS_IDLE", priority: 0 }' "$BUNDLE/config.json" > "$T/process"
	oci exec --detach --pid-file "$T/pid" --process "$T/process" "$ID"
	equal "$(policy_of "$(< "$T/pid")")" "scheduling policy: SCHED_IDLE;scheduling priority: 0;"
	equal "$(ionice -p "$(< "$T/pid")")" "idle"
}

@test "ioPriority: class and level" {
	local wanted

	for wanted in "IOPRIO_CLASS_RT 1 realtime:_prio_1" "IOPRIO_CLASS_BE 2 best-effort:_prio_2" \
		"IOPRIO_CLASS_IDLE 0 idle"; do
		read -r class level shown <<< "$wanted"
		bundle ".process.ioPriority = { class: \"$class\", priority: $level }"
		start_sleeper
		equal "$(ionice -p "$(pid_of)")" "${shown//_/ }"
	done
}

@test "execCPUAffinity: where an added process begins, and where it goes on" {
	local online

	online=$(< /sys/devices/system/cpu/online)
	[ "$online" != 0 ] || skip "this machine has one processor"
	for wanted in '{ initial: "0", final: "1" } 1' '{ final: "1" } 1' '{ initial: "0" } 0'; do
		bundle ".process.execCPUAffinity = ${wanted% *}"
		start_sleeper
		# of the first process nothing is said
		equal "$(taskset -cp "$(pid_of)" | sed 's/.*: //' | tr , -)" "$online"
		oci exec --detach --pid-file "$T/pid" "$ID" sleep 1000
		equal "$(taskset -cp "$(< "$T/pid")" | sed 's/.*: //')" "${wanted##* }"
	done
}

@test "execCPUAffinity: a processor that is not there is refused, and the container goes on" {
	bundle '.process.execCPUAffinity = { final: "900" }'
	start_sleeper
	try exec "$ID" true
	exits_with 255
	says /process/execCPUAffinity/final
	has_status running
}

@test "a personality is also that of a process that is added" {
	bundle '.linux.personality = { domain: "LINUX32" }'
	start_sleeper
	equal "$(< "/proc/$(pid_of)/personality")" 00000008
	try exec "$ID" cat /proc/self/personality
	prints 00000008
}

@test "memoryPolicy: mode, nodes and flags" {
	local mode nodes flags shown

	while read -r mode nodes flags shown; do
		bundle ".linux.memoryPolicy = { mode: \"$mode\", nodes: \"${nodes/-/}\", flags: [${flags/-/}] }"
		[ "$nodes" != - ] || edit 'del(.linux.memoryPolicy.nodes)'
		set_script 'head -n1 /proc/self/numa_maps'
		run_bundle
		succeeds
		equal "$(cut -d' ' -f2 <<< "$output")" "$shown"
	done <<- END
		MPOL_BIND 0 - bind:0
		MPOL_INTERLEAVE 0 - interleave:0
		MPOL_PREFERRED 0 - prefer:0
		MPOL_LOCAL - - local
		MPOL_DEFAULT - - default
		MPOL_BIND 0 "MPOL_F_STATIC_NODES" bind=static:0
		MPOL_BIND 0 "MPOL_F_RELATIVE_NODES" bind=relative:0
	END
}

@test "memoryPolicy: what the kernel refuses is told with its field" {
	bundle '.linux.memoryPolicy = { mode: "MPOL_BIND", nodes: "1000" }'
	run_bundle
	fails_with "invalid argument" /linux/memoryPolicy
	bundle '.linux.memoryPolicy = { mode: "MPOL_BIND", nodes: "0,x" }'
	run_bundle
	fails_with /linux/memoryPolicy/nodes
	nothing_left
}
