#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# The command update: new limits, read back from the kernel.

load lib

# cgroup_has V1-FILE V2-FILE: the kernel has that file for the container's group
cgroup_has() {
	if cgroup_is_v2; then
		[ -e "$(cgroup_dir any)/$2" ]
	else
		[ -e "$(cgroup_dir "${1%%/*}")/${1#*/}" ]
	fi
}

# memory_swap_limit: of memory and swap together
memory_swap_limit() {
	local swap

	if ! cgroup_is_v2; then
		cgroup_read memory/memory.memsw.limit_in_bytes ''
		return
	fi
	swap=$(cgroup_read '' memory.swap.max)
	[ "$swap" = max ] && echo max || echo $((swap + $(memory_limit)))
}

is_unlimited() {
	[ "$1" = max ] || [ "$1" -gt 1000000000000000 ]
}

# limits: all that these tests change, on one line
limits() {
	echo "$(memory_limit) $(pids_limit) $(cpu_limit)"
}

limited_sleeper() {
	bundle '.linux.resources.memory = { limit: 67108864 }
		| .linux.resources.pids = { limit: 20 }
		| .linux.resources.cpu = { quota: 40000, period: 100000, shares: 512 }'
	start_sleeper
}

# ---- one option each ------------------------------------------------------------------------------

@test "update says nothing, and changes only what is given" {
	limited_sleeper
	equal "$(limits)" "67108864 20 40000 100000"
	run oci update --pids-limit 10 "$ID"
	prints ''
	equal "$(limits)" "67108864 10 40000 100000"
	oci update --memory 33554432 "$ID"
	equal "$(limits)" "33554432 10 40000 100000"
	oci update --cpu-quota 50000 "$ID"
	equal "$(limits)" "33554432 10 50000 100000"
	oci update --cpu-period 200000 "$ID"
	equal "$(limits)" "33554432 10 50000 200000"
}

@test "options stand before or behind the id, and take a value in either way" {
	limited_sleeper
	oci update "$ID" --pids-limit=11
	equal "$(pids_limit)" 11
	oci update -pids-limit 12 "$ID"
	equal "$(pids_limit)" 12
}

@test "a size has a unit or none" {
	limited_sleeper
	oci update --memory 100m "$ID"
	equal "$(memory_limit)" 104857600
	oci update --memory 0.25G "$ID"
	equal "$(memory_limit)" 268435456
	oci update --memory 65536k "$ID"
	equal "$(memory_limit)" 67108864
}

@test "-1 takes a limit away" {
	limited_sleeper
	oci update --memory -1 --pids-limit -1 --cpu-quota -1 "$ID"
	is_unlimited "$(memory_limit)"
	equal "$(pids_limit)" max
	matches "$(cpu_limit)" '^(-1|max) 100000$'
}

@test "memory and swap grow and shrink together" {
	bundle '.linux.resources.memory = { limit: 67108864, swap: 134217728 }'
	start_sleeper
	equal "$(memory_limit) $(memory_swap_limit)" "67108864 134217728"
	# above the old limit of both: the kernel of v1 wants swap to grow first
	oci update --memory 268435456 --memory-swap 536870912 "$ID"
	equal "$(memory_limit) $(memory_swap_limit)" "268435456 536870912"
	# below: it wants memory to shrink first
	oci update --memory 33554432 --memory-swap 67108864 "$ID"
	equal "$(memory_limit) $(memory_swap_limit)" "33554432 67108864"
	oci update --memory-swap 134217728 "$ID"
	equal "$(memory_limit) $(memory_swap_limit)" "33554432 134217728"
	oci update --memory -1 --memory-swap -1 "$ID"
	is_unlimited "$(memory_limit)"
	is_unlimited "$(memory_swap_limit)"
}

@test "less memory and swap than memory is refused before anything changes" {
	limited_sleeper
	run oci update --memory 33554432 --memory-swap 16777216 --pids-limit 5 "$ID"
	refused_for /linux/resources/memory/swap
	is_runc || equal "$(limits)" "67108864 20 40000 100000"
}

@test "a reservation is the memory that is taken back last" {
	limited_sleeper
	oci update --memory-reservation 33554432 "$ID"
	equal "$(cgroup_read memory/memory.soft_limit_in_bytes memory.low)" 33554432
}

@test "shares change" {
	limited_sleeper
	oci update --cpu-share 256 "$ID"
	if cgroup_is_v2; then
		between "$(cgroup_read '' cpu.weight)" 10 38
	else
		equal "$(cgroup_read cpu/cpu.shares '')" 256
	fi
}

@test "a burst of the quota can be saved up" {
	limited_sleeper
	cgroup_has cpu/cpu.cfs_burst_us cpu.max.burst || skip "this kernel has no CPU burst (Linux 5.14)"
	skip_on_runc "1.1.5 has no --cpu-burst"
	oci update --cpu-burst 20000 "$ID"
	equal "$(cgroup_read cpu/cpu.cfs_burst_us cpu.max.burst)" 20000
	equal "$(cpu_limit)" "40000 100000"
	run oci update --cpu-burst 50000 "$ID"
	refused_for /linux/resources/cpu/burst
	equal "$(cgroup_read cpu/cpu.cfs_burst_us cpu.max.burst)" 20000
	oci update --cpu-burst 0 "$ID"
	equal "$(cgroup_read cpu/cpu.cfs_burst_us cpu.max.burst)" 0
}

@test "a container becomes idle, and is not idle any more" {
	bundle
	start_sleeper
	cgroup_has cpu/cpu.idle cpu.idle || skip "this kernel has no idle groups (Linux 5.15)"
	skip_on_runc "1.1.5 has no idle groups on v1"
	oci update --cpu-idle 1 "$ID"
	equal "$(cgroup_read cpu/cpu.idle cpu.idle)" 1
	oci update --cpu-idle 0 "$ID"
	equal "$(cgroup_read cpu/cpu.idle cpu.idle)" 0
}

@test "the processors and memory nodes change for the running process" {
	limited_sleeper
	oci update --cpuset-cpus 0 --cpuset-mems 0 "$ID"
	equal "$(cgroup_read cpuset/cpuset.cpus cpuset.cpus)" 0
	equal "$(cgroup_read cpuset/cpuset.mems cpuset.mems)" 0
	equal "$(awk '/^Cpus_allowed_list/ { print $2 }' "/proc/$(pid_of)/status")" 0
}

@test "the weight of block I/O changes" {
	start_sleeper
	cgroup_has blkio/blkio.bfq.weight io.bfq.weight || cgroup_has blkio/blkio.weight io.weight ||
		skip "this kernel has no weights of block I/O (CONFIG_BFQ_GROUP_IOSCHED, CONFIG_BLK_CGROUP_IOCOST)"
	oci update --blkio-weight 500 "$ID"
	if cgroup_has blkio/blkio.bfq.weight io.bfq.weight; then
		matches "$(cgroup_read blkio/blkio.bfq.weight io.bfq.weight)" '(^|default )500$'
	else
		matches "$(cgroup_read blkio/blkio.weight io.weight)" '[0-9]+$'
	fi
}

@test "real-time period and runtime change" {
	start_sleeper
	cgroup_has cpu/cpu.rt_runtime_us none || skip "no real-time groups (CONFIG_RT_GROUP_SCHED; cgroup v2 has none)"
	run oci update --cpu-rt-period 500000 "$ID"
	succeeds
	equal "$(cgroup_read cpu/cpu.rt_period_us '')" 500000
}

@test "the limits of kernel memory, which the kernel gave up, are accepted" {
	start_sleeper
	oci update --kernel-memory 50m "$ID"
}

@test "a new limit bites" {
	bundle
	start_shell
	inside 'probe fork 30'
	equal "$output" "30 all"
	oci update --pids-limit 10 "$ID"
	inside 'probe fork 30'
	matches "$output" '^[78] Resource temporarily unavailable$'
	oci update --memory 33554432 --memory-swap 33554432 "$ID"
	inside 'probe eat 100'
	equal "$status" 137
}

# ---- from a document ------------------------------------------------------------------------------

@test "limits are read from standard input" {
	limited_sleeper
	oci update --resources - "$ID" <<< '{
		"memory": { "limit": 33554432 },
		"cpu": { "quota": 30000, "period": 60000 },
		"pids": { "limit": 15 }
	}'
	equal "$(limits)" "33554432 15 30000 60000"
}

