#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Limits: read back from the kernel's own files, and biting; on cgroup v1 and v2.

load lib

# usage_of_cpu [PATH]: processor time that the group has had, in microseconds
usage_of_cpu() {
	if cgroup_is_v2; then
		awk '$1 == "usage_usec" { print $2 }' "$(cgroup_dir cpu "${1:-}")/cpu.stat"
	else
		echo $(($(cat "$(cgroup_dir cpuacct "${1:-}")/cpuacct.usage") / 1000))
	fi
}

# cgroups_left PATH: folders of the group in any hierarchy
cgroups_left() {
	find /sys/fs/cgroup -type d -path "*$1"
}

# ---- where ----------------------------------------------------------------------------------------

@test "the container's process is in the configured group of every controller" {
	start_sleeper
	local pid controller
	pid=$(pid_of)
	if cgroup_is_v2; then
		equal "$(cut -d: -f3 "/proc/$pid/cgroup")" "$CGROUP"
		return
	fi
	for controller in cpu cpuset memory devices freezer blkio pids; do
		grep -E ":([a-z]+,)*$controller(,[a-z]+)*:$CGROUP\$" "/proc/$pid/cgroup"
		equal "$(cat "$(cgroup_dir $controller)/cgroup.procs")" "$pid"
	done
}

@test "groups above the container's that are missing are made" {
	bundle
	CGROUP=/$HULL_TEST_TOKEN/new-$ID/deep/$ID
	edit --arg cgroup "$CGROUP" '.linux.cgroupsPath = $cgroup'
	start_sleeper
	[ -n "$(cgroup_pids)" ]
	equal "$(cgroup_pids)" "$(pid_of)"
	oci delete --force "$ID"
	[ -z "$(cgroups_left "$CGROUP")" ]
	find /sys/fs/cgroup -depth -type d -path "*/new-$ID*" -exec rmdir {} +
}

@test "without cgroupsPath the group is named after the container" {
	bundle 'del(.linux.cgroupsPath)'
	start_sleeper
	grep -q "/$ID\$" "/proc/$(pid_of)/cgroup"
	oci delete --force "$ID"
	nothing_left
}

@test "a relative cgroupsPath leads to one group that is removed afterwards" {
	bundle
	edit --arg cgroup "relative-$ID" '.linux.cgroupsPath = $cgroup'
	start_sleeper
	grep -q "relative-$ID\$" "/proc/$(pid_of)/cgroup"
	oci delete --force "$ID"
	nothing_left
}

@test "a cgroupsPath with dots does not leave the hierarchy" {
	bundle
	edit --arg cgroup "/../../../../$HULL_TEST_TOKEN/dots-$ID" '.linux.cgroupsPath = $cgroup'
	run_in 'echo ran'
	if is_runc; then
		prints ran
	else
		fails_with /linux/cgroupsPath '".."'
	fi
	[ ! -e "/$HULL_TEST_TOKEN" ]
	nothing_left
}

@test "no group is left when a container is gone, however it went" {
	bundle
	run_in true
	succeeds
	[ -z "$(cgroups_left "$CGROUP")" ]
	start_sleeper
	[ -n "$(cgroups_left "$CGROUP")" ]
	kill -9 "$(pid_of)"
	eventually has_status stopped
	oci delete "$ID"
	[ -z "$(cgroups_left "$CGROUP")" ]
}

@test "groups that a container made below its own are removed with it" {
	bundle
	with_all_capabilities
	add_mount /sys/fs/cgroup cgroup cgroup rw nosuid noexec nodev
	start_shell
	inside 'd=/sys/fs/cgroup; [ -e $d/cgroup.procs ] || d=$d/pids; mkdir -p $d/a/b $d/c'
	equal "$status" 0
	oci delete --force "$ID"
	[ -z "$(cgroups_left "$CGROUP")" ]
	nothing_left
}

# ---- memory ---------------------------------------------------------------------------------------

@test "the memory limit is in the kernel" {
	bundle '.linux.resources.memory = { limit: 67108864 }'
	start_sleeper
	equal "$(memory_limit)" 67108864
}

@test "a memory limit of -1 is no limit" {
	bundle '.linux.resources.memory = { limit: -1 }'
	start_sleeper
	if cgroup_is_v2; then
		equal "$(memory_limit)" max
	else
		[ "$(memory_limit)" -gt 1000000000000 ]
	fi
}