@test "limits are read from a file, and from a pipe" {
	limited_sleeper
	echo '{ "pids": { "limit": 15 } }' > "$T/resources.json"
	oci update -r "$T/resources.json" "$ID"
	equal "$(limits)" "67108864 15 40000 100000"
	oci update --resources <(echo '{ "pids": { "limit": 16 } }') "$ID"
	equal "$(pids_limit)" 16
}

@test "what an engine in Go sends for nothing changes nothing" {
	limited_sleeper
	oci update --resources - "$ID" <<< '{
		"devices": null,
		"memory": { "limit": 0, "swap": 0, "reservation": 0 },
		"cpu": { "shares": 0, "quota": 0, "period": 0, "cpus": "", "mems": "" },
		"pids": null, "blockIO": {}
	}'
	equal "$(limits)" "67108864 20 40000 100000"
}

@test "an option goes over the document" {
	limited_sleeper
	skip_on_runc "the document alone counts"
	oci update --pids-limit 17 --resources - "$ID" <<< '{ "pids": { "limit": 15 }, "memory": { "limit": 33554432 } }'
	equal "$(limits)" "33554432 17 40000 100000"
}

@test "a document that is none is refused, with the place" {
	limited_sleeper
	run oci update --resources - "$ID" <<< '{ "memory": { "limit": "much" } }'
	refused_for /memory/limit
	run oci update --resources - "$ID" <<< '{ "memory": '
	refused_for "resources: line 2, column 1"
	run oci update --resources - "$ID" < /dev/null
	refused_for "resources: line 1, column 1"
	run oci update --resources /nowhere "$ID"
	fails_with "no such file or directory"
	equal "$(limits)" "67108864 20 40000 100000"
}

@test "new device rules hold, and no device is missing meanwhile" {
	bundle
	with_all_capabilities
	mknod "$BUNDLE/rootfs/kmsg" c 1 11
	skip_on_runc "device rules stay as they are"
	start_shell
	inside 'probe open /kmsg'
	says "Operation not permitted"
	inside 'while [ ! -e /end ]; do true > /dev/null || echo missing > /missing; done &'
	local i
	for i in 1 2 3 4 5 6 7 8 9 10; do
		oci update --resources - "$ID" <<< '{ "devices": [
			{ "allow": false, "access": "rwm" },
			{ "allow": true, "type": "c", "major": 1, "minor": 11, "access": "rw" }] }'
	done
	inside 'touch /end; wait; probe open /kmsg; ls /missing'
	equal "${lines[0]}" opened
	says "No such file"
	equal "$(state_of status)" running
	# other limits leave the rules alone
	oci update --pids-limit 20 "$ID"
	inside 'probe open /kmsg'
	equal "$output" opened
}

@test "keys of cgroup v2 are written as they are" {
	cgroup_is_v2 || skip "needs cgroup v2"
	start_sleeper
	oci update --resources - "$ID" <<< '{ "unified": { "memory.high": "50331648", "pids.max": "13" } }'
	equal "$(cgroup_read '' memory.high) $(pids_limit)" "50331648 13"
}

# ---- refusals -------------------------------------------------------------------------------------

@test "a value that is none is refused" {
	limited_sleeper
	local option
	for option in --memory=much --memory=-5 --memory-swap=1x --pids-limit=few --cpu-period=-1 --cpu-share=1.5 \
		--blkio-weight=70000 --memory-reservation=--; do
		run oci update "$option" "$ID"
		refused_for "\"${option#*=}\""
	done
	equal "$(limits)" "67108864 20 40000 100000"
}