@test "a process that needs more than its memory limit is killed" {
	bundle '.linux.resources.memory = { limit: 33554432 }'
	edit '.process.args = ["probe", "eat", "100"]'
	# without a limit of swap it would be swapped out
	run_bundle
	exits_with 137
	nothing_left
}

@test "a process that needs less than its memory limit lives" {
	bundle '.linux.resources.memory = { limit: 67108864 }'
	edit '.process.args = ["probe", "eat", "30"]'
	run_bundle
	prints ate
}

@test "a child that is killed for memory leaves its container alive" {
	bundle '.linux.resources.memory = { limit: 33554432 }'
	start_shell
	inside 'probe eat 100'
	equal "$status" 137
	inside 'probe eat 10'
	equal "$output" ate
	local kills
	kills=$(cgroup_read memory/memory.oom_control memory.events | awk '$1 == "oom_kill" { print $2 }')
	equal "$kills" 1
}

@test "files in a tmpfs count as the container's memory" {
	bundle '.linux.resources.memory = { limit: 33554432 }'
	add_mount /m tmpfs tmpfs size=100m
	run_in 'echo ran; exec dd if=/dev/zero of=/m/file bs=1M count=80'
	exits_with 137
	equal "$output" ran
}

# ---- pids -----------------------------------------------------------------------------------------

@test "the limit of processes is in the kernel and fork fails at it" {
	bundle '.linux.resources.pids = { limit: 10 }'
	start_shell
	equal "$(pids_limit)" 10
	inside 'probe fork 50'
	matches "$output" '^[78] Resource temporarily unavailable$'
	inside 'probe fork 3'
	equal "$output" "3 all"
}

@test "without a limit of processes there is none" {
	bundle
	start_sleeper
	equal "$(pids_limit)" max
}

# ---- cpu ------------------------------------------------------------------------------------------

@test "quota and period are in the kernel" {
	bundle '.linux.resources.cpu = { quota: 20000, period: 50000 }'
	start_sleeper
	equal "$(cpu_limit)" "20000 50000"
}

@test "a quota without a period uses the kernel's period" {
	bundle '.linux.resources.cpu = { quota: 30000 }'
	start_sleeper
	equal "$(cpu_limit)" "30000 100000"
}

@test "a process gets the processor time of its quota and no more" {
	bundle '.linux.resources.cpu = { quota: 20000, period: 100000 }'
	start_shell
	local before after
	before=$(usage_of_cpu)
	inside 'probe burn 2000'
	after=$(usage_of_cpu)
	# 20 % of two seconds; a busy machine gives less
	between "$output" 1 550
	between $((after - before)) 1000 600000
}

@test "two processes share one quota" {
	bundle '.linux.resources.cpu = { quota: 20000, period: 100000 }'
	start_shell
	inside 'probe burn 1500 > /a & probe burn 1500 > /b; wait; echo $(($(cat /a) + $(cat /b)))'
	between "$output" 1 450
}

@test "shares become the weight of the group" {
	bundle '.linux.resources.cpu = { shares: 512 }'
	start_sleeper
	if cgroup_is_v2; then
		between "$(cgroup_read '' cpu.weight)" 20 60
	else
		equal "$(cgroup_read cpu/cpu.shares '')" 512
	fi
}

# file_of NAME: where it is in the container's group; a hybrid host has some controllers on its v2 tree
file_of() {
	local dir

	for dir in "$(cgroup_dir "${1%%.*}")" "/sys/fs/cgroup/unified$CGROUP"; do
		[ ! -e "$dir/$1" ] || {
			echo "$dir/$1"
			return
		}
	done
	return 1
}

@test "huge pages and their reservations are limited" {
	grep -q '^hugetlb' /proc/cgroups || skip "this kernel has no controller hugetlb (CONFIG_CGROUP_HUGETLB)"
	[ -e /sys/kernel/mm/hugepages/hugepages-2048kB ] || skip "no huge pages of 2 MB (CONFIG_HUGETLB_PAGE)"
	skip_on_runc "1.1.5 looks at v1's tree only"
	local file

	bundle '.linux.resources.hugepageLimits = [{ pageSize: "2MB", limit: 4194304 }]'
	start_sleeper
	file=$(file_of hugetlb.2MB.max || file_of hugetlb.2MB.limit_in_bytes)
	equal "$(cat "$file")" 4194304
	file=$(file_of hugetlb.2MB.rsvd.max || file_of hugetlb.2MB.rsvd.limit_in_bytes)
	equal "$(cat "$file")" 4194304
	equal "$(oci events --stats "$ID" | jq -c '.data.hugetlb["2MB"].failcnt')" 0
}