@test "a limit that the kernel refuses is named and stays as it was" {
	limited_sleeper
	run oci update --cpu-quota 10 "$ID"
	fails_with "invalid argument"
	equal "$(cpu_limit)" "40000 100000"
	run oci --log-format json --log "$T/log" update --cpu-quota 10 "$ID"
	[ "$status" != 0 ]
	is_runc || equal "$(jq -r .config "$T/log")" /linux/resources/cpu/quota
}

@test "a processor that is not there is refused" {
	limited_sleeper
	run oci update --cpuset-cpus 4000 "$ID"
	refused_for /linux/resources/cpu/cpus
	run oci update --cpuset-cpus $'0\n1' "$ID"
	refused_for /cpu/cpus "more than one line"
}

@test "memory below what is in use is refused on v1, and leaves a living container" {
	! cgroup_is_v2 || skip "cgroup v2 takes memory back, or kills"
	bundle
	start_shell
	inside 'dd if=/dev/zero of=/dev/shm/file bs=1M count=40 2> /dev/null'
	oci update --memory 60m --memory-swap 60m "$ID"
	run oci update --memory 20m --memory-swap 20m "$ID"
	fails_with "device or resource busy"
	equal "$(state_of status)" running
}

@test "checkBeforeUpdate refuses a limit below the usage" {
	cgroup_is_v2 || skip "needs cgroup v2"
	bundle
	start_shell
	inside 'dd if=/dev/zero of=/dev/shm/file bs=1M count=40 2> /dev/null'
	run oci update --resources - "$ID" <<< '{ "memory": { "limit": 20971520, "checkBeforeUpdate": true } }'
	fails_with "below the current usage"
	equal "$(memory_limit)" max
	equal "$(state_of status)" running
}

@test "a cache schema is refused where there is no resctrl" {
	[ ! -e /sys/fs/resctrl/schemata ] || skip "resctrl is mounted"
	start_sleeper
	run oci update --l3-cache-schema 'L3:0=f' "$ID"
	fails_with "l3 cache schema is not enabled"
	run oci update --mem-bw-schema 'MB:0=20' "$ID"
	fails_with "memory bandwidth schema is not enabled"
}

@test "a stopped container and one that is not there cannot be updated" {
	start_sleeper
	oci kill "$ID" KILL
	eventually has_status stopped
	run oci update --pids-limit 10 "$ID"
	exits_with 1
	says "container not running"
	run oci update --pids-limit 10 nobody
	exits_with 1
	says "container does not exist"
}

# ---- states ---------------------------------------------------------------------------------------

@test "a created container is updated, and starts with the new limits" {
	bundle '.process.args = ["sleep", "1000"]'
	oci create --bundle "$BUNDLE" "$ID" < /dev/null > "$T/create.out" 2>&1
	oci update --pids-limit 10 --memory 64m "$ID"
	oci start "$ID"
	equal "$(pids_limit) $(memory_limit)" "10 67108864"
	equal "$(state_of status)" running
}

@test "a paused container is updated and stays paused" {
	limited_sleeper
	oci pause "$ID"
	oci update --pids-limit 10 "$ID"
	equal "$(state_of status)" paused
	is_runc || oci update --resources - "$ID" <<< '{ "devices": [{ "allow": false, "access": "rwm" }] }'
	equal "$(state_of status)" paused
	equal "$(pids_limit)" 10
}

@test "many updates at once leave one of their values each" {
	limited_sleeper
	local i pids=()
	for i in 11 12 13 14 15 16; do
		oci update --pids-limit $i --memory "${i}0m" "$ID" 3>&- &
		pids+=($!)
	done
	for i in "${pids[@]}"; do
		wait "$i"
	done
	between "$(pids_limit)" 11 16
	equal "$(memory_limit)" $(($(pids_limit) * 10 * 1048576))
}