@test "RDMA objects are limited" {
	grep -q '^rdma' /proc/cgroups || skip "this kernel has no controller rdma (CONFIG_CGROUP_RDMA)"
	local device

	device=$(ls /sys/class/infiniband 2> /dev/null | head -n 1)
	[ -n "$device" ] || skip "no RDMA device (CONFIG_RDMA_RXE makes one of a network interface)"
	bundle
	edit --arg device "$device" '.linux.resources.rdma = { ($device): { hcaHandles: 3 } }'
	start_sleeper
	grep -q "^$device hca_handle=3" "$(file_of rdma.max)"
}

@test "without the controller a limit of RDMA is refused with its field, and nothing is left" {
	skip_on_runc "1.1.5 ignores it"
	! grep -q '^rdma' /proc/cgroups || skip "the controller rdma is there"
	bundle '.linux.resources.rdma = { mlx5_1: { hcaHandles: 3 } }'
	run_bundle
	fails_with "(config /linux/resources/rdma/mlx5_1)" rdma
	nothing_left
	equal "$(oci features | jq .linux.cgroup.rdma)" true
}

@test "the configured processors are those that the process may use" {
	bundle '.linux.resources.cpu = { cpus: "0", mems: "0" }'
	run_in 'grep -E "(Cpus|Mems)_allowed_list" /proc/self/status'
	prints $'Cpus_allowed_list:\t0\nMems_allowed_list:\t0'
}

# ---- devices --------------------------------------------------------------------------------------

@test "a device that no rule allows cannot be opened, not even by root with every capability" {
	bundle
	with_all_capabilities
	# 1:1 is /dev/mem, 1:3 /dev/null, 1:11 /dev/kmsg
	run_in 'mknod /kmsg c 1 11; mknod /null c 1 3; probe open /kmsg; probe open /null'
	prints $'error: open: Operation not permitted\nopened'
}

@test "a device that a rule allows can be opened, for what the rule says only" {
	bundle '.linux.resources.devices += [{ allow: true, type: "c", major: 1, minor: 11, access: "r" }]'
	with_all_capabilities
	mknod "$BUNDLE/rootfs/kmsg" c 1 11
	run_in 'probe open /kmsg; echo x > /kmsg'
	[ "$status" != 0 ]
	equal "${lines[0]}" opened
	says "Operation not permitted"
}

@test "a later rule counts more than an earlier one" {
	bundle '.linux.resources.devices += [
		{ allow: true, type: "c", major: 1, minor: 11, access: "rwm" },
		{ allow: false, type: "c", major: 1, minor: 11, access: "rwm" }]'
	with_all_capabilities
	mknod "$BUNDLE/rootfs/kmsg" c 1 11
	run_in 'probe open /kmsg'
	says "Operation not permitted"
}

@test "a rule for all minor numbers allows each of them" {
	bundle '.linux.resources.devices += [{ allow: true, type: "c", major: 1, access: "rw" }]'
	mknod "$BUNDLE/rootfs/kmsg" c 1 11
	with_all_capabilities
	run_in 'probe open /kmsg'
	prints opened
}

@test "everything is allowed when the last rule says so" {
	bundle '.linux.resources.devices = [{ allow: false, access: "rwm" }, { allow: true, access: "rwm" }]'
	with_all_capabilities
	run_in 'mknod /kmsg c 1 11; probe open /kmsg'
	prints opened
}

@test "all default devices can be used under a rule that denies everything" {
	bundle '.linux.resources.devices = [{ allow: false, access: "rwm" }]'
	run_in 'for d in null zero full random urandom; do probe open /dev/$d; done; probe open /dev/ptmx'
	prints $'opened\nopened\nopened\nopened\nopened\nopened'
}

@test "a device rule of an unknown type or access is refused" {
	bundle '.linux.resources.devices += [{ allow: true, type: "z", major: 1, minor: 3, access: "r" }]'
	run_in true
	refused_for /linux/resources/devices/1/type
	nothing_left
	bundle '.linux.resources.devices += [{ allow: true, type: "c", major: 1, minor: 3, access: "x" }]'
	run_in true
	[ "$status" != 0 ] || skip_on_runc "1.1.5 does not look"
	is_runc || says /linux/resources/devices/1/access
	nothing_left
}

# ---- hierarchy ------------------------------------------------------------------------------------

# parent NAME MEMORY PIDS: a group with limits of its own, for containers below it
parent() {
	PARENT=/$HULL_TEST_TOKEN/$1-$BATS_TEST_NUMBER
	if cgroup_is_v2; then
		echo "+memory +pids +cpu" > "/sys/fs/cgroup/cgroup.subtree_control"
		echo "+memory +pids +cpu" > "/sys/fs/cgroup/$HULL_TEST_TOKEN/cgroup.subtree_control"
		mkdir "/sys/fs/cgroup$PARENT"
		echo "$2" > "/sys/fs/cgroup$PARENT/memory.max"
		echo "$3" > "/sys/fs/cgroup$PARENT/pids.max"
	else
		mkdir "/sys/fs/cgroup/memory$PARENT" "/sys/fs/cgroup/pids$PARENT"
		echo 1 > "/sys/fs/cgroup/memory$PARENT/memory.use_hierarchy" 2> /dev/null || true
		echo "${2/max/-1}" > "/sys/fs/cgroup/memory$PARENT/memory.limit_in_bytes"
		echo "$3" > "/sys/fs/cgroup/pids$PARENT/pids.max"
	fi
}

no_parent() {
	find /sys/fs/cgroup -depth -type d -path "*$PARENT" -exec rmdir {} +
}

child_of_parent() { # child_of_parent: a container's shell in a group below $PARENT
	bundle
	CGROUP=$PARENT/$ID
	edit --arg cgroup "$CGROUP" '.linux.cgroupsPath = $cgroup'
	start_shell
}

@test "two containers below one group share its limit of processes" {
	parent pids max 12
	child_of_parent
	local first=$ID
	child_of_parent
	equal "$(pids_limit)" max
	inside -i "$first" 'sleep 1000 & sleep 1000 & sleep 1000 & sleep 1000 & sleep 1000 & true'
	# the two shells and five sleepers are seven; probe makes eight
	inside 'probe fork 50'
	matches "$output" '^[345] Resource temporarily unavailable$'
	inside -i "$first" 'kill %1 %2 %3 %4 %5; wait'
	inside 'probe fork 8'
	equal "$output" "8 all"
	oci delete --force "$first"
	oci delete --force "$ID"
	no_parent
}

@test "two containers below one group share its limit of memory" {
	parent memory 62914560 max
	child_of_parent
	local first=$ID
	child_of_parent
	# either has place for 40 MiB, both together have not
	inside -i "$first" 'probe eat 40'
	equal "$output" ate
	inside -i "$first" 'dd if=/dev/zero of=/dev/shm/file bs=1M count=40 2> /dev/null; echo $?'
	equal "$output" 0
	inside 'probe eat 40; echo $?'
	does_not_say ate
	inside -i "$first" 'rm /dev/shm/file'
	inside 'probe eat 40'
	equal "$output" ate
	oci delete --force "$first"
	oci delete --force "$ID"
	no_parent
}

@test "a parent group that was there before is there afterwards, with its limits" {
	parent stays 104857600 50
	child_of_parent
	has_status running
	oci delete --force "$ID"
	equal "$(memory_limit "$PARENT") $(pids_limit "$PARENT")" "104857600 50"
	no_parent
}

# ---- together -------------------------------------------------------------------------------------

@test "limits hold in a user namespace" {
	user_bundle '.linux.resources.memory = { limit: 33554432 } | .linux.resources.pids = { limit: 20 }'
	start_shell
	equal "$(memory_limit) $(pids_limit)" "33554432 20"
	inside 'probe eat 100'
	equal "$status" 137
}

@test "the first process is under its limits from the beginning" {
	bundle '.linux.resources.pids = { limit: 1 } | .process.args = ["probe", "fork", "3"]'
	run_bundle
	prints "0 Resource temporarily unavailable"
}

@test "a limit that the kernel refuses is an error that names it and leaves nothing" {
	bundle '.linux.resources.cpu = { quota: 10, period: 100000 }'
	run_in true
	fails_with "invalid argument"
	is_runc || says /linux/resources/cpu/quota
	nothing_left
	bundle '.linux.resources.cpu = { cpus: "4000" }'
	run_in true
	refused_for /linux/resources/cpu/cpus
	nothing_left
}
